"""Exim as the sending side, built with OpenSSL or (Debian) GnuTLS."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

OPENSSL = "Exim/exim:src/src/tls-openssl.c (13835a3, 2025-12)"
GNUTLS = "Exim/exim:src/src/tls-gnu.c (13835a3, 2025-12)"

ORIGIN = Origin(
    "exim",
    text("Exim, sending"),
    OriginKind.SERVER,
    "4.9x",
    passes_on=("openssl", "gnutls"),
    clients=("gnutls",),
    scheme="smtp",
)

_TRIED = text(
    "Exim tries to verify and delivers all the same, unless tls_verify_hosts or DANE demand it: this may be a mere "
    "note."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(OPENSSL, "SSL verify error: certificate name mismatch: DN={name} H={host}"),
        WRONG_NAME,
        _TRIED,
    ),
    message(ORIGIN, heard(OPENSSL, "SSL verify error: depth={number} error={reason} cert={name}"), ANYTHING, _TRIED),
    message(
        ORIGIN,
        heard(GNUTLS, "TLS session: (certificate verification failed): certificate invalid"),
        (*NO_TRUST, *WRONG_NAME),
        text("With GnuTLS one word, “invalid”, stands for chain, date and name alike."),
        _TRIED,
    ),
)
