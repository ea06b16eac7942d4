"""One TLS handshake over octets in memory, and everything it showed, whether it was completed or not."""

from enum import Enum, auto

from OpenSSL import SSL

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure, Stage
from mailtrust.core.protocols.dialogue import shown
from mailtrust.core.protocols.tls_records import TLS13, ClearText, RecordReader, ServerFlight
from mailtrust.core.x509.parse import read_certificate
from mailtrust.edge.probe.hello import context_for
from mailtrust.edge.probe.hello_name import sni
from mailtrust.edge.probe.private_openssl import watch_server

_ALERT_TYPE, _HANDSHAKE_TYPE = 21, 22  # RFC 8446 5.1
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", TLS13: "TLSv1.3"}
_READ_SIZE = 65_536

# An older hello would meet the same answer: the name is unknown, whatever the version (RFC 6066 3).
_NOT_CURED_BY_TLS12 = ("unrecognized_name",)


class Progress(Enum):
    """How far a handshake is."""

    NEED_DATA = auto()
    COMPLETED = auto()
    BROKEN = auto()


class TlsSession:
    """OpenSSL's client without a socket.

    Certificates are taken as the server sent them, never as OpenSSL writes them anew: from the messages that OpenSSL
    hands over before it parses them, else from the records that pass by (up to TLS 1.2 they are in clear). So a chain
    is seen although OpenSSL refuses a certificate of it, or the handshake breaks afterwards.
    """

    def __init__(self, offer: Offer, server_name: str | None, *, tls12_only: bool = False) -> None:
        self._messages = ServerFlight()
        self._records = RecordReader()
        self._clear = ClearText()
        self._staple_seen: bytes | None = None
        self._proven = False
        self._broken: tuple[FailureKind, str] | None = None
        self._completed = False
        context = context_for(offer, tls12_only=tls12_only)
        self._kept_alive = watch_server(context, self._hear)
        if self._kept_alive is None:
            context.set_ocsp_client_callback(self._see_staple)
        self._connection = SSL.Connection(context)
        name = None if offer is Offer.NO_SNI else sni(server_name)
        if name is not None:
            self._connection.set_tlsext_host_name(name)
        self._connection.request_ocsp()
        self._connection.set_connect_state()

    @property
    def clear_text(self) -> bytes:
        """What the server said in clear where its TLS should begin."""
        return self._clear.words

    @property
    def speaks_clear_text(self) -> bool:
        """Whether a whole line of clear text came and no TLS."""
        return not self._clear.tls_began and (b"\n" in self._clear.words or len(self._clear.words) > 512)

    @property
    def may_succeed_with_tls12(self) -> bool:
        """Whether a hello that ends at TLS 1.2 might fare better.

        RSA keys too small for PSS fail only in TLS 1.3, and some servers and firewalls only stumble over its hello.
        Where the chain is known and it was OpenSSL that gave up, it would do so again.
        """
        if self._completed or (self._clear.words and not self._clear.tls_began):
            return False
        alert = self._alert()
        ended_by_server = alert is not None or (self._broken is not None and self._broken[0] is FailureKind.CLOSED)
        if self._certificates() and not ended_by_server:
            return False
        return self._version() in (0, TLS13) and alert not in _NOT_CURED_BY_TLS12

    def handshake(self) -> Progress:
        """Go as far as the octets received so far allow. Never raises for what the server sent."""
        if self._broken is not None:
            return Progress.BROKEN
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            # OpenSSL checks the server's signature of the key exchange before it answers the server's flight. It wants
            # more, so it has answered: the server holds the key, even if it now hangs up for want of our certificate.
            flight = self._records.flight
            self._proven = self._proven or (flight.signed_key_exchange and flight.hello_done)
            return Progress.NEED_DATA
        except SSL.Error as error:
            self.give_up(FailureKind.PROTOCOL_ERROR, _reason(error))
            return Progress.BROKEN
        self._completed = True
        return Progress.COMPLETED

    def receive(self, data: bytes) -> bytes:
        """Take what came from the wire; give what it holds for whoever talks inside TLS."""
        tls = self._clear.pass_on(data)
        if tls:
            self._records.receive(tls)
            self._connection.bio_write(tls)
        return self._decrypted() if self._completed else b""

    def outgoing(self) -> bytes:
        """Give what must be sent now."""
        try:
            return self._connection.bio_read(_READ_SIZE)
        except SSL.Error:  # WantReadError: nothing to send
            return b""

    def send(self, data: bytes) -> None:
        """Encrypt what is said inside TLS; `outgoing` then holds it."""
        if data:
            try:
                self._connection.sendall(data)
            except SSL.Error:  # the server has ended TLS meanwhile
                return

    def close(self) -> None:
        """Say close_notify (RFC 8446 6.1); `outgoing` then holds it."""
        try:
            self._connection.shutdown()
        except SSL.Error:  # there is nothing to close
            return

    def give_up(self, kind: FailureKind, words: str) -> None:
        """Note why the handshake goes no further; the first reason stands."""
        self._broken = self._broken or (kind, words)

    def result(self) -> Handshake | ProbeFailure:
        """Give what was seen: a handshake as soon as there were certificates, a failure otherwise."""
        certificates = self._certificates()
        if not certificates:
            return self._failure()
        return Handshake(
            tls_version=_VERSIONS.get(self._version(), ""),
            cipher=self._connection.get_cipher_name() or "",
            presented_chain=tuple(read_certificate(der) for der in certificates),
            ocsp_staple=self._messages.ocsp_staple or self._records.flight.ocsp_staple or self._staple_seen,
            # With every suite we offer, a server that completes the handshake has signed or decrypted with the key of
            # its first certificate: suites without certificates are not offered, and OpenSSL checks the signature
            # although it is told to verify nothing else (RFC 8446 4.4.3; historic: RFC 5246 7.4.3, 7.4.7.1).
            key_proven=self._completed or self._proven,
            completed=self._completed,
            note="" if self._completed else self._why(),
        )

    def _failure(self) -> ProbeFailure:
        if self._clear.words and not self._clear.tls_began:
            return ProbeFailure(Stage.HANDSHAKE, FailureKind.NOT_THIS_PROTOCOL, shown(self._clear.words))
        if self._alert() is not None:
            return ProbeFailure(Stage.HANDSHAKE, FailureKind.ALERT, self._why())
        kind = self._broken[0] if self._broken is not None else FailureKind.PROTOCOL_ERROR
        return ProbeFailure(Stage.HANDSHAKE, kind, self._why())

    def _why(self) -> str:
        words = self._alert() or (self._broken[1] if self._broken is not None else "no certificate")
        chosen = self._version()
        if chosen:
            words += f"; the server chose {_VERSIONS.get(chosen, hex(chosen))}"
        if self._messages.wants_client_certificate or self._records.flight.wants_client_certificate:
            words += "; it asked for a client certificate"
        return words

    def _alert(self) -> str | None:
        alert = self._messages.alert or self._records.flight.alert
        return alert.name if alert is not None and not self._completed else None

    def _version(self) -> int:
        seen = self._messages.version or self._records.flight.version
        return self._connection.get_protocol_version() if self._completed else seen

    def _certificates(self) -> tuple[bytes, ...]:
        heard = self._messages.certificates or self._records.flight.certificates
        if heard is None and self._completed:
            from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

            chain = self._connection.get_peer_cert_chain() or ()
            return tuple(dump_certificate(FILETYPE_ASN1, certificate) for certificate in chain)
        return heard or ()

    def _decrypted(self) -> bytes:
        decrypted = b""
        while True:
            try:
                decrypted += self._connection.recv(_READ_SIZE)
            except SSL.Error:  # nothing more for now, or for ever: the wire tells which
                return decrypted

    def _hear(self, content_type: int, message: bytes) -> None:
        if content_type == _HANDSHAKE_TYPE:
            self._messages.read_message(message)
        elif content_type == _ALERT_TYPE:
            self._messages.read_alert(message)

    def _see_staple(self, _connection: SSL.Connection, staple: bytes, _data: object) -> bool:
        self._staple_seen = staple or None
        return True


def _reason(error: SSL.Error) -> str:
    """Give OpenSSL's own words, the innermost reason first."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    reasons = dict.fromkeys(str(entry[-1]) for entry in queue if entry and entry[-1])
    return ", ".join(reasons) or " ".join(str(argument) for argument in error.args) or type(error).__name__
