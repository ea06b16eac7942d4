"""Real server programs on loopback, each with a good certificate and eight kinds of faulty ones."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio
from tests.programs.daemons import LOOPBACK, Daemons, FreePorts, NotInstalledError, program

from mailtrust.core.clients import client_by_id
from mailtrust.core.formats.connect_to import Detours, Resolve
from mailtrust.core.formats.target import SCHEMES, Url
from mailtrust.core.issuance.recipe import CLIENT_AUTH, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem, to_pem
from mailtrust.edge.probe.glance import NOTE
from mailtrust.edge.probe.prober import PortBudget, probe
from mailtrust.flows.check import CheckRequest, check
from mailtrust.flows.edge import real_edge
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.oracles import JavaOracle, Question, ask_gnutls, ask_openssl
from mailtrust.lab.pki import Issued, Pki

HOST = "mail.post.example"
KINDS = (
    "good",
    "missing-intermediate",
    "self-signed",
    "expired",
    "wrong-name",
    "common-name-only",
    "wrong-order-with-root",
    "rsa-1024",
    "sha-1",
    "client-auth-only",
)
EVERYONE = {"openssl", "gnutls", "java-mail"}
# What the real clients are seen to do; a kind that they all take would prove nothing about our refusals.
REFUSED_BY: dict[str, set[str]] = {
    "good": set(),
    "missing-intermediate": EVERYONE,
    "self-signed": EVERYONE,
    "expired": EVERYONE,
    "wrong-name": EVERYONE,
    "common-name-only": set(),
    "wrong-order-with-root": set(),
    "rsa-1024": {"openssl"},
    "sha-1": {"openssl", "gnutls"},
    "client-auth-only": EVERYONE,
}


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that the servers' unprivileged users can pass through, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="mailtrust-servers-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def free_port() -> FreePorts:
    return FreePorts()


@pytest.fixture(scope="session")
def installed() -> Callable[[str, str], str]:
    """Where a program is; without it the test is skipped with the reason, and fails where nothing may be left out."""

    def find(name: str, package: str) -> str:
        try:
            return program(name, package)
        except NotInstalledError as missing:
            _leave_out(str(missing))

    return find


@pytest.fixture(scope="session")
def as_root() -> None:
    """Postfix and Dovecot drop rights that they must have first."""
    if os.geteuid() != 0:
        _leave_out("this server is started by root only: run make test-servers as root")


@pytest.fixture(scope="session")
def left_out() -> Callable[[str], NoReturn]:
    """Leaves a test out, with the reason."""
    return _leave_out


def _leave_out(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def daemons(server_folder: Path) -> Iterator[Daemons]:
    with Daemons(server_folder) as running:
        yield running


@pytest.fixture(scope="module")
def daemon(daemons: Daemons) -> Callable[..., None]:
    """Starts a program that listens on ports of this machine's usual address."""
    return lambda command, ports: daemons.start(command, [(LOOPBACK, port) for port in ports])


@pytest.fixture(scope="session")
def certificates(server_folder: Path) -> dict[str, Path]:
    """A folder for each kind: bundle.pem as it is to be presented, key.pem, and both in one file, key first."""
    aia = AiaHost(LOOPBACK)
    pki = Pki(datetime.now(UTC), "Sample Authority", aia)
    good, usual = pki.leaf(HOST), server_recipe(HOST)
    mixed = (good.certificate, pki.root.certificate, pki.intermediate.certificate)
    made = {
        "good": (good, good.chain),
        "missing-intermediate": (good, (good.certificate,)),
        "self-signed": _whole(pki.self_signed(HOST, common_name=HOST)),
        "expired": _whole(pki.leaf(HOST, days=(-90, -2))),
        "wrong-name": _whole(pki.leaf("www.post.example")),
        "common-name-only": _whole(pki.leaf(recipe=replace(usual, dns_names=()))),
        "wrong-order-with-root": (good, mixed),
        "rsa-1024": _whole(pki.leaf(HOST, key="rsa-1024")),
        "sha-1": _whole(pki.leaf(HOST, recipe=replace(usual, signature_hash="sha1"))),
        "client-auth-only": _whole(pki.leaf(HOST, recipe=replace(usual, extended_key_usage=(CLIENT_AUTH,)))),
    }
    assert set(made) == set(KINDS)
    # Nobody who is asked here downloads issuers.
    aia.close()
    (server_folder / "root.pem").write_text(to_pem(pki.root.certificate))
    folders = {}
    for kind, (leaf, chain) in made.items():
        folder = folders[kind] = server_folder / kind
        folder.mkdir()
        bundle = "".join(map(to_pem, chain))
        (folder / "bundle.pem").write_text(bundle)
        (folder / "key.pem").write_bytes(leaf.key_pem)
        (folder / "combined.pem").write_bytes(leaf.key_pem + bundle.encode())
    return folders


def _whole(leaf: Issued) -> tuple[Issued, tuple[Certificate, ...]]:
    return leaf, leaf.chain


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def java(
    installed: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[JavaOracle]:
    installed("java", "openjdk-17-jre-headless")
    oracle = JavaOracle(tmp_path_factory.mktemp("java"))
    await oracle.start()
    yield oracle
    await oracle.stop()


@pytest.fixture(scope="session")
def bundle(certificates: dict[str, Path]) -> Callable[[str], list[bytes]]:
    """What stands in a kind's bundle, as DER."""
    return lambda kind: [block.data for block in find_pem((certificates[kind] / "bundle.pem").read_bytes())]


@pytest.fixture(scope="session")
def agrees(
    java: JavaOracle, installed: Callable[[str, str], str], server_folder: Path, certificates: dict[str, Path]
) -> Callable[[str, str, int], Awaitable[list[bytes]]]:
    """Checks a port, asks the real clients at the same time, and compares; gives the chain that was presented."""
    installed("openssl", "openssl")
    installed("gnutls-cli", "gnutls-bin")
    root = server_folder / "root.pem"
    trusted = read_certificate(find_pem(root.read_bytes())[0].data)
    assert isinstance(trusted, Certificate)

    async def compare(kind: str, scheme: str, port: int) -> list[bytes]:
        protocol, tls_mode = SCHEMES[scheme].protocol, SCHEMES[scheme].tls_mode
        question = Question(HOST, LOOPBACK, port, protocol, tls_mode, root)
        assessment, openssl, gnutls, jsse = await asyncio.gather(
            checked(Url(protocol, tls_mode, HOST, port), trusted),
            ask_openssl(question),
            ask_gnutls(question),
            java.ask(question),
        )
        answers = {"openssl": openssl, "gnutls": gnutls, "java-mail": jsse}
        for client, answer in answers.items():
            (verdict,) = (verdict for verdict in assessment.evidence.verdicts if verdict.client == client)
            assert verdict.outcome is (Outcome.ACCEPTED if answer.accepted else Outcome.REFUSED), (
                client,
                answer,
                verdict,
            )
        refused = {client for client, answer in answers.items() if not answer.accepted}
        assert refused == REFUSED_BY[kind]
        seen = next(seen for seen in assessment.evidence.case.observations if seen.offer is Offer.DEFAULT)
        await shows_the_same_in_passing(seen)
        return [certificate.der for certificate in seen.presented_chain]

    return compare


async def shows_the_same_in_passing(whole: Observation) -> None:
    """A look in passing shows and proves what the whole handshake did."""
    glanced = await probe(
        whole.endpoint, Offer.DEFAULT, now=lambda: whole.at, budget=PortBudget(connections=1, glance=True)
    )
    assert isinstance(glanced.result, Handshake)
    assert glanced.result.key_proven
    assert glanced.result.note == NOTE
    assert glanced.presented_chain == whole.presented_chain


async def checked(target: Url, root: Certificate) -> Assessment:
    """Look at one port of this machine under the servers' name."""
    edge = replace(real_edge(), issuers=(), remember=lambda _: None)
    request = CheckRequest(
        target=target,
        title=target.host,
        clients=tuple(client_by_id(client) for client in ("openssl", "gnutls", "java-mail")),
        roots=(root,),
        detours=Detours(resolve=(Resolve(target.host, target.port, (LOOPBACK,)),)),
    )
    return await check(request, edge)
