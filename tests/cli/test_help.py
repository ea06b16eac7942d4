"""What `--help` says is there, and what its examples do is what they say."""

import io
import shlex
import shutil
from argparse import SUPPRESS, _SubParsersAction
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mailtrust.cli import bundle, check, main
from mailtrust.cli.main import build_parser
from mailtrust.cli.translations import translator
from mailtrust.core.clients import CLIENTS
from mailtrust.core.report.formats import FORMATS
from mailtrust.core.targets.powershell import windows_scripts
from mailtrust.core.x509 import bundles
from mailtrust.core.x509.containers import read_container

Run = Callable[..., Any]

# design contract: what an administrator may rely on; each is in the help of its command.
PROMISED = {
    "check": "--client --at --roots --dns --no-aia --allow-private-aia --save --from --with --also --product "
    "--deployed --warn --critical --fail-on --lang --format --output --as --resolve --connect-to --proxy --per-host "
    "--password-file --servers",
    "bundle": "--for --key --output --password-file --with-root --dns --resolve --connect-to --also --no-aia "
    "--allow-private-aia --proxy --per-host --client --at --roots --deployed --as --servers",
}


def commands() -> dict[str, Any]:
    (action,) = (action for action in build_parser()._actions if isinstance(action, _SubParsersAction))
    return dict(action.choices)


@pytest.fixture
def said(run: Run) -> Callable[..., str]:
    def help_of(*command: str) -> str:
        done = run(*command, "--help")
        assert (done.status, done.err) == (0, "")
        return " ".join(done.text.split())

    return help_of


@pytest.mark.parametrize("command", sorted(PROMISED))
def test_every_promised_option_is_there(said: Callable[..., str], command: str) -> None:
    words = said(command).replace(",", " ").split()
    assert not [option for option in PROMISED[command].split() if option not in words]


def test_every_command_and_option_explains_itself(said: Callable[..., str]) -> None:
    for name, parser in commands().items():
        assert name in said()
        for action in parser._actions:
            if not isinstance(action, _SubParsersAction):
                assert action.help, f"{name} {action.option_strings or action.dest} has no help"
                assert action.help != SUPPRESS, f"{name} hides {action.option_strings}"


def test_the_words_that_options_take_are_named(said: Callable[..., str]) -> None:
    shown = said("check")
    for word in [*(client.id for client in CLIENTS), *(form.id for form in FORMATS), "gpo", "nginx"]:
        assert word in shown


def test_the_forms_are_those_that_can_be_written() -> None:
    assert bundle.FORMS == bundles.FORMS
    assert bundle.SCRIPTS == windows_scripts.WINDOWS_FORMS


def test_help_speaks_the_readers_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    translate = translator("fr")
    monkeypatch.setenv("LANGUAGE", "fr")
    by_locale = run("check", "--help").text
    monkeypatch.setenv("LANGUAGE", "en")
    asked_for = run("check", "--lang", "fr", "--help").text
    assert by_locale == asked_for
    for sentence in ("show this help and leave", "examples:", "arguments", "one host, on every mail port"):
        assert translate(sentence) in " ".join(asked_for.split())


def test_the_version_is_told(run: Run) -> None:
    from mailtrust.version import __version__

    done = run("--version")
    assert (done.status, done.text) == (0, f"mailtrust {__version__}\n")


def lines_of(module: ModuleType | SimpleNamespace) -> Iterator[list[str]]:
    """The command lines among a module's examples."""
    for command, _ in module.EXAMPLES:
        _, mailtrust, arguments = command.rpartition("mailtrust ")
        assert mailtrust, f"{command} does not call mailtrust"
        yield shlex.split(arguments.split(" < ")[0].split(" > ")[0])


def every_parser(parser: Any) -> Iterator[Any]:
    """The program's, each command's, and each verb's."""
    yield parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from every_parser(below)


def test_every_example_can_be_parsed() -> None:
    program = build_parser()
    for parser in every_parser(program):
        assert parser.examples or len(parser.prog.split()) > 2, f"{parser.prog} has no examples"
        for arguments in lines_of(SimpleNamespace(EXAMPLES=parser.examples)):
            program.parse_args(arguments)


@pytest.fixture
def folder(lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples speak of."""
    import zipfile

    from mailtrust.core.x509.pem import to_pem
    from mailtrust.core.x509.pkcs7 import write_pkcs7

    world = lab("healthy", "example.com").world
    served = world.listener("mail", "imaps").folder
    leaf, issuing = read_container((served / "bundle.pem").read_bytes(), "bundle.pem").certificates
    shutil.copy(served / "key.pem", tmp_path / "mail.key")
    shutil.copy(served / "bundle.pem", tmp_path / "bundle.pem")
    (tmp_path / "mail.crt").write_text(to_pem(leaf))
    (tmp_path / "intermediate.crt").write_text(to_pem(issuing))
    (tmp_path / "certnew.p7b").write_bytes(write_pkcs7((leaf, issuing)))
    with zipfile.ZipFile(tmp_path / "from-the-ca.zip", "w") as archive:
        archive.writestr("mail_example_com.crt", to_pem(leaf))
        archive.writestr("ca-bundle.crt", to_pem(issuing))
    (tmp_path / "mailtrust.toml").write_text('domains = ["example.com"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_of_check_and_bundle_do_what_they_say(
    run: Run, lab: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = lab("healthy", "example.com")
    ran = 0
    for module in (main, check, bundle):
        for arguments in lines_of(module):
            if arguments[0] == "lab":
                continue
            typed = io.BytesIO(b"a secret\n")
            monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=typed, isatty=lambda: False))
            flags = () if "--from" in arguments else world.flags
            done = run(*arguments, *flags)
            late = arguments[-1] == "2027-01-31"
            assert done.status == (1 if late and expired_by(folder, arguments[-1]) else 0), (arguments, done)
            ran += 1
    assert ran >= 12
    written = {path.name for path in folder.iterdir()}
    assert {"fullchain.pem", "chain.pem", "mail.pfx", "case.json"} <= written


def expired_by(folder: Path, day: str) -> bool:
    """Whether the certificate has ended, or is about to, on that day: the examples' day comes nearer."""
    from datetime import UTC, datetime, timedelta

    (leaf,) = read_container((folder / "mail.crt").read_bytes(), "mail.crt").certificates
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return moment > leaf.not_after - timedelta(days=10) or moment < leaf.not_before


@pytest.mark.parametrize("command", ["forecast", "verify", "explain", "completion"])
def test_the_examples_of_other_commands_run(
    run: Run, lab: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    world = lab("healthy", "example.com")
    for name in ("fullchain.pem", "new.pem", "mail.cer"):
        shutil.copy("bundle.pem", name)
    shutil.copy(world.world.folder / "root.pem", "our-root.pem")
    run("check", "mail.example.com", "--save", "case.json", *world.flags)
    typed = b"certificate verify failed" if command == "explain" else b'{"chain": "", "name": "mail.example.com"}\n'
    ran = 0
    for arguments in lines_of(SimpleNamespace(EXAMPLES=commands()[command].examples)):
        if "--crl" in arguments:  # which tests/verify make and give
            continue
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
        flags = world.flags if command == "forecast" and "--from" not in arguments else ()
        done = run(*arguments, *flags)
        # Of chains that no client knows the root of, and of a request without a chain, the status tells.
        assert done.status in ((0, 1, 2) if command == "verify" else (0,)), (arguments, done)
        assert done.out or "-o" in arguments
        ran += 1
    assert ran >= 4
