"""SMTP and submission up to TLS: RFC 5321, RFC 3207, RFC 6409."""

import re

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols.dialogue import NoTlsError, Script, ScriptedDialogue, Talk

# RFC 5321 4.2: three digits, then space, hyphen or nothing; the first digit is 2 to 5.
_REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_LAST_LINE = re.compile(rb"^[2-5][0-9][0-9](?: [^\n]*)?\r?\n", re.MULTILINE)


@frozen
class Reply:
    """A whole reply: the code of its last line and the text of every line."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def words(self) -> str:
        """The reply as one line for people."""
        return f"{self.code} " + " / ".join(line.decode("utf-8", "replace") for line in self.lines)


class SmtpDialogue(ScriptedDialogue):
    """Greeting, EHLO, STARTTLS.

    When EHLO is refused HELO is not tried: a session begun by HELO has no extensions (RFC 5321 4.1.1.1), so STARTTLS
    can't be offered there and nothing would be learnt.
    """

    hello = "EHLO"
    unknown_hello = FailureKind.TLS_NOT_OFFERED
    """What it means that the server does not know our hello (500, 502)."""

    def upgrade(self) -> Script:
        """Talk up to the answer 220 to STARTTLS."""
        greeting = yield from self._reply(FailureKind.NOT_THIS_PROTOCOL)
        if greeting.code != 220:
            raise _turned_away(greeting)
        self.stage = Stage.CAPABILITY
        yield from self.say(f"{self.hello} {self.client_name}")
        offered = yield from self._reply(FailureKind.PROTOCOL_ERROR)
        if offered.code in (500, 502):  # RFC 5321 4.2.4: not recognised, not implemented
            raise NoTlsError(self.unknown_hello, offered.words)
        if offered.code != 250:
            raise _turned_away(offered)
        if not any(_keyword(line) == b"STARTTLS" for line in offered.lines[1:]):  # RFC 3207 4
            extensions = " ".join(_keyword(line).decode("utf-8", "replace") for line in offered.lines[1:])
            raise NoTlsError(FailureKind.TLS_NOT_OFFERED, f"offered: {extensions}" if extensions else offered.words)
        self.stage = Stage.STARTTLS
        yield from self.say("STARTTLS")
        answer = yield from self._reply(FailureKind.PROTOCOL_ERROR)
        if answer.code == 421:
            raise _turned_away(answer)
        if answer.code != 220:  # RFC 3207 4: 454 and 501; 5xx from those who never meant it
            raise NoTlsError(FailureKind.TLS_REFUSED, answer.words)

    def goodbye(self) -> bytes:
        """RFC 5321 4.1.1.10."""
        return b"QUIT\r\n"

    def greeting_is_whole(self, data: bytes) -> bool:
        """Whether the last line of the greeting is there; who talks earlier is taken for a spammer."""
        return _LAST_LINE.search(data) is not None

    def _reply(self, otherwise: FailureKind) -> Talk[Reply]:
        lines: list[bytes] = []
        while True:
            line = yield from self.line()
            match = _REPLY_LINE.fullmatch(line)
            if match is None:
                raise NoTlsError(otherwise, line.decode("utf-8", "replace"))
            code, hyphen, text = match.groups()
            lines.append(text or b"")
            if hyphen != b"-":
                # RFC 5321 4.2.1 wants one code on all lines; where they differ the last one is the verdict.
                return Reply(int(code), tuple(lines))


def _turned_away(reply: Reply) -> NoTlsError:
    """Say why the server does not go on: it told us to leave, to come back, or that we are not wanted."""
    match reply.code:
        case 421:  # RFC 5321 3.8: the server closes after it
            return NoTlsError(FailureKind.BUSY, reply.words, server_leaves=True)
        case 450 | 451:  # RFC 6647 2.1, 5
            return NoTlsError(FailureKind.GREYLISTED, reply.words)
        case code if 400 <= code < 500:
            return NoTlsError(FailureKind.BUSY, reply.words)
        case code if code >= 500:  # RFC 5321 3.1: after 554 the server waits for QUIT
            return NoTlsError(FailureKind.REJECTED, reply.words)
        case _:
            return NoTlsError(FailureKind.PROTOCOL_ERROR, reply.words)


def _keyword(line: bytes) -> bytes:
    """Give the ehlo-keyword (RFC 5321 4.1.1.1), which is compared without case."""
    return line.split(b" ", 1)[0].upper()


DIALOGUE = SmtpDialogue
