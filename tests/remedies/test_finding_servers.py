"""The planner for Autodiscover: the seed's three companies, and brute force over small worlds."""

import random
from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import pytest
from tests.discovery.worldlet import Web, Worldlet, judge

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.walk import Answer, ConnectionPoint, Question, Situation
from mailtrust.core.remedies.finding.changes import (
    AddAlias,
    AddNames,
    AddRedirectHost,
    AddSrv,
    Change,
    CloseHttps,
    NameWebsite,
    RemoveHost,
    SetInternalUri,
    SetRegistry,
)
from mailtrust.core.remedies.finding.planner import Cure, Ground, Unasked, outcome_of, plan
from mailtrust.core.remedies.finding.ways import alternatives, weighed

TARGET = "webmail.a.test"
OUTSIDE = (Situation(),)
URL_MARK = "77378f46-2c66-4aa9-a6a6-3e7a48b19596"


def is_server(observation: Observation) -> bool:
    return isinstance(observation.result, Handshake) and TARGET in observation.result.note.split("|")


def ground(
    world: Worldlet, *domains: str, clients: tuple[str, ...], situations: tuple[Situation, ...] = OUTSIDE, **more: Any
) -> tuple[Ground, dict[bool, dict[Question, Answer]]]:
    books: dict[bool, dict[Question, Answer]] = {situation.inside: {} for situation in situations}
    made = Ground(
        addresses=tuple(f"u@{domain}" for domain in domains),
        travellers=tuple(map(traveller_by_id, clients)),
        situations=situations,
        books=books,
        judge=lambda _: judge,
        target=TARGET,
        names=world.hosts[TARGET].names,
        is_server=is_server,
        **more,
    )
    return made, books


def asked(found: Any, books: dict[bool, dict[Question, Answer]], world: Worldlet) -> bool:
    """Answer what is missing; False when nothing is."""
    if not isinstance(found, Unasked):
        return False
    assert found.questions
    for book in books.values():
        book.update({question: world.answer(question) for question in found.questions})
    return True


def planned(world: Worldlet, *domains: str, clients: tuple[str, ...], **more: Any) -> Cure:
    made, books = ground(world, *domains, clients=clients, **more)
    for _ in range(40):
        found = plan(made)
        if not asked(found, books, world):
            assert isinstance(found, Cure)
            return found
    raise AssertionError("it never ends")


def exchange(*names: str) -> Web:
    return Web(names=names or (TARGET,), status=401)


def companies(*, misspelt: bool) -> Worldlet:
    server = exchange(TARGET, "www.webmail.a.test", "autdiscover.a.test" if misspelt else "autodiscover.a.test")
    hosts = dict.fromkeys((TARGET, *(f"autodiscover.{domain}.test" for domain in "abc")), server)
    return Worldlet(hosts={**hosts, "b.test": Web(names=("*.hoster.test",))})


OUTLOOKS = ("outlook-windows@2010", "outlook-windows")


def test_seed_004_with_the_misspelt_name_needs_one_new_certificate_and_the_web_site() -> None:
    cure = planned(companies(misspelt=True), "a.test", "b.test", "c.test", clients=OUTLOOKS)
    assert cure.left_out == ()
    assert cure.changes[0] == AddNames(frozenset({"autodiscover.a.test", "autodiscover.b.test", "autodiscover.c.test"}))
    assert {type(change) for change in cure.changes[1:]} == {NameWebsite}
    assert len(cure.changes) == 2
    assert not any(walk.met for walk in cure.walks)


def test_seed_004_with_the_right_name_can_be_cured_by_dns_alone() -> None:
    world = companies(misspelt=False)
    # Neither a new certificate nor a web server that redirects
    without = frozenset({AddNames, AddRedirectHost})
    found = planned(world, "b.test", "c.test", clients=("outlook-windows",), forbidden=without)
    assert found.left_out == ()
    removed = {change.name for change in found.changes if isinstance(change, RemoveHost)}
    added = {change.domain for change in found.changes if isinstance(change, AddSrv)}
    assert (removed, added) == ({"autodiscover.b.test", "autodiscover.c.test"}, {"b.test", "c.test"})


def test_nothing_is_changed_where_all_is_well() -> None:
    world = Worldlet(hosts={TARGET: exchange(), "autodiscover.b.test": exchange(TARGET, "autodiscover.b.test")})
    assert planned(world, "b.test", clients=OUTLOOKS).changes == ()


def test_an_srv_record_alone_will_do_where_nothing_else_answers() -> None:
    world = Worldlet(hosts={TARGET: exchange()})
    assert planned(world, "b.test", clients=OUTLOOKS).changes == (AddSrv("b.test", TARGET),)


def test_a_wildcard_record_shadows_the_srv_record_although_the_host_was_removed() -> None:
    world = Worldlet(
        hosts={
            TARGET: exchange(),
            "autodiscover.b.test": Web(names=("x.test",)),
            "mailtrust-does-not-exist.b.test": Web(names=("x.test",)),
        }
    )
    cure = planned(world, "b.test", clients=("outlook-windows",), forbidden=frozenset({AddNames, SetRegistry}))
    assert cure.left_out == ()
    assert not any(isinstance(change, RemoveHost) for change in cure.changes)


def test_whom_a_cure_does_not_serve_is_told() -> None:
    world = Worldlet(hosts={TARGET: exchange()})
    only_srv = frozenset({AddNames, AddAlias, AddRedirectHost, SetRegistry})
    cure = planned(world, "b.test", clients=("outlook-windows", "activesync@android"), forbidden=only_srv)
    assert cure.changes == (AddSrv("b.test", TARGET),)
    assert cure.left_out == (("u@b.test", "activesync@android"),)


def test_inside_the_directory_is_set_right() -> None:
    point = ConnectionPoint((URL_MARK,), ("https://ex.b.local/Autodiscover/Autodiscover.xml",))
    world = Worldlet(hosts={TARGET: exchange(), "ex.b.local": exchange()}, points={"": (point,)})
    inside = Situation(inside=True, domain_joined=True)
    cure = planned(world, "b.test", clients=("outlook-windows",), situations=(inside,))
    assert cure.changes == (SetInternalUri(TARGET),)


def test_alternatives_leave_out_what_the_best_one_does() -> None:
    world = companies(misspelt=True)
    made, books = ground(world, "b.test", clients=("outlook-windows@2010",))
    while asked(found := alternatives(made), books, world):
        pass
    assert not isinstance(found, Unasked)
    assert len(found) >= 2
    assert [cure.rank for cure in found] == sorted(cure.rank for cure in found)
    assert any(not any(isinstance(change, AddNames) for change in cure.changes) for cure in found)


SEEDS_CLIENTS = ("outlook-windows", "outlook-mac", "activesync", "ews-api")


@pytest.mark.parametrize("misspelt", [True, False])
@pytest.mark.parametrize("lost", [True, False])
def test_seed_004_is_offered_what_its_answer_advises(*, misspelt: bool, lost: bool) -> None:
    """SRV records that lead to a name in the certificate, no autodiscover host before them, the web site mended."""
    world = companies(misspelt=misspelt)
    if lost:
        del world.hosts["autodiscover.c.test"]  # with the former provider
    made, books = ground(world, "a.test", "b.test", "c.test", clients=SEEDS_CLIENTS)
    while asked(found := alternatives(made), books, world):
        pass
    assert not isinstance(found, Unasked)
    broken = {"a.test", "b.test", "c.test"} if misspelt else {"b.test", "c.test"}
    advised: set[Change] = {NameWebsite("b.test")}
    for domain in broken:
        removed = () if lost and domain == "c.test" else (RemoveHost(f"autodiscover.{domain}"),)
        advised |= {AddSrv(domain, TARGET), *removed}
    places = {frozenset(cure.changes): place for place, cure in enumerate(found)}
    assert frozenset(advised) in places
    redirecting = [
        place for place, cure in enumerate(found) if any(isinstance(one, AddRedirectHost) for one in cure.changes)
    ]
    assert min(redirecting) > places[frozenset(advised)], "fewer are asked by SRV"
    assert not any(cure.left_out for cure in found)
    titles = {one.id: one for one in made.travellers}
    said = " ".join(str(one) for one in weighed(found[places[frozenset(advised)]], found[0], titles))
    assert "It needs no new certificate" in said
    assert "It takes more changes" in said
    assert "users are asked" in said


def test_a_question_that_users_answer_today_costs_nothing() -> None:
    world = Worldlet(hosts={TARGET: exchange()})
    world.hosts["autodiscover.b.test"] = Web(names=("x.test",), https=False)
    world.hosts["autodiscover.b.test"].http = (302, f"https://{TARGET}/autodiscover/autodiscover.xml")
    answered = frozenset({("u@b.test", "outlook-windows", False)})
    assert planned(world, "b.test", clients=("outlook-windows",), asked_today=answered).changes == ()
    assert planned(world, "b.test", clients=("outlook-windows",)).changes != ()


def chance(seed: int) -> tuple[Worldlet, tuple[str, ...], tuple[str, ...], tuple[Situation, ...]]:
    """A small world: hosts that exist or not, certificates that fit or not, closed ports, redirects, records."""
    draw = random.Random(seed)
    domains = ("b.test", "c.test")[: draw.randint(1, 2)]
    world = Worldlet(hosts={TARGET: exchange()})
    for domain in domains:
        for host in (domain, f"autodiscover.{domain}"):
            if draw.random() < 0.6:
                names = draw.choice([(host,), ("x.test",), (TARGET,), (TARGET, host)])
                web = Web(names=names, status=draw.choice([401, 404]), https=draw.random() < 0.8)
                if draw.random() < 0.2:
                    web.http = (302, f"https://{TARGET}/autodiscover/autodiscover.xml")
                world.hosts[host] = web
        if draw.random() < 0.2:
            world.hosts[f"mailtrust-does-not-exist.{domain}"] = Web(names=("x.test",))
        if draw.random() < 0.3:
            world.records[f"_autodiscover._tcp.{domain}", "SRV"] = (f"0 0 443 {TARGET}",)
    clients = tuple(draw.sample(["outlook-windows@2010", "outlook-windows", "activesync@android", "ews-api"], 1))
    situations = OUTSIDE
    if draw.random() < 0.3:
        host = draw.choice([TARGET, "ex.b.local"])
        world.hosts["ex.b.local"] = exchange()
        world.points = {"": (ConnectionPoint((URL_MARK,), (f"https://{host}/Autodiscover/Autodiscover.xml",)),)}
        situations = (Situation(inside=True, domain_joined=True, site="s"),)
    return world, domains, clients, situations


def every_set(domains: tuple[str, ...], *, inside: bool, heeds: bool, most: int) -> Iterator[tuple[Change, ...]]:
    atoms: list[Change] = []
    names: list[str] = []
    for domain in domains:
        host = f"autodiscover.{domain}"
        names += [host, domain]
        atoms += [AddSrv(domain, TARGET), RemoveHost(host), AddAlias(host, TARGET), AddRedirectHost(host, TARGET)]
        atoms += [CloseHttps(domain), NameWebsite(domain)]
    atoms += [SetInternalUri(TARGET)] if inside else []
    atoms += [SetRegistry("ExcludeHttpsRootDomain"), SetRegistry("ExcludeHttpsAutoDiscoverDomain")] if heeds else []
    certificates: list[tuple[Change, ...]] = [()]
    certificates += [
        (AddNames(frozenset(some)),)
        for some in chain.from_iterable(combinations(names, size) for size in range(1, len(names) + 1))
    ]
    for certificate in certificates:
        for size in range(most + 1 - len(certificate)):
            for chosen in combinations(atoms, size):
                if sensible(chosen):
                    yield (*certificate, *chosen)


def sensible(chosen: tuple[Change, ...]) -> bool:
    """One fate for each host and each root; nothing is removed that is put there by the same plan."""
    hosts = [change.name for change in chosen if isinstance(change, RemoveHost | AddAlias | AddRedirectHost)]
    roots = [change.host for change in chosen if isinstance(change, CloseHttps | NameWebsite)]
    return len(hosts) == len(set(hosts)) and len(roots) == len(set(roots))


def brute_force(seed: int, most: int) -> None:
    world, domains, clients, situations = chance(seed)
    made, books = ground(world, *domains, clients=clients, situations=situations)
    while asked(found := plan(made), books, world):
        pass
    assert isinstance(found, Cure)
    heeds = any(traveller.office == "16.0" for traveller in made.travellers)
    best = found.rank[:3]
    for changes in every_set(domains, inside=situations[0].inside, heeds=heeds, most=most):
        if (0, 0, len(changes)) >= best:
            continue  # no better even if it cured everybody
        while asked(result := outcome_of(made, made.addresses, changes), books, world):
            pass
        assert isinstance(result, Cure)
        assert (len(result.left_out), len(result.asked), len(changes)) >= best, (seed, changes, found.changes)
    again = outcome_of(made, made.addresses, found.changes)
    assert isinstance(again, Cure)
    assert again.left_out == found.left_out, "the parts are right together too"
    assert sorted(map(repr, again.walks)) == sorted(map(repr, found.walks))


@pytest.mark.parametrize("seed", range(16))
def test_no_smaller_set_does_as_well(seed: int) -> None:
    brute_force(seed, 4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200))
def test_no_smaller_set_does_as_well_in_two_hundred_worlds(seed: int) -> None:
    brute_force(seed, 4)


def test_before_anything_was_asked_there_is_no_plan() -> None:
    made, _ = ground(Worldlet(hosts={TARGET: exchange()}), "b.test", clients=("outlook-windows",))
    found = plan(made)
    assert isinstance(found, Unasked)
    assert {getattr(one, "name", "") for one in found.questions} >= {"b.test", "autodiscover.b.test"}
