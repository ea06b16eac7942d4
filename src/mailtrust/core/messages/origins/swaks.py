"""swaks, the SMTP test tool."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

SCRIPT = "jetmore/swaks:swaks (8a05259, 2024-02), and run"

ORIGIN = Origin(
    "swaks", Text("swaks"), OriginKind.PROGRAM, "20201014 and later", passes_on=("openssl",), clients=("openssl",)
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            SCRIPT,
            "*** TLS startup failed (connect(): error:{number}:SSL routines::certificate verify failed)",
            "certificate verification failed ({reason})",
            "TLS peer certificate failed CA verification ({reason})",
        ),
        ANYTHING,
        text("swaks verifies only when --tls-verify is given; mail servers mostly do not verify at all."),
    ),
    message(
        ORIGIN,
        heard(SCRIPT, "server certificate did not match target host {host}"),
        WRONG_NAME,
    ),
)
