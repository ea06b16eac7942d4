"""Service connection points asked of slapd: in clear, within TLS, by those who have logged on, page by page."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons, FreePorts
from tests.programs.slapd import PASSWORD, USER, Slapd, start_slapd

from mailtrust.core.formats.directory_place import DirectoryDomain, DirectoryServer
from mailtrust.core.formats.srv import SrvRecord
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.walk import SCP_POINTER, SCP_URL, ConnectionPoint, ScpAnswer, ScpQuestion
from mailtrust.core.protocols import directory_search
from mailtrust.core.protocols.directory_search import Login
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found
from mailtrust.flows.directory import LiveDirectory

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

HOST = "mail.post.example"
LOGIN = Login(USER, PASSWORD)
POINTS = (
    ConnectionPoint((SCP_URL.upper(), "Site=Default"), ("https://ex1.b.local/Autodiscover/Autodiscover.xml",), "EX1"),
    ConnectionPoint((SCP_URL,), ("https://ex2.b.local/Autodiscover/Autodiscover.xml",), "EX2"),
    ConnectionPoint((SCP_POINTER, "Domain=c.test"), ("LDAP://dc.c.test",), "c.test"),
)


@pytest.fixture(scope="module")
def root(certificates: dict[str, Path], server_folder: Path) -> Certificate:
    made = read_certificate(find_pem((server_folder / "root.pem").read_bytes())[0].data)
    assert isinstance(made, Certificate)
    return made


@pytest.fixture(scope="module")
def slapd(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: FreePorts,
    installed: Callable[[str, str], str],
    daemons: Daemons,
) -> Callable[[str], Slapd]:
    """One that answers everybody, and one that answers those who have logged on."""
    installed("slapd", "slapd")
    running = {
        readers: start_slapd(
            daemons, free_port, server_folder / "directory" / readers.replace("*", "all"),
            certificates["good"] / "combined.pem", POINTS, readers=readers,
        )
        for readers in ("*", "users")
    }  # fmt: skip
    return running.__getitem__


async def asked(
    server: DirectoryServer, *roots: Certificate, login: Login | None = None, pointer: str = ""
) -> ScpAnswer:
    async def here(_host: str, port: int) -> tuple[tuple[str, ...], int]:
        return (LOOPBACK,), port

    directory = LiveDirectory(server, FakeResolver(), here, login, roots)
    return await directory(ScpQuestion(pointer))


def said(answer: ScpAnswer) -> list[ConnectionPoint]:
    return sorted(answer.points, key=lambda point: point.server)


async def test_anybody_is_answered_in_clear(slapd: Callable[[str], Slapd]) -> None:
    answer = await asked(DirectoryServer(HOST, slapd("*").plain))
    assert answer.why is None
    assert said(answer) == list(POINTS)


@pytest.mark.parametrize("implicit", [True, False], ids=["ldaps", "StartTLS"])
async def test_who_logs_on_does_so_within_verified_tls(
    slapd: Callable[[str], Slapd], root: Certificate, implicit: bool
) -> None:
    running = slapd("users")
    server = DirectoryServer(HOST, running.secure if implicit else running.plain, implicit)
    answer = await asked(server, root, login=LOGIN)
    assert (answer.why, said(answer)) == (None, list(POINTS))
    stranger = await asked(server, root)
    assert stranger.points == ()
    assert "--directory-user" in str(stranger.why)
    wrong = await asked(server, root, login=Login(USER, b"another"))
    assert "invalidCredentials" in str(wrong.why)


@pytest.mark.parametrize("implicit", [True, False], ids=["ldaps", "StartTLS"])
async def test_a_password_is_not_sent_to_whom_the_certificate_does_not_name(
    slapd: Callable[[str], Slapd], root: Certificate, implicit: bool
) -> None:
    running = slapd("users")
    port = running.secure if implicit else running.plain
    untrusted = await asked(DirectoryServer(HOST, port, implicit), login=LOGIN)
    assert "certificate does not hold" in str(untrusted.why)
    assert "no password sent" in str(untrusted.why)
    misnamed = await asked(DirectoryServer("dc.post.example", port, implicit), root, login=LOGIN)
    assert "certificate does not hold" in str(misnamed.why)
    no_tls = await asked(DirectoryServer(HOST, running.plain, implicit_tls=True), root, login=LOGIN)
    assert "no password sent" in str(no_tls.why)


async def test_what_does_not_fit_on_one_page_is_told_too(
    slapd: Callable[[str], Slapd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_search, "PAGE", 1)
    answer = await asked(DirectoryServer(HOST, slapd("*").plain))
    assert (answer.why, said(answer)) == (None, list(POINTS))


async def test_a_pointers_server_never_hears_the_password(slapd: Callable[[str], Slapd], root: Certificate) -> None:
    meant = DirectoryServer("other.test", 1)
    answer = await asked(meant, root, login=LOGIN, pointer=f"{HOST}:{slapd('*').plain}")
    assert said(answer) == list(POINTS)
    refused = await asked(meant, root, login=LOGIN, pointer=f"{HOST}:{slapd('users').plain}")
    assert "not sent where a pointer leads" in str(refused.why)


async def test_domain_controllers_are_found_in_dns_and_the_next_one_is_asked(slapd: Callable[[str], Slapd]) -> None:
    async def reach(host: str, port: int) -> tuple[tuple[str, ...], int]:
        return ((LOOPBACK,) if host == HOST else ()), port

    records = Found((SrvRecord(0, 100, 389, "down.b.test"), SrvRecord(0, 50, slapd("*").plain, HOST)))
    resolver = FakeResolver(services={"_ldap._tcp.dc._msdcs.b.test": records})
    assert said(await LiveDirectory(DirectoryDomain("b.test"), resolver, reach)(ScpQuestion())) == list(POINTS)
    nobody = await LiveDirectory(DirectoryDomain("c.test"), resolver, reach)(ScpQuestion())
    assert "--scp" in str(nobody.why)


async def test_a_server_that_says_nothing_or_hangs_up_is_told() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(deaf, LOOPBACK, 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert "hangs up" in str((await asked(DirectoryServer(HOST, port))).why)
        assert "no password sent" in str((await asked(DirectoryServer(HOST, port), login=LOGIN)).why)
    assert "cannot be reached" in str((await asked(DirectoryServer(HOST, port))).why)
