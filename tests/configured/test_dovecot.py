"""Dovecot's configuration read and changed, as text: 2.3, and 2.4 by its documented names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.configured.world import World, new_lines

from mailtrust.core.formats.dovecot_conf import DovecotConfError, Entry, read_dovecot_conf
from mailtrust.core.model.configured import Cannot, Files, Listening
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.targets.configured import dovecot

MAIN, SSL, MASTER = "/etc/dovecot/dovecot.conf", "/etc/dovecot/conf.d/10-ssl.conf", "/etc/dovecot/conf.d/10-master.conf"
VERSION = ("dovecot", "--version")
NEW = Files("/tls/new.pem", "/tls/new.key")

DEBIAN = b"""\
## Dovecot configuration file
!include_try /usr/share/dovecot/protocols.d/*.protocol
# protocols = nothing
dict {
  #quota = mysql:/etc/dovecot/dovecot-dict-sql.conf.ext
}
!include conf.d/*.conf
!include_try local.conf
"""
DEBIAN_SSL = b"""\
##
## SSL settings
##
ssl = yes
# PEM encoded X.509 SSL/TLS certificate and private key.
ssl_cert = </tls/old.pem # as of March
ssl_key = < /tls/old.key
ssl_client_ca_dir = /etc/ssl/certs
"""
DEBIAN_MASTER = b"""\
service imap-login {
  inet_listener imap {
    #port = 143
  }
  inet_listener imaps {
    port = 1993
    address = 192.0.2.1, ::1
  }
}
service lmtp {
  unix_listener lmtp {
  }
}
"""


def debian(tls: dict[str, bytes], ssl: bytes = DEBIAN_SSL, **files: bytes) -> World:
    return World(
        dovecot,
        {
            **tls,
            MAIN: DEBIAN,
            SSL: ssl,
            MASTER: DEBIAN_MASTER,
            "/usr/share/dovecot/protocols.d/imapd.protocol": b"protocols = $protocols imap\n",
            "/usr/share/dovecot/protocols.d/pop3d.protocol": b"protocols = $protocols pop3\n",
            **files,
        },
        {VERSION: Printed(0, "2.3.19.1 (9b53102964)\n")},
    )


def one_file(tls: dict[str, bytes], text: str, version: str = "2.3.19.1") -> World:
    return World(dovecot, {**tls, MAIN: text.encode()}, {VERSION: Printed(0, f"{version} (x)\n")})


def test_debians_own_files(tls: dict[str, bytes]) -> None:
    world = debian(tls)
    place = world.place("dovecot")
    assert (place.named_in, place.line, place.chain_file, place.key_file) == (SSL, 6, "/tls/old.pem", "/tls/old.key")
    assert place.listens == (
        Listening(143),
        Listening(1993, "192.0.2.1"),
        Listening(1993, "::1"),
        Listening(110),
        Listening(995),
    )
    others = {path: octets for path, octets in world.files.items() if path != SSL}
    assert world.point({place: NEW}) == ()
    assert world.files[SSL] == DEBIAN_SSL.replace(b"</tls/old.pem", b"</tls/new.pem").replace(
        b"< /tls/old.key", b"</tls/new.key"
    )
    assert {path: world.files[path] for path in others} == others
    assert world.point({world.place("dovecot"): NEW}) == ()


def test_the_last_of_two_counts(tls: dict[str, bytes]) -> None:
    world = debian(
        tls, **{"/etc/dovecot/local.conf": b"ssl_cert = <tls/../../../tls/other.pem\nssl_key = </tls/other.key\n"}
    )
    place = world.place("dovecot")
    assert place.named_in == "/etc/dovecot/local.conf"
    assert place.chain_file == "/etc/dovecot/tls/../../../tls/other.pem"


def test_blocks_for_names_addresses_and_protocols(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls,
        "protocols = imap pop3 lmtp\nssl_cert = </tls/old.pem\nssl_key = </tls/old.key\n"
        "local_name mail.example.com {\n  ssl_cert = </tls/rsa.pem\n  ssl_key = </tls/rsa.key\n}\n"
        "local 192.0.2.7 {\n  protocol imap {\n    ssl_cert = </tls/old-both.pem\n  }\n}\n"
        "protocol pop3 {\n  ssl_cert = </tls/old.pem\n}\n"
        "protocol !pop3 {\n  mail_plugins = x\n}\n",
    )
    general, named, local, pop3 = world.places
    assert general.listens == (Listening(143), Listening(993))
    assert (named.names, named.is_default) == (("mail.example.com",), False)
    assert named.listens == (Listening(143), Listening(993), Listening(110), Listening(995))
    assert (local.listens, local.key_file) == (
        (Listening(143, "192.0.2.7"), Listening(993, "192.0.2.7")),
        "/tls/old.key",
    )
    assert (pop3.listens, pop3.key_file) == ((Listening(110), Listening(995)), "/tls/old.key")
    before = world.files[MAIN]
    world.point({pop3: NEW, named: Files("/tls/rsa.pem", "/tls/rsa.key")})
    assert new_lines(before, world.files[MAIN]) == ["  ssl_key = </tls/new.key", "  ssl_cert = </tls/new.pem"]
    assert world.place("protocol pop3").key_file == "/tls/new.key"
    assert world.places[0] == general


def test_what_is_no_file_is_left_alone(tls: dict[str, bytes]) -> None:
    assert one_file(tls, 'ssl_cert = "</tls/old.pem"\nssl_key = </tls/old.key\n').places == ()
    assert one_file(tls, "ssl_cert = $other\nssl_key = </tls/old.key\n").places == ()


def test_two_kinds_of_keys(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls,
        "ssl_cert = </tls/rsa.pem\nssl_key = </tls/rsa.key\n"
        "ssl_alt_cert = </tls/old.pem\nssl_alt_key = </tls/old.key\n",
    )
    world.point({world.places[1]: NEW})
    assert world.files[MAIN].endswith(b"rsa.key\nssl_alt_cert = </tls/new.pem\nssl_alt_key = </tls/new.key\n")


def test_2_4_has_other_names(tls: dict[str, bytes]) -> None:
    text = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\nprotocols {\n  imap = yes\n  lmtp = no\n}\n"
        "ssl_server_cert_file = /tls/old.pem\nssl_server_key_file = /tls/old.key\n"
        "userdb system { driver = passwd }\n"
        "service imap-login {\n  inet_listener imaps {\n    listen = 192.0.2.1\n  }\n}\n"
        "local_name other.example.com {\n  ssl_server_cert_file = /tls/other.pem\n"
        "  ssl_server_key_file = /tls/other.key\n}\n"
    )
    world = one_file(tls, text, "2.4.1")
    place, named = world.places
    assert place.listens == (Listening(143), Listening(993, "192.0.2.1"))
    assert named.names == ("other.example.com",)
    world.point({place: NEW})
    assert world.files[MAIN].decode() == text.replace("/tls/old", "/tls/new")
    world.set_up("tls-version", place, ports=(993,))
    assert b"ssl_min_protocol = TLSv1.2\nssl_server_cert_file = /tls/new.pem\n" in world.files[MAIN]


@pytest.mark.parametrize(("said", "version"), [("TLSv1", "2.3.4"), ("ANY", "2.3.19"), ("TLSv1.1", "2.4.0")])
def test_versions(tls: dict[str, bytes], said: str, version: str) -> None:
    world = one_file(
        tls,
        f"ssl_min_protocol = {said} # old\nssl_cert = </tls/old-both.pem\nssl_key = </tls/old-both.pem\n"
        "local_name x.example {\n  ssl_min_protocol = TLSv1.3\n}\n",
        version,
    )
    world.set_up("tls-version", world.places[0], ports=(993,))
    assert world.files[MAIN].startswith(b"ssl_min_protocol = TLSv1.2 # old\nssl_cert")
    assert world.files[MAIN].count(b"ssl_min_protocol") == 2
    assert world.set_up("tls-version", world.places[0], ports=(993,)) == ()


def test_a_very_old_one_is_not_touched(tls: dict[str, bytes]) -> None:
    world = one_file(tls, "ssl_cert = </tls/old-both.pem\nssl_key = </tls/old-both.pem\n", "2.2.36.4")
    assert "older than 2.3" in world.refused("tls-version", world.places[0])


def test_tls_is_offered(tls: dict[str, bytes]) -> None:
    world = debian(tls, DEBIAN_SSL.replace(b"ssl = yes", b"ssl = no"))
    world.set_up("offer-tls", world.places[0], ports=(143,))
    assert world.files[SSL] == DEBIAN_SSL
    assert world.set_up("offer-tls", world.places[0], ports=(143,)) == ()
    listener = "".join(
        f"service imap-login {{\n  inet_listener {name} {{\n    ssl = no\n  }}\n}}\n" for name in ("imaps", "imap")
    )
    at_port = one_file(tls, "ssl = required\nssl_cert = </tls/old-both.pem\nssl_key = </tls/old-both.pem\n" + listener)
    before = at_port.files[MAIN]
    at_port.set_up("offer-tls", at_port.places[0], ports=(993,))
    assert at_port.files[MAIN] == before.replace(b"ssl = no", b"ssl = yes", 1)
    assert "no certificate" in one_file(tls, "ssl = yes\n").refused("offer-tls")


def test_the_name_that_clients_use_becomes_everybodys(tls: dict[str, bytes]) -> None:
    text = (
        "ssl_cert = </tls/other.pem\nssl_key = </tls/other.key\n"
        "local_name other.example.com {\n  ssl_cert = </tls/other.pem\n  ssl_key = </tls/other.key\n}\n"
        "local_name mail.example.com {\n  ssl_cert = </tls/old.pem\n  ssl_key = </tls/old.key\n}\n"
    )
    world = one_file(tls, text)
    named = world.place("local_name mail.example.com")
    world.set_up("send-sni-certificate", named, ports=(993,))
    block = "local_name www.other.example.com {\n  ssl_cert = </tls/other.pem\n  ssl_key = </tls/other.key\n}\n"
    expected = text.replace("/tls/other", "/tls/old", 2).replace("local_name mail", block + "local_name mail")
    assert world.files[MAIN].decode() == expected
    assert world.set_up("send-sni-certificate", world.place("local_name mail.example.com"), ports=(993,)) == ()


def test_the_key_that_belongs_is_found(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls,
        "ssl_cert = </tls/new.pem\nssl_key = </tls/old.key\nlocal_name x.example {\n  ssl_cert = </tls/new-both.pem\n"
        "  ssl_key = </tls/new-both.pem\n}\n",
    )
    world.set_up("matching-key", world.places[0])
    assert world.files[MAIN].startswith(b"ssl_cert = </tls/new.pem\nssl_key = </tls/new-both.pem\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ssl = yes\nnonsense\n", "line 2"),
        ("service x {\n", "line 1"),
        ("}\n", "line 1"),
        ("x { y\n}\n", "line 1"),
        ("= x\n", "line 1"),
        ("!include dovecot.conf\n", "includes itself"),
        ("x {\n" * 60, "more than 50"),
    ],
)
def test_what_dovecot_would_not_read_is_refused(tls: dict[str, bytes], text: str, why: str) -> None:
    assert why in one_file(tls, text).refusal


@pytest.mark.parametrize(("said", "expected"), [("", "restart"), ("shutdown_clients = no\n", "reload")])
def test_what_a_reload_does_to_who_is_connected(tls: dict[str, bytes], said: str, expected: str) -> None:
    world = one_file(tls, f"ssl_cert = </tls/old-both.pem\nssl_key = </tls/old-both.pem\n{said}")
    assert dovecot.disruption(world.server, world.facts) == expected


def test_files_that_are_not_there() -> None:
    assert "no such thing" in World(dovecot, {}).refusal


ENTRIES = st.recursive(
    st.tuples(
        st.sampled_from(("ssl", "a_b", "ssl_cert")), st.sampled_from(("yes", "</a/b", '"x # y"', "'q'", "a b", ""))
    ),
    lambda inside: st.tuples(st.sampled_from(("local_name", "service")), st.lists(inside, max_size=3)),
    max_leaves=8,
)


def as_text(entry: tuple[str, object], indent: str = "") -> str:
    name, value = entry
    if isinstance(value, list):
        return f"{indent}{name} x.example {{ # {{\n{''.join(as_text(one, indent + ' ') for one in value)}{indent}}}\n"
    return f"{indent}{name} = {value} # not = this }}\n"


def values(entries: tuple[Entry, ...]) -> list[object]:
    return [(one.name, values(one.block) if one.block is not None else one.value) for one in entries]


@given(st.lists(ENTRIES, max_size=4))
def test_what_is_written_is_read(entries: list[tuple[str, object]]) -> None:
    source = "".join(map(as_text, entries))

    def meant(entry: tuple[str, object]) -> tuple[str, object]:
        name, value = entry
        plain = {'"x # y"': "x # y", "'q'": "q", "</a/b": "/a/b"}
        return name, [meant(one) for one in value] if isinstance(value, list) else plain.get(str(value), value)

    found = read_dovecot_conf(source)
    assert values(found) == [meant(one) for one in entries]
    for one in found:
        assert source[one.at :].startswith(one.name)
        assert source[one.after - 1] == "\n"


@given(st.text(alphabet="ab =<\"'#\\{}!include\n\t\x0b\r\x85", max_size=200))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    world = World(dovecot, {MAIN: text.encode()})
    assert isinstance(dovecot.certificates(world.server, world.facts), Cannot | tuple)
    try:
        found = read_dovecot_conf(text)
    except DovecotConfError:
        return
    for one in found:
        assert 0 <= one.at <= one.start <= one.end <= one.after <= len(text)
