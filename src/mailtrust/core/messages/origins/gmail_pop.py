"""Gmail's servers, when they fetch mail from another account by POP3."""

from mailtrust.core.messages.causes import NO_TRUST, likely, possible, rare
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

HELP = "support.google.com/mail/answer/21291; digicert.com, Gmail POP3 troubleshooting"

ORIGIN = Origin(
    "gmail-pop", text("Gmail fetching by POP3"), OriginKind.SERVER, "since December 2012", clients=("openssl",)
)

_CLOUD = text(
    "Google's servers connect, not the user's device: only a public CA and a complete chain count, and nothing can be "
    "installed or accepted there."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(HELP, "SSL error: Unable to verify the first certificate"),
        (*likely("chain-incomplete"), *possible("self-signed", "anchor-unknown")),
        _CLOUD,
    ),
    message(
        ORIGIN,
        heard("recalled", "Unable to establish secure SSL connection to {host}"),
        (*NO_TRUST, *possible("name-mismatch", "expired"), *rare("tls-version-old")),
        _CLOUD,
    ),
)
