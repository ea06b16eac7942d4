"""A server's first flight of TLS 1.2, made by hand (RFC 5246, historic: what no TLS library would send).

Whatever octets stand for certificates are sent, and the signature is made with whatever key there is: so a client sees
a chain that cannot be parsed, or one whose key the server does not have. No handshake comes of it.
"""

import asyncio
import secrets
from collections.abc import Sequence

from mailtrust.core.issuance.signing import sign
from mailtrust.core.x509.private_key import PrivateKey

TLS_1_2 = b"\x03\x03"
HANDSHAKE = 22
SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE = 2, 11, 12, 14
LONGEST_RECORD = 0x4000
RANDOM = 32

# RFC 5289 3.2 and RFC 8422 5.4: the suite, and how the key exchange is signed, by the kind of key.
SUITES = {"rsa": (0xC02F, b"\x04\x01"), "ec": (0xC02B, b"\x04\x03")}
X25519 = b"\x00\x1d"
NAMED_CURVE = b"\x03"
RENEGOTIATION = b"\xff\x01\x00\x01\x00"
"""RFC 5746 3.6: every client of today wants to see it."""


class NoHandshakeError(ConnectionError):
    """The client saw the flight, and there is nothing more to say."""


async def send_flight(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, certificates: Sequence[bytes], key: PrivateKey
) -> None:
    """Answer a ClientHello and hear what the client says to it; always ends in an OSError, mostly NoHandshakeError."""
    try:
        head = await reader.readexactly(5)
        hello = await reader.readexactly(int.from_bytes(head[3:], "big"))
    except asyncio.IncompleteReadError as error:
        raise NoHandshakeError from error
    if head[0] != HANDSHAKE or len(hello) < 6 + RANDOM:
        raise NoHandshakeError
    # RFC 5246 7.4.1.2 (historic): type, three octets of length, two of version, then the random.
    writer.write(first_flight(hello[6 : 6 + RANDOM], certificates, key))
    await writer.drain()
    await reader.read(LONGEST_RECORD)
    raise NoHandshakeError


def first_flight(client_random: bytes, certificates: Sequence[bytes], key: PrivateKey) -> bytes:
    """ServerHello, Certificate, ServerKeyExchange signed with `key`, ServerHelloDone, as records."""
    suite, scheme = SUITES[key.public_key.algorithm]
    server_random = secrets.token_bytes(RANDOM)
    hello = TLS_1_2 + server_random + _vector(1, b"") + suite.to_bytes(2) + b"\x00" + _vector(2, RENEGOTIATION)
    listed = b"".join(_vector(3, one) for one in certificates)
    # RFC 8422 5.4; nobody comes so far as to need the other half of this share.
    share = NAMED_CURVE + X25519 + _vector(1, secrets.token_bytes(32))
    signature = sign(client_random + server_random + share, key, "sha256")
    messages = (
        (SERVER_HELLO, hello),
        (CERTIFICATE, _vector(3, listed)),
        (SERVER_KEY_EXCHANGE, share + scheme + _vector(2, signature)),
        (SERVER_HELLO_DONE, b""),
    )
    octets = b"".join(bytes((kind,)) + _vector(3, body) for kind, body in messages)
    return b"".join(
        bytes((HANDSHAKE,)) + TLS_1_2 + _vector(2, octets[at : at + LONGEST_RECORD])
        for at in range(0, len(octets), LONGEST_RECORD)
    )


def _vector(octets: int, data: bytes) -> bytes:
    return len(data).to_bytes(octets) + data
