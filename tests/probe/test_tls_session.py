"""The handshake over octets in memory: cut anywhere, corrupted anywhere, it gives an answer and never raises."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from OpenSSL import SSL

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure
from mailtrust.edge.probe.tls_session import Progress, TlsSession


class Server:
    """OpenSSL's server in memory."""

    def __init__(self, chain, version):
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_max_proto_version(version)
        context.use_certificate_file(str(chain.leaf))
        context.use_privatekey_file(str(chain.key))
        self.connection = SSL.Connection(context)
        self.connection.set_accept_state()

    def answer(self, data):
        if data:
            self.connection.bio_write(data)
        with contextlib.suppress(SSL.Error):
            self.connection.do_handshake()
        try:
            return self.connection.bio_read(1 << 16)
        except SSL.Error:
            return b""


def converse(session, server, change=lambda data: [data]):
    """Let them talk until nobody has anything to say."""
    for _ in range(10):
        progress = session.handshake()
        answer = server.answer(session.outgoing())
        if progress is not Progress.NEED_DATA:
            session.receive(answer)
            break
        if not answer:
            session.give_up(FailureKind.CLOSED, "closed during the handshake")
            break
        for piece in change(answer):
            session.receive(piece)
    return session.result()


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_octet_by_octet(chain, version):
    result = converse(TlsSession(Offer.DEFAULT, None), Server(chain, version), lambda data: [bytes((o,)) for o in data])
    assert isinstance(result, Handshake)
    assert result.completed
    assert result.presented_chain[0].der == chain.ders[0]


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 255)), max_size=3),
    cut=st.integers(0, 3_000) | st.none(),
    clear=st.binary(max_size=8),
)
def test_corrupted(chain, version, changes, cut, clear):
    def corrupt(data):
        octets = bytearray(data)
        for place, difference in changes:
            if place < len(octets):
                octets[place] ^= difference
        return [clear, bytes(octets[:cut])]

    session = TlsSession(Offer.DEFAULT, "mail.example.test")
    result = converse(session, Server(chain, version), corrupt)
    assert isinstance(result, Handshake | ProbeFailure)
    words = result.note if isinstance(result, Handshake) else result.detail
    assert words.isprintable()
    if isinstance(result, Handshake) and result.completed:
        assert result.key_proven
        assert result.presented_chain[0].der == chain.ders[0], "what was signed is what is shown"
    assert isinstance(session.may_succeed_with_tls12, bool)
    session.send(b"QUIT\r\n")
    session.close()
    session.outgoing()


@given(st.lists(st.binary(max_size=100), max_size=10))
@settings(deadline=None)
def test_noise(pieces):
    session = TlsSession(Offer.DEFAULT, None)
    for piece in pieces:
        session.receive(piece)
        session.handshake()
    assert not isinstance(session.result(), Handshake)


def test_a_broken_handshake_stays_broken():
    session = TlsSession(Offer.DEFAULT, None)
    session.receive(b"\x15\x03\x03\x00\x02\x02\x28")
    assert session.handshake() is Progress.BROKEN
    assert session.handshake() is Progress.BROKEN
    session.give_up(FailureKind.TIMEOUT, "later")
    assert session.result().kind is FailureKind.ALERT
