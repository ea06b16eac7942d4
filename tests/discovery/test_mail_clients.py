"""How Thunderbird and programs on SRV records find IMAP, POP and submission, and what their users meet."""

from typing import Any

import pytest

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.model.walk import Meets, Method, Situation

CONFIG = b"""<clientConfig version="1.1"><emailProvider id="b.test"><domain>b.test</domain>
<incomingServer type="imap"><hostname>mail.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
</incomingServer><incomingServer type="pop3"><hostname>x</hostname><port>zero</port><socketType>SSL</socketType>
</incomingServer><outgoingServer type="smtp"><hostname>mail.b.test</hostname><port>587</port>
<socketType>STARTTLS</socketType></outgoingServer></emailProvider></clientConfig>"""
MAIL = {("mail.b.test", 993): ("mail.b.test",), ("mail.b.test", 587): ("mail.b.test",)}


@pytest.mark.parametrize("client", ["thunderbird", "thunderbird@android"])
def test_a_file_at_autoconfig_is_enough(guide: Any, worldlet: Any, web: Any, client: str) -> None:
    world = worldlet(
        hosts={"autoconfig.b.test": web(names=("autoconfig.b.test",), status=200, body=CONFIG)}, ports=dict(MAIL)
    )
    walk = guide.go(traveller_by_id(client), "u@b.test", world)
    assert walk.found.method is Method.AUTOCONFIG
    assert [child.url for child in walk.found.children] == [
        "submission://mail.b.test:587",
        "imap://mail.b.test:993",
    ]
    assert walk.met == ()
    world.ports["mail.b.test", 993] = ("other.test",)
    warned = guide.go(traveller_by_id(client), "u@b.test", world)
    assert [attempt.url for attempt in warned.met] == ["imap://mail.b.test:993"]


def test_a_bad_certificate_hides_the_file_and_plain_http_needs_consent(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={"autoconfig.b.test": web(names=("hoster.test",), status=200, body=CONFIG, http=(200, None))},
        ports=dict(MAIL),
    )
    walk = guide.go(traveller_by_id("thunderbird@android"), "u@b.test", world)
    assert walk.attempts[0].meets is Meets.HIDDEN
    assert walk.found.url == "http://autoconfig.b.test/mail/config-v1.1.xml"
    assert walk.found.meets is Meets.QUESTION


def test_a_server_with_a_bad_certificate_stays_unseen_while_guessing(guide: Any, worldlet: Any) -> None:
    thunderbird = traveller_by_id("thunderbird")
    good = guide.go(thunderbird, "u@b.test", worldlet(ports=dict(MAIL)))
    assert good.found.method is Method.GUESS
    bad = worldlet(ports={("mail.b.test", 993): ("other.test",), ("mail.b.test", 587): ("mail.b.test",)})
    walk = guide.go(thunderbird, "u@b.test", bad)
    assert walk.found is None
    assert walk.attempts[-1].meets is Meets.HIDDEN
    assert guide.go(traveller_by_id("thunderbird@android"), "u@b.test", worldlet(ports=dict(MAIL))).found is None


def test_guessing_looks_at_no_certificate_behind_starttls_and_the_user_is_asked_later(
    guide: Any, worldlet: Any, web: Any
) -> None:
    ports = {("mail.b.test", 143): ("other.test",), ("b.test", 995): ("b.test",), ("b.test", 25): ("b.test",)}
    walk = guide.go(
        traveller_by_id("thunderbird"), "u@b.test", worldlet(hosts={"b.test": web(https=False)}, ports=ports)
    )
    assert walk.found.method is Method.GUESS
    assert walk.found.meets is Meets.WARNING
    assert [one.url for one in walk.met[1:]] == ["imap://mail.b.test:143"]
    # By GuessConfig.sys.mjs: IMAP at every host before POP3, 465 at every host before the others of each.
    assert [one.url for one in walk.found.children] == [
        "imap://mail.b.test:993", "imap://b.test:993", "imap://mail.b.test:143",
        "submission://mail.b.test:465", "submission://b.test:465", "submission://mail.b.test:587",
        "submission://mail.b.test:25", "submission://b.test:587", "submission://b.test:25",
    ]  # fmt: skip


def test_the_mx_host_leads_to_its_providers_file(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={"autoconfig.provider.test": web(names=("*.provider.test",), status=200, body=CONFIG)},
        records={("b.test", "MX"): ("20 later.elsewhere.test", "10 mx1.mail.provider.test")},
        ports=dict(MAIL),
    )
    walk = guide.go(traveller_by_id("thunderbird"), "u@b.test", world)
    assert walk.found.url == "https://autoconfig.provider.test/mail/config-v1.1.xml"
    world.records["b.test", "MX"] = ("10 mx.b.test",)
    assert guide.go(traveller_by_id("thunderbird@android"), "u@b.test", world).found is None


@pytest.mark.parametrize(
    ("target", "meets"),
    [
        ("mail.b.test", Meets.FOUND),  # of whoever registered the address's domain
        ("autodiscover-s.outlook.com", Meets.FOUND),
        ("mail.a.test", Meets.QUESTION),
    ],
)
def test_thunderbird_goes_by_the_least_weight_and_asks_about_hosts_of_others(
    guide: Any, worldlet: Any, web: Any, target: str, meets: Meets
) -> None:
    records = (f"20 1 8443 {target}.", "0 5 443 right.b.test.")
    world = worldlet(
        hosts={target: web(names=(target,), status=401), "right.b.test": web(names=("right.b.test",), status=401)},
        records={("_autodiscover._tcp.b.test", "SRV"): records},
    )
    walk = guide.go(traveller_by_id("thunderbird"), "u@b.test", world)
    assert walk.found.redirect == f"https://{target}/autodiscover/autodiscover.xml"
    assert walk.found.meets is meets
    by_rule = guide.go(traveller_by_id("ews-api"), "u@b.test", world)
    assert by_rule.found.redirect == "https://right.b.test/autodiscover/autodiscover.xml"


@pytest.mark.parametrize(
    ("domain", "exchange", "asked"),
    [
        ("b.test", "mx.b.test", []),
        ("staff.b.test", "mx.b.test", ["b.test"]),
        ("b.test", "mx1.example.co.uk", ["example.co.uk"]),
        ("b.test", "mx1.in.example.co.uk", ["in.example.co.uk", "example.co.uk"]),
        ("b.test", "provider.test", ["provider.test"]),
        ("b.test", "co.uk", []),
    ],
)
def test_the_mx_hosts_domain_is_what_somebody_registered(
    guide: Any, worldlet: Any, domain: str, exchange: str, asked: list[str]
) -> None:
    world = worldlet(records={(domain, "MX"): (f"10 {exchange}",)})
    walk = guide.go(traveller_by_id("thunderbird"), f"u@{domain}", world)
    led = [one.url for one in walk.attempts if one.method in (Method.MX, Method.ISPDB) and one.url.startswith("https:")]
    database = "https://live.thunderbird.net/autoconfig/v1.1/"
    wanted = [(f"https://autoconfig.{one}/mail/config-v1.1.xml", database + one) for one in asked]
    assert led == [database + domain, *(url for pair in wanted for url in pair)]


def test_mozillas_database_is_told_the_domain_only_when_allowed(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={"live.thunderbird.net": web(names=("live.thunderbird.net",), status=200, body=CONFIG)}, ports=dict(MAIL)
    )
    thunderbird = traveller_by_id("thunderbird@android")
    assert guide.go(thunderbird, "u@b.test", world).found is None
    allowed = guide.go(thunderbird, "u@b.test", world, Situation(third_parties=True))
    assert allowed.found.method is Method.ISPDB


def test_exchange_is_found_at_its_own_host_first(guide: Any, worldlet: Any, web: Any) -> None:
    both = {name: web(names=(name,), status=401) for name in ("b.test", "autodiscover.b.test")}
    walk = guide.go(traveller_by_id("thunderbird"), "u@b.test", worldlet(hosts=both))
    assert walk.found.method is Method.AUTODISCOVER


def records(host: str) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        ("_imaps._tcp.b.test", "SRV"): (f"10 1 993 late.{host}", f"0 1 993 mail.{host}"),
        ("_submissions._tcp.b.test", "SRV"): (f"0 1 465 mail.{host}",),
        ("_pop3._tcp.b.test", "SRV"): ("0 0 0 .",),
    }


def test_srv_records_inside_the_domain_are_followed_silently(guide: Any, worldlet: Any) -> None:
    ports = {("mail.b.test", 993): ("mail.b.test",), ("mail.b.test", 465): ("mail.b.test",)}
    walk = guide.go(traveller_by_id("rfc6186"), "u@b.test", worldlet(records=records("b.test"), ports=ports))
    assert walk.found is not None
    assert walk.met == ()


def test_srv_records_that_lead_outside_are_asked_about(guide: Any, worldlet: Any) -> None:
    ports = {("mail.host.test", 993): ("*.host.test",), ("mail.host.test", 465): ("*.host.test",)}
    walk = guide.go(traveller_by_id("rfc6186"), "u@b.test", worldlet(records=records("host.test"), ports=ports))
    assert walk.found.meets is Meets.QUESTION
    ports["mail.host.test", 993] = ("other.test",)
    walk = guide.go(traveller_by_id("rfc6186"), "u@b.test", worldlet(records=records("host.test"), ports=ports))
    assert walk.found.meets is Meets.WARNING


def test_a_service_that_is_not_offered_is_no_server(guide: Any, worldlet: Any) -> None:
    only = {("_imaps._tcp.b.test", "SRV"): ("0 0 0 .",)}
    walk = guide.go(traveller_by_id("rfc6186"), "u@b.test", worldlet(records=only))
    assert walk.found is None
    assert "not offered" in walk.attempts[0].children[0].detail.render(str)
