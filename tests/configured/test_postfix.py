"""Postfix's configuration read and changed, as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.configured.world import World, new_lines

from mailtrust.core.formats.postfix_cf import changed, expanded, read_main, read_master, read_table
from mailtrust.core.model.configured import Cannot, Files, Listening
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.targets.configured import postfix
from mailtrust.core.x509.withheld_keys import withhold_keys

MAIN, MASTER, SNI = "/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/postfix/sni"
VERSION = ("postconf", "-h", "mail_version")
NEW = Files("/tls/new.pem", "/tls/new.key")
ONE_FILE = Files("/tls/new-both.pem", "/tls/new-both.pem")

PLAIN_MASTER = """\
# service type  private unpriv  chroot  wakeup  maxproc command
smtp      inet  n       -       y       -       -       smtpd
submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
#  -o smtpd_tls_cert_file=/tls/never.pem
  -o smtpd_tls_security_level=encrypt
smtps     inet  n       -       y       -       -       smtpd
  -o smtpd_tls_wrappermode=yes
pickup    unix  n       -       y       60      1       pickup
"""


def postfix_with(tls: dict[str, bytes], main: str, master: str = PLAIN_MASTER, version: str = "3.7.11") -> World:
    files = {**tls, MAIN: main.encode(), MASTER: master.encode()}
    return World(postfix, files, {VERSION: Printed(0, f"{version}\n")})


def listed(*ports: int) -> tuple[Listening, ...]:
    return tuple(map(Listening, ports))


def test_one_certificate_for_all_ports(tls: dict[str, bytes]) -> None:
    world = postfix_with(
        tls,
        "smtpd_tls_cert_file = /tls/never.pem\n# so it was\nsmtpd_tls_cert_file=/tls/old.pem\n"
        "smtpd_tls_key_file=/tls/old.key\nmyhostname = mail.example.com\n",
    )
    place = world.place("smtpd")
    assert (place.named_in, place.line) == (MAIN, 3)
    assert (place.chain_file, place.key_file, place.is_default) == ("/tls/old.pem", "/tls/old.key", True)
    assert place.listens == listed(25, 587, 465)
    before = world.files[MAIN]
    assert world.point({place: NEW}) == ()
    assert world.files[MAIN] == before.replace(b"/tls/old", b"/tls/new")
    assert world.point({world.place("smtpd"): NEW}) == ()


def test_a_key_that_was_in_the_same_file(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem\nx = y\n")
    place = world.place("smtpd")
    assert place.key_file == place.chain_file == "/tls/old-both.pem"
    before = world.files[MAIN]
    world.point({place: ONE_FILE})
    assert new_lines(before, world.files[MAIN]) == ["smtpd_tls_cert_file = /tls/new-both.pem"]
    world.point({world.place("smtpd"): NEW})
    assert world.files[MAIN] == b"smtpd_tls_cert_file = /tls/new.pem\nsmtpd_tls_key_file = /tls/new.key\nx = y\n"


def test_the_last_line_may_have_no_end(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem")
    world.point({world.place("smtpd"): NEW})
    assert world.files[MAIN] == b"smtpd_tls_cert_file = /tls/new.pem\nsmtpd_tls_key_file = /tls/new.key"


def test_a_list_wins_and_has_pairs_of_several_kinds(tls: dict[str, bytes]) -> None:
    world = postfix_with(
        tls,
        "smtpd_tls_cert_file = /tls/never.pem\nsmtpd_tls_chain_files =\n\t/tls/rsa.key,\n\t/tls/rsa.pem,\n"
        "# the small one\n\t/tls/old.key, $config_directory/../../tls/old.pem\n",
    )
    world.files["/etc/postfix/../../tls/old.pem"] = world.files["/tls/old.pem"]
    first, second = world.places
    assert (first.chain_file, first.key_file) == ("/tls/rsa.pem", "/tls/rsa.key")
    assert (second.chain_file, second.key_file) == ("/etc/postfix/../../tls/old.pem", "/tls/old.key")
    world.point({second: NEW})
    assert world.files[MAIN].endswith(
        b"=\n\t/tls/rsa.key,\n\t/tls/rsa.pem,\n# the small one\n\t/tls/new.key, /tls/new.pem\n"
    )
    world.point({world.places[0]: ONE_FILE})
    assert b"\t/tls/new-both.pem,\n\t\n# the small one\n\t/tls/new.key, /tls/new.pem\n" in world.files[MAIN]
    assert [place.chain_file for place in world.places] == ["/tls/new-both.pem", "/tls/new.pem"]


def test_the_key_comes_first_afterwards(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_chain_files = /tls/old.pem, /tls/old.key, /tls/rsa.key /tls/rsa.pem\n")
    place, other = world.places
    assert (place.chain_file, place.key_file) == ("/tls/old.pem", "/tls/old.key")
    assert other.chain_file == "/tls/rsa.pem"
    world.set_up("matching-key", place, ports=(25,))
    assert world.files[MAIN] == b"smtpd_tls_chain_files = /tls/old.key, /tls/old.pem, /tls/rsa.key /tls/rsa.pem\n"


def test_a_leaf_and_its_issuers_in_files_of_their_own_become_one(tls: dict[str, bytes]) -> None:
    whole = tls["/tls/old.pem"]
    at = whole.index(b"-----BEGIN", 10)
    apart = {**tls, "/tls/leaf.pem": whole[:at], "/tls/issuers.pem": whole[at:]}
    world = postfix_with(apart, "smtpd_tls_chain_files = /tls/old.key, /tls/leaf.pem, /tls/issuers.pem\n")
    place = world.place("smtpd")
    assert place.chain_file == "/tls/leaf.pem"
    world.point({place: Files("/tls/leaf.pem", "/tls/old.key")})
    assert world.files[MAIN] == b"smtpd_tls_chain_files = /tls/old.key, /tls/leaf.pem\n"


def test_a_service_has_its_own(tls: dict[str, bytes]) -> None:
    master = (
        "smtp inet n - y - - smtpd\n[::1]:smtps inet n - y - - smtpd\n -o smtpd_tls_wrappermode=yes\n"
        " -o smtpd_tls_chain_files=/tls/old.key,/tls/old.pem\n"
        "127.0.0.1:10587 inet n - y - - smtpd -o { smtpd_tls_cert_file = /tls/old-both.pem } -o x=y\n"
        "odd inet n - y - - smtpd -o smtpd_tls_chain_files=$mine\n"
    )
    world = postfix_with(
        tls, "smtpd_tls_cert_file = /tls/rsa-both.pem\nmine = /tls/other.key, /tls/other.pem\n", master
    )
    world.files["/etc/services"] = b"odd 2525/tcp strange # comment\n"
    general, own, braced, odd = world.places
    assert general.listens == listed(25)
    assert own.service == "smtpd [::1]:smtps"
    assert own.listens == (Listening(465, "::1"),)
    assert braced.listens == (Listening(10587, "127.0.0.1"),)
    assert (odd.chain_file, odd.listens) == ("/tls/other.pem", listed(2525))
    before = world.files[MAIN], world.files[MASTER]
    world.point({own: NEW, braced: NEW, odd: ONE_FILE})
    assert world.files[MAIN] == before[0]
    assert new_lines(before[1], world.files[MASTER]) == [
        " -o smtpd_tls_chain_files=/tls/new.key,/tls/new.pem",
        (
            "127.0.0.1:10587 inet n - y - - smtpd -o { smtpd_tls_cert_file = /tls/new.pem }"
            " -o smtpd_tls_key_file=/tls/new.key -o x=y"
        ),
        "odd inet n - y - - smtpd -o smtpd_tls_chain_files=/tls/new-both.pem",
    ]
    assert {place.chain_file for place in world.places[1:]} == {"/tls/new.pem", "/tls/new-both.pem"}


def test_postscreen_hands_on_to_smtpd(tls: dict[str, bytes]) -> None:
    master = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\ntlsproxy unix - - y - 0 tlsproxy\n"
    world = postfix_with(tls, "smtpd_tls_chain_files = /tls/old-both.pem\n", master)
    assert world.place("smtpd").listens == listed(25)


@pytest.mark.parametrize("kind", ["hash", "texthash", "cdb"])
def test_names_have_a_table(tls: dict[str, bytes], kind: str) -> None:
    world = postfix_with(
        tls, f"smtpd_tls_chain_files = /tls/other-both.pem\ntls_server_sni_maps = {kind}:/etc/postfix/sni\n"
    )
    world.files[SNI] = (
        b"# names\nMail.example.com /tls/old.key, /tls/old.pem\n  /tls/rsa-both.pem\n.example.org /tls/other-both.pem\n"
    )
    default, first, second, _ = world.places
    assert (first.names, first.is_default, first.listens) == (("mail.example.com",), False, default.listens)
    assert second.chain_file == "/tls/rsa-both.pem"
    acts = world.point({first: NEW})
    assert world.files[SNI].split(b"\n")[1:3] == [
        b"Mail.example.com /tls/new.key, /tls/new.pem",
        b"  /tls/rsa-both.pem",
    ]
    entry = "Mail.example.com {}, {}, /tls/rsa-both.pem\n"
    match kind:
        case "texthash":
            assert acts == ()
        case "cdb":
            (act,) = acts
            assert act.command == act.back_command == ("postmap", "-F", "cdb:/etc/postfix/sni")
        case _:
            (act,) = acts
            assert act.command == act.back_command == ("postmap", "-F", "-i", "-r", "hash:/etc/postfix/sni")
            assert act.input == entry.format("/tls/new.key", "/tls/new.pem")
            assert act.back_input == entry.format("/tls/old.key", "/tls/old.pem")
            # What the files hold is in the index: it is made again when only that changes.
            (again,) = world.point({world.places[1]: NEW})
            assert again.input == again.back_input == act.input


def test_the_name_that_clients_use_becomes_everybodys(tls: dict[str, bytes]) -> None:
    world = postfix_with(
        tls, "smtpd_tls_chain_files = /tls/other.key, /tls/other.pem\ntls_server_sni_maps = hash:/etc/postfix/sni\n"
    )
    world.files[SNI] = b"mail.example.com /tls/old.key, /tls/old.pem\nother.example.com /tls/other-both.pem\n"
    named = next(place for place in world.places if "mail.example.com" in place.names)
    (act,) = world.set_up("send-sni-certificate", named, ports=(25,))
    assert b"smtpd_tls_chain_files = /tls/old.key, /tls/old.pem\n" in world.files[MAIN]
    assert world.files[SNI].splitlines() == [
        b"mail.example.com /tls/old.key, /tls/old.pem",
        b"www.other.example.com /tls/other.key, /tls/other.pem",
        b"other.example.com /tls/other-both.pem",
    ]
    assert act.input == "www.other.example.com /tls/other.key, /tls/other.pem\n"
    assert (act.back_command[1], act.back_input) == ("-d", "www.other.example.com\n")


def test_versions_in_the_words_of_the_version(tls: dict[str, bytes]) -> None:
    main = "smtpd_tls_cert_file = /tls/old-both.pem\nsmtpd_tls_protocols = SSLv3, TLSv1\nx = y\n"
    world = postfix_with(tls, main)
    world.set_up("tls-version", ports=(25,))
    assert world.files[MAIN].decode() == (
        "smtpd_tls_cert_file = /tls/old-both.pem\nsmtpd_tls_protocols = >=TLSv1.2\n"
        "smtpd_tls_mandatory_protocols = >=TLSv1.2\nx = y\n"
    )
    assert world.set_up("tls-version", ports=(25,)) == ()
    old = postfix_with(tls, main, version="3.4.5")
    old.set_up("tls-version", ports=(25,))
    assert b"smtpd_tls_protocols = !SSLv2, !SSLv3, !TLSv1, !TLSv1.1\n" in old.files[MAIN]
    old.set_up("tls-version", ports=(25,))


def test_versions_of_one_port(tls: dict[str, bytes]) -> None:
    master = PLAIN_MASTER.replace("-o syslog_name", "-o smtpd_tls_mandatory_protocols=TLSv1,TLSv1.1 -o syslog_name")
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem\n", master)
    world.set_up("tls-version", ports=(587,))
    assert b"-o smtpd_tls_mandatory_protocols=>=TLSv1.2 -o syslog" in world.files[MASTER]
    assert world.files[MAIN].splitlines()[1:] == [b"smtpd_tls_protocols = >=TLSv1.2"]


@pytest.mark.parametrize(
    ("main", "come"),
    [
        ("", ["smtpd_tls_security_level = may"]),
        ("smtpd_tls_security_level =\n", ["smtpd_tls_security_level = may"]),
        ("smtpd_tls_security_level = none\n", ["smtpd_tls_security_level = may"]),
        ("smtpd_tls_security_level = may\n", []),
        ("smtpd_use_tls = yes\n", []),
    ],
)
def test_tls_is_offered(tls: dict[str, bytes], main: str, come: list[str]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem\n" + main)
    before = world.files[MAIN]
    world.set_up("offer-tls", ports=(25,))
    assert new_lines(before, world.files[MAIN]) == come


def test_a_service_that_was_silent_speaks(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem\n", PLAIN_MASTER.replace("encrypt", "none"))
    world.set_up("offer-tls", ports=(587,))
    assert world.files[MASTER].decode() == PLAIN_MASTER.replace("encrypt", "may")


def test_the_key_that_belongs_is_found(tls: dict[str, bytes]) -> None:
    master = PLAIN_MASTER + "2525 inet n - y - - smtpd -o smtpd_tls_chain_files=/tls/new.key,/tls/new.pem\n"
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/new.pem\nsmtpd_tls_key_file = /tls/old.key\n", master)
    world.set_up("matching-key", world.place("smtpd"), ports=(25,))
    assert b"smtpd_tls_key_file = /tls/new.key\n" in world.files[MAIN]
    lost = postfix_with(tls, "smtpd_tls_cert_file = /tls/new.pem\nsmtpd_tls_key_file = /tls/old.key\n")
    place = lost.place("smtpd")
    assert "holds the key" in lost.refused("matching-key", place)


@pytest.mark.parametrize("between", [b"", b"bag attributes\n"])
def test_in_one_file_the_key_comes_first_too(tls: dict[str, bytes], between: bytes) -> None:
    world = postfix_with(tls, "smtpd_tls_chain_files = /tls/turned.pem\ntls_server_sni_maps = hash:/etc/postfix/sni\n")
    key, chain = tls["/tls/old.key"], tls["/tls/old.pem"]
    world.files["/tls/turned.pem"] = chain + between + key
    world.files[SNI] = b"mail.example.com /tls/turned.pem\n"
    (act,) = world.set_up("matching-key", *world.places)
    assert act.input == "mail.example.com /tls/turned.pem\n"
    assert world.files["/tls/turned.pem"] == withhold_keys(key) + chain + between
    (again,) = world.set_up("matching-key", *world.places)
    assert again == act
    # Where the parameter is the certificate's own, any order will do.
    single = postfix_with({**tls, "/tls/turned.pem": chain + key}, "smtpd_tls_cert_file = /tls/turned.pem\n")
    assert single.set_up("matching-key", *single.places) == ()


def test_oddities_of_values(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem,\nx = y\n")
    world.point({world.places[0]: ONE_FILE})
    assert world.files[MAIN] == b"smtpd_tls_cert_file = /tls/new-both.pem\nx = y\n"
    twice = postfix_with(tls, "smtpd_tls_chain_files = /tls/old-both.pem, /tls/old-both.pem\n")
    (place,) = twice.places
    twice.point({place: ONE_FILE})
    assert twice.files[MAIN] == b"smtpd_tls_chain_files = /tls/new-both.pem, /tls/new-both.pem\n"


def test_what_cannot_be_told_is_said(tls: dict[str, bytes]) -> None:
    assert "cannot be told" in postfix_with(tls, "smtpd_tls_cert_file = ${a?{b}:{c}}\n").refusal
    assert "line 2" in postfix_with(tls, "a = b\nnonsense\n").refusal
    assert "line 1" in postfix_with(tls, "", "smtp inet n\n").refusal
    assert "no such thing" in World(postfix, {}).refusal
    bomb = "".join(f"a{n} = $a{n + 1}$a{n + 1}$a{n + 1}\n" for n in range(40))
    assert "cannot be told" in postfix_with(tls, bomb + "a40 = x\nsmtpd_tls_cert_file = $a0\n").refusal


def test_postfix_is_asked_what_a_name_stands_for(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/$mydomain\n")
    world.printed = {**world.printed, ("postconf", "-xh", "mydomain"): Printed(0, "old-both.pem\n")}
    assert world.place("smtpd").chain_file == "/tls/old-both.pem"


def test_a_path_that_no_list_can_hold_is_refused(tls: dict[str, bytes]) -> None:
    world = postfix_with(tls, "smtpd_tls_cert_file = /tls/old-both.pem\n")
    for path in ("/tls/a b", "/tls/a,b", "/tls/$a", "tls", "/tls/a\nb"):
        refused = postfix.point_to(world.server, world.facts, {world.places[0]: Files(path, path)})
        assert isinstance(refused, Cannot)
        assert str(refused.why).isprintable()


WORDS = st.lists(st.sampled_from(("/a", "/b", "/c", "/d", "/e")), max_size=6).map(tuple)
LAYOUT = st.lists(st.sampled_from((" ", ", ", ",\n\t", "\n  # no\n  ", "  ,, ")), min_size=7, max_size=7)


@given(WORDS, WORDS, LAYOUT)
def test_a_list_becomes_any_other(old: tuple[str, ...], new: tuple[str, ...], layout: list[str]) -> None:
    said = "".join(word + gap for word, gap in zip(old, layout, strict=False))
    source = f"first = 1\nlist = {said}\nlast = 2\n"
    value = read_main(source)["list"]
    assert value.items == old
    result, at = "", 0
    for start, end, put in sorted(changed(source, value, new, ", ")):
        result += source[at:start] + put
        at = end
    result += source[at:]
    now = read_main(result)
    assert now["list"].items == new
    assert (now["first"].whole, now["last"].whole) == ("1", "2")
    assert result.count("# no") == source.count("# no")


@given(st.text(alphabet="a =#\n\t-o{}$,/[]:25smtpdinet\x0b\r\x85é", max_size=300))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    for main, master in ((text, "smtp inet n - y - - smtpd\n"), ("", text), (f"smtpd_tls_chain_files ={text}", "")):
        world = World(postfix, {MAIN: main.encode(), MASTER: master.encode()})
        found = postfix.certificates(world.server, world.facts)
        assert isinstance(found, Cannot | tuple)
    read_table(text)
    expanded(text, {"a": "$a"}.get)


def test_words_of_a_service() -> None:
    (service,) = read_master("25 inet n - - - - smtpd -v -o a=b,c -oc=d -o { e = f g } -o h=\n")
    assert {name: value.whole for name, value in service.settings.items()} == {
        "a": "b,c",
        "c": "d",
        "e": "f g",
        "h": "",
    }
