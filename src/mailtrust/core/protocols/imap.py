"""IMAP up to TLS: RFC 9051 (and servers of its forerunner, historic: RFC 3501)."""

import re

from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols.dialogue import NoTlsError, Script, ScriptedDialogue, Talk

_STATUS = frozenset({b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"})
_LITERAL = re.compile(rb"\{([0-9]{1,10})\+?\}$")
_CAPABILITIES = re.compile(rb"\[CAPABILITY ([^\]]*)\]", re.IGNORECASE)
# RFC 5530 3: the server may be better tempered later.
_COME_BACK = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT)\]", re.IGNORECASE)


class ImapDialogue(ScriptedDialogue):
    """Greeting, CAPABILITY where the greeting does not already offer STARTTLS, STARTTLS."""

    def upgrade(self) -> Script:
        """Talk up to the tagged OK to STARTTLS."""
        greeting = yield from self._response()
        tag, status = _head(greeting)
        if tag != b"*" or status not in (b"OK", b"PREAUTH", b"BYE"):  # RFC 9051 7.1
            raise NoTlsError(FailureKind.NOT_THIS_PROTOCOL, _words(greeting))
        if status == b"PREAUTH":  # RFC 9051 6.2.1: STARTTLS belongs to the state that PREAUTH skips
            raise NoTlsError(FailureKind.TLS_NOT_OFFERED, _words(greeting))
        _leave_on_bye(greeting)
        self.stage = Stage.CAPABILITY
        offered = _in_brackets(greeting)
        if b"STARTTLS" not in offered:
            offered = yield from self._capabilities()
        if b"STARTTLS" not in offered:
            raise NoTlsError(FailureKind.TLS_NOT_OFFERED, "offered: " + _words(b" ".join(sorted(offered))))
        self.stage = Stage.STARTTLS
        yield from self.say("a002 STARTTLS")
        answer = yield from self._tagged(b"a002")
        if _head(answer)[1] != b"OK":
            raise NoTlsError(FailureKind.TLS_REFUSED, _words(answer))

    def goodbye(self) -> bytes:
        """RFC 9051 6.1.3."""
        return b"a003 LOGOUT\r\n"

    def greeting_is_whole(self, data: bytes) -> bool:
        """Whether the one line of the greeting is there."""
        return b"\n" in data

    def _capabilities(self) -> Talk[set[bytes]]:
        yield from self.say("a001 CAPABILITY")
        offered: set[bytes] = set()
        answer = yield from self._tagged(b"a001", offered)
        if _head(answer)[1] != b"OK":  # RFC 9051 6.1.1: allowed in every state
            raise NoTlsError(FailureKind.PROTOCOL_ERROR, _words(answer))
        return offered | _in_brackets(answer)

    def _tagged(self, tag: bytes, offered: set[bytes] | None = None) -> Talk[bytes]:
        """Wait for the answer to our command; untagged responses may come at any time before it (RFC 9051 5.3)."""
        while True:
            response = yield from self._response()
            first, second = _head(response)
            if first == tag and second in (b"OK", b"NO", b"BAD"):
                return response
            if first != b"*":
                raise NoTlsError(FailureKind.PROTOCOL_ERROR, _words(response))
            _leave_on_bye(response)
            if second == b"CAPABILITY" and offered is not None:
                offered.update(response.upper().split()[2:])

    def _response(self) -> Talk[bytes]:
        """Wait for one response; what its literals hold is skipped, so that nobody mistakes it for a response."""
        response = yield from self.line()
        while (literal := _LITERAL.search(response)) is not None and _may_hold_literals(response):
            yield from self.octets(int(literal[1]))
            response = response[: literal.start()] + b'""' + (yield from self.line())
        return response


def _may_hold_literals(response: bytes) -> bool:
    """Whether `{n}` at the end announces a literal: in a status response only inside its code (RFC 9051 9, resp-text).

    A greeting such as `* OK ready {5}` ends in plain text.
    """
    _, second = _head(response)
    return second not in _STATUS or (b"[" in response and b"]" not in response)


def _head(response: bytes) -> tuple[bytes, bytes]:
    """Give tag and first word, the word in upper case; tags are compared as they are."""
    tag, _, rest = response.partition(b" ")
    return tag, rest.split(b" ", 1)[0].upper()


def _in_brackets(response: bytes) -> set[bytes]:
    """Give the capabilities of a response code (RFC 9051 7.1)."""
    found = _CAPABILITIES.search(response)
    return set(found[1].upper().split()) if found else set()


def _leave_on_bye(response: bytes) -> None:
    if _head(response) == (b"*", b"BYE"):  # RFC 9051 7.1.5: the server closes after it
        kind = FailureKind.BUSY if _COME_BACK.search(response) else FailureKind.REJECTED
        raise NoTlsError(kind, _words(response), server_leaves=True)


def _words(response: bytes) -> str:
    return response.decode("utf-8", "replace")


DIALOGUE = ImapDialogue
