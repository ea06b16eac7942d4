"""msmtp and mpop."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME, likely
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

MTLS = "marlam/msmtp:src/mtls-gnutls.c (933d35b, 2026-07)"
MTLS_OPENSSL = "marlam/msmtp:src/mtls-openssl.c (933d35b, 2026-07)"

ORIGIN = Origin(
    "msmtp", Text("msmtp"), OriginKind.PROGRAM, "1.8, mpop 1.4", passes_on=("gnutls", "openssl"), clients=("gnutls",)
)

MESSAGES = (
    message(
        ORIGIN,
        heard(MTLS, "msmtp: TLS certificate verification failed: {reason}"),
        ANYTHING,
        text("msmtp trusts what tls_trust_file names, by default the system's bundle."),
    ),
    message(
        ORIGIN,
        heard(
            "recalled: versions before 1.8",
            "TLS certificate verification failed: the certificate hasn't got a known issuer",
        ),
        NO_TRUST,
    ),
    message(
        ORIGIN,
        heard(MTLS_OPENSSL, "TLS certificate check failed: the certificate owner does not match hostname {host}"),
        WRONG_NAME,
    ),
    message(
        ORIGIN,
        heard(MTLS, "TLS certificate verification failed: the certificate fingerprint does not match"),
        likely("served-not-assigned", why=text("tls_fingerprint pins the certificate before the renewal.")),
    ),
)
