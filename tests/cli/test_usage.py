"""What is mistyped or does not go together is told in one sentence, before anything is looked at."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailtrust.cli.arguments import Parser, UsageError
from mailtrust.cli.known import known_products, known_ways
from mailtrust.cli.main import main
from mailtrust.cli.translations import translator
from mailtrust.core.model.problem import CouldNotLook
from mailtrust.core.model.text import text

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake is told before anybody is asked anything."""

    def forbidden(*_: object, **__: object) -> None:
        pytest.fail("something was looked at")

    for question in ("mx", "srv", "addresses"):
        monkeypatch.setattr(f"mailtrust.edge.lookup.dns.DnsResolver.{question}", forbidden)
    monkeypatch.setattr("mailtrust.edge.probe.schedule.probe_all", forbidden)
    monkeypatch.setattr("mailtrust.edge.lookup.aia.fetch_issuers", forbidden)


LONG = 300 * "a"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "Expected COMMAND, got nothing."),
        ("frobnicate", "Expected one of check, "),
        ("chekc", "check is near"),
        ("check", "Expected a TARGET: "),
        ("check --from", "Expected a value after --from, got none."),
        ("check --no-aia=yes", "--no-aia takes no value"),
        ("check x --langg fr", "There is no option “--langg” here; --lang is near. `mailtrust check --help`"),
        ("check x --zzz", "There is no option “--zzz” here. `mailtrust check --help`"),
        ("check x --cli openssl", "There is no option “--cli” here"),  # an abbreviation is none
        ("check x --lang de", "Expected one of en, fr, zh as --lang"),
        ("check x --format yaml", "Expected one of text, json, "),
        ("check x --fail-on info", "Expected one of warning, error, critical, never"),
        ("check a..b", "two dots in a row"),
        ("check https://", "Expected "),
        ("check x:0", "Expected a port number from 1 to 65535"),
        ("check gopher://x", "Expected one of smtp://"),
        ("check x --client outlook", "There is no client outlook."),
        ("check x --client ,", "Expected one client or more after --client"),
        ("check x --at yesterday", "Expected a date or moment such as 2027-01-31"),
        ("check x --at 2027-01-31T12:00:00", "does not say in which time zone"),
        ("check x --warn soon", "Expected days before expiry such as 30d"),
        ("check x --critical 101%", "Expected days before expiry such as 30d"),
        ("check x --width 0", "Expected a number from 1 to 1000 after --width"),
        ("check x --per-host many", "Expected a number from 1 to 100 after --per-host"),
        ("check x --dns example.com", "Expected the address of a DNS server"),
        ("check x --dns 1.2.3.4:99999", "Expected the address of a DNS server"),
        ("check x --also example.com", "Expected an IP address, with or without a port, after --also"),
        ("check x --resolve x:1", "Expected HOST:PORT:ADDR"),
        ("check x --connect-to x", "Expected HOST1:PORT1:HOST2:PORT2"),
        ("check x --proxy socks5://localhost", "Expected a proxy such as http://"),
        ("check x --proxy http://", "Expected a proxy such as http://"),
        ("check x --product notes", "Expected a product after --product"),
        ("check x --deployed gpo", "--deployed says how the anchors of --roots come to clients"),
        ("check x --deployed pigeon --roots cas.pem", "Expected ways by which anchors come to clients"),
        ("check x --deployed , --roots cas.pem", "Expected ways by which anchors come to clients"),
        ("check x --roots absent.pem", "Could not read absent.pem: No such file or directory."),
        ("check x --roots .", "Could not read .: Is a directory."),
        ("check x --roots empty.pem", "Expected certificates in empty.pem"),
        ("check x --with key.pem", "Found there: key.pem: a private key"),
        ("check x --ccadb words.txt", "Expected a report of CCADB"),
        ("check x --save absent/case.json", "there is no folder absent"),
        ("check x -o .", "Could not write .: it is a folder."),
        ("check x y --save case.json", "--save keeps one case"),
        ("check x --save case.json -o case.json", "--save and -o name the same file"),
        ("check x --from case.json", "--from judges the target of its case file"),
        ("check --from absent.json", "Could not read absent.json"),
        ("check --from words.txt", "Expected a case file as check --save writes it"),
        ("check --from words.txt --dns 192.0.2.53 --no-aia --save x", "no use for --dns, --no-aia, --save"),
        ("check --from words.txt --revocation all", "no use for --revocation"),
        ("check --from - --with -", "Standard input (-) can stand for one file only"),
        ("check x y..z", "two dots in a row"),  # the second target is read before the first is looked at
        ("bundle", "Expected FILE|TARGET, got nothing."),
        ("bundle absent.pem", "There is no file absent.pem."),
        ("bundle ./mail.example.com", "There is no file mail.example.com."),
        ("bundle cas.pem mail.example.com", "There is no file mail.example.com."),
        ("bundle words.txt", "Expected certificates in words.txt"),
        ("bundle cas.pem", "only certificates of CAs"),
        ("bundle cas.pem --for iis", "Expected one of pem, nginx, "),
        ("bundle cas.pem --for pfx", "The form pfx holds the private key: give it with --key FILE."),
        ("bundle cas.pem --key words.txt", "words.txt"),
        ("bundle cas.pem --key cas.pem", "Expected a private key in cas.pem, found only certificates."),
        ("bundle - --password-file -", "Standard input (-) can stand for one file only"),
        ("bundle cas.pem -o absent/bundle.pem", "there is no folder absent"),
        ("bundle cas.pem --password-file empty.pem", "Expected a password in the first line of empty.pem"),
        (f"bundle {LONG}.pem", "There is no file"),
        (f"bundle {LONG}", "A DNS name has at most 253 characters"),
        (f"check x --roots {LONG}", "File name too long"),
        (f"check x --save {LONG}/case.json", "there is no folder"),
        ("check x --roots \udcff\x1b[31m", "Could not read \\udcff\\x1b[31m"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(run: Run, folder: Path, given: str, said: str) -> None:
    assert folder == Path.cwd()
    done = run(*given.split())
    assert done.status == 2
    assert done.out == b""
    assert done.err.splitlines()[-1].startswith("mailtrust: ")
    assert said in done.err
    assert done.err.rstrip().endswith((".", "?"))


@pytest.fixture
def folder(tmp_path: Path, caseworld: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of every kind, to stand in."""
    from mailtrust.core.issuance.keys import make_key
    from mailtrust.core.x509.pem import to_pem

    (tmp_path / "cas.pem").write_text(to_pem(caseworld.intermediate.certificate) + to_pem(caseworld.root.certificate))
    (tmp_path / "key.pem").write_text(make_key("ec-p256").to_pem())
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "words.txt").write_text("nothing of interest\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_mistake_is_told_in_the_language_asked_for(run: Run) -> None:
    english = run("check", "x", "--width", "none")
    for asked in (("--lang", "fr"), ("--lang=fr",)):
        french = run("check", *asked, "x", "--width", "none")
        assert french.status == 2
        assert french.err != english.err
    sentence = text("Expected a value after {option}, got none.", option="--at")
    assert sentence.render(translator("zh")) in run("check", "--lang", "zh", "--at").err


def test_words_of_the_reader_cannot_do_harm(run: Run) -> None:
    done = run("check", "x", "--product", "\x1b]0;title\x07\u202e")
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    done = run("check", "x", "--\x1b[31m")
    assert "\x1b" not in done.err


def test_every_way_and_product_that_is_named_is_known(run: Run) -> None:
    assert {"gpo", "windows", "apple", "java", "linux", "firefox", "thunderbird", "chromium", "nss"} <= set(
        known_ways()
    )
    assert {"nginx", "postfix", "dovecot", "haproxy", "iis", "kemp"} <= set(known_products())
    assert run("check", "--product", "NGINX").err == run("check").err


def test_what_a_newer_argparse_says_is_passed_on() -> None:
    parser = Parser(prog="mailtrust")
    with pytest.raises(UsageError, match="The command line cannot be read: the moon is full"):
        parser.error("the moon is full")


COMMANDS = st.sampled_from(["check", "bundle", "verify", "explain", "lab", "forecast", "--help", "--version"])
OPTIONS = st.sampled_from(
    [
        "--client", "--at", "--roots", "--deployed", "--dns", "--resolve", "--connect-to", "--also", "--no-aia",
        "--allow-private-aia", "--proxy", "--per-host", "--ccadb", "--save", "--from", "--with", "--password-file",
        "--product", "--warn", "--critical", "--fail-on", "--lang", "--voice", "--format", "--width", "--colour",
        "--as", "--for", "--key", "--with-root", "--revocation", "-o", "-h", "--help", "--", "-", "--output", "--batch",
    ]
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "mail.example.com", "imaps://mail.example.com:993", "[::1]:25", "user@example.com", "192.0.2.1", "openssl",
        "json", "text", "nagios", "fr", "30d", "20%", "2027-01-31", "/dev/null", "/", "", ",", "gpo", "nginx", "1",
    ]
)  # fmt: skip
# As the shell hands it over: octets that are no UTF-8 come as surrogates.
ANYTHING = st.binary(max_size=12).map(lambda octets: octets.replace(b"\0", b"?").decode("utf-8", "surrogateescape"))


@settings(max_examples=300)
@given(st.lists(st.one_of(OPTIONS, VALUES, ANYTHING), max_size=6), COMMANDS)
@example(["--lang"], "check")
@example(["--format=nagios", "--format"], "check")
def test_no_command_line_ends_in_a_traceback(arguments: list[str], command: str) -> None:
    def nobody(**_: object) -> None:
        raise CouldNotLook(text("Nobody is asked anything here."))

    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    nothing = SimpleNamespace(buffer=io.BytesIO(), isatty=lambda: False, read=lambda *_: "", readline=lambda *_: "")
    with (
        mock.patch("mailtrust.flows.edge.real_edge", nobody),
        mock.patch("mailtrust.edge.files.write_whole", return_value=None),
        mock.patch("sys.stdin", nothing),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            status = main([command, *arguments])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
    assert status in (0, 1, 2, 3), err.getvalue()
    assert "mistake of its own" not in err.getvalue(), err.getvalue()
    if status == 2:
        assert err.getvalue().startswith("mailtrust: ")
