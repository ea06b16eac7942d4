"""The case kit: its list and the page of open questions agree, its predictions are the profiles', its servers see."""

import asyncio
import imaplib
import json
import plistlib
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
import urllib.request
from asyncio import to_thread
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from mailtrust.core.model.problem import UserProblem
from mailtrust.lab.journal import command_in
from mailtrust.lab.kit.bench import Bench, address_of
from mailtrust.lab.kit.case import Stand
from mailtrust.lab.kit.cases import CASES, UnknownCaseError, case_by_id
from mailtrust.lab.kit.prediction import Nowhere, predict
from mailtrust.lab.kit.sheet import PLACEHOLDERS, as_html, as_json, as_text, sheet
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.pki import Pki

PAGE = Path(__file__).parents[2] / "docs" / "unconfirmed.md"
STAND = Stand(ipv4=IPv4Address("192.0.2.25"), ipv6=IPv6Address("2001:db8::25"))


def named_in(page: str) -> set[str]:
    lists = re.findall(r"Cases?: ((?:`[^`]+`(?:, | and | beside )?)+)", page.replace("\n", " "))
    return {name for names in lists for name in re.findall(r"`([^`]+)`", names)}


def test_the_page_and_the_kit_name_the_same_cases() -> None:
    assert named_in(PAGE.read_text(encoding="utf-8")) == {case.id for case in CASES}


def test_ids_are_unique_and_found() -> None:
    assert [case_by_id(case.id) for case in CASES] == list(CASES)
    with pytest.raises(UnknownCaseError, match="expired-leaf"):
        case_by_id("expired")


def foreseen(case: str, client: str) -> set[tuple[str, frozenset[str]]]:
    now = datetime.now(UTC)
    pki = Pki(now, "Lab Trust", Nowhere())
    asked = case_by_id(case)
    made = predict(asked, asked.make(pki, STAND), client, pki=pki, stand=STAND, at=now)
    return {(one.verdict.outcome.value, one.verdict.error_codes) for one in made}


# Each case has its fault and no other: what a client that looks at everything finds.
FAULTS = {
    "good": ("openssl", "accepted", set()),
    "missing-intermediate": ("openssl", "refused", {"chain-incomplete"}),
    "unreachable-intermediate": ("outlook-windows", "warned", {"chain-incomplete"}),
    "expired-leaf": ("openssl", "refused", {"expired"}),
    "wrong-name": ("openssl", "refused", {"name-mismatch"}),
    "self-signed": ("openssl", "refused", {"self-signed"}),
    "key-encipherment-only": ("gmail-android", "refused", {"key-usage-wrong"}),
    "intermediate-for-clients": ("openssl", "refused", {"eku-no-server-auth"}),
    "underscore-name": ("gmail-android", "refused", {"name-mismatch"}),
    "ipv6-address": ("gmail-android", "accepted", set()),
    "address-as-dns-name": ("openssl", "refused", {"name-ip-as-dns"}),
    "common-name-beside-address": ("gnutls", "refused", {"name-only-in-common-name"}),
    "client-auth-only": ("openssl", "refused", {"eku-no-server-auth"}),
    "name-constraint-violated": ("openssl", "refused", {"name-constraint-violated"}),
    "path-length-exceeded": ("openssl", "refused", {"path-length-exceeded"}),
    "unknown-critical-extension": ("openssl", "refused", {"critical-extension-unknown"}),
    "nine-hundred-days": ("apple-mail-ios", "warned", {"validity-too-long"}),
    "revoked": ("mailstore-addin", "refused", {"revoked"}),
    "rsa-512": ("openssl", "refused", {"key-weak"}),
    "rsa-1024": ("openssl", "refused", {"key-weak"}),
    "sha-1": ("openssl", "refused", {"signature-weak"}),
}


@pytest.mark.parametrize("case", [case.id for case in CASES])
def test_a_case_has_its_fault_and_no_other(case: str) -> None:
    client, outcome, codes = FAULTS[case]
    assert foreseen(case, client) == {(outcome, frozenset(codes))}


def test_predictions_follow_the_version_of_the_profile() -> None:
    assert foreseen("sha-1", "gmail-android") != foreseen("sha-1", "gmail-android@api24")


def test_a_sheet_asks_everything_that_is_open_and_foresees_it() -> None:
    parts = sheet((), PLACEHOLDERS, STAND, datetime.now(UTC))
    asked = {(part.client.id, entry.case.id) for part in parts for entry in part.entries}
    wanted = {(client, case.id) for case in CASES for one in case.questions for client in one.clients}
    assert wanted <= asked
    assert all(entry.predictions for part in parts for entry in part.entries)
    assert all(part.steps for part in parts)
    written = as_text(parts, str)
    assert "{" not in written
    assert all(f"[{case.id}]" in written for case in CASES)
    rows = json.loads(as_json(parts))["cases"]
    assert len(rows) == sum(len(part.entries) for part in parts)
    page = as_html(parts, str, "en").decode()
    assert "<script" not in page
    assert page.count("Its words") == len(rows)


def test_without_an_ipv6_address_the_sheet_says_what_is_missing() -> None:
    parts = sheet(("gmail-android",), PLACEHOLDERS, Stand(ipv4=STAND.ipv4), datetime.now(UTC))
    assert "--listen twice" in as_text(parts, str)


@pytest.mark.parametrize("given", ["0.0.0.0", "::", "[::]", "224.0.0.1", "localhost", "", "192.168.1.5/24"])
def test_only_one_address_is_opened(given: str) -> None:
    with pytest.raises(UserProblem, match="one address"):
        address_of(given)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("a1 LOGIN me secret", "LOGIN"),
        ("AUTH PLAIN AGEAc2VjcmV0", "AUTH"),
        ("AGEAc2VjcmV0", ""),
        ("GET / HTTP/1.1", "GET"),
        ("my login is", "LOGIN"),
        ("", ""),
    ],
)
def test_only_commands_are_written_down(line: str, command: str) -> None:
    assert command_in(line) == command


def own_address() -> str:
    """An address of this machine that is none of loopback, where it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def free_offset() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return min(int(probe.getsockname()[1]), 60000)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    for attempt in range(5):
        made = Bench(tmp_path / str(attempt), (ip_address(own_address()),), now=datetime.now(UTC), offset=free_offset())
        try:
            await made.start()
        except LabError:
            await made.stop()
            continue
        yield made
        await made.stop()
        return
    pytest.fail("no free ports in five tries")


async def fetched(bench: Bench, path: str, data: bytes | None = None) -> tuple[str, bytes]:
    def get() -> tuple[str, bytes]:
        with urllib.request.urlopen(bench.page + path, data=data, timeout=10) as answer:
            return answer.headers["Content-Type"], answer.read()

    return await to_thread(get)


async def heard(bench: Bench, case: str, what: str) -> None:
    """Wait until the servers have told this; the client may be gone before they have."""
    news = asyncio.Event()
    bench.told = lambda _: news.set()
    async with asyncio.timeout(30):
        while not any(f"[{case}]" in line and what in line for line in bench.journal):
            await news.wait()
            news.clear()


async def s_client(bench: Bench, tmp_path: Path) -> int:
    (tmp_path / "root.pem").write_bytes((await fetched(bench, "root.pem"))[1])
    command = ["openssl", "s_client", "-connect", f"{own_address()}:{bench.port(993)}", "-brief"]
    command += ["-CAfile", str(tmp_path / "root.pem"), "-verify_return_error", "-verify_hostname", "mail.example.test"]
    done = await to_thread(subprocess.run, command, input=b"a LOGOUT\n", capture_output=True, check=False)
    return done.returncode


@pytest.mark.skipif(shutil.which("openssl") is None, reason="apt install openssl")
async def test_the_journal_tells_a_refusing_client_from_an_accepting_one(bench: Bench, tmp_path: Path) -> None:
    assert bench.present("missing-intermediate")
    assert await s_client(bench, tmp_path) != 0
    await heard(bench, "missing-intermediate", "alert unknown_ca instead of a finished handshake")
    assert await fetched(bench, "present/expired-leaf", b"") is not None
    assert await s_client(bench, tmp_path) != 0
    await heard(bench, "expired-leaf", "alert certificate_expired")
    bench.present("good")
    await s_client(bench, tmp_path)
    await heard(bench, "good", "handshake complete: TLSv1.3")
    await heard(bench, "good", "LOGOUT, inside TLS")
    refused = [line for line in bench.journal if "[missing-intermediate]" in line]
    assert not any("complete" in line for line in refused)


def trusting(bench: Bench) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=bench.pki.root.certificate.der)


async def test_a_guest_gets_in_and_nothing_of_the_password_is_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit() -> None:
        with imaplib.IMAP4_SSL("mail.example.test", bench.port(993), ssl_context=trusting(bench)) as box:
            assert box.login("somebody", "hunter2 hunter2")[0] == "OK"
            assert box.select() == ("OK", [b"0"])
            assert box.list()[0] == "OK"
        with smtplib.SMTP("mail.example.test", bench.port(587)) as post:
            post.starttls(context=trusting(bench))
            post.login("somebody", "hunter2")
            assert post.sendmail("a@example.test", ["b@example.test"], "Subject: x\r\n\r\nhunter2\r\n") == {}

    real = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda at, *a, **k: real((own_address(), at[1]), *a, **k))
    await to_thread(visit)
    for command in ("LOGIN", "SELECT", "EHLO", "AUTH", "DATA"):
        await heard(bench, "good", f"{command}, inside TLS")
    assert not any("hunter2" in line or "somebody" in line for line in bench.journal)


async def test_who_leaves_without_a_word_is_seen(bench: Bench) -> None:
    def look_and_leave() -> None:
        with (
            socket.create_connection((own_address(), bench.port(443))) as plain,
            trusting(bench).wrap_socket(plain, server_hostname="mail.example.test"),
        ):
            pass
        with socket.create_connection((own_address(), bench.port(587))) as plain:
            plain.recv(100)

    await to_thread(look_and_leave)
    await heard(bench, "good", "left after the handshake without a command")
    await heard(bench, "good", "left before TLS was asked for")


async def test_the_page_gives_the_root_in_the_forms_that_devices_take(bench: Bench) -> None:
    der = bench.pki.root.certificate.der
    assert await fetched(bench, "root.crt") == ("application/x-x509-ca-cert", der)
    kind, pem = await fetched(bench, "root.pem")
    assert (kind, ssl.PEM_cert_to_DER_cert(pem.decode())) == ("application/x-pem-file", der)
    kind, octets = await fetched(bench, "root.mobileconfig")
    inner = plistlib.loads(octets)["PayloadContent"][0]
    assert kind == "application/x-apple-aspen-config"
    assert (inner["PayloadType"], inner["PayloadContent"]) == ("com.apple.security.root", der)
    front = (await fetched(bench, ""))[1].decode()
    assert all(f"/present/{case.id}" in front for case in CASES if case.host(bench.stand))
    assert "/present/ipv6-address" not in front
    assert own_address() in (await fetched(bench, "sheet"))[1].decode()
    with pytest.raises(urllib.error.HTTPError):
        await fetched(bench, "present/nonsense", b"")
    with pytest.raises(urllib.error.HTTPError):
        await fetched(bench, "key.pem")


async def test_a_port_in_use_is_explained(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="port-offset"):
        async with Bench(tmp_path / "other", bench.addresses, now=datetime.now(UTC), offset=bench.offset):
            pass


def kit(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailtrust", "lab", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_writes_the_sheet(tmp_path: Path) -> None:
    done = kit("kit", "--client", "apple-mail-ios", "--format", "json", "-o", str(tmp_path / "kit.json"))
    assert (done.returncode, done.stderr) == (0, "")
    written = json.loads((tmp_path / "kit.json").read_text(encoding="utf-8"))
    assert {row["client"] for row in written["cases"]} == {"apple-mail-ios"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["kit", "--client", "chrome"],
        ["kit", "--client", "netscape"],
        ["up", "good", "--listen", "0.0.0.0"],
        ["up", "nonsense", "--listen", "192.0.2.1"],
        ["up", "ipv6-address", "--listen", "127.0.0.1", "--port-offset", "20000"],
        ["up", "good", "--listen", "127.0.0.1", "--port-offset", "70000"],
    ],
)
def test_wrong_usage_is_explained(arguments: list[str]) -> None:
    done = kit(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
