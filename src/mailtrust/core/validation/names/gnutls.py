"""GnuTLS: gnutls_x509_crt_check_hostname2."""

from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate, IdentifierType
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.names.matching import host_or_address
from mailtrust.core.validation.purposes import SERVER_OR_ANY

_FORBID_COMMON_NAME = frozenset({IdentifierType.DNS, IdentifierType.IP, IdentifierType.URI, IdentifierType.SRV})
_LONGEST_SAN = 255  # MAX_CN: a longer entry is passed over and forbids the commonName all the same


def names_gnutls(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """The one commonName, where no DNS, IP, URI or SRV name is there; `*` comes first, also as `*suffix`.

    `*` covers at most one label and needs two dots behind it. Two commonNames, or an extended key usage without
    serverAuth, forbid the fall back.
    GnuTLS 3.7.9, lib/x509/hostname-verify.c and lib/str.c.
    """
    return host_or_address(leaf, reference, host=_match, common_names=_common_names)


def _common_names(leaf: Certificate) -> tuple[str, ...]:
    names = leaf.subject_alt_names or ()
    if any(name.type in _FORBID_COMMON_NAME or len(name.raw) > _LONGEST_SAN for name in names):
        return ()
    if leaf.extended_key_usage and SERVER_OR_ANY.isdisjoint(leaf.extended_key_usage):
        return ()
    return leaf.subject.common_names if len(leaf.subject.common_names) == 1 else ()


def _match(presented: str, host: str) -> bool:
    pattern = presented.lower()
    if not pattern.isascii() or not pattern.isprintable() or len(pattern) > _LONGEST_SAN:
        return False
    if not pattern.startswith("*"):
        return pattern == host
    if pattern.count(".") < 2 or pattern.endswith("."):
        return False
    suffix = pattern[1:]
    covered = len(host) - len(suffix)
    return covered >= 0 and host.endswith(suffix) and "." not in host[:covered]
