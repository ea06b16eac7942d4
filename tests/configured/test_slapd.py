"""slapd's configuration read and changed, as text: slapd.conf, and cn=config as it is printed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.configured.world import World

from mailtrust.core.formats.slapd_conf import ldif_line, read_ldif_values, read_slapd_conf
from mailtrust.core.model.configured import Cannot, Files, Listening
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.settings import Place
from mailtrust.core.targets.configured import slapd

MAIN = "/etc/ldap/slapd.conf"
LOOK = (
    *("ldapsearch", "-Q", "-LLL", "-o", "ldif-wrap=no", "-Y", "EXTERNAL", "-H", "ldapi:///"),
    *("-b", "cn=config", "-s", "base"),
)
LDD = ("sh", "-c", "ldd /usr/sbin/slapd | grep -oE 'lib(gnutls|ssl)[.]so' | sort -u")
LIBRARIES = {"OpenSSL": Printed(0, "libssl.so\n"), "GnuTLS": Printed(0, "libgnutls.so\n")}
MODIFY = ("ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///")
NEW = Files("/tls/new.pem", "/tls/new.key")
TREE = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcTLSCACertificateFile: /tls/ca.pem
olcTLSCertificateFile: /tls/old.pem
olcTLSCertificateKeyFile:: L3Rscy9vbGQua2V5
olcTLSProtocolMin: 0.0
"""


def one_file(tls: dict[str, bytes], text: str) -> World:
    printed = {LDD: LIBRARIES["OpenSSL"]}
    return World(slapd, {**tls, MAIN: text.encode()}, printed, configuration=MAIN)


def tree(tls: dict[str, bytes], printed: str = TREE, built: str = "GnuTLS") -> World:
    return World(slapd, dict(tls), {LOOK: Printed(0, printed), LDD: LIBRARIES[built]})


def test_one_file(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls,
        'include /etc/ldap/more.conf\nTLSCertificateFile /tls/never.pem\ntlscertificatefile\n\t"/tls/old.pem"\n'
        "# TLSCertificateFile /tls/a.pem\n  which goes on\nTLSCACertificateFile /tls/ca.pem\ndatabase mdb\n",
    )
    world.files["/etc/ldap/more.conf"] = b"TLSCertificateKeyFile /tls/old.key\n"
    (place,) = world.places
    assert (place.named_in, place.line, place.chain_file, place.key_file) == (MAIN, 3, "/tls/old.pem", "/tls/old.key")
    assert place.listens == (Listening(389), Listening(636))
    assert slapd.disruption(world.server, world.facts) == "restart"
    before = world.files[MAIN]
    assert world.point({place: NEW}) == ()
    assert world.files[MAIN] == before.replace(b'"/tls/old.pem"', b"/tls/new.pem")
    assert world.files["/etc/ldap/more.conf"] == b"TLSCertificateKeyFile /tls/new.key\n"
    assert world.point({world.places[0]: NEW}) == ()
    world.set_up("tls-version")
    assert b"/tls/new.pem\nTLSProtocolMin 3.3\n# TLS" in world.files[MAIN]
    assert world.set_up("tls-version") == ()


def test_the_last_line_may_have_no_end(tls: dict[str, bytes]) -> None:
    world = one_file(tls, "TLSCertificateKeyFile /tls/old.key\nTLSCertificateFile /tls/old.pem")
    world.set_up("tls-version")
    assert world.files[MAIN].endswith(b"/tls/old.pem\nTLSProtocolMin 3.3")


def test_cn_config_is_changed_in_one_go(tls: dict[str, bytes]) -> None:
    world = tree(tls)
    (place,) = world.places
    assert (place.named_in, place.service, place.chain_file, place.key_file) == (
        "",
        "cn=config",
        "/tls/old.pem",
        "/tls/old.key",
    )
    (act,) = world.point({place: NEW})
    assert act.command == act.back_command == MODIFY
    change = (
        "dn: cn=config\nchangetype: modify\nreplace: olcTLSCertificateFile\nolcTLSCertificateFile: {0}.pem\n-\n"
        "replace: olcTLSCertificateKeyFile\nolcTLSCertificateKeyFile: {0}.key\n"
    )
    assert (act.input, act.back_input) == (change.format("/tls/new"), change.format("/tls/old"))
    assert "/tls/new.pem" in str(act.say)
    assert world.point({place: Files("/tls/old.pem", "/tls/old.key")}) == ()
    assert slapd.test(world.server) is None
    assert slapd.disruption(world.server, world.facts) == "reload"
    again = slapd.take_up(world.server)
    assert again.command[:2] == ("sh", "-c")


def test_what_was_not_set_is_taken_away_again(tls: dict[str, bytes]) -> None:
    (act,) = tree(tls, TREE.replace("olcTLSProtocolMin: 0.0\n", ""), "OpenSSL").set_up("tls-version")
    assert act.input.endswith("replace: olcTLSProtocolMin\nolcTLSProtocolMin: 3.3\n")
    assert act.back_input.endswith("delete: olcTLSProtocolMin\n")


def test_gnutls_heeds_its_own_words_alone(tls: dict[str, bytes]) -> None:
    modern = "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
    (act,) = tree(tls).set_up("tls-version")
    assert act.input.endswith(f"replace: olcTLSCipherSuite\nolcTLSCipherSuite: NORMAL:{modern}\n")
    assert act.back_input.endswith("delete: olcTLSCipherSuite\n")
    (act,) = tree(tls, f"{TREE}olcTLSCipherSuite: SECURE128\n").set_up("tls-version")
    assert act.input.endswith(f"olcTLSCipherSuite: SECURE128:{modern}\n")
    assert act.back_input.endswith("olcTLSCipherSuite: SECURE128\n")
    assert tree(tls, f"{TREE}olcTLSCipherSuite: NORMAL:{modern}\n").set_up("tls-version") == ()
    unknown = World(slapd, dict(tls), {LOOK: Printed(0, TREE)})
    assert "which TLS library" in unknown.refused("tls-version")


def test_the_key_that_belongs(tls: dict[str, bytes]) -> None:
    world = tree(tls, TREE.replace("/tls/old.pem", "/tls/old-both.pem").replace("L3Rscy9vbGQua2V5", "L3Rscy9uZXcua2V5"))
    (act,) = world.set_up("matching-key", world.places[0])
    assert act.input.endswith("olcTLSCertificateKeyFile: /tls/old-both.pem\n")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('SLAPD_SERVICES="ldap:/// ldapi:///"', (Listening(389),)),
        (
            "#SLAPD_SERVICES=x\nSLAPD_SERVICES='ldap://127.0.0.1:3890/ ldaps://[::1]/ ldaps://*:1636'",
            (Listening(3890, "127.0.0.1"), Listening(636, "::1"), Listening(1636)),
        ),
        ("", (Listening(389), Listening(636))),
    ],
)
def test_where_it_listens(tls: dict[str, bytes], said: str, expected: tuple[Listening, ...]) -> None:
    world = tree(tls)
    world.files["/etc/default/slapd"] = said.encode()
    assert world.places[0].listens == expected
    named = replace(world.server, places=(Place("ldap://x:3389", "x", 3389),))
    found = slapd.certificates(named, world.facts)
    assert isinstance(found, tuple)
    assert found[0].listens == (Listening(3389),)


def test_what_cannot_be_read_or_done_is_said(tls: dict[str, bytes]) -> None:
    assert "slapd.conf" in World(slapd, {}).refusal
    failed = World(slapd, {}, {LOOK: Printed(1, "", "ldap_sasl_interactive_bind: Can't contact LDAP server (-1)\n")})
    assert "contact" in failed.refusal
    assert "line 2" in one_file(tls, 'a b\n"\n').refusal
    assert "includes itself" in one_file(tls, f"include {MAIN}\n").refusal
    assert "no such thing" in World(slapd, {}, configuration=MAIN).refusal
    assert tree(tls, "dn: cn=config\n").places == ()
    assert "no certificate" in tree(tls, "dn: cn=config\n").refused("tls-version")
    assert "everybody" in tree(tls).refused("send-sni-certificate")
    assert "follow the steps" in tree(tls).refused("offer-tls")


@given(st.text(max_size=40))
def test_a_value_of_ldif_comes_back(value: str) -> None:
    assert read_ldif_values(ldif_line("olcX", value)) == {"olcx": value}


@given(st.text(alphabet='ab "\\\n\t#include TLSCertificateFile/\x0b\r', max_size=200))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    world = World(slapd, {MAIN: text.encode()}, configuration=MAIN)
    found = slapd.certificates(world.server, world.facts)
    assert isinstance(found, Cannot | tuple)
    if isinstance(found, tuple):
        for one in read_slapd_conf(text):
            assert 0 <= one.start <= one.end <= one.after <= len(text)
    read_ldif_values(text)
