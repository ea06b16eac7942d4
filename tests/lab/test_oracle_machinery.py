"""With what real clients are asked: programs of ours, browsers' protocols, a network where all names lead here."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from mailtrust.core.issuance.authority import make_root, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.oracles import ENGINES, Answer, Engine, OracleError, Question
from mailtrust.lab.oracles.devtools import DevTools
from mailtrust.lab.oracles.engine import told_version
from mailtrust.lab.oracles.marionette import Marionette
from mailtrust.lab.oracles.network import EveryName, reenter
from mailtrust.lab.oracles.nss_database import make_database
from mailtrust.lab.oracles.running import LineProgram, line_with, run

NOW = datetime.now(UTC)
SPAN = {"serial": 1, "not_before": NOW, "not_after": NOW + timedelta(days=1)}


def question(name: str = "mail.example.test", address: str = "127.0.0.1") -> Question:
    return Question(name, address, 4711, Protocol.HTTPS, TlsMode.IMPLICIT, Path("roots.pem"))


def test_addresses_of_version_6_stand_in_brackets() -> None:
    assert (question().place, question().authority) == ("127.0.0.1:4711", "mail.example.test:4711")
    six = question("::1", "::1")
    assert (six.place, six.authority, six.about_an_address) == ("[::1]:4711", "[::1]:4711", True)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.id)
async def test_an_engine_that_is_not_here_says_so(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OracleError):
        await engine.make(tmp_path, tmp_path / "parts").version()


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("OpenSSL 3.0.22 9 Sep 2026", "it 3.0.22"),
        ("Mozilla Firefox 153.7.0esr", "it 153.7.0esr"),
        ("fetchmail release 6.4.37+GSS+NTLM", "it 6.4.37"),
    ],
)
def test_versions_are_found_in_what_programs_say(output: str, version: str) -> None:
    assert told_version(output, "it") == version


def test_no_version_is_no_answer() -> None:
    with pytest.raises(OracleError, match="no version"):
        told_version("command not found", "it")


def test_the_line_with_the_first_mark_counts() -> None:
    assert line_with("one\n two error\nthree alert\n", "alert", "error") == "three alert"
    assert line_with("one\nlast\n", "nowhere") == "last"
    assert line_with("", "nowhere") == ""


async def test_a_program_that_does_not_end_is_stopped() -> None:
    with pytest.raises(OracleError, match="no answer within"):
        await run((sys.executable, "-c", "import time; time.sleep(60)"), patience=0.2)


PROBE = """
import sys
for line in sys.stdin:
    name = line.split("\\t")[0]
    if name == "end":
        break
    print({"good": "accepted", "bad": "refused\\tits words"}.get(name, "unasked\\tnobody there"), flush=True)
"""


async def test_a_line_program_answers_line_by_line() -> None:
    program = LineProgram("Probe")
    with pytest.raises(OracleError, match="has not been started"):
        await program.ask(question())
    await program.start(sys.executable, "-c", PROBE)
    assert await program.ask(question("good")) == Answer(accepted=True, words="")
    assert await program.ask(question("bad")) == Answer(accepted=False, words="its words")
    with pytest.raises(OracleError, match="nobody there"):
        await program.ask(question("gone"))
    with pytest.raises(OracleError, match="it has ended"):
        await program.ask(question("end"))
    await program.stop()


BROWSER = """
import json, os
commands, answers = os.fdopen(3, "rb"), os.fdopen(4, "wb")
rest = b""
while True:
    chunk = os.read(3, 4096)
    if not chunk:
        break
    *messages, rest = (rest + chunk).split(b"\\0")
    for message in map(json.loads, messages):
        said = {"error": "no"} if message["method"] == "Bad" else {"result": message["params"]}
        answers.write(json.dumps({"method": "an event"}).encode() + b"\\0")
        answers.write(json.dumps({"id": message["id"], **said}).encode() + b"\\0")
        answers.flush()
        if message["method"] == "Browser.close":
            raise SystemExit
"""


async def test_devtools_speak_over_inherited_descriptors() -> None:
    browser = DevTools()
    await browser.start((sys.executable, "-c", BROWSER), os.environ)
    assert await browser.call("Good", url="https://mail.example.test/") == {"url": "https://mail.example.test/"}
    with pytest.raises(OracleError, match="answered Bad with no"):
        await browser.call("Bad")
    await browser.stop()


@pytest.fixture
async def marionette() -> AsyncIterator[Marionette]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(value: object) -> None:
            octets = json.dumps(value).encode()
            writer.write(f"{len(octets)}:".encode() + octets)

        send({"applicationType": "gecko"})
        while not reader.at_eof():
            try:
                length = await reader.readuntil(b":")
            except asyncio.IncompleteReadError:
                break
            _, number, command, parameters = json.loads(await reader.readexactly(int(length[:-1])))
            wrong = parameters.get("script") == "throw"
            error = {"error": "javascript error", "message": "thrown"} if wrong else None
            send([1, number, error, {"value": [command, parameters.get("args")]}])
        writer.close()
        await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connected = await Marionette.connect("127.0.0.1", server.sockets[0].getsockname()[1])
    yield connected
    await connected.quit()
    await gone.wait()
    server.close()


async def test_marionette_runs_scripts_inside(marionette: Marionette) -> None:
    assert await marionette.run("done()", "https://a/") == ["WebDriver:ExecuteAsyncScript", ["https://a/"]]
    with pytest.raises(OracleError, match="javascript error: thrown"):
        await marionette.run("throw")


@pytest.mark.skipif(shutil.which("certutil") is None, reason="libnss3-tools are not installed")
async def test_cas_are_trusted_to_issue_and_servers_only_as_themselves(tmp_path: Path) -> None:
    root = make_root(root_recipe("Root"), make_key("ec-p256"), **SPAN)
    own = self_signed(server_recipe("mail.example.test"), make_key("ec-p256"), **SPAN)
    roots = tmp_path / "roots.pem"
    roots.write_text(to_pem(root.certificate) + to_pem(own.certificate) + to_pem(root.certificate))
    database = await make_database(tmp_path / "db", [roots, roots])
    _, listed = await run(("certutil", "-L", "-d", database))
    assert sorted(line.split()[-1] for line in listed.splitlines() if line.startswith("anchor-")) == ["C,,", "P,,"]


def test_every_name_leads_here_and_records_are_proven() -> None:
    zone = EveryName()
    zone.add("_25._tcp.mail.example.test", "TLSA", "3 1 1 " + "00" * 32)
    address = zone.answer(dns.message.make_query("any.name.test", "A"))
    assert [str(one) for rrset in address.answer for one in rrset] == ["127.0.0.1"]
    record = zone.answer(dns.message.make_query("_25._tcp.mail.example.test", "TLSA"))
    assert record.answer[0].rdtype == dns.rdatatype.TLSA
    nothing = zone.answer(dns.message.make_query("any.name.test", "MX"))
    assert (nothing.rcode(), nothing.answer) == (dns.rcode.NOERROR, [])
    assert all(answer.flags & dns.flags.AD for answer in (address, record, nothing))


@pytest.mark.skipif(
    shutil.which("unshare") is None or not os.access("/", os.W_OK), reason="no network of its own can be made here"
)
def test_a_command_runs_in_a_network_without_a_way_out() -> None:
    inside = (
        "import socket, sys; "
        "resolver = open('/etc/resolv.conf').read(); "
        "names = [name for _, name in socket.if_nameindex()]; "
        "sys.exit(7 if resolver == 'nameserver 127.0.0.1\\n' and names == ['lo'] else 1)"
    )
    assert reenter([sys.executable, "-c", inside]) == 7
