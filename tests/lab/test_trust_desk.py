"""The desk that tells each visitor whether his program trusts a CA, visited by OpenSSL, curl, Chromium, Firefox."""

import asyncio
import contextlib
import imaplib
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.rollout.serving import Company

from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab import journal
from mailtrust.lab.kit.site import Visitor
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.oracles.devtools import DevTools
from mailtrust.lab.oracles.mozilla import MozillaOracle
from mailtrust.lab.oracles.nss_database import make_database
from mailtrust.lab.oracles.question import OracleError, Question
from mailtrust.lab.trust_desk import MOST_VISITORS, TrustDesk

LANGUAGES: dict[str, Callable[[str], str]] = {
    "en": str,
    "fr": lambda said: f"fr:{said}",
    "zh": lambda said: f"zh:{said}",
}


def some_offset() -> int:
    """Ports that the system hands out to nobody: below 32768 (ip(7), ip_local_port_range)."""
    return 12_000 + secrets.randbelow(19_000)


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def root(company: Company, tmp_path: Path) -> Path:
    file = tmp_path / "root.pem"
    file.write_text(to_pem(company.root.certificate), "ascii")
    return file


@pytest.fixture
async def desk(company: Company, tmp_path: Path) -> AsyncIterator[TrustDesk]:
    for attempt in range(5):
        made = TrustDesk(
            tmp_path / f"desk-{attempt}", ip_address("127.0.0.1"), company.chain, company.leaf.key,
            name="localhost", offset=some_offset(), translators=LANGUAGES,
        )  # fmt: skip
        try:
            await made.start()
        except LabError:
            await made.stop()
            continue
        yield made
        await made.stop()
        return
    pytest.fail("no free ports in five tries")


class Told:
    """What the desk says, waited for."""

    def __init__(self, desk: TrustDesk) -> None:
        self._news: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        desk.told = lambda line: self._news.put_nowait(dict(line.values))

    async def next(self) -> tuple[object, str]:
        async with asyncio.timeout(20):
            said = await self._news.get()
        return said["scheme"], str(said["opinion"])

    async def until(self, scheme: str, opinion: str) -> None:
        """A browser tries more than once."""
        while await self.next() != (scheme, opinion):
            pass


def run(*command: str) -> int:
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=60).returncode


@pytest.mark.real_server
async def test_openssl_and_curl(desk: TrustDesk, root: Path) -> None:
    if missing := [one for one in ("openssl", "curl") if shutil.which(one) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    told = Told(desk)
    page = f"https://localhost:{desk.port('https')}/"
    assert await asyncio.to_thread(run, "curl", "-sS", page) == 60
    assert await told.next() == ("https", "does not trust it")
    assert await asyncio.to_thread(run, "curl", "-sS", "--cacert", str(root), page) == 0
    assert await told.next() == ("https", "trusts it")
    for scheme, more in (("smtps", ()), ("submission", ("-starttls", "smtp"))):
        command = ("openssl", "s_client", "-connect", f"localhost:{desk.port(scheme)}", "-verify_return_error", *more)
        assert await asyncio.to_thread(run, *command) == 1
        assert await told.next() == (scheme, "does not trust it")
        said = await asyncio.to_thread(
            subprocess.run, (*command, "-CAfile", str(root), "-quiet"),
            check=False, input=b"EHLO me.example\r\nQUIT\r\n", capture_output=True, timeout=60,
        )  # fmt: skip
        assert b"250" in said.stdout
        assert await told.next() == (scheme, "trusts it")


async def test_a_mail_program_finds_an_empty_mailbox(desk: TrustDesk, root: Path) -> None:
    told = Told(desk)

    def read(context: ssl.SSLContext) -> bytes:
        with imaplib.IMAP4_SSL("localhost", desk.port("imaps"), ssl_context=context, timeout=20) as program:
            program.login("anybody", "anything")
            return b"".join(part for part in program.select()[1] if part)

    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(read, ssl.create_default_context())
    assert await told.next() == ("imaps", "does not trust it")
    assert await asyncio.to_thread(read, ssl.create_default_context(cafile=root)) == b"0"
    assert await told.next() == ("imaps", "trusts it")


async def test_the_page_tells_in_the_visitors_language(desk: TrustDesk) -> None:
    def fetched(languages: str) -> str:
        asked = urllib.request.Request(desk.page, headers={"Accept-Language": languages})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert f"img-src https://localhost:{desk.port('https')}" in answer.headers["Content-Security-Policy"]
            return str(answer.read().decode("utf-8"))

    for languages, start in (("fr-CA,fr;q=0.9,en;q=0.8", "fr:"), ("zh", "zh:"), ("de, en;q=0.5", ""), ("", "")):
        page = await asyncio.to_thread(fetched, languages)
        assert f"<h1>{start}Do your programs trust Example Mail Root?</h1>" in page
        assert "<script" not in page


async def test_what_one_visitor_did_no_other_is_told(desk: TrustDesk) -> None:
    desk._note("192.0.2.1", "imaps", journal.heard("LOGIN"))
    assert b"trusts it" in desk._front(Visitor("192.0.2.1")).body
    assert b"trusts it" not in desk._front(Visitor("192.0.2.2")).body
    for number in range(MOST_VISITORS):
        desk._note(f"2001:db8::{number:x}", "imaps", journal.heard("LOGIN"))
    assert len(desk._seen) == MOST_VISITORS
    assert b"trusts it" not in desk._front(Visitor("192.0.2.1")).body


@pytest.mark.parametrize(
    ("events", "opinions"),
    [
        ((journal.CONNECTED, journal.LEFT_SILENTLY), ["cannot be told"]),
        ((journal.heard("GET"), journal.LEFT_SILENTLY, journal.heard("GET")), ["trusts it"]),
        ((text(journal.REFUSED.template, alert="protocol_version"),), ["cannot be told"]),
        (
            (text(journal.REFUSED.template, alert="unknown_ca"), journal.LEFT_IN_HANDSHAKE, journal.heard("GET")),
            ["does not trust it", "trusts it"],
        ),
        (
            (journal.heard("GET"), text(journal.REFUSED_AFTERWARDS.template, alert="bad_certificate")),
            ["trusts it", "does not trust it"],
        ),
    ],
)
async def test_noise_is_no_opinion(desk: TrustDesk, events: tuple[Text, ...], opinions: list[str]) -> None:
    said: list[str] = []
    desk.told = lambda line: said.append(str(dict(line.values)["opinion"]))
    for one in events:
        desk._note("192.0.2.1", "https", one)
    assert said == opinions


async def test_the_key_is_the_owners_alone(desk: TrustDesk) -> None:
    assert desk._folder.stat().st_mode & 0o777 == 0o700
    assert (desk._folder / "key.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.real_server
@pytest.mark.may_be_left_out
async def test_chromium_shows_the_answer_without_a_click(desk: TrustDesk, root: Path, tmp_path: Path) -> None:
    if missing := [one for one in ("chromium", "certutil") if shutil.which(one) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    told = Told(desk)
    for roots, shown, opinion in (((), False, "does not trust it"), ((root,), True, "trusts it")):
        home = tmp_path / f"home-{len(roots)}"
        await make_database(home / ".pki" / "nssdb", roots)
        assert await picture_shown(home, desk.page) is shown
        await told.until("https", opinion)


async def picture_shown(home: Path, page: str) -> bool:
    """Whether the picture on the page was loaded."""
    browser = DevTools()
    await browser.start(
        (
            "chromium", "--headless", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={home / 'profile'}",
        ),
        {**os.environ, "HOME": str(home)},
    )  # fmt: skip
    try:
        target = (await browser.call("Target.createTarget", url=page))["targetId"]
        session = (await browser.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        look = "document.readyState === 'complete' && document.images.length ? document.images[0].naturalWidth : -1"
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(OracleError):  # the page came meanwhile, or came anew
                    found = await browser.call("Runtime.evaluate", session, expression=look, returnByValue=True)
                    if (width := int(found["result"]["value"])) >= 0:
                        return width > 0
                await asyncio.sleep(0.05)
    finally:
        await browser.stop()


@pytest.mark.real_server
@pytest.mark.may_be_left_out
@pytest.mark.long
async def test_firefox(desk: TrustDesk, root: Path, tmp_path: Path) -> None:
    if missing := [one for one in ("firefox-esr", "certutil") if shutil.which(one) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    told = Told(desk)
    listener = desk._listeners[0]
    for roots, opinion in (([], "does not trust it"), ([root], "trusts it")):
        folder = tmp_path / f"firefox-{len(roots)}"
        folder.mkdir()
        browser = MozillaOracle("firefox-esr", "Firefox", folder)
        await browser.open(roots)
        asked = Question("localhost", "127.0.0.1", desk.port("https"), listener.protocol, listener.tls_mode, root)
        assert (await browser.ask(asked)).accepted is bool(roots)
        await told.until("https", opinion)
        await browser.stop()


MAILTRUST = (sys.executable, "-m", "mailtrust")


def mailtrust(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*MAILTRUST, *map(str, arguments)], check=False, capture_output=True, text=True, timeout=60)


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    folder = tmp_path / "ca"
    made = mailtrust("ca", "init", "--name", "Firm", "--domain", "localhost", "--new-key", "ec-p256", "--ca", folder)
    assert made.returncode == 0, made.stderr
    return folder


def test_the_command_issues_serves_and_ends(ca: Path) -> None:
    command = [*MAILTRUST, "trust", "check", "--listen", "127.0.0.1", "--name", "localhost", "--ca", str(ca)]
    for _ in range(5):
        offset = some_offset()
        served = subprocess.Popen(
            [*command, "--port-offset", str(offset)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert served.stdout is not None
        assert served.stderr is not None
        lines = []
        for line in served.stdout:
            lines.append(line)
            if line.startswith("Mail programs"):
                break
        else:
            served.communicate(timeout=60)
            continue  # a port was taken
        context = ssl.create_default_context(cafile=ca / "root.pem")
        with urllib.request.urlopen(f"https://localhost:{443 + offset}/", context=context, timeout=20) as answer:
            assert b"Your program trusts this certificate." in answer.read()
        assert "trusts it" in served.stdout.readline()
        served.send_signal(signal.SIGINT)
        _, err = served.communicate(timeout=60)
        assert (served.returncode, err) == (0, "")
        assert any("issued by CN=Firm Issuing CA" in line for line in lines)
        assert "localhost" in mailtrust("ca", "list", "--ca", ca).stdout
        return
    pytest.fail("no free ports in five tries")


def test_a_ca_vouches_for_its_own_names_alone(ca: Path) -> None:
    done = mailtrust("trust", "check", "--listen", "127.0.0.1", "--name", "mail.example.com", "--ca", ca)
    assert done.returncode == 2
    assert "mail.example.com" in done.stderr
    assert not list(ca.glob("issued-*"))


def test_what_cannot_be_shown_is_told(ca: Path, company: Company, tmp_path: Path) -> None:
    (tmp_path / "leaf.pem").write_text(to_pem(company.leaf.certificate), "ascii")
    (tmp_path / "other.key").write_text(company.alone.key.to_pem(), "ascii")
    at = ("trust", "check", "--listen", "127.0.0.1")
    for arguments, said in (
        ((), "--ca"),
        (("--ca", ca, "--cert", tmp_path / "leaf.pem"), "--ca"),
        (("--cert", tmp_path / "leaf.pem"), "one private key"),
        (("--cert", tmp_path / "leaf.pem", "--key", tmp_path / "other.key"), "belongs to the key"),
        (("--ca", ca, "--port-offset", "70000"), "port offset"),
    ):
        done = mailtrust(*at, *arguments)
        assert done.returncode == 2
        assert said in done.stderr
