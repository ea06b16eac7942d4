"""How Outlook walks, by version, through the three companies on one Exchange server, and what its user meets."""

from typing import Any

import pytest

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.model.walk import ConnectionPoint, Meets, Method, Situation

OLD = ("outlook-windows@2007", "outlook-windows@2010", "outlook-windows@2013")
NEW = ("outlook-windows@2016", "outlook-windows@m365", "outlook-windows")
SETTINGS = b"""<?xml version="1.0"?><Autodiscover
 xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response
 xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>
 <Action>settings</Action><Protocol><Type>EXPR</Type><Server>webmail.a.test</Server></Protocol></Account></Response>
</Autodiscover>"""


def redirect_address(to: str) -> bytes:
    action = f"<Action>redirectAddr</Action><RedirectAddr>{to}</RedirectAddr>"
    return SETTINGS.replace(b"<Action>settings</Action>", action.encode())


@pytest.fixture
def companies(worldlet: Any, web: Any) -> Any:
    """Three companies: the certificate names A's hosts, the second one misspelt; B and C have web sites elsewhere."""
    exchange = web(names=("webmail.a.test", "www.webmail.a.test", "autdiscover.a.test"), status=401)
    return worldlet(
        hosts={
            "webmail.a.test": exchange,
            "autodiscover.a.test": exchange,
            "autodiscover.b.test": exchange,
            "b.test": web(names=("*.hoster.test",)),
            "c.test": web(https=False),
        }
    )


def ways(walk: Any) -> list[tuple[str, str]]:
    return [(attempt.method.value, attempt.meets.value) for attempt in walk.attempts[: walk.reached] if attempt.asked]


@pytest.mark.parametrize("client", OLD)
def test_old_versions_warn_at_the_root_and_again_at_autodiscover(guide: Any, companies: Any, client: str) -> None:
    walk = guide.go(traveller_by_id(client), "u@b.test", companies)
    assert ways(walk) == [("root", "warning"), ("autodiscover", "warning")]
    assert [attempt.url for attempt in walk.met] == [
        "https://b.test/autodiscover/autodiscover.xml",
        "https://autodiscover.b.test/autodiscover/autodiscover.xml",
    ]
    assert walk.found is not None, "who says yes gets on"


@pytest.mark.parametrize("client", NEW)
def test_new_versions_are_silent_at_the_root(guide: Any, companies: Any, client: str) -> None:
    walk = guide.go(traveller_by_id(client), "u@b.test", companies)
    assert ways(walk) == [("root", "silent"), ("autodiscover", "warning")]


@pytest.mark.parametrize("client", [*OLD, *NEW])
def test_an_srv_record_does_not_help_while_autodiscover_resolves(guide: Any, companies: Any, client: str) -> None:
    companies.records[("_autodiscover._tcp.b.test", "SRV")] = ("0 0 443 webmail.a.test",)
    before = guide.go(traveller_by_id(client), "u@b.test", companies)
    assert Method.AUTODISCOVER in {attempt.method for attempt in before.met}
    del companies.hosts["autodiscover.b.test"]
    companies.hosts["b.test"].https = False
    after = guide.go(traveller_by_id(client), "u@b.test", companies)
    assert after.found is not None
    assert after.found.method is Method.SRV
    assert [attempt.meets for attempt in after.met] == []


def test_a_company_without_records_finds_nothing_in_silence(guide: Any, companies: Any) -> None:
    walk = guide.go(traveller_by_id("outlook-windows"), "u@c.test", companies)
    assert walk.found is None
    assert walk.met == ()
    assert walk.reached == len(walk.attempts)


def test_an_alias_changes_nothing_for_the_name(guide: Any, companies: Any) -> None:
    companies.aliases["autodiscover.c.test"] = "webmail.a.test"
    walk = guide.go(traveller_by_id("outlook-windows"), "u@c.test", companies)
    warned = walk.met[0]
    assert warned.dns.aliases == ("webmail.a.test",)
    assert warned.verdict.reference_identifier == "autodiscover.c.test"
    assert warned.verdict.error_codes == {"name-mismatch"}


def test_a_redirect_from_port_80_brings_the_question_unless_the_host_is_listed(
    guide: Any, worldlet: Any, web: Any
) -> None:
    there = "https://webmail.a.test/autodiscover/autodiscover.xml"
    world = worldlet(
        hosts={
            "autodiscover.b.test": web(https=False, http=(302, there)),
            "webmail.a.test": web(names=("webmail.a.test",), status=401),
        }
    )
    traveller = traveller_by_id("outlook-windows")
    asked = guide.go(traveller, "u@b.test", world)
    assert [attempt.meets for attempt in asked.met] == [Meets.QUESTION]
    listed = guide.go(traveller, "u@b.test", world, Situation(redirect_servers=frozenset({("", "webmail.a.test")})))
    assert listed.met == ()
    assert listed.found is not None


def test_settings_over_plain_http_are_never_used(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(hosts={"autodiscover.b.test": web(https=False, http=(200, None))})
    assert guide.go(traveller_by_id("outlook-windows"), "u@b.test", world).found is None
    world.hosts["autodiscover.b.test"].http = (302, "http://autodiscover.b.test/x")
    assert guide.go(traveller_by_id("outlook-windows"), "u@b.test", world).found is None


def test_another_address_starts_the_walk_again_and_a_circle_ends_it(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={
            "b.test": web(names=("b.test",), status=200, body=redirect_address("u@a.test")),
            "a.test": web(names=("a.test",), status=200, body=SETTINGS),
        }
    )
    walk = guide.go(traveller_by_id("outlook-windows"), "u@b.test", world)
    assert walk.found.redirect == "u@a.test"
    assert walk.found.children[-1].url == "https://a.test/autodiscover/autodiscover.xml"
    world.hosts["a.test"].body = redirect_address("u@b.test")
    assert guide.go(traveller_by_id("outlook-windows"), "u@b.test", world).found is None


def test_redirects_by_url_end_after_ten(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={
            f"h{number}.test": web(names=(f"h{number}.test",), status=302, location=f"https://h{number + 1}.test/a.xml")
            for number in range(30)
        }
    )
    walk = guide.go(traveller_by_id("outlook-windows"), "u@h0.test", world)
    assert walk.found is None
    asked = {question.url for questions in world.rounds for question in questions if hasattr(question, "url")}
    assert sum(url.endswith("/a.xml") for url in asked) == 10


def test_registry_values_take_steps_out(guide: Any, companies: Any) -> None:
    values = frozenset({("14.0", "ExcludeHttpsRootDomain"), ("", "ExcludeHttpsAutoDiscoverDomain")})
    walk = guide.go(traveller_by_id("outlook-windows@2010"), "u@b.test", companies, Situation(registry=values))
    assert walk.met == ()
    out = {attempt.method: attempt.detail.render(str) for attempt in walk.attempts if not attempt.asked}
    assert "ExcludeHttpsRootDomain" in out[Method.ROOT]
    other = guide.go(traveller_by_id("outlook-windows@2013"), "u@b.test", companies, Situation(registry=values))
    assert [one.asked for one in other.attempts if one.method is Method.ROOT] == [True], "its key is another one"
    preferred = Situation(registry=frozenset({("", "PreferLocalXML")}))
    for client in ("outlook-windows@2007", "outlook-windows@m365"):
        first = guide.go(traveller_by_id(client), "u@b.test", companies, preferred).attempts[0]
        assert (first.method, first.asked) == (Method.LOCAL, False)
        assert "before all else" in first.detail.render(str)


def test_inside_the_directory_comes_first_and_its_site_before_others(guide: Any, worldlet: Any, web: Any) -> None:
    mark = "77378F46-2C66-4aa9-A6A6-3E7A48B19596"

    def point(host: str, *words: str) -> ConnectionPoint:
        return ConnectionPoint((mark, *words), (f"https://{host}/Autodiscover/Autodiscover.xml",), host)

    world = worldlet(
        hosts={host: web(names=(host,), status=401) for host in ("ex1.b.local", "ex2.b.local", "ex3.b.local")},
        points={"": (point("ex1.b.local", "Site=Far"), point("ex2.b.local"), point("ex3.b.local", "Site=Near"))},
    )
    inside = Situation(inside=True, domain_joined=True, site="near")
    walk = guide.go(traveller_by_id("outlook-windows"), "u@b.test", world, inside)
    urls = [attempt.url.split("/")[2] for attempt in walk.attempts if attempt.method is Method.SCP]
    assert urls == ["ex3.b.local", "ex2.b.local", "ex1.b.local"]
    assert walk.found.url.startswith("https://ex3.b.local/")
    outside = guide.go(traveller_by_id("outlook-windows"), "u@b.test", world, Situation(domain_joined=True))
    assert outside.found is None


def test_a_pointer_leads_to_the_directory_of_another_forest(guide: Any, worldlet: Any, web: Any) -> None:
    pointer = ConnectionPoint(
        ("67661d7F-8FC4-4fa7-BFAC-E1D7794C1F68", "Domain=b.test"), ("LDAP://dc.other.test",), "pointer"
    )
    target = ConnectionPoint(("77378f46-2c66-4aa9-a6a6-3e7a48b19596",), ("https://ex.other.test/autodiscover.xml",))
    world = worldlet(
        hosts={"ex.other.test": web(names=("ex.other.test",), status=401)},
        points={"": (pointer,), "dc.other.test": (target,)},
    )
    inside = Situation(inside=True, domain_joined=True)
    walk = guide.go(traveller_by_id("outlook-windows"), "u@b.test", world, inside)
    assert walk.found.url == "https://ex.other.test/autodiscover.xml"


def test_2013_shows_the_warning_of_the_root_although_the_directory_is_right(
    guide: Any, companies: Any, web: Any
) -> None:
    companies.hosts["ex.b.local"] = web(names=("ex.b.local",), status=401)
    companies.points = {
        "": (ConnectionPoint(("77378f46-2c66-4aa9-a6a6-3e7a48b19596",), ("https://ex.b.local/autodiscover.xml",)),)
    }
    inside = Situation(inside=True, domain_joined=True)
    later = guide.go(traveller_by_id("outlook-windows@2013"), "u@b.test", companies, inside)
    assert later.found.method is Method.SCP
    assert Method.ROOT in {attempt.method for attempt in later.met}
    assert guide.go(traveller_by_id("outlook-windows@2010"), "u@b.test", companies, inside).met == ()


def test_microsofts_service_is_not_told_the_address_unasked(guide: Any, companies: Any) -> None:
    guide.go(traveller_by_id("outlook-windows"), "u@b.test", companies)
    names = {question.name for questions in companies.rounds for question in questions if hasattr(question, "name")}
    assert "autodiscover-s.outlook.com" not in names
    assert all(name == "b.test" or name.endswith((".b.test", ".a.test")) for name in names), "nobody climbs above"


def test_what_does_not_depend_on_each_other_is_asked_at_once(guide: Any, companies: Any) -> None:
    guide.go(traveller_by_id("outlook-windows"), "u@b.test", companies)
    first = companies.rounds[0]
    assert {getattr(question, "name", "") for question in first} == {
        "b.test", "autodiscover.b.test", "_autodiscover._tcp.b.test"
    }  # fmt: skip
    assert len(companies.rounds) == 2
