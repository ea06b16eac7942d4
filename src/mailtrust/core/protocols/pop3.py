"""POP3 up to TLS: RFC 1939, CAPA of RFC 2449, STLS of RFC 2595."""

from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols.dialogue import NoTlsError, Script, ScriptedDialogue, Talk

# RFC 2449 8.1.1, 8.1.2 and RFC 3206 4: the same client may try again later.
_COME_BACK = (b"[IN-USE]", b"[LOGIN-DELAY]", b"[SYS/TEMP]")


class Pop3Dialogue(ScriptedDialogue):
    """Greeting, CAPA, STLS. A server without CAPA can't offer STLS (RFC 2595 4: the capability announces it)."""

    def upgrade(self) -> Script:
        """Talk up to the answer +OK to STLS."""
        greeting = yield from self.line()
        if _status(greeting) == b"-ERR":
            busy = any(code in greeting.upper() for code in _COME_BACK)
            kind = FailureKind.BUSY if busy else FailureKind.REJECTED
            raise NoTlsError(kind, _words(greeting), server_leaves=True)
        if _status(greeting) != b"+OK":
            raise NoTlsError(FailureKind.NOT_THIS_PROTOCOL, _words(greeting))
        self.stage = Stage.CAPABILITY
        yield from self.say("CAPA")
        answer = yield from self._answer()
        if _status(answer) == b"-ERR":
            raise NoTlsError(FailureKind.TLS_NOT_OFFERED, _words(answer))
        offered: list[bytes] = []
        while (line := (yield from self.line())) != b".":  # RFC 1939 3: a multi-line answer ends with a lone dot
            offered.append(line.upper().split(b" ", 1)[0])
        if b"STLS" not in offered:
            raise NoTlsError(FailureKind.TLS_NOT_OFFERED, "offered: " + _words(b" ".join(offered)))
        self.stage = Stage.STARTTLS
        yield from self.say("STLS")
        answer = yield from self._answer()
        if _status(answer) == b"-ERR":
            raise NoTlsError(FailureKind.TLS_REFUSED, _words(answer))

    def goodbye(self) -> bytes:
        """RFC 1939 5."""
        return b"QUIT\r\n"

    def greeting_is_whole(self, data: bytes) -> bool:
        """Whether the one line of the greeting is there."""
        return b"\n" in data

    def _answer(self) -> Talk[bytes]:
        line = yield from self.line()
        if _status(line) not in (b"+OK", b"-ERR"):
            raise NoTlsError(FailureKind.PROTOCOL_ERROR, _words(line))
        return line


def _status(line: bytes) -> bytes:
    """Give the status indicator (RFC 1939 3): upper case by the book, compared without case here."""
    return line.split(b" ", 1)[0].upper()


def _words(line: bytes) -> str:
    return line.decode("utf-8", "replace")


DIALOGUE = Pop3Dialogue
