"""What a server of the lab saw of a client: how far it came, and which alert it left with. Never what it typed."""

import re
import ssl
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

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


INSIDE = text("{command}, inside TLS")
REFUSED = text("alert {alert} instead of a finished handshake: refused")
REFUSED_AFTERWARDS = text("alert {alert} after the handshake: refused")

DISTRUST = frozenset({
    "bad_certificate", "unsupported_certificate", "certificate_revoked", "certificate_expired", "certificate_unknown",
    "unknown_ca", "access_denied",
})  # fmt: skip
"""Alerts about the server's certificate (RFC 8446 6.2). Others are about the handshake, and say nothing of trust."""

Opinion = Literal["trusts", "refuses", "unclear"]


def opinion_in(happened: Text) -> Opinion | None:
    """What of this a client's opinion of the certificate is; None where it is none."""
    if happened.template == INSIDE.template:
        return "trusts"
    if happened.template in (REFUSED.template, REFUSED_AFTERWARDS.template):
        return "refuses" if dict(happened.values)["alert"] in DISTRUST else "unclear"
    return "unclear" if happened in (LEFT_IN_HANDSHAKE, LEFT_SILENTLY) else None


def nobody(_happened: Text) -> None:
    """For servers that nobody watches."""


def broken_by(error: OSError) -> Text:
    """How a handshake ended: the alert by its name (RFC 8446 6), or the library's own words."""
    alert = alert_in(error)
    if alert:
        return Text(REFUSED.template, (("alert", alert),))
    reason = (error.reason or "?") if isinstance(error, ssl.SSLError) else "EOF"
    if "EOF" in reason:
        return LEFT_IN_HANDSHAKE
    return text("TLS broke: {words}", words=reason.lower().replace("_", " "))


def alert_in(error: OSError) -> str:
    """The name of the alert that the client sent; empty when it sent none."""
    named = re.search(r"ALERT_([A-Z_]+)", (error.reason or "") if isinstance(error, ssl.SSLError) else "")
    return named[1].lower() if named else ""


class Heard(Protocol):
    """What is known of a connection when it ends."""

    commands: int

    @property
    def inside_tls(self) -> bool:
        """Whether TLS came about."""
        ...


async def listening(talk: Awaitable[None], heard: Heard, tell: Tell) -> None:
    """Let a server talk to its client, and tell how that ended, where it did not end with a command."""
    try:
        await talk
    except OSError as error:
        if not heard.inside_tls:
            raise  # in the handshake, of which was told already; or gone before it
        if alert := alert_in(error):
            tell(Text(REFUSED_AFTERWARDS.template, (("alert", alert),)))
            return
    if not heard.inside_tls:
        tell(LEFT_BEFORE_TLS)
    elif not heard.commands:
        # With an end in good order, without one, or reset: clients do all of these
        tell(LEFT_SILENTLY)


def completed(version: str, cipher: str) -> Text:
    """The client went through the whole handshake."""
    return text("handshake complete: {version}, {cipher}", version=version, cipher=cipher)


def heard(command: str) -> Text:
    """The client has sent a command, and so trusts the server, or its user told it to go on."""
    return Text(INSIDE.template, (("command", command),))


def command_in(line: str) -> str:
    """The command of a line, with or without an IMAP tag before it; empty for whatever is none."""
    return next((word for word in line.upper().split()[:2] if word in COMMANDS), "")
