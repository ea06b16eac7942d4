"""How Outlook's relatives walk the same world."""

from typing import Any

from mailtrust.core.discovery import TRAVELLERS, traveller_by_id
from mailtrust.core.model.walk import ConnectionPoint, Meets, Method, Situation


def company(worldlet: Any, web: Any) -> Any:
    return worldlet(
        hosts={"webmail.a.test": web(names=("webmail.a.test",), status=401)},
        records={("_autodiscover._tcp.b.test", "SRV"): ("0 0 443 webmail.a.test.",)},
    )


def test_srv_serves_whom_it_serves(guide: Any, worldlet: Any, web: Any) -> None:
    found = {
        id_: (walk.found is not None, [attempt.meets for attempt in walk.met])
        for id_ in ("outlook-windows", "outlook-mac", "activesync", "activesync@android", "ews-api", "outlook-mobile")
        for walk in [guide.go(traveller_by_id(id_), "u@b.test", company(worldlet, web))]
    }
    assert found == {
        "outlook-windows": (True, []),
        "outlook-mac": (True, []),
        "activesync": (True, []),
        "activesync@android": (False, []),
        "ews-api": (True, [Meets.QUESTION]),
        "outlook-mobile": (False, []),
    }


def test_programs_and_phones_pass_a_bad_certificate_over_in_silence(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(hosts={"autodiscover.b.test": web(names=("webmail.a.test",), status=401)})
    for id_ in ("activesync", "activesync@android", "ews-api"):
        walk = guide.go(traveller_by_id(id_), "u@b.test", world)
        assert (walk.found, walk.met) == (None, ())
    assert guide.go(traveller_by_id("outlook-mac"), "u@b.test", world).met


def test_the_ews_api_gives_no_address_of_the_directory_without_a_site(guide: Any, worldlet: Any, web: Any) -> None:
    point = ConnectionPoint(("77378f46-2c66-4aa9-a6a6-3e7a48b19596",), ("https://ex.test/autodiscover/a.xml",))
    world = worldlet(hosts={"ex.test": web(names=("ex.test",), status=401)}, points={"": (point,)})
    without = Situation(inside=True, domain_joined=True)
    assert guide.go(traveller_by_id("ews-api"), "u@b.test", world, without).found is None
    within = Situation(inside=True, domain_joined=True, site="Here")
    assert guide.go(traveller_by_id("ews-api"), "u@b.test", world, within).found.method is Method.SCP


def test_what_phones_ask_is_theirs(guide: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(hosts={"b.test": web(names=("b.test",), status=401)})
    guide.go(traveller_by_id("activesync"), "u@b.test", world)
    contents = {question.content for asked in world.rounds for question in asked if hasattr(question, "content")}
    assert contents == {"mobilesync"}


def test_every_traveller_is_cited_and_judged_as_a_client_that_exists() -> None:
    from mailtrust.core.clients import client_by_id

    for traveller in TRAVELLERS:
        assert traveller.citations
        assert client_by_id(traveller.judged_as).id == traveller.judged_as
