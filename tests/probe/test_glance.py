"""Looking in passing shows what a whole handshake shows, or leaves the answer to one."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess

import pytest
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from OpenSSL import SSL
from tests.programs.daemons import FreePorts

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure, Stage
from mailtrust.core.protocols import tls_hello
from mailtrust.edge.probe.glance import NOTE, Glance
from mailtrust.edge.probe.prober import PortBudget
from mailtrust.edge.probe.schedule import probe_all
from mailtrust.edge.probe.tls_session import Progress, TlsSession

NAME = "mail.example.test"
KEYS = {
    "rsa-1024": ("-newkey", "rsa:1024"),
    "rsa-2048": ("-newkey", "rsa:2048"),
    "rsa-3072-sha512": ("-newkey", "rsa:3072", "-sha512"),
    "rsa-pss": ("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"),
    "p-256": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p-384": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "p-521": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"),
    "ed25519": ("-newkey", "ed25519"),
    "ed448": ("-newkey", "ed448"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A self-signed certificate and its key, by the kind of its key."""
    files = {}

    def make(kind):
        if kind not in files:
            folder = tmp_path_factory.mktemp(kind)
            files[kind] = folder / "leaf.pem", folder / "key.pem"
            command = ["openssl", "req", "-x509", "-nodes", "-days", "9", "-subj", f"/CN={NAME}", *KEYS[kind]]
            command += ["-keyout", folder / "key.pem", "-out", folder / "leaf.pem"]
            subprocess.run(command, check=True, capture_output=True)
        return files[kind]

    return make


def glancing(connections=2):
    return PortBudget(connections=connections, glance=True)


async def both(look, port, **options):
    """In passing, and whole."""
    return await look(port, budget=glancing(), **options), await look(port, **options)


def same_shown(glanced, whole):
    assert isinstance(glanced.result, Handshake)
    assert glanced.presented_chain == whole.presented_chain
    assert glanced.result.ocsp_staple == whole.result.ocsp_staple
    assert (glanced.transcript, glanced.bytes_before_tls) == (whole.transcript, whole.bytes_before_tls)
    assert glanced.result.key_proven is whole.result.key_proven is True


@pytest.mark.parametrize("kind", KEYS)
async def test_every_kind_of_key(look, s_server, made, kind):
    leaf, key = made(kind)
    glanced, whole = await both(look, s_server("-cert", leaf, "-key", key, "-cipher", "ALL:@SECLEVEL=0"))
    same_shown(glanced, whole)
    assert (glanced.result.tls_version, glanced.result.completed, glanced.result.note) == ("TLSv1.2", False, NOTE)


async def test_a_whole_chain_with_a_staple(look, s_server, chain, tmp_path):
    (tmp_path / "staple").write_bytes(b"0\x03\x0a\x01\x06")  # OCSPResponse: unauthorized (RFC 6960 4.2.1)
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-cert_chain", chain.intermediate,
                    "-status_file", tmp_path / "staple")  # fmt: skip
    glanced, whole = await both(look, port)
    same_shown(glanced, whole)
    assert tuple(one.der for one in glanced.presented_chain) == chain.ders
    assert glanced.result.ocsp_staple == b"0\x03\x0a\x01\x06"


@pytest.mark.parametrize("cipher", sorted(set(tls_hello._SUITES.values())))
async def test_every_suite_is_called_as_openssl_calls_it(look, s_server, made, cipher):
    leaf, key = made("p-256" if "ECDSA" in cipher else "rsa-2048")
    glanced = await look(s_server("-cert", leaf, "-key", key, "-cipher", f"{cipher}:@SECLEVEL=0"), budget=glancing())
    assert glanced.result.note == NOTE
    assert glanced.result.cipher == cipher


@pytest.mark.parametrize(
    ("options", "version", "cipher"),
    [
        (("-tls1_3",), "TLSv1.3", ""),
        (("-tls1_1",), "TLSv1.1", ""),
        (("-tls1",), "TLSv1", ""),
        (("-tls1_2", "-cipher", "AES128-SHA"), "TLSv1.2", "AES128-SHA"),
    ],
)
async def test_what_it_cannot_prove_takes_a_whole_handshake(look, s_server, rsa_chain, options, version, cipher):
    """TLS 1.3 is spoken after it has declined 1.2; older versions and RSA key exchange sign nothing that is enough."""
    lax = () if "-cipher" in options else ("-cipher", "ALL:@SECLEVEL=0")
    port = s_server("-cert", rsa_chain.leaf, "-key", rsa_chain.key, *options, *lax)
    budget = glancing()
    seen = await look(port, budget=budget)
    assert isinstance(seen.result, Handshake)
    assert (seen.result.tls_version, seen.result.completed, seen.result.key_proven) == (version, True, True)
    assert seen.result.cipher == cipher or not cipher
    assert budget == PortBudget(connections=1, glance=False), "the other names of the port are asked whole at once"


async def test_with_one_connection_left_it_is_a_whole_handshake(look, s_server, chain):
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key), budget=glancing(connections=0))
    assert seen.result.completed


async def test_other_offers_are_always_whole(look, s_server, chain):
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key), offer=Offer.NO_SNI, budget=glancing())
    assert seen.result.completed


async def test_the_name_is_sent(look, s_server, chain, make_chain):
    other = make_chain("other.example.test")
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-servername", "other.example.test",
                    "-cert2", other.leaf, "-key2", other.key)  # fmt: skip
    for name, expected in ((NAME, chain), ("other.example.test", other), (None, chain), ("münchen.test", chain)):
        seen = await look(port, server_name=name, budget=glancing())
        assert seen.result.note == NOTE
        assert seen.presented_chain[0].der == expected.ders[0]


async def test_a_server_that_wants_a_client_certificate(look, s_server, chain):
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-Verify", "1")
    seen = await look(port, budget=glancing())
    assert seen.result.key_proven
    assert seen.result.note == NOTE


@pytest.mark.parametrize(("kind", "priority"), [("rsa-2048", "NORMAL"), ("p-256", "NORMAL"), ("ed25519", "NORMAL"),
                                                ("rsa-2048", "NORMAL:-VERS-TLS1.2")])  # fmt: skip
@pytest.mark.may_be_left_out
async def test_gnutls(look, made, kind, priority):
    if shutil.which("gnutls-serv") is None:
        pytest.skip("gnutls-serv is not installed")
    leaf, key = made(kind)
    port = FreePorts()()
    command = ["gnutls-serv", "-q", "-p", str(port), "--x509certfile", leaf, "--x509keyfile", key]
    process = subprocess.Popen(  # noqa: ASYNC220 - it is only started here
        [*command, "--priority", priority], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            await asyncio.sleep(0.02)
        same_shown(*await both(look, port))
    finally:
        process.terminate()
        process.wait()


JSSE = """
import java.io.*; import java.security.*; import javax.net.ssl.*;
class Server {
  public static void main(String[] given) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = new FileInputStream(given[0])) { store.load(file, "secret".toCharArray()); }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, "secret".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
    System.out.println(server.getLocalPort());
    while (true) {
      try (SSLSocket one = (SSLSocket) server.accept()) {
        one.startHandshake();
        one.getInputStream().read();
      } catch (IOException gone) {
        continue;
      }
    }
  }
}
"""


@pytest.mark.parametrize("kind", ["rsa-2048", "p-256"])
@pytest.mark.may_be_left_out
async def test_java(look, made, kind, tmp_path):
    if shutil.which("javac") is None:
        pytest.skip("a Java compiler is not installed")
    leaf, key = made(kind)
    (tmp_path / "Server.java").write_text(JSSE)
    export = ["openssl", "pkcs12", "-export", "-in", leaf, "-inkey", key, "-out", tmp_path / "store", "-passout"]
    subprocess.run([*export, "pass:secret"], check=True, capture_output=True)  # noqa: ASYNC221 - nothing else runs
    command = ["java", tmp_path / "Server.java", tmp_path / "store"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: ASYNC220
        try:
            assert server.stdout is not None
            same_shown(*await both(look, int(server.stdout.readline())))
        finally:
            server.kill()


async def test_the_port_of_nobody(look):
    seen = await look(FreePorts()(), budget=glancing())
    assert isinstance(seen.result, ProbeFailure)
    assert (seen.result.stage, seen.result.kind) == (Stage.CONNECT, FailureKind.REFUSED)


async def test_after_a_dialogue_it_leaves_by_a_goodbye_and_fin(look, serve, made):
    leaf, key = made("p-256")
    context = server_of(leaf, key)

    async def imap(reader, writer, heard):
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, word = line.strip().partition(b" ")
            if word.upper() == b"STARTTLS":
                writer.write(tag + b" OK begin\r\n")
                break
            writer.write(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n")
        server = SSL.Connection(context)
        server.set_accept_state()
        while data := await reader.read(4096):
            heard.clear += data
            server.bio_write(data)
            with contextlib.suppress(SSL.Error):
                server.do_handshake()
            with contextlib.suppress(SSL.Error):
                writer.write(server.bio_read(1 << 16))
        heard.end = "fin"

    async with serve(imap) as (port, heard):
        seen = await look(port, Protocol.IMAP, TlsMode.STARTTLS, budget=glancing())
        await heard.done.wait()
    assert seen.result.note == NOTE
    assert seen.transcript[0] == "< * OK ready"
    assert heard.clear.endswith(tls_hello.GOODBYE)
    assert (heard.end, heard.connections) == ("fin", 1)


@pytest.mark.parametrize("answer", [b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\x16"])
async def test_other_answers_are_told_as_a_whole_handshake_tells_them(look, serve, answer):
    async def odd(reader, writer, _heard):
        await reader.read(1)
        writer.write(answer)
        writer.write_eof()
        await reader.read()

    async with serve(odd) as (port, heard):
        glanced = await look(port, budget=glancing())
        assert heard.connections == 3 if not answer.startswith(b"HTTP") else 2
        whole = await look(port, budget=PortBudget(connections=1))
    assert glanced.result == whole.result


async def test_clear_words_after_the_go_ahead_are_kept(look, serve, server_context):
    """Injected answers (RFC 3207 4.2) are a finding: the whole handshake tells of them."""

    async def smtp(reader, writer, _heard):
        writer.write(b"220 ready\r\n")
        await reader.readline()
        writer.write(b"250-hello\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go\r\n250 injected\r\n")
        await writer.start_tls(server_context)
        await reader.read()

    async with serve(smtp) as (port, heard):
        seen = await look(port, Protocol.SMTP, TlsMode.STARTTLS, budget=glancing())
        assert heard.connections == 2
    assert seen.bytes_before_tls == b"250 injected\r\n"


async def test_a_port_is_visited_once(serve, made, quick):
    context = server_of(*made("p-256"))

    async def tls(reader, writer, _heard):
        server = SSL.Connection(context)
        server.set_accept_state()
        while data := await reader.read(4096):
            server.bio_write(data)
            with contextlib.suppress(SSL.Error):
                server.do_handshake()
            with contextlib.suppress(SSL.Error):
                writer.write(server.bio_read(1 << 16))

    async with serve(tls) as (port, heard):
        ends = [Endpoint(f"{n}.test", port, Protocol.TLS, TlsMode.IMPLICIT, "127.0.0.1", f"{n}.test", "given")
                for n in "ab"]  # fmt: skip
        seens = await probe_all([(end, Offer.DEFAULT) for end in ends], timeouts=quick, glance=True)
        assert heard.connections == 2
    assert [seen.result.note for seen in seens] == [NOTE, NOTE]


# --- In memory: OpenSSL's server against both ---


def server_of(leaf, key, *, ciphers=b"ALL:@SECLEVEL=0", extra=()):
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_cipher_list(ciphers)
    context.use_certificate_file(str(leaf))
    context.use_privatekey_file(str(key))
    for one in extra:
        context.add_extra_chain_cert(load_pem_x509_certificate(one.read_bytes()))
    return context


def answer_to(hello, context):
    server = SSL.Connection(context)
    server.set_accept_state()
    server.bio_write(hello)
    with contextlib.suppress(SSL.Error):
        server.do_handshake()
    with contextlib.suppress(SSL.Error):
        return server.bio_read(1 << 18)
    return b""


def whole_handshake(context, name):
    session, server = TlsSession(Offer.DEFAULT, name), SSL.Connection(context)
    server.set_accept_state()
    for _ in range(6):
        if session.handshake() is not Progress.NEED_DATA:
            break
        server.bio_write(session.outgoing())
        with contextlib.suppress(SSL.Error):
            server.do_handshake()
        with contextlib.suppress(SSL.Error):
            session.receive(server.bio_read(1 << 18))
    return session.result()


def _compare(made, drawn):
    kind = drawn.draw(st.sampled_from(sorted(KEYS)))
    leaf, key = made(kind)
    suites = drawn.draw(st.permutations(sorted(set(tls_hello._SUITES.values()))))
    extra = [made(one)[0] for one in drawn.draw(st.lists(st.sampled_from(sorted(KEYS)), max_size=4))]
    context = server_of(leaf, key, ciphers=":".join(suites).encode() + b":@SECLEVEL=0", extra=extra)
    if drawn.draw(st.booleans()):
        context.set_options(SSL.OP_CIPHER_SERVER_PREFERENCE)
    if drawn.draw(st.booleans()):
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    name = drawn.draw(st.sampled_from((NAME, None, "x" * 63 + ".test", "ünicode.test")))
    glance = Glance(name)
    octets = answer_to(glance.hello, context)
    # A flight's length changes with its signature: where it is cut and changed is drawn apart from it.
    cuts = sorted(cut % len(octets) for cut in drawn.draw(st.lists(st.integers(0, 9_999), max_size=6)))
    for begin, end in zip((0, *cuts), (*cuts, len(octets)), strict=True):
        decided = glance.receive(octets[begin:end])
    assert decided
    shown, whole = glance.result(), whole_handshake(context, name)
    assert shown is not None
    assert whole.completed
    assert shown.presented_chain == whole.presented_chain
    assert (shown.key_proven, whole.key_proven) == (True, True)

    # One octet of the flight changed: the proof is of the key, whatever certificate bears it (see the module).
    changed = bytearray(octets)
    changed[drawn.draw(st.integers(0, 9_999)) % len(octets)] ^= drawn.draw(st.integers(1, 255))
    again = Glance(name)
    again._random = glance._random
    again.receive(bytes(changed))
    lied = again.result()
    assert lied is None or lied.presented_chain[0].public_key == shown.presented_chain[0].public_key


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.data())
def test_random_servers_show_the_same(made, drawn):
    _compare(made, drawn)


@pytest.mark.long
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.data())
def test_five_hundred_random_servers_show_the_same(made, drawn):
    _compare(made, drawn)


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
def test_another_servers_certificate_is_never_proven(made, kind, tmp_path):
    """Its list is put in the place of the true one: the signature is another key's."""
    leaf, key = made(kind)
    other = tmp_path / "leaf.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "9", "-subj", f"/CN={NAME}", *KEYS[kind]]
    subprocess.run([*command, "-keyout", tmp_path / "key.pem", "-out", other], check=True, capture_output=True)
    glance = Glance(NAME)
    octets = answer_to(glance.hello, server_of(leaf, key))
    glance.receive(octets)
    assert glance.result() is not None
    glance._reader.flight.certificates = (ssl.PEM_cert_to_DER_cert(other.read_text()),)
    assert glance.result() is None


def test_an_answer_to_another_hello_proves_nothing(made):
    first, second = Glance(NAME), Glance(NAME)
    octets = answer_to(first.hello, server_of(*made("p-256")))
    assert first.receive(octets)
    assert second.receive(octets)
    assert first.result() is not None
    assert second.result() is None


@given(st.binary(max_size=3000), st.lists(st.integers(1, 400), max_size=8))
def test_noise_is_never_proven(noise, sizes):
    glance = Glance(NAME)
    for size in sizes:
        glance.receive(noise[:size])
        noise = noise[size:]
    glance.receive(noise)
    assert glance.result() is None
