"""LDAP (RFC 4511) with StartTLS (4.14): binds anonymously, finds nothing."""

from mailtrust.lab.stream import Stream

LONGEST_MESSAGE = 65536
"""Octets; a longer LDAPMessage ends the connection."""

START_TLS = b"1.3.6.1.4.1.1466.20037"

# RFC 4511 4.2, 4.3, 4.5, 4.12: the tags of the requests that are known here, and of their answers.
BIND_REQUEST, BIND_RESPONSE = 0x60, 0x61
UNBIND_REQUEST = 0x42
SEARCH_REQUEST, SEARCH_DONE = 0x63, 0x65
EXTENDED_REQUEST, EXTENDED_RESPONSE = 0x77, 0x78

SUCCESS = b"\x0a\x01\x00\x04\x00\x04\x00"
"""resultCode success, matchedDN and diagnosticMessage empty (RFC 4511 4.1.9)."""
PROTOCOL_ERROR = b"\x0a\x01\x02\x04\x00\x04\x00"
UNAVAILABLE = b"\x0a\x01\x34\x04\x00\x04\x00"
"""resultCode unavailable: the answer to StartTLS where there is no TLS (RFC 4511 4.14.2)."""


async def speak(stream: Stream, name: str) -> None:  # noqa: ARG001 (LDAP does not greet)
    """Answer StartTLS, bind and search until the client leaves."""
    while (message := await _message(stream)) is not None:
        message_id, operation, content = message
        if operation == UNBIND_REQUEST:
            return
        if operation == BIND_REQUEST:
            await stream.send(_answer(message_id, BIND_RESPONSE, SUCCESS))
        elif operation == SEARCH_REQUEST:
            await stream.send(_answer(message_id, SEARCH_DONE, SUCCESS))
        elif operation == EXTENDED_REQUEST and START_TLS in content and not stream.inside_tls:
            if stream.manners.upgrade != "offered":
                await stream.send(_answer(message_id, EXTENDED_RESPONSE, UNAVAILABLE))
                continue
            # RFC 4511 4.14.2: the answer names the operation again in [10] responseName.
            name_again = b"\x8a" + bytes([len(START_TLS)]) + START_TLS
            await stream.send(_answer(message_id, EXTENDED_RESPONSE, SUCCESS + name_again))
            await stream.start_tls()
        else:
            await stream.send(_answer(message_id, EXTENDED_RESPONSE, PROTOCOL_ERROR))


async def _message(stream: Stream) -> tuple[bytes, int, bytes] | None:
    """The next LDAPMessage as message id, tag and content of its operation; None at the end or for nonsense."""
    outer = await _element(stream)
    if outer is None or outer[0] != 0x30:
        return None
    content = outer[1]
    if len(content) < 3 or content[0] != 0x02 or len(content) < 4 + content[1]:
        return None
    end = 2 + content[1]
    return content[2:end], content[end], content[end + 1 :]


async def _element(stream: Stream) -> tuple[int, bytes] | None:
    """One BER element with a definite length (RFC 4511 5.1)."""
    head = await stream.exactly(2)
    if head is None:
        return None
    tag, length = head
    if length & 0x80:
        # X.690 8.1.3.5: the long form; Active Directory's clients send it with four octets for short lengths too.
        octets = await stream.exactly(length & 0x7F) if length & 0x7F <= 4 else None
        length = int.from_bytes(octets or b"", "big")
        if octets is None or length > LONGEST_MESSAGE:
            return None
    content = await stream.exactly(length)
    return None if content is None else (tag, content)


def _answer(message_id: bytes, tag: int, content: bytes) -> bytes:
    """An LDAPMessage around one answer; everything here is shorter than 128 octets."""
    operation = bytes([tag, len(content)]) + content
    body = b"\x02" + bytes([len(message_id)]) + message_id + operation
    return b"\x30" + bytes([len(body)]) + body
