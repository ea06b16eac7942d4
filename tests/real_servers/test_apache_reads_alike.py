"""Apache's own reader asked for the words of the same text, and for the hosts that answer first."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.configured.asked import asked, places_in, server_of
from tests.programs.apache import MODULES

from mailtrust.core.formats.apache_conf import ApacheConfError, read_apache_conf, words_of
from mailtrust.core.targets.configured import apache

pytestmark = pytest.mark.real_server

MPM = f"LoadModule mpm_event_module {MODULES}/mod_mpm_event.so\n"
JOINTS = ("\\\n", "\\\r\n", "\\\\\n")
PIECES = st.sampled_from([*"ab\\\"'<># \t\n", *JOINTS, '\\"', "\\\\", "''", "\x0b", "<a>", "<a b>"])
TEXT = st.lists(PIECES, max_size=10).map("".join)
OPENED = re.compile(r"Could not open configuration file (.*): (?:No such file|File name)", re.DOTALL)
UNKNOWN = re.compile(r"Invalid command '(.*?)', perhaps misspelled", re.DOTALL)
ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|.)")
CHARACTERS = {"v": "\v", "t": "\t", "n": "\n", "r": "\r"}

ADDRESSES = st.sampled_from(["*:443", "_default_:443", "127.0.0.1:443", "[::1]:443", "*:8443", "*", "127.0.0.1"])
HOSTS = st.lists(st.lists(ADDRESSES, min_size=1, max_size=2, unique=True), min_size=1, max_size=4)
GROUP = re.compile(r"^(\S+:\S+)\s+(?:is a NameVirtualHost\n\s+default server )?(\S+) \(", re.MULTILINE)


def said(program: str, *arguments: str | Path) -> tuple[str, str]:
    done = subprocess.run([program, *arguments], capture_output=True, check=False)
    errors = done.stderr.decode("utf-8", "surrogateescape")
    return done.stdout.decode(), ESCAPED.sub(_unescaped, errors)


def _unescaped(match: re.Match[str]) -> str:
    what = match[1]
    return chr(int(what[1:], 16)) if len(what) > 1 else CHARACTERS.get(what, what)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), TEXT)
def test_apache_reads_the_same_words(
    installed: Callable[[str, str], str], tmp_path: Path, as_argument: bool, words: str
) -> None:
    source = f"{MPM}ServerRoot {tmp_path}\n{'Include ' if as_argument else ''}{words}\n"
    file = tmp_path / "httpd.conf"
    file.write_bytes(source.encode())
    _, errors = said(installed("apache2", "apache2-bin"), "-t", "-f", file)
    try:
        found = read_apache_conf(source)[2:]
    except ApacheConfError:
        # It may stop at a directive before the fault.
        assert "\n" in words or "<" in words
        return
    if opened := OPENED.search(errors):
        assert (found[0].name, words_of(found[0].said)) == ("include", (opened[1].removeprefix(f"{tmp_path}/"),))
    elif unknown := UNKNOWN.search(errors):
        name = unknown[1].lower()
        assert name.removeprefix("<") in _names(found), errors
    elif "takes one argument" in errors:
        assert len(words_of(found[0].said)) != 1 or words_of(found[0].said) == ("",)
    else:
        assert "Expected <" not in errors
        assert "without matching" not in errors


def _names(directives: object) -> list[str]:
    assert isinstance(directives, tuple)
    return [name for one in directives for name in (one.name, *_names(one.block or ()))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTS)
def test_the_same_hosts_answer_first(
    installed: Callable[[str, str], str], tmp_path: Path, hosts: list[list[str]]
) -> None:
    program = installed("apache2", "apache2-bin")
    lines = [MPM, "ServerName main.example\nListen 443\nListen 8443\n"]
    for number, addresses in enumerate(hosts):
        lines.append(f"<VirtualHost {' '.join(addresses)}>\nServerName h{number}\n</VirtualHost>\n")
    file = tmp_path / "httpd.conf"
    file.write_text("".join(lines))
    printed, _ = said(program, "-f", file, "-t", "-D", "DUMP_VHOSTS")
    wanted = {name for _, name in GROUP.findall(printed)}
    # the same with certificates, for our own reader
    server = server_of(apache, str(file), program)
    own = "".join(lines).replace("</Virt", "SSLEngine on\nSSLCertificateFile /c.pem\n</Virt").encode()
    places = places_in(apache, server, asked(apache, server, {str(file): own}))
    firsts = {place.names[0] for place in places if place.is_default}
    assert firsts == wanted, (printed, hosts)
