"""Cyrus: what imapd.conf and cyrus.conf say, and the few lines that change."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.configured.asked import asked, changed, lines_changed, places_in, server_of

from mailtrust.core.model.configured import Cannot, Files, Listening
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import ServerFacts, content_of
from mailtrust.core.targets.configured import cyrus

SERVER = server_of(cyrus)
MAIN = "/etc/imapd.conf"
SERVICES = b"""\
START {
\trecover\t\tcmd="/usr/sbin/cyrus ctl_cyrusdb -r"
}
SERVICES {
\timap\t\tcmd="imapd -U 30" listen="imap" prefork=0 maxchild=100
\timaps\t\tcmd="imapd -s -U 30" listen="imaps" prefork=0 maxchild=100
\tpop3\t\tcmd="pop3d -U 30" listen="localhost:pop3" prefork=0 maxchild=50
#\tnntp\t\tcmd="nntpd -U 30" listen="nntp" prefork=0 maxchild=100
\tsieve\t\tcmd="/usr/lib/cyrus/bin/timsieved" listen="[::1]:4190"
\tlmtpunix\tcmd="lmtpd" listen="/run/cyrus/socket/lmtp" prefork=0 maxchild=20
\tnotify\t\tcmd="notifyd" listen="/run/cyrus/socket/notify" proto="udp" prefork=1
}
"""
CONF = b"""\
configdirectory: /var/lib/cyrus
# tls_server_cert: /etc/ssl/no.pem
tls_server_cert: /etc/ssl/rsa.pem,\\
/etc/ssl/ec.pem
TLS_server_key:  /etc/ssl/rsa.key,/etc/ssl/ec.key
pop3_tls_server_cert: /etc/ssl/pop.pem
@include: /etc/imapd.more
"""
MORE = b"sieve_tls_cert_file: /etc/ssl/sieve.pem\nsieve_tls_key_file: /etc/ssl/sieve.key\ntls_versions: tls1_0 tls1_2\n"
FILES = {MAIN: CONF, "/etc/cyrus.conf": SERVICES, "/etc/imapd.more": MORE}


def whole() -> ServerFacts:
    return asked(cyrus, SERVER, FILES)


def test_what_the_files_say() -> None:
    rsa, ec, pop, sieve = places_in(cyrus, SERVER, whole())
    assert (rsa.service, rsa.named_in, rsa.line) == ("imap, imaps", MAIN, 3)
    assert rsa.listens == (Listening(143), Listening(993))
    assert [(one.chain_file, one.key_file) for one in (rsa, ec)] == [
        ("/etc/ssl/rsa.pem", "/etc/ssl/rsa.key"), ("/etc/ssl/ec.pem", "/etc/ssl/ec.key")
    ]  # fmt: skip
    # its certificate is its own, the key is the first of all
    assert (pop.chain_file, pop.key_file, pop.listens) == (
        "/etc/ssl/pop.pem", "/etc/ssl/rsa.key", (Listening(110, "127.0.0.1"),)
    )  # fmt: skip
    assert (sieve.named_in, sieve.key_file, sieve.listens) == (
        "/etc/imapd.more", "/etc/ssl/sieve.key", (Listening(4190, "::1"),)
    )  # fmt: skip


def test_paths_change_where_they_are_named() -> None:
    facts = whole()
    _, ec, pop, sieve = places_in(cyrus, SERVER, facts)
    wanted = {
        ec: Files("/new/ec.pem", "/new/ec.key"),
        pop: Files("/new/pop.pem", "/new/pop.key"),
        sieve: Files("/new/sieve.pem", sieve.key_file),
    }
    after = changed(facts, cyrus.point_to(SERVER, facts, wanted))
    assert lines_changed(facts, after, MAIN) == (
        [
            "tls_server_cert: /etc/ssl/rsa.pem,\\",
            "/etc/ssl/ec.pem",
            "TLS_server_key:  /etc/ssl/rsa.key,/etc/ssl/ec.key",
            "pop3_tls_server_cert: /etc/ssl/pop.pem",
        ],
        [
            "tls_server_cert: /etc/ssl/rsa.pem,/new/ec.pem",
            "TLS_server_key:  /etc/ssl/rsa.key,/new/ec.key",
            "pop3_tls_server_key: /new/pop.key",
            "pop3_tls_server_cert: /new/pop.pem",
        ],
    )
    assert lines_changed(facts, after, "/etc/imapd.more")[1] == ["sieve_tls_cert_file: /new/sieve.pem"]
    assert cyrus.point_to(SERVER, after, {one: wanted[one] for one in (pop, sieve)}) == ()
    assert isinstance(cyrus.point_to(SERVER, facts, {ec: Files("/a,b.pem", "/a.key")}), Cannot)


def test_key_and_chain_in_one_file() -> None:
    facts = asked(cyrus, SERVER, {**FILES, MAIN: b"tls_server_cert: /both.pem\n"})
    (place,) = places_in(cyrus, SERVER, facts)
    assert place.key_file == "/both.pem"
    together = changed(facts, cyrus.point_to(SERVER, facts, {place: Files("/new.pem", "/new.pem")}))
    assert lines_changed(facts, together, MAIN)[1] == ["tls_server_cert: /new.pem"]
    apart = changed(facts, cyrus.point_to(SERVER, facts, {place: Files("/new.pem", "/new.key")}))
    assert lines_changed(facts, apart, MAIN)[1] == ["tls_server_key: /new.key", "tls_server_cert: /new.pem"]


def test_versions() -> None:
    facts = whole()
    places, goal = places_in(cyrus, SERVER, facts), ConfigureServer("tls-version")
    after = changed(facts, cyrus.set_up(SERVER, facts, goal, places, ()))
    assert lines_changed(facts, after, "/etc/imapd.more")[1] == ["tls_versions: tls1_2 tls1_3"]
    assert cyrus.set_up(SERVER, after, goal, places, ()) == ()
    unsaid = asked(cyrus, SERVER, {**FILES, "/etc/imapd.more": b""})
    added = changed(unsaid, cyrus.set_up(SERVER, unsaid, goal, places_in(cyrus, SERVER, unsaid), ()))
    assert lines_changed(unsaid, added, MAIN) == ([], ["tls_versions: tls1_2 tls1_3"])
    for setting in ("send-sni-certificate", "offer-tls"):
        assert isinstance(cyrus.set_up(SERVER, facts, ConfigureServer(setting), places, ()), Cannot)  # type: ignore[arg-type]


def test_nothing_to_be_read() -> None:
    assert isinstance(cyrus.certificates(SERVER, asked(cyrus, SERVER, {})), Cannot)
    loop = {MAIN: b"@include: /etc/imapd.conf\n@include: /etc/other\n", "/etc/other": b"@include: /etc/imapd.conf\n"}
    assert places_in(cyrus, SERVER, asked(cyrus, SERVER, loop)) == ()
    facts = whole()
    (first, *_) = places_in(cyrus, SERVER, facts)
    empty = asked(cyrus, SERVER, {MAIN: b"", "/etc/cyrus.conf": SERVICES})
    assert isinstance(cyrus.point_to(SERVER, empty, {first: Files("/a", "/b")}), Cannot)


def test_commands() -> None:
    own = server_of(cyrus, "/srv/imapd.conf")
    tested = cyrus.test(own)
    assert tested is not None
    assert tested.command == ("/usr/lib/cyrus/bin/cyr_info", "conf-lint", "-C", "/srv/imapd.conf")
    assert cyrus.take_up(own).command[:2] == ("systemctl", "kill")


@pytest.mark.real_server
def test_cyrus_itself_reads_what_was_written(tmp_path: Path) -> None:
    if not Path(cyrus.LINT).exists():
        assert os.environ.get("CI") != "true"
        pytest.skip("cyr_info is not installed: apt install cyrus-common")
    plain = b"configdirectory: /var/lib/cyrus\ndefaultpartition: default\npartition-default: /var/spool/cyrus\n"
    files = {MAIN: plain + b"tls_server_cert: /a.pem\n", "/etc/cyrus.conf": SERVICES}
    facts = asked(cyrus, SERVER, files)
    (place,) = places_in(cyrus, SERVER, facts)
    after = changed(facts, cyrus.point_to(SERVER, facts, {place: Files("/n.pem", "/n.key")}))
    after = changed(after, cyrus.set_up(SERVER, after, ConfigureServer("tls-version"), (place,), ()))
    written = content_of(after, MAIN)
    assert written is not None
    (tmp_path / "imapd.conf").write_bytes(written.octets)
    tested = cyrus.test(server_of(cyrus, str(tmp_path / "imapd.conf")))
    assert tested is not None
    done = subprocess.run(tested.command, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    said = subprocess.run(
        [cyrus.LINT, "conf", "-C", tmp_path / "imapd.conf"], capture_output=True, text=True, check=True
    )
    assert "tls_server_cert: /n.pem" in said.stdout
    assert "tls_server_key: /n.key" in said.stdout
    assert "tls_versions: tls1_2 tls1_3" in said.stdout
