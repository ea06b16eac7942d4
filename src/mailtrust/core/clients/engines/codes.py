"""Reason codes that clients fold into one sentence."""

NAME = frozenset({"name-mismatch", "name-only-in-common-name", "name-ip-as-dns", "name-wildcard-depth"})
"""The name that the client was told is not in the certificate, as far as this client looks."""

GAP = frozenset({"chain-incomplete"})
"""An issuer is missing: nobody sent it and this client found it nowhere."""

ROOT = frozenset({"anchor-unknown"})
"""The path ends at a root that this client does not know."""

SELF_SIGNED = frozenset({"self-signed"})

DISTRUSTED = frozenset({"anchor-distrusted"})

NO_PATH = GAP | ROOT | SELF_SIGNED
"""No way up to an anchor, whatever the cause."""

EXPIRED = frozenset({"expired"})
NOT_YET_VALID = frozenset({"not-yet-valid"})
ISSUER_EXPIRED = frozenset({"chain-expired-issuer"})
TIME = EXPIRED | NOT_YET_VALID | ISSUER_EXPIRED

USE = frozenset({"eku-no-server-auth"})
KEY_USE = frozenset({"key-usage-wrong"})
WEAK_KEY = frozenset({"key-weak"})
WEAK_HASH = frozenset({"signature-weak"})

FORGED = frozenset({"signature-invalid"})
NO_CA = frozenset({"issuer-not-ca"})
PATH_LENGTH = frozenset({"path-length-exceeded"})
CONSTRAINED = frozenset({"name-constraint-violated"})
POLICY = frozenset({"policy-violated"})
CRITICAL = frozenset({"critical-extension-unknown"})
UNREADABLE = frozenset({"certificate-unparsable"})
LONG_LIFE = frozenset({"validity-too-long"})
TRANSPARENCY = frozenset({"ct-missing"})
LEAF_IS_CA = frozenset({"leaf-is-ca"})
STAPLE = frozenset({"must-staple-without-staple"})
STAPLE_BAD = frozenset({"staple-bad"})
REVOKED = frozenset({"revoked"})
KEY_NOT_PROVEN = frozenset({"key-not-proven"})
OLD_TLS = frozenset({"tls-version-old"})

NO_WAY_PAST = UNREADABLE | KEY_NOT_PROVEN
"""No handshake comes of it, so no dialog leads past it: nothing that could be shown, or nobody who holds its key."""

ANY: frozenset[str] = frozenset()
"""In a profile's words: whatever else it is."""
