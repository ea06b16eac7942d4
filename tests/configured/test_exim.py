"""Exim's configuration read and changed, as text: one file, and Debian's pieces of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.configured.world import World

from mailtrust.core.formats.exim_conf import EximConfError, read_exim_conf
from mailtrust.core.model.configured import Cannot, Files, Listening
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.targets.configured import exim

MAIN = "/etc/exim/exim.conf"
NEW = Files("/tls/new.pem", "/tls/new.key")
GNUTLS, OPENSSL = "Exim version 4.96\nSupport for: GnuTLS\n", "Exim version 4.96\nSupport for: OpenSSL\n"

TEMPLATE = """\
# made for the test, after the way of Debian
exim_path = /usr/sbin/exim4
.ifndef CONFDIR
CONFDIR = /etc/exim4
.endif
hide local_interfaces = <; 127.0.0.1 ; ::1
.ifdef MAIN_TLS_ENABLE
.ifndef MAIN_TLS_ADVERTISE_HOSTS
MAIN_TLS_ADVERTISE_HOSTS = *
.endif
tls_advertise_hosts = MAIN_TLS_ADVERTISE_HOSTS
.ifdef MAIN_TLS_CERTKEY
tls_certificate = MAIN_TLS_CERTKEY
.else
.ifndef MAIN_TLS_CERTIFICATE
MAIN_TLS_CERTIFICATE = CONFDIR/exim.crt
.endif
tls_certificate = MAIN_TLS_CERTIFICATE
.ifndef MAIN_TLS_PRIVATEKEY
MAIN_TLS_PRIVATEKEY = CONFDIR/exim.key
.endif
tls_privatekey = MAIN_TLS_PRIVATEKEY
.endif
.endif
"""
LOCAL, WHOLE = "/etc/exim4/exim4.conf.localmacros", "/etc/exim4/exim4.conf.template"
SETTINGS = "/etc/exim4/update-exim4.conf.conf"


def one_file(tls: dict[str, bytes], text: str, built: str = GNUTLS) -> World:
    printed = {("exim", "-C", MAIN, "-bV"): Printed(0, built)}
    return World(exim, {**tls, MAIN: f"{text}begin acl\ntls_certificate = /never\n".encode()}, printed, MAIN)


def debian(tls: dict[str, bytes], files: dict[str, str], split: str = "false") -> World:
    own = {
        "/etc/exim4/exim.crt": tls["/tls/old.pem"],
        "/etc/exim4/exim.key": tls["/tls/old.key"],
        SETTINGS: f"dc_eximconfig_configtype='internet'\ndc_use_split_config='{split}'\n".encode(),
    }
    world = World(exim, {**tls, **own, **{path: text.encode() for path, text in files.items()}})
    world.printed = {("exim4", "-bV"): Printed(0, GNUTLS)}
    return world


def test_one_file(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls,
        "daemon_smtp_ports = 25 : 465 : submission\nlocal_interfaces = <; 0.0.0.0 ; [::1]:2525 ; 192.0.2.1.26\n"
        "tls_certificate = /tls/old.pem\n# the key\ntls_privatekey = \\\n   /tls/old.key\nnever_users = root\n",
    )
    (place,) = world.places
    assert (place.named_in, place.line, place.chain_file, place.key_file) == (MAIN, 3, "/tls/old.pem", "/tls/old.key")
    assert place.listens == (
        Listening(25),
        Listening(465),
        Listening(587),
        Listening(2525, "::1"),
        Listening(26, "192.0.2.1"),
    )
    before = world.files[MAIN]
    assert world.point({place: NEW}) == ()
    assert world.files[MAIN] == before.replace(b"/tls/old", b"/tls/new")
    assert world.point({world.places[0]: NEW}) == ()


def test_a_key_that_was_in_the_same_file(tls: dict[str, bytes]) -> None:
    world = one_file(tls, "tls_certificate = /tls/old-both.pem\nx = y\n")
    world.point({world.places[0]: Files("/tls/new-both.pem", "/tls/new-both.pem")})
    assert world.files[MAIN].startswith(b"tls_certificate = /tls/new-both.pem\nx = y\n")
    world.point({world.places[0]: NEW})
    assert world.files[MAIN].startswith(b"tls_certificate = /tls/new.pem\ntls_privatekey = /tls/new.key\nx = y\n")


def test_two_kinds_of_keys(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls, "tls_certificate = /tls/rsa.pem : /tls/old.pem\ntls_privatekey = /tls/rsa.key : /tls/old.key\n"
    )
    world.point({world.places[1]: NEW})
    assert world.files[MAIN].startswith(
        b"tls_certificate = /tls/rsa.pem : /tls/new.pem\ntls_privatekey = /tls/rsa.key : /tls/new.key\n"
    )


def test_a_macro_of_ones_own_is_changed_where_it_is_set(tls: dict[str, bytes]) -> None:
    world = one_file(tls, 'TLS = /tls\nFILE == "TLS/old-both.pem"\n.include_if_exists TLS/more.conf\n')
    world.files["/tls/more.conf"] = b"tls_certificate = FILE\n"
    (place,) = world.places
    assert (place.named_in, place.line, place.chain_file) == (MAIN, 2, "/tls/old-both.pem")
    world.point({place: Files("/tls/new-both.pem", "/tls/new-both.pem")})
    assert world.files[MAIN].startswith(b"TLS = /tls\nFILE == /tls/new-both.pem\n")
    assert world.files["/tls/more.conf"] == b"tls_certificate = FILE\n"


def test_debians_template_with_macros_beside_it(tls: dict[str, bytes]) -> None:
    world = debian(tls, {WHOLE: TEMPLATE, LOCAL: "MAIN_TLS_ENABLE = true"})
    (place,) = world.places
    assert (place.chain_file, place.key_file) == ("/etc/exim4/exim.crt", "/etc/exim4/exim.key")
    world.point({place: NEW})
    assert world.files[WHOLE].decode() == TEMPLATE
    assert world.files[LOCAL].decode().splitlines() == [
        "MAIN_TLS_ENABLE = true",
        "MAIN_TLS_CERTIFICATE = /tls/new.pem",
        "MAIN_TLS_PRIVATEKEY = /tls/new.key",
    ]
    (place,) = world.places
    assert place.named_in == LOCAL
    world.point({place: Files("/tls/rsa.pem", "/tls/rsa.key")})
    assert b"MAIN_TLS_CERTIFICATE = /tls/rsa.pem\nMAIN_TLS_PRIVATEKEY = /tls/rsa.key" in world.files[LOCAL]


def test_debians_pieces(tls: dict[str, bytes]) -> None:
    main = "/etc/exim4/conf.d/main/"
    world = debian(
        tls,
        {
            f"{main}000_localmacros": "MAIN_TLS_ENABLE = 1\nMAIN_TLS_CERTKEY = /tls/old-both.pem\n",
            f"{main}03_options": TEMPLATE,
            f"{main}04_never.dpkg-old": "tls_certificate = /never\n",
            "/etc/default/exim4": "SMTPLISTENEROPTIONS='-oX 25:587:10025 -oP /run/exim.pid'\n",
        },
        split="true",
    )
    world.files["/etc/default/exim4"] = b"#SMTPLISTENEROPTIONS='-oX 1'\nSMTPLISTENEROPTIONS='-oX 25:587:10025'\n"
    (place,) = world.places
    assert place.key_file == place.chain_file == "/tls/old-both.pem"
    assert [one.port for one in place.listens] == [25, 587, 10025, 25, 587, 10025]
    world.point({place: Files("/tls/new-both.pem", "/tls/new-both.pem")})
    assert world.files[f"{main}000_localmacros"].endswith(b"MAIN_TLS_CERTKEY = /tls/new-both.pem\n")
    test = exim.test(world.server)
    assert test is not None
    assert test.command == ("sh", "-c", "update-exim4.conf --check && exim4 -bV")


def test_a_file_of_ones_own_wins_on_debian(tls: dict[str, bytes]) -> None:
    world = debian(tls, {WHOLE: TEMPLATE, "/etc/exim4/exim4.conf": "tls_certificate = /tls/old-both.pem\n"})
    assert world.places[0].named_in == "/etc/exim4/exim4.conf"


def test_elsewhere_exim_says_which_file_it_reads(tls: dict[str, bytes]) -> None:
    world = World(exim, {**tls, MAIN: b"tls_certificate = /tls/old-both.pem\n"})
    world.printed = {("exim4", "-bV"): Printed(0, f"{OPENSSL}Configuration file is {MAIN}\n")}
    assert world.places[0].named_in == MAIN


@pytest.mark.parametrize(
    ("built", "said", "come"),
    [
        (GNUTLS, "", b"tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2\n"),
        (GNUTLS, "tls_require_ciphers = SECURE128\n", b"= SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2\n"),
        (OPENSSL, "", b"openssl_options = +no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1\n"),
        (OPENSSL, "openssl_options = +no_sslv3\n", b"= +no_sslv3 +no_sslv2 +no_tlsv1 +no_tlsv1_1\n"),
    ],
)
def test_versions(tls: dict[str, bytes], built: str, said: str, come: bytes) -> None:
    world = one_file(tls, f"tls_certificate = /tls/old-both.pem\n{said}", built)
    world.set_up("tls-version", world.places[0])
    assert come in world.files[MAIN]
    assert world.set_up("tls-version", world.places[0]) == ()
    assert "did not" in one_file(tls, "tls_certificate = /tls/old-both.pem\n", "").refused("tls-version")


def test_tls_is_offered(tls: dict[str, bytes]) -> None:
    certificate = "tls_certificate = /tls/old-both.pem\n"
    for said in ("tls_advertise_hosts =", "tls_advertise_hosts = !*"):
        world = one_file(tls, f"{said}\n{certificate}")
        world.set_up("offer-tls", world.places[0])
        assert world.files[MAIN].startswith(b"tls_advertise_hosts = *\n")
        assert world.set_up("offer-tls", world.places[0]) == ()
    assert one_file(tls, certificate).set_up("offer-tls") == ()
    assert "you decide" in one_file(tls, f"tls_advertise_hosts = 10.0.0.0/8\n{certificate}").refused("offer-tls")
    assert "no certificate" in one_file(tls, "").refused("offer-tls")


def test_the_key_that_belongs(tls: dict[str, bytes]) -> None:
    world = one_file(
        tls, "tls_certificate = /tls/rsa.pem : /tls/new.pem\ntls_privatekey = /tls/new.key : /tls/rsa.key\n"
    )
    world.set_up("matching-key", *world.places)
    assert b"tls_privatekey = /tls/rsa.key : /tls/new.key\n" in world.files[MAIN]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tls_certificate = ${if eq{$tls_in_sni}{}{/a}{/b}}\n", "each connection"),
        ("tls_certificate = /etc/$tls_in_sni.pem\n", "line 1"),
        ("tls_certificate = /a : /b\ntls_privatekey = /c\n", "different numbers"),
        (".endif\n", "without"),
        (f".include {MAIN}\n", "includes itself"),
        ("A = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n" + "".join(f"A{n:02} = {'A' * 30}\n" for n in range(9)), ""),
    ],
)
def test_what_cannot_be_told_is_said(tls: dict[str, bytes], text: str, why: str) -> None:
    world = one_file(tls, text)
    if why:
        assert why in world.refusal
    else:
        assert world.places == ()


def test_a_macro_that_grows_without_an_end_is_refused(tls: dict[str, bytes]) -> None:
    text = "AA = xxxxxxxxxx\n" + "AA == AAAAAAAAAAAAAAAAAAAA\n" * 5
    assert "more than" in one_file(tls, text).refusal


@given(st.text(alphabet='aA_ =\\.\n\t:#"ifdefnlsbgtc', max_size=300))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    world = World(exim, {MAIN: text.encode()}, configuration=MAIN)
    assert isinstance(exim.certificates(world.server, world.facts), Cannot | tuple)
    try:
        found = read_exim_conf([(MAIN, text)], lambda _: None)
    except EximConfError:
        return
    for one in (*found.options.values(), *found.macros.values()):
        assert 0 <= one.start <= one.end <= one.after <= len(text)
