"""What a server of the lab saw of a client: how far it came, and which alert it left with. Never what it typed."""

import re
import ssl
from collections.abc import Callable

from mailtrust.core.model.text import Text, text

Tell = Callable[[Text], None]
"""Takes one thing that happened on one connection."""

COMMANDS = frozenset({
    "APPEND", "AUTH", "AUTHENTICATE", "CAPABILITY", "DATA", "EHLO", "ENABLE", "EXAMINE", "FETCH", "GET", "HEAD",
    "HELO", "ID", "IDLE", "LIST", "LOGIN", "LOGOUT", "LSUB", "MAIL", "NAMESPACE", "NOOP", "OPTIONS", "POST",
    "PROPFIND", "QUIT", "RCPT", "RSET", "SELECT", "STATUS", "UID",
})  # fmt: skip
"""Nothing else is written down: what follows a command may be a password, and a line may be nothing but one."""

CONNECTED = text("connected")
LEFT_IN_HANDSHAKE = text("left during the handshake without an alert: refused, or gone")
LEFT_BEFORE_TLS = text("left before TLS was asked for")
LEFT_SILENTLY = text(
    "left after the handshake without a command: it may have refused the certificate then, or have asked its user"
)


def nobody(_happened: Text) -> None:
    """For servers that nobody watches."""


def broken_by(error: ssl.SSLError, *, completed: bool) -> Text:
    """How TLS ended: the alert by its name (RFC 8446 6), or the library's own words."""
    named = re.search(r"ALERT_([A-Z_]+)", error.reason or "")
    alert = named[1].lower() if named else ""
    if alert and completed:
        return text("alert {alert} after the handshake: refused", alert=alert)
    if alert:
        return text("alert {alert} instead of a finished handshake: refused", alert=alert)
    if completed or "EOF" not in (error.reason or ""):
        return text("TLS broke: {words}", words=(error.reason or "?").lower().replace("_", " "))
    return LEFT_IN_HANDSHAKE


def completed(version: str, cipher: str) -> Text:
    """The client went through the whole handshake."""
    return text("handshake complete: {version}, {cipher}", version=version, cipher=cipher)


def command_in(line: str) -> str:
    """The command of a line, with or without an IMAP tag before it; empty for whatever is none."""
    return next((word for word in line.upper().split()[:2] if word in COMMANDS), "")
