"""HAProxy: what its configuration says, and the few words that change."""

from functools import cache

import pytest
from tests.configured.asked import asked, changed, lines_changed, places_in, server_of
from tests.programs.sample_pki import pki

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Cannot, ConfiguredCertificate, Files, Listening
from mailtrust.core.model.plan import OnServer, TalkTo
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import ServerFacts
from mailtrust.core.targets.configured import haproxy
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.withheld_keys import mark_of, withheld
from mailtrust.lab.pki import Issued

CFG = "/etc/haproxy/haproxy.cfg"
SERVER = server_of(haproxy)
MAIN = b"""\
global
\tlog /dev/log local0
\tcrt-base /etc/ssl/haproxy # here
\tissuers-chain-path /etc/ssl/issuers/
\tstats socket /run/haproxy/admin.sock mode 660 level admin
\tstats socket ipv4@127.0.0.1:9999 level operator

defaults
\tmode http

frontend web
\tbind :80
\tbind *:443,:::443 ssl crt "mail one.pem" crt certs/ alpn h2,http/1.1
listen imap
\tbind 10.0.0.1:993 name crt ssl crt-list /etc/haproxy/list.txt strict-sni
backend b
\tserver s 10.0.0.2:443 ssl crt /etc/ssl/client.pem
"""
LIST = b"""\
# comment
a.pem [alpn h2 ssl-min-ver TLSv1.0] a.example !b.a.example
bundle.pem
"""


@cache
def leaf(name: str) -> Issued:
    return pki().leaf(name, key="ec-p256")


def pem(issued: Issued, *, key: bool = True, chain: bool = True) -> bytes:
    certificates = issued.chain if chain else issued.chain[:1]
    return (withheld(mark_of(issued.certificate)) if key else b"") + to_pem_chain(certificates).encode()


def files() -> dict[str, bytes]:
    return {
        CFG: MAIN,
        "/etc/haproxy/list.txt": LIST,
        "/etc/ssl/haproxy/mail one.pem": pem(leaf("one.example"), key=False, chain=False),
        "/etc/ssl/haproxy/mail one.pem.key": withheld(mark_of(leaf("one.example").certificate)),
        "/etc/ssl/haproxy/certs/b.pem": pem(leaf("b.example")),
        "/etc/ssl/haproxy/certs/c.pem": pem(leaf("c.example")),
        "/etc/ssl/haproxy/certs/c.pem.ocsp": b"",
        "/etc/ssl/haproxy/a.pem": pem(leaf("other.example")),
        "/etc/ssl/haproxy/bundle.pem.rsa": pem(leaf("rsa.example")),
        "/etc/ssl/haproxy/bundle.pem.ecdsa": pem(leaf("rsa.example")),
        "/etc/ssl/issuers/x.pem": to_pem_chain((pki().root.certificate,)).encode(),
        "/etc/ssl/issuers/y.pem": to_pem_chain((pki().intermediate.certificate,)).encode(),
    }


def whole() -> ServerFacts:
    return asked(haproxy, SERVER, files())


def of_one(bind: str, more: dict[str, bytes] | None = None) -> tuple[ServerFacts, tuple[ConfiguredCertificate, ...]]:
    given = {f"/{name}.pem": pem(leaf(f"{name}.example")) for name in "abc"}
    facts = asked(haproxy, SERVER, {CFG: f"frontend f\n bind :443 {bind}\n".encode(), **given, **(more or {})})
    return facts, places_in(haproxy, SERVER, facts)


def line_of(facts: ServerFacts, after: ServerFacts) -> list[str]:
    return lines_changed(facts, after, CFG)[1]


def test_everything_that_is_loaded_is_a_place() -> None:
    one, b, c, a, ecdsa, rsa = places_in(haproxy, SERVER, whole())
    assert one == ConfiguredCertificate(
        "haproxy", "frontend web bind *:443,:::443", CFG, 13, "/etc/ssl/haproxy/mail one.pem",
        "/etc/ssl/haproxy/mail one.pem.key", issuers_file="/etc/ssl/issuers/y.pem", listens=(Listening(443),),
        names=("one.example",), is_default=True, in_place=True,
    )  # fmt: skip
    assert (b.chain_file, b.key_file) == ("/etc/ssl/haproxy/certs/b.pem",) * 2
    assert (b.names, b.is_default, b.in_place) == (("b.example",), False, True)
    assert c.chain_file == "/etc/ssl/haproxy/certs/c.pem"
    assert a == ConfiguredCertificate(
        "haproxy", "listen imap bind 10.0.0.1:993", "/etc/haproxy/list.txt", 2, "/etc/ssl/haproxy/a.pem",
        "/etc/ssl/haproxy/a.pem", listens=(Listening(993, "10.0.0.1"),), names=("a.example",), is_default=False,
    )  # fmt: skip
    assert [ecdsa.chain_file, rsa.chain_file] == [f"/etc/ssl/haproxy/bundle.pem.{kind}" for kind in ("ecdsa", "rsa")]
    assert ecdsa.in_place


def test_paths_change_where_they_are_named() -> None:
    facts = whole()
    one, b, _, a, _, _ = places_in(haproxy, SERVER, facts)
    wanted = {one: Files("/new/x y.pem", "/new/x y.pem.key"), a: Files("/new/a.pem", "/new/a.pem")}
    after = changed(facts, haproxy.point_to(SERVER, facts, wanted))
    assert line_of(facts, after) == ['\tbind *:443,:::443 ssl crt "/new/x y.pem" crt certs/ alpn h2,http/1.1']
    assert lines_changed(facts, after, "/etc/haproxy/list.txt")[1] == [
        "/new/a.pem [alpn h2 ssl-min-ver TLSv1.0] a.example !b.a.example"
    ]
    for place, named in ((b, "/new/b.pem"), (a, "/new/a b.pem")):
        assert isinstance(haproxy.point_to(SERVER, facts, {place: Files(named, named)}), Cannot)
    assert isinstance(haproxy.point_to(SERVER, facts, {a: Files("/new/a.pem", "/new/a.key")}), Cannot)
    assert haproxy.point_to(SERVER, facts, {b: Files(b.chain_file, b.key_file)}) == ()


@pytest.mark.parametrize(
    ("bind", "becomes"),
    [
        ("ssl crt /a.pem ssl-min-ver TLSv1.0 # old", "ssl crt /a.pem ssl-min-ver TLSv1.2 # old"),
        ("ssl crt /a.pem ssl-max-ver TLSv1.1", "ssl crt /a.pem ssl-max-ver TLSv1.3"),
        ("ssl force-tlsv11 crt /a.pem", "ssl ssl-min-ver TLSv1.2 crt /a.pem"),
        ("ssl no-tlsv12 crt /a.pem ssl-min-ver TLSv1.1", "ssl crt /a.pem ssl-min-ver TLSv1.2"),
        ("ssl crt /a.pem #", "ssl crt /a.pem ssl-min-ver TLSv1.2 #"),
        ("ssl crt /a.pem ssl-min-ver TLSv1.2", ""),
    ],
)
def test_versions(bind: str, becomes: str) -> None:
    facts, places = of_one(bind)
    done = haproxy.set_up(SERVER, facts, ConfigureServer("tls-version"), places, (443,))
    if not becomes:
        assert done == ()
        return
    assert line_of(facts, changed(facts, done)) == [f" bind :443 {becomes}"]


def test_versions_of_all_binds() -> None:
    source = (
        b"global\n ssl-default-bind-options no-tls-tickets ssl-min-ver TLSv1.0\nlisten l\n bind :1 ssl crt /a.pem\n"
    )
    facts = asked(haproxy, SERVER, {CFG: source, "/a.pem": pem(leaf("a.example"))})
    done = haproxy.set_up(SERVER, facts, ConfigureServer("tls-version"), places_in(haproxy, SERVER, facts), ())
    assert line_of(facts, changed(facts, done)) == [" ssl-default-bind-options no-tls-tickets ssl-min-ver TLSv1.2"]


@pytest.mark.parametrize(
    ("bind", "wanted", "becomes"),
    [
        ("ssl crt /a.pem alpn h2 crt /b.pem tfo", "/b.pem", "ssl crt /b.pem crt /a.pem alpn h2 tfo"),
        ("ssl strict-sni crt /a.pem", "/a.pem", "ssl crt /a.pem"),
        ("ssl crt /a.pem crt /d/", "/d/y.pem", "ssl crt /d/y.pem crt /a.pem crt /d/"),
        ("ssl crt /a.pem crt-list /list", "/c.pem", "ssl crt-list /list crt /a.pem"),
        ("ssl crt /a.pem default-crt /b.pem", "/a.pem", "ssl crt /a.pem default-crt /a.pem"),
        ("ssl crt /a.pem crt /b.pem", "/a.pem", ""),
    ],
)
def test_who_answers_without_a_name(bind: str, wanted: str, becomes: str) -> None:
    more = {"/d/x.pem": pem(leaf("x.example")), "/d/y.pem": pem(leaf("y.example")), "/list": b"/b.pem b\n\n/c.pem c"}
    facts, places = of_one(bind, more)
    place = next(one for one in places if one.chain_file == wanted)
    done = haproxy.set_up(SERVER, facts, ConfigureServer("send-sni-certificate"), (place,), ())
    if not becomes:
        assert done == ()
        return
    after = changed(facts, done)
    assert line_of(facts, after) == [f" bind :443 {becomes}"]
    turned = {**more, "/list": b"/c.pem c\n/b.pem b\n\n"}
    _, again = of_one(becomes, turned)
    assert [one.chain_file for one in again if one.is_default] == [wanted]
    if "list" in bind:
        assert lines_changed(facts, after, "/list") == ([], [])


def test_the_runtime_api_takes_it_up_without_a_reload() -> None:
    facts = whole()
    one, b, *_ = places_in(haproxy, SERVER, facts)
    talk = haproxy.without_reload(SERVER, facts, b, b"\n" + pem(leaf("b.example")) + b"\n\n")
    assert isinstance(talk, TalkTo)
    name = "/etc/ssl/haproxy/certs/b.pem"
    begin, commit, show = talk.commands
    assert begin.startswith(f"set ssl cert {name} <<\n-----BEGIN WITHHELD KEY-----\n")
    assert begin.endswith("-----END CERTIFICATE-----\n\n")
    assert "\n\n" not in begin[:-2]
    assert (commit, show) == (f"commit ssl cert {name}\n", f"show ssl cert {name}\n")
    assert (talk.socket, talk.keys) == ("/run/haproxy/admin.sock", (OnServer(name),))
    # the key stands in a file of its own, and has to come along
    beside = haproxy.without_reload(SERVER, facts, one, pem(leaf("one.example"), key=False))
    assert isinstance(beside, TalkTo)
    assert mark_of(leaf("one.example").certificate) in beside.commands[0]
    assert beside.keys == (OnServer("/etc/ssl/haproxy/mail one.pem.key"),)
    assert isinstance(haproxy.without_reload(SERVER, facts, one, b"nothing"), Cannot)
    assert isinstance(haproxy.without_reload(SERVER, facts, one, 40 * pem(leaf("one.example"), key=False)), Cannot)


def test_without_a_socket_for_an_administrator_it_is_reloaded() -> None:
    facts, (place,) = of_one("ssl crt /a.pem")
    assert isinstance(haproxy.without_reload(SERVER, facts, place, pem(leaf("a.example"))), Cannot)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b'frontend f\n bind "\n', "quote"),
        (b".if defined(X)\nfrontend f\n.endif\n", "conditions"),
        (b"frontend f\n bind :443 ssl crt @web/a\n", "crt-store"),
        (b"frontend f\n bind :443 ssl crt-list /stored\n", "crt-store"),
    ],
)
def test_what_cannot_be_followed_is_a_sentence(source: bytes, says: str) -> None:
    refused = haproxy.certificates(SERVER, asked(haproxy, SERVER, {CFG: source, "/stored": b"@a/b\n"}))
    assert isinstance(refused, Cannot)
    assert says in str(refused.why)
    assert isinstance(haproxy.certificates(SERVER, asked(haproxy, SERVER, {})), Cannot)


def test_several_files_and_variables() -> None:
    own = server_of(haproxy, "/conf.d")
    given = {
        "/conf.d/1.cfg": b"global\n default-path config\n ssl-load-extra-files none\n",
        "/conf.d/2.cfg": b'frontend f\n bind :443 ssl crt a.pem crt "${HOME}/x.pem"\n bind unix@/run/x ssl crt a.pem\n',
        "/conf.d/no.txt": b'"',
        "/conf.d/a.pem": pem(leaf("a.example"), key=False),
    }
    facts = asked(haproxy, own, given)
    network, file = places_in(haproxy, own, facts)
    assert (network.named_in, network.line, network.chain_file) == ("/conf.d/2.cfg", 2, "/conf.d/a.pem")
    assert file.listens == ()
    assert haproxy.take_up(own).command == ("systemctl", "reload", "haproxy")
    tested = haproxy.test(own)
    assert tested is not None
    assert tested.command == ("haproxy", "-c", "-f", "/conf.d")


def test_a_place_that_is_gone() -> None:
    facts, places = of_one("ssl crt /a.pem")
    other = asked(haproxy, SERVER, {CFG: b"global\n"})
    assert isinstance(haproxy.point_to(SERVER, other, {places[0]: Files("/x", "/x")}), Cannot)
    assert isinstance(haproxy.set_up(SERVER, other, ConfigureServer("tls-version"), places, ()), Cannot)
    assert isinstance(haproxy.without_reload(SERVER, other, places[0], b""), Cannot)
    assert isinstance(haproxy.set_up(SERVER, facts, ConfigureServer("offer-tls"), places, ()), Cannot)
    assert isinstance(leaf("a.example").certificate, Certificate)
