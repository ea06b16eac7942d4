"""LDAP up to TLS: RFC 4511's StartTLS operation."""

from dataclasses import dataclass
from enum import IntEnum

from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols.ber import BerError, Element, children, encode, read, size_of
from mailtrust.core.protocols.dialogue import NoTlsError, Script, ScriptedDialogue, Send, Talk, shown
from mailtrust.core.protocols.lines import TooMuchError

START_TLS = b"1.3.6.1.4.1.1466.20037"  # RFC 4511 4.14.1


class Tag(IntEnum):
    """RFC 4511 4.1.1, 4.1.9, 4.3, 4.12."""

    INTEGER = 0x02
    ENUMERATED = 0x0A
    MESSAGE = 0x30
    UNBIND_REQUEST = 0x42
    EXTENDED_REQUEST = 0x77
    EXTENDED_RESPONSE = 0x78
    REQUEST_NAME = 0x80


_REQUEST_ID = 1
_UNSOLICITED = 0  # RFC 4511 4.4
_NOT_OURS = -1

_BUSY = (51, 52)

# RFC 4511 Appendix A.2
_RESULT_CODES = {
    0: "success", 1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded",
    7: "authMethodNotSupported", 8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded",
    12: "unavailableCriticalExtension", 13: "confidentialityRequired", 14: "saslBindInProgress", 32: "noSuchObject",
    34: "invalidDNSyntax", 48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights",
    51: "busy", 52: "unavailable", 53: "unwillingToPerform", 54: "loopDetect", 80: "other",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An ExtendedResponse: RFC 4511 4.1.9 and 4.12."""

    message_id: int
    result_code: int
    diagnostic: str

    @property
    def words(self) -> str:
        """The result as one line for people."""
        name = _RESULT_CODES.get(self.result_code, "unknown")
        return f"resultCode {self.result_code} ({name}) {self.diagnostic}".rstrip()


class LdapDialogue(ScriptedDialogue):
    """The client speaks first: one extended request, one answer."""

    protocols = (Protocol.LDAP,)
    first_stage = Stage.STARTTLS

    def upgrade(self) -> Script:
        """Talk up to resultCode success."""
        self.note(">", f"extendedReq {START_TLS.decode()} (StartTLS)")
        request = encode(Tag.EXTENDED_REQUEST, encode(Tag.REQUEST_NAME, START_TLS))
        yield Send(encode(Tag.MESSAGE, encode(Tag.INTEGER, bytes((_REQUEST_ID,))) + request))
        answer = yield from self._answer()
        if answer.message_id == _UNSOLICITED:  # RFC 4511 4.4.1: Notice of Disconnection
            kind = FailureKind.BUSY if answer.result_code in _BUSY else FailureKind.REJECTED
            raise NoTlsError(kind, answer.words, server_leaves=True)
        match answer.result_code:
            case 0:
                return
            case 2:  # RFC 4511 4.14.2: a server that has no TLS, by design or by configuration, MUST say this
                raise NoTlsError(FailureKind.TLS_NOT_OFFERED, answer.words)
            case 51:
                raise NoTlsError(FailureKind.BUSY, answer.words, server_leaves=True)
            case _:  # 52 unavailable: a domain controller without a usable certificate
                raise NoTlsError(FailureKind.TLS_REFUSED, answer.words)

    def goodbye(self) -> bytes:
        """RFC 4511 4.3: UnbindRequest."""
        return encode(Tag.MESSAGE, encode(Tag.INTEGER, bytes((_REQUEST_ID + 1,))) + encode(Tag.UNBIND_REQUEST, b""))

    def greeting_is_whole(self, data: bytes) -> bool:  # noqa: ARG002 - the server of LDAP never speaks first
        """Nothing to wait for."""
        return True

    def _answer(self) -> Talk[Answer]:
        """Wait for the answer to our request; messages of other ids are not ours to read."""
        while True:
            data = yield from self._message()
            try:
                answer = _read_answer(data)
            except BerError as error:
                raise NoTlsError(FailureKind.PROTOCOL_ERROR, str(error)) from error
            if answer.message_id in (_REQUEST_ID, _UNSOLICITED):
                self.note("<", f"extendedResp {answer.words}")
                return answer

    def _message(self) -> Talk[bytes]:
        """Wait for the octets of one LDAPMessage."""
        while True:
            start = self._inbox.peek()
            if start and start[0] != Tag.MESSAGE:
                yield from self._leave_stranger()
            try:
                size = size_of(start)
            except BerError as error:
                raise NoTlsError(FailureKind.NOT_THIS_PROTOCOL, str(error)) from error
            if size is not None:
                return (yield from self.octets(size))
            yield from self.more()

    def _leave_stranger(self) -> Script:
        """Something else lives here: hear its first line, or all it says, and go."""
        try:
            words = yield from self.line()
        except (NoTlsError, TooMuchError):
            words = self._inbox.peek()
        raise NoTlsError(FailureKind.NOT_THIS_PROTOCOL, shown(words))


def _read_answer(data: bytes) -> Answer:
    match children(read(data).content):
        case (Element(tag=Tag.INTEGER, content=number), Element(tag=tag, content=content), *_):
            message_id = _integer(number)
        case _:
            raise BerError("no LDAPMessage")
    if tag != Tag.EXTENDED_RESPONSE:
        if message_id == _REQUEST_ID:
            raise BerError(f"an answer with the tag 0x{tag:02x} instead of an extendedResp")
        return Answer(_NOT_OURS, 0, "")
    match children(content):
        case (Element(tag=Tag.ENUMERATED, content=code), _, Element(content=diagnostic), *_):
            return Answer(message_id, _integer(code), shown(diagnostic))
        case _:
            raise BerError("an extendedResp without an LDAPResult")


def _integer(content: bytes) -> int:
    """RFC 4511 4.1.1.1: up to 2147483647."""
    if not 1 <= len(content) <= 4:
        raise BerError(f"an integer of {len(content)} octets")
    return int.from_bytes(content, "big", signed=True)
