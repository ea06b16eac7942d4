"""ManageSieve up to TLS: RFC 5804."""

import re

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols.dialogue import NoTlsError, Script, ScriptedDialogue, Talk

# RFC 5804 4: a quoted string, the head of a literal (it ends its line), a parenthesis or an atom.
_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*+)(?:"|\\?$)|\{([0-9]{1,10})\+?\}$|([()])|([^\s"(){}]+)', re.DOTALL)
_VERDICTS = (b"OK", b"NO", b"BYE")
_LAST_LINE = re.compile(rb"^(?:OK|NO|BYE)\b[^\n]*\n", re.MULTILINE | re.IGNORECASE)


@frozen
class Response:
    """One response: its atoms in upper case, its strings as they are, in order."""

    atoms: tuple[bytes, ...]
    strings: tuple[bytes, ...]
    line: bytes
    """As sent, up to its first literal."""

    @property
    def verdict(self) -> bytes:
        """OK, NO or BYE where the response ends an answer; b"" for a line of data."""
        return self.atoms[0] if self.atoms and self.atoms[0] in _VERDICTS else b""

    @property
    def words(self) -> str:
        """The response as one line for people."""
        return b" ".join((self.line, *(text for text in self.strings if text not in self.line))).decode(
            "utf-8", "replace"
        )


class SieveDialogue(ScriptedDialogue):
    """The server opens with its capabilities; STARTTLS is one of them (RFC 5804 1.7)."""

    def upgrade(self) -> Script:
        """Talk up to the OK to STARTTLS."""
        offered: list[bytes] = []
        while not (response := (yield from self._response(first=not offered))).verdict:
            offered.append(response.strings[0].upper())
        self._leave_unless_ok(response)
        if b"STARTTLS" not in offered:
            raise NoTlsError(FailureKind.TLS_NOT_OFFERED, "offered: " + b" ".join(offered).decode("utf-8", "replace"))
        self.stage = Stage.STARTTLS
        yield from self.say("STARTTLS")
        answer = yield from self._response()
        if answer.verdict == b"NO":
            raise NoTlsError(FailureKind.TLS_REFUSED, answer.words)
        self._leave_unless_ok(answer)

    def goodbye(self) -> bytes:
        """RFC 5804 2.3."""
        return b"LOGOUT\r\n"

    def greeted(self, data: bytes) -> bool:
        """The server speaks first inside TLS, after an upgrade too: its capabilities once more (RFC 5804 2.2)."""
        return self.greeting_is_whole(data)

    def greeting_is_whole(self, data: bytes) -> bool:
        """Whether the line that ends the capabilities is there."""
        return _LAST_LINE.search(data) is not None

    def _leave_unless_ok(self, response: Response) -> None:
        match response.verdict:
            case b"OK":
                return
            case b"BYE":  # RFC 5804 1.2: the server closes after it; 1.3: TRYLATER
                kind = FailureKind.BUSY if b"TRYLATER" in response.atoms else FailureKind.REJECTED
                raise NoTlsError(kind, response.words, server_leaves=True)
            case b"NO":
                raise NoTlsError(FailureKind.REJECTED, response.words)
            case _:
                raise NoTlsError(FailureKind.PROTOCOL_ERROR, response.words)

    def _response(self, *, first: bool = False) -> Talk[Response]:
        """Wait for one response with its literals."""
        line = rest = yield from self.line()
        atoms: list[bytes] = []
        strings: list[bytes] = []
        while True:
            literal = None
            for string, count, _, atom in _TOKEN.findall(rest):
                if atom:
                    atoms.append(atom.upper())
                elif count:
                    literal = int(count)
                else:
                    strings.append(string)
            if literal is None:
                break
            strings.append((yield from self.octets(literal)))
            rest = yield from self.line()
        response = Response(tuple(atoms), tuple(strings), line)
        if not response.verdict and (atoms or not strings):
            kind = FailureKind.NOT_THIS_PROTOCOL if first else FailureKind.PROTOCOL_ERROR
            raise NoTlsError(kind, response.words)
        return response


DIALOGUE = SieveDialogue
