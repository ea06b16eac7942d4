"""isync's mbsync."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

SOCKET = "isync:src/socket.c (2022, as in public repositories)"

ORIGIN = Origin(
    "mbsync", Text("mbsync"), OriginKind.PROGRAM, "isync 1.3 to 1.5", passes_on=("openssl",), clients=("openssl",)
)

MESSAGES = (
    message(
        ORIGIN,
        heard(SOCKET, "SSL error connecting {host}: {reason}"),
        ANYTHING,
        text("The CertificateFile of mbsync's account adds CAs, or pins the certificate that stands in it."),
    ),
    message(
        ORIGIN,
        heard(SOCKET, "Error, certificate owner does not match hostname {host}"),
        WRONG_NAME,
    ),
)
