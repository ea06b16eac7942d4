"""A hello of TLS 1.2 made by hand, and what the server signed when it answered.

Up to TLS 1.2 all that proves a server is in clear: its certificates, its staple, and a signature over both hellos'
random octets and its key exchange (RFC 8422 5.4; historic: RFC 5246 7.4.3). Who checks that signature knows that the
server holds the key, without a key exchange of his own. Nothing is sent beyond the hello and a goodbye.
"""

from mailtrust.core.model.frozen import frozen
from mailtrust.core.protocols.tls_records import Octets, ServerFlight

TLS12 = 0x0303
RANDOM_OCTETS = 32

_SUITES = {
    0xC02C: "ECDHE-ECDSA-AES256-GCM-SHA384",
    0xC030: "ECDHE-RSA-AES256-GCM-SHA384",
    0x009F: "DHE-RSA-AES256-GCM-SHA384",
    0xCCA9: "ECDHE-ECDSA-CHACHA20-POLY1305",
    0xCCA8: "ECDHE-RSA-CHACHA20-POLY1305",
    0xCCAA: "DHE-RSA-CHACHA20-POLY1305",
    0xC02B: "ECDHE-ECDSA-AES128-GCM-SHA256",
    0xC02F: "ECDHE-RSA-AES128-GCM-SHA256",
    0x009E: "DHE-RSA-AES128-GCM-SHA256",
    0xC024: "ECDHE-ECDSA-AES256-SHA384",
    0xC028: "ECDHE-RSA-AES256-SHA384",
    0x006B: "DHE-RSA-AES256-SHA256",
    0xC023: "ECDHE-ECDSA-AES128-SHA256",
    0xC027: "ECDHE-RSA-AES128-SHA256",
    0x0067: "DHE-RSA-AES128-SHA256",
    0xC00A: "ECDHE-ECDSA-AES256-SHA",
    0xC014: "ECDHE-RSA-AES256-SHA",
    0x0039: "DHE-RSA-AES256-SHA",
    0xC009: "ECDHE-ECDSA-AES128-SHA",
    0xC013: "ECDHE-RSA-AES128-SHA",
    0x0033: "DHE-RSA-AES128-SHA",
}
"""Suites whose key exchange is signed with the leaf's key, by OpenSSL's names and in its order."""

_GROUPS = (29, 23, 30, 25, 24)  # RFC 8422 5.1.1: x25519, secp256r1, x448, secp521r1, secp384r1
_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080A, 0x080B, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601,
    0x0203, 0x0201,
)  # fmt: skip # RFC 8446 4.2.3, in OpenSSL's order; SHA-1 last, for servers that have nothing else
_NAMED_CURVE = 3  # RFC 8422 5.4

GOODBYE = b"\x15\x03\x03\x00\x02\x01\x5a" + b"\x15\x03\x03\x00\x02\x01\x00"
"""user_canceled, then close_notify (RFC 8446 6.1): nothing is wrong, we only leave."""


@frozen
class SignedKeyExchange:
    """What the server signed with its leaf's key."""

    cipher: str
    """The suite, by OpenSSL's name."""
    scheme: int
    """RFC 8446 4.2.3."""
    message: bytes
    signature: bytes


def client_hello(random: bytes, server_name: bytes | None) -> bytes:
    """One record with a ClientHello up to TLS 1.2 (historic: RFC 5246 7.4.1.2). `random`: 32 octets, used once."""
    extensions = b"" if server_name is None else _extension(0, _vector(2, b"\0" + _vector(2, server_name)))
    body = b"\x03\x03" + random + b"\0" + _SUITE_LIST + b"\x01\0" + _vector(2, extensions + _EXTENSIONS)
    return b"\x16\x03\x01" + _vector(2, b"\x01" + _vector(3, body))


def signed_key_exchange(flight: ServerFlight, client_random: bytes) -> SignedKeyExchange | None:
    """What a whole flight of TLS 1.2 signs; None where it is anything else than what the hello asked for."""
    cipher = _SUITES.get(flight.cipher_suite)
    if not flight.hello_done or flight.alert is not None or flight.version != TLS12 or cipher is None:
        return None
    octets = Octets(flight.key_exchange)
    if cipher.startswith("ECDHE"):
        if octets.take(1) != bytes((_NAMED_CURVE,)):
            return None
        octets.take(2)
        octets.vector(1)
    else:
        for _ in ("p", "g", "Ys"):
            octets.vector(2)
    parameters = octets.taken
    scheme = int.from_bytes(octets.take(2), "big")
    signature = octets.vector(2)
    if octets.broken or octets.more or scheme not in _SCHEMES:
        return None
    return SignedKeyExchange(cipher, scheme, client_random + flight.random + parameters, signature)


def _vector(length_octets: int, data: bytes) -> bytes:
    return len(data).to_bytes(length_octets, "big") + data


def _extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _vector(2, data)


def _list(numbers: tuple[int, ...]) -> bytes:
    return _vector(2, b"".join(number.to_bytes(2, "big") for number in numbers))


_SUITE_LIST = _list(tuple(_SUITES))
_EXTENSIONS = b"".join(
    (
        _extension(5, b"\x01\0\0\0\0"),  # status_request: RFC 6066 8
        _extension(10, _list(_GROUPS)),
        _extension(11, b"\x01\0"),  # uncompressed points: RFC 8422 5.1.2
        _extension(13, _list(_SCHEMES)),
        _extension(23, b""),  # extended_master_secret: RFC 7627; some servers turn away who does not know it
        _extension(0xFF01, b"\0"),  # renegotiation_info: RFC 5746 3.4
    )
)
