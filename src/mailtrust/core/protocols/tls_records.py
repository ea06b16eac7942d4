"""What a server says in clear at the beginning of a handshake: its certificates, its staple, its alerts.

A reader, not a TLS implementation: it looks at octets that pass by and never answers. Up to TLS 1.2 the whole server
flight is in clear (historic: RFC 5246 7.4); in TLS 1.3 only the ServerHello is (RFC 8446 2), and the rest must be
handed over message by message by whoever decrypts.
"""

from dataclasses import field
from enum import IntEnum

from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.protocols.dialogue import LEFTOVER_LIMIT

HANDSHAKE_LIMIT = 262_144
"""Octets of handshake messages that are read; a certificate list is rarely longer than 10,000."""

CERTIFICATE_LIMIT = 100
"""Certificates that are read from one list."""

TLS13 = 0x0304

# RFC 8446 5.1, B.1
_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION_DATA = 20, 21, 22, 23
_RECORD_LIMIT = 16_384 + 2_048  # historic: RFC 5246 6.2.3; RFC 8446 5.2 allows less

_STATUS_REQUEST, _SUPPORTED_VERSIONS = 5, 43  # extensions: RFC 6066 8, RFC 8446 4.2.1
_OCSP = 1


class HandshakeType(IntEnum):
    """The messages that are read: RFC 8446 B.3, and what TLS 1.2 had besides (historic: RFC 5246 A.4)."""

    SERVER_HELLO = 2
    CERTIFICATE = 11
    SERVER_KEY_EXCHANGE = 12
    CERTIFICATE_REQUEST = 13
    SERVER_HELLO_DONE = 14
    CERTIFICATE_STATUS = 22


# RFC 8446 B.2, the reserved ones included: old servers still send them.
ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
    30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
    43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
    60: "export_restriction", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
    86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
    110: "unsupported_extension", 111: "certificate_unobtainable", 112: "unrecognized_name",
    113: "bad_certificate_status_response", 114: "bad_certificate_hash_value", 115: "unknown_psk_identity",
    116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip


_WARNING = 1
_HARMLESS = (90, 100, 112)


@frozen
class Alert:
    """A TLS alert. Servers are careless with the level: what counts is whether the connection went on."""

    level: int
    code: int

    @property
    def name(self) -> str:
        """RFC 8446's name, or the number of an unassigned code."""
        return ALERTS.get(self.code, f"alert {self.code}")

    @property
    def ends_handshake(self) -> bool:
        """Whether a handshake can't go on after it (RFC 8446 6.1, 6.2; RFC 6066 3 for unrecognized_name)."""
        return self.level != _WARNING or self.code not in _HARMLESS


@record
class ServerFlight:
    """What was read so far."""

    version: int = 0
    """The version the server chose; 0 before its ServerHello."""
    random: bytes = b""
    """The ServerHello's 32 octets."""
    cipher_suite: int = 0
    certificates: tuple[bytes, ...] | None = None
    """The presented list as sent, DER each; None before there was one."""
    ocsp_staple: bytes | None = None
    alert: Alert | None = None
    """The first alert that ends the handshake."""
    signed_key_exchange: bool = False
    """The server signed its key exchange: the client that goes on has checked that signature."""
    key_exchange: bytes = b""
    """The ServerKeyExchange of TLS 1.2 with its signature, undecoded."""
    hello_done: bool = False
    wants_client_certificate: bool = False
    cut_short: bool = False
    """A certificate list that lied about its lengths, or had too many; what could be read of it is there."""

    def read_message(self, message: bytes) -> None:
        """Read one whole handshake message with its header of four octets. Never raises."""
        kind, body = message[0] if message else -1, message[4:]
        match kind:
            case HandshakeType.SERVER_HELLO:
                self._read_hello(body)
            case HandshakeType.CERTIFICATE if self.certificates is None:
                self._read_certificates(body)
            case HandshakeType.SERVER_KEY_EXCHANGE:
                self.signed_key_exchange = True
                self.key_exchange = body
            case HandshakeType.CERTIFICATE_REQUEST:
                self.wants_client_certificate = True
            case HandshakeType.SERVER_HELLO_DONE:
                self.hello_done = True
            case HandshakeType.CERTIFICATE_STATUS if self.ocsp_staple is None:
                self.ocsp_staple = _staple(body)
            case _:
                pass

    def read_alert(self, data: bytes) -> None:
        """Read the two octets of an alert. Never raises."""
        if len(data) >= 2 and self.alert is None:
            alert = Alert(data[0], data[1])
            self.alert = alert if alert.ends_handshake else None

    def _read_hello(self, body: bytes) -> None:
        """RFC 8446 4.1.3, 4.2.1: the extension's version where there is one, else the legacy field's."""
        rest = Octets(body)
        legacy = int.from_bytes(rest.take(2), "big")
        self.random = rest.take(32)
        rest.vector(1)
        self.cipher_suite = int.from_bytes(rest.take(2), "big")
        rest.take(1)
        selected = _extension(rest.vector(2), _SUPPORTED_VERSIONS)
        chosen = int.from_bytes(selected, "big") if selected is not None and len(selected) == 2 else legacy
        self.version = chosen or self.version

    def _read_certificates(self, body: bytes) -> None:
        """historic: RFC 5246 7.4.2; RFC 8446 4.4.2 puts a context before the list and extensions behind each entry."""
        rest = Octets(body)
        if self.version >= TLS13:
            rest.vector(1)
        entries = Octets(rest.vector(3))
        certificates: list[bytes] = []
        while entries.more and len(certificates) < CERTIFICATE_LIMIT:
            certificates.append(entries.vector(3))
            if self.version >= TLS13:
                staple = _extension(entries.vector(2), _STATUS_REQUEST)
                if staple is not None and len(certificates) == 1:
                    self.ocsp_staple = _staple(staple)
        self.cut_short = rest.broken or entries.broken or entries.more
        self.certificates = tuple(certificates)


@record
class RecordReader:
    """Reads records as they pass by, in any fragments, until the server begins to encrypt or a limit is reached."""

    flight: ServerFlight = field(default_factory=ServerFlight)
    done: bool = False
    _records: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _seen: int = 0

    def receive(self, data: bytes) -> None:
        """Look at a fragment. Never raises."""
        if self.done:
            return
        self._records += data
        while not self.done and len(self._records) >= 5:
            size = 5 + int.from_bytes(self._records[3:5], "big")
            if not begins_record(self._records):
                self.done = True
            elif len(self._records) < size:
                break
            else:
                self._record(self._records[0], bytes(self._records[5:size]))
                del self._records[:size]

    def _record(self, kind: int, payload: bytes) -> None:
        self._seen += len(payload)
        if self._seen > HANDSHAKE_LIMIT:
            self.done = True
        elif kind == _HANDSHAKE:
            self._messages += payload
            while (size := _message_size(self._messages)) is not None:
                self.flight.read_message(bytes(self._messages[:size]))
                del self._messages[:size]
        elif kind == _ALERT:
            self.flight.read_alert(payload)
        elif kind == _CHANGE_CIPHER_SPEC:
            # RFC 8446 5: in TLS 1.3 it means nothing; before, all that follows is encrypted.
            self.done = self.flight.version < TLS13
        else:
            self.done = True


@record
class ClearText:
    """Keeps what a server says in clear where its TLS should begin apart from its TLS.

    Up to the first octets that look like a TLS record everything is clear text (RFC 3207 4.2: it must not be used).
    """

    words: bytes = b""
    """The clear text, its first 4,096 octets."""
    tls_began: bool = False
    _pending: bytes = b""

    def pass_on(self, data: bytes) -> bytes:
        """Give the part of `data` that is TLS."""
        if self.tls_began:
            return data
        self._pending += data
        for start in range(len(self._pending)):
            if len(self._pending) - start < 5 and may_begin_record(self._pending[start:]):
                self._keep(start)
                return b""
            if begins_record(self._pending[start : start + 5]):
                self._keep(start)
                self.tls_began = True
                tls, self._pending = self._pending, b""
                return tls
        self._keep(len(self._pending))
        return b""

    def _keep(self, count: int) -> None:
        self.words = (self.words + self._pending[:count])[:LEFTOVER_LIMIT]
        self._pending = self._pending[count:]


def begins_record(data: bytes | bytearray) -> bool:
    """Whether five octets can be the head of a record: a known type, version 3.x, a length that is allowed."""
    return len(data) >= 5 and may_begin_record(data) and int.from_bytes(data[3:5], "big") <= _RECORD_LIMIT


def may_begin_record(data: bytes | bytearray) -> bool:
    """Whether these first octets of a record, fewer than five, may go on to be one."""
    return (
        len(data) >= 1
        and _CHANGE_CIPHER_SPEC <= data[0] <= _APPLICATION_DATA
        and (len(data) < 2 or data[1] == 3)
        and (len(data) < 3 or data[2] <= 4)
    )


class Octets:
    """A cursor over octets that may lie about their lengths: what is missing is empty, and `broken` is set."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self.broken = False

    @property
    def more(self) -> bool:
        """Whether something is left."""
        return self._at < len(self._data)

    @property
    def taken(self) -> bytes:
        """All up to here."""
        return self._data[: self._at]

    def take(self, count: int) -> bytes:
        """Give the next octets, fewer where there are no more."""
        taken = self._data[self._at : self._at + count]
        self.broken = self.broken or len(taken) < count
        self._at += count
        return taken

    def vector(self, length_octets: int) -> bytes:
        """Give a vector with a length before it (RFC 8446 3.4)."""
        return self.take(int.from_bytes(self.take(length_octets), "big"))


def _message_size(data: bytes | bytearray) -> int | None:
    """Give the size of the handshake message at the beginning (RFC 8446 4); None: not whole yet."""
    if len(data) < 4:
        return None
    size = 4 + int.from_bytes(data[1:4], "big")
    return size if len(data) >= size else None


def _extension(extensions: bytes, wanted: int) -> bytes | None:
    rest = Octets(extensions)
    while rest.more and not rest.broken:
        kind = int.from_bytes(rest.take(2), "big")
        data = rest.vector(2)
        if kind == wanted:
            return data
    return None


def _staple(body: bytes) -> bytes | None:
    """Give the OCSPResponse of a CertificateStatus (RFC 6066 8)."""
    if body[:1] != bytes((_OCSP,)):
        return None
    return Octets(body[1:]).vector(3) or None
