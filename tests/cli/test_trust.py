"""`mailtrust trust` as it is typed: its examples, its JSON, what it refuses, and that no key comes out of it."""

import json
import shlex
import shutil
from argparse import _SubParsersAction
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mailtrust.cli.main import build_parser
from mailtrust.cli.trust import SUBCOMMANDS
from mailtrust.core.formats.preg import dword, read_policy, write_policy
from mailtrust.core.issuance.authority import issue, make_root, self_signed
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.report.schemas import schemas
from mailtrust.core.rollout import BY_ID
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs12 import write_pkcs12

Run = Callable[..., Any]

NOW = datetime.now(UTC)
DATES = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=900)}
ROOT = make_root(root_recipe("Trust Root"), make_key("rsa-2048"), serial=make_serial(), **DATES)
SERVER = issue(ROOT, server_recipe("mail.example.com"), make_key("rsa-2048"), serial=make_serial(), **DATES)
OWN = self_signed(server_recipe("mailstore.example.com"), make_key("rsa-2048"), serial=make_serial(), **DATES)
WAYS = tuple(BY_ID)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Files that the examples speak of."""
    monkeypatch.chdir(tmp_path)
    Path("root.pem").write_text(to_pem(ROOT.certificate))
    Path("mail.pem").write_text(to_pem(SERVER.certificate))
    Path("own.pem").write_text(to_pem(OWN.certificate))
    Path("signer.pem").write_text(to_pem(SERVER.certificate))
    Path("signer.key").write_text(SERVER.key.to_pem(None))
    Path("registry.pol").write_bytes(write_policy((dword(r"Software\Policies\Example", "kept", 1),)))
    Path("policies.json").write_text('{"policies": {"DisableTelemetry": true}}')
    Path("policy.json").write_text('{"HomepageLocation": "https://example.com"}')
    return tmp_path


def examples() -> Iterator[tuple[str, list[str]]]:
    (commands,) = (one for one in build_parser()._actions if isinstance(one, _SubParsersAction))
    trust = commands.choices["trust"]
    (ways,) = (one for one in trust._actions if isinstance(one, _SubParsersAction))
    for parser in (trust, *ways.choices.values()):
        for command, _ in parser.examples:
            arguments = shlex.split(command)[1:]
            if arguments[1] in WAYS:
                yield " ".join(arguments[1:]), arguments


@pytest.mark.parametrize("arguments", [pytest.param(one, id=said) for said, one in dict(examples()).items()])
def test_examples_do_what_they_say(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (0, b""), done.err
    out = Path(arguments[arguments.index("--out") + 1])
    assert (out / "README.txt").is_file()
    assert f"{out}/README.txt" in done.err
    if "--merge" in arguments and "registry.pol" in arguments:
        assert read_policy((out / "registry.pol").read_bytes())[0].name == "kept"


def test_the_commands_are_the_ways(run: Run) -> None:
    told = run("trust", "--help").text
    assert all(way in told for way in WAYS)
    assert set(WAYS) <= {module.__name__.rpartition(".")[2] for module in SUBCOMMANDS}


@pytest.mark.parametrize("remove", [(), ("--remove",)], ids=["install", "remove"])
@pytest.mark.parametrize("way", WAYS)
def test_json_is_as_its_schema_says(run: Run, way: str, remove: tuple[str, ...]) -> None:
    done = run("trust", way, "--root", "root.pem", "--out", "kit", "--format", "json", *remove)
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    jsonschema.validate(told, json.loads(schemas()["kit-1.json"]))
    assert (told["way"], told["remove"], told["folder"]) == (way, bool(remove), "kit")
    there = {
        path.relative_to("kit").as_posix(): path.stat().st_size for path in Path("kit").rglob("*") if path.is_file()
    }
    assert {file["path"]: file["size"] for file in told["files"]} == there
    assert [one["sha256"] for one in told["anchors"]] == [ROOT.certificate.fingerprint]
    assert told["reaches"]
    named = {client for some in told["unreached"] for client in some["clients"]}
    assert not named.intersection(told["reaches"])


@pytest.mark.parametrize("way", WAYS)
def test_no_key_comes_out(run: Run, folder: Path, way: str) -> None:
    """A file with a key is refused by every way, and nothing is written; least of all the key."""
    Path("both.pem").write_text(to_pem(ROOT.certificate) + ROOT.key.to_pem(None))
    Path("both.pfx").write_bytes(write_pkcs12(ROOT.certificate, (), ROOT.key, friendly_name="x", password=b"pw"))
    Path("pw").write_text("pw\n")
    for given in (("both.pem",), ("both.pfx", "--password-file", "pw")):
        done = run("trust", way, "--root", *given, "--out", "kit")
        assert done.status == 2
        assert "holds a private key" in done.err
        assert not Path("kit").exists()


def test_what_is_refused_leaves_nothing_behind(run: Run, folder: Path) -> None:
    before = sorted(folder.iterdir())
    for arguments, said in (
        (("--root", "mail.pem"), "certificate of the server mail.example.com"),
        (("--root", "own.pem"), "--self-signed"),
        (("--root", "gone.pem"), "Could not read gone.pem"),
        (("--root", "root.pem", "--name", "x" * 65), "1 to 64 characters"),
        (("--root", "root.pem", "--merge", "mail.pem"), "registry.pol"),
        (("--root", "root.pem", "--domain", "192.0.2.1"), "Active Directory domain"),
        (("--root", "root.pem", "--domain", "*.example.com"), "Active Directory domain"),
        (("--root", "-", "--intermediate", "-"), "Standard input"),
    ):
        done = run("trust", "gpo", *arguments, "--out", "kit")
        assert (done.status, done.out) == (2, b"")
        assert said in done.err
    assert sorted(folder.iterdir()) == before
    shutil.copytree(folder, folder / "kit")
    done = run("trust", "gpo", "--root", "root.pem", "--out", "kit")
    assert done.status == 2
    assert "not empty" in done.err


def test_a_self_signed_server_is_taken_on_demand_and_warned_of(run: Run) -> None:
    done = run("trust", "gpo", "--root", "own.pem", "--self-signed", "--out", "kit")
    assert done.status == 0
    assert "trusted as this one certificate" in done.err
    assert "self-signed certificate of mailstore.example.com" in Path("kit/README.txt").read_text(encoding="utf-8")


def test_the_name_is_the_roots_own_unless_one_is_given(run: Run) -> None:
    assert run("trust", "gpo", "--root", "root.pem", "--out", "one").status == 0
    assert run("trust", "gpo", "--root", "root.pem", "--name", " Our Mail ", "--out", "two").status == 0
    assert Path("one/README.txt").read_text(encoding="utf-8").startswith("Trust Root: ")
    assert Path("two/README.txt").read_text(encoding="utf-8").startswith("Our Mail: ")


def test_the_readme_speaks_the_readers_language(run: Run) -> None:
    assert run("trust", "windows", "--root", "root.pem", "--out", "fr", "--lang", "fr").status == 0
    assert run("trust", "windows", "--root", "root.pem", "--out", "en", "--lang", "en").status == 0
    for name in ("fr", "en"):
        assert ROOT.certificate.fingerprint in Path(name, "README.txt").read_text(encoding="utf-8")


def test_check_says_whom_a_roll_out_leaves_out(run: Run, lab: Any) -> None:
    world = lab("healthy")
    looked = (world.url("imaps"), *world.flags, "--deployed", "gpo,firefox")
    said = " ".join(run("check", *looked).text.split())
    assert "is trusted on the clients that gpo, firefox reach" in said
    assert "It does not reach Outlook on iPhone and Android: Microsoft's servers connect" in said
    told = json.loads(run("check", *looked, "--format", "json").out)
    left_out = {client for some in told["assumed"]["unreached"] for client in some["clients"]}
    outcomes = {verdict["client"]: verdict["outcome"] for verdict in told["verdicts"]}
    assert {"gmail-android", "outlook-mobile", "java-mail", "openssl"} <= left_out <= set(outcomes)
    # Below a root of one's own who is reached accepts it, and who is not does not; but for those who take anything.
    accepting = {client for client, outcome in outcomes.items() if outcome == "accepted"}
    assert accepting - {"mta-opportunistic"} == set(outcomes) - left_out
