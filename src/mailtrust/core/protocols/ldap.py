"""LDAP up to TLS: RFC 4511's StartTLS operation."""

from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols.ber import BerError, size_of
from mailtrust.core.protocols.dialogue import NoTlsError, Script, ScriptedDialogue, Send, Talk, shown
from mailtrust.core.protocols.ldap_messages import (
    START_TLS,
    UNSOLICITED,
    Result,
    Tag,
    extended_request,
    message,
    read_message,
    read_operation,
    unbind_request,
)
from mailtrust.core.protocols.lines import TooMuchError

_REQUEST_ID = 1

_BUSY = (51, 52)


class LdapDialogue(ScriptedDialogue):
    """The client speaks first: one extended request, one answer."""

    first_stage = Stage.STARTTLS

    def upgrade(self) -> Script:
        """Talk up to resultCode success."""
        self.note(">", f"extendedReq {START_TLS.decode()} (StartTLS)")
        yield Send(message(_REQUEST_ID, extended_request(START_TLS)))
        number, answer = yield from self._answer()
        if number == UNSOLICITED:  # RFC 4511 4.4.1: Notice of Disconnection
            kind = FailureKind.BUSY if answer.code in _BUSY else FailureKind.REJECTED
            raise NoTlsError(kind, answer.words, server_leaves=True)
        match answer.code:
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
        return message(_REQUEST_ID + 1, unbind_request())

    def greeting_is_whole(self, data: bytes) -> bool:  # noqa: ARG002 - the server of LDAP never speaks first
        """Nothing to wait for."""
        return True

    def _answer(self) -> Talk[tuple[int, Result]]:
        """Wait for the answer to our request; messages of other ids are not ours to read."""
        while True:
            data = yield from self._message()
            try:
                number, operation, _ = read_message(data)
                if number not in (_REQUEST_ID, UNSOLICITED):
                    continue
                answer = read_operation(operation) if operation.tag == Tag.EXTENDED_RESPONSE else None
            except BerError as error:
                raise NoTlsError(FailureKind.PROTOCOL_ERROR, str(error)) from error
            if isinstance(answer, Result):
                self.note("<", f"extendedResp {answer.words}")
                return number, answer
            if number == _REQUEST_ID:
                words = f"an answer with the tag 0x{operation.tag:02x} instead of an extendedResp"
                raise NoTlsError(FailureKind.PROTOCOL_ERROR, words)

    def _message(self) -> Talk[bytes]:
        """Wait for the octets of one LDAPMessage."""
        while True:
            start = self._inbox.peek()
            if start and start[0] != Tag.SEQUENCE:
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


DIALOGUE = LdapDialogue
