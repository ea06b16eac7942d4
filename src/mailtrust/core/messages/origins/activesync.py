"""Exchange ActiveSync on older phones: Windows Mobile's support codes."""

from mailtrust.core.messages.causes import likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

HELP = (
    "MicrosoftDocs/OfficeDocs-ConnectivityAnalyzer:connectivity-analyzer/ssl-certificate-trust-failure.md and siblings"
)

ORIGIN = Origin("activesync", text("ActiveSync on Windows Mobile"), OriginKind.PROGRAM, "5 to 6.5", scheme="https")

MESSAGES = (
    message(
        ORIGIN,
        heard(HELP, "The security certificate on the server is not valid. Support code: 0x80072F0D"),
        (*likely("chain-incomplete", "anchor-unknown", "self-signed"), *possible("name-mismatch")),
    ),
    message(
        ORIGIN,
        heard(HELP, "The security certificate on the server has expired. Support code: 0x80072F05"),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
    ),
)
