"""Mutt and NeoMutt."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME, likely
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

OPENSSL = "neomutt/neomutt:conn/openssl.c (ed494b0, 2026-07)"
GNUTLS = "neomutt/neomutt:conn/gnutls.c (ed494b0, 2026-07)"

ORIGIN = Origin(
    "mutt",
    text("Mutt and NeoMutt"),
    OriginKind.PROGRAM,
    "current",
    passes_on=("openssl", "gnutls"),
    clients=("openssl",),
)

_OWN_NAMES = text(
    "NeoMutt with OpenSSL compares names by its own code: an address in the certificate is not looked at."
)

MESSAGES = (
    message(ORIGIN, heard(OPENSSL, "Untrusted server certificate"), NO_TRUST),
    message(
        ORIGIN,
        heard(OPENSSL, "Certificate host check failed: certificate owner does not match hostname {host}"),
        WRONG_NAME,
        _OWN_NAMES,
    ),
    message(ORIGIN, heard(GNUTLS, "WARNING: Server hostname does not match certificate"), WRONG_NAME),
    message(ORIGIN, heard(GNUTLS, "WARNING: Server certificate has expired"), likely("expired")),
    message(ORIGIN, heard(GNUTLS, "WARNING: Server certificate is not yet valid"), likely("not-yet-valid")),
    message(ORIGIN, heard(GNUTLS, "WARNING: Signer of server certificate is not a CA"), likely("issuer-not-ca")),
    message(
        ORIGIN,
        heard(GNUTLS, "Warning: Server certificate was signed using an insecure algorithm"),
        likely("signature-weak"),
    ),
    message(ORIGIN, heard(GNUTLS, "Certificate verification error ({reason})"), ANYTHING),
)
