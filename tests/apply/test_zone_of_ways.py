"""The changes by which clients find their server, at a real Knot: made, seen past a resolver's memory, and undone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.apply.world import World, plan_of, steps_for
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.programs.knot import PRIMARY, SECRET, Knot, start_knot

from mailtrust.core.model.plan import ChangeRecords, PlanStep
from mailtrust.core.remedies.finding.changes import AddAlias, AddSrv, Change, PublishTlsa, RemoveHost
from mailtrust.core.targets.parts.zone_changes import in_order, places_of, record_steps
from mailtrust.edge.lookup.dns import DnsResolver, FakeResolver
from mailtrust.edge.lookup.dns_answers import Found
from mailtrust.edge.lookup.dns_update import ZoneEditor
from mailtrust.edge.lookup.tsig_key import read_tsig_key
from mailtrust.flows.plan_ways import standing_at
from mailtrust.flows.prove_ways import at_the_zone, held_back

pytestmark = pytest.mark.real_server
ZONE = "ways.example"
OLD, STALE, NEW = ("3 1 1 " + two * 32 for two in ("aa", "bb", "cc"))
RECORDS = (
    "mail A 192.0.2.25",
    "autodiscover A 192.0.2.1",
    "autodiscover A 192.0.2.2",
    "other CNAME mail",
    f"_25._tcp.mail TLSA {OLD}",
    f"_25._tcp.mail TLSA {STALE}",
)
CHANGES: tuple[Change, ...] = (
    AddAlias(f"autodiscover.{ZONE}", f"mail.{ZONE}"),
    RemoveHost(f"other.{ZONE}"),
    AddSrv(ZONE, f"mail.{ZONE}"),
    PublishTlsa(f"_25._tcp.mail.{ZONE}", NEW, (STALE,), 1),
)
PLACES = tuple(place for change in CHANGES for place in places_of(change))


@pytest.fixture(params=[False, True], ids=["plain", "signed"])
def knot(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Knot]:
    with Daemons(tmp_path) as daemons:
        try:
            yield start_knot(daemons, tmp_path / "knot", FreePorts()(), ZONE, RECORDS, signed=request.param)
        except NotInstalledError as missing:
            pytest.skip(str(missing))


async def steps_at(resolver: DnsResolver) -> tuple[PlanStep, ...]:
    standing = await standing_at(PLACES, resolver)
    steps = [step for change in in_order(CHANGES) for step in record_steps(change, standing) or ()]
    return tuple(replace(step, id=f"r{number}") for number, step in enumerate(steps))


async def test_made_and_undone(knot: Knot, tmp_path: Path) -> None:
    resolver = DnsResolver((PRIMARY, knot.port))
    steps = await steps_at(resolver)
    changed = [step.do for step in steps if isinstance(step.do, ChangeRecords)]
    assert [(one.name.removesuffix(f".{ZONE}"), one.type, len(one.was), len(one.shall)) for one in changed] == [
        ("autodiscover", "A", 2, 0), ("autodiscover", "CNAME", 0, 1), ("_autodiscover._tcp", "SRV", 0, 1),
        ("_25._tcp.mail", "TLSA", 2, 2), ("other", "CNAME", 1, 0),
    ]  # fmt: skip
    key = tmp_path / "key"
    key.write_text(f"hmac-sha256:acme:{SECRET}\n")
    editor = ZoneEditor((PRIMARY, knot.port), read_tsig_key(key))
    world = World(tmp_path, *plan_of((*steps, *steps_for("one", 1))))
    world.zone = lambda _: editor
    before = [editor.seen(*place) for place in PLACES]
    assert (await world.apply()).outcome == "done"
    assert {editor.seen(one.name, one.type).values for one in changed} == {
        (), (f"mail.{ZONE}.",), (f"0 0 443 mail.{ZONE}.",), (OLD, NEW)
    }  # fmt: skip
    # Whoever was asked before goes on giving what he kept; the zone's own server does not.
    old = FakeResolver(
        hosts={f"autodiscover.{ZONE}": Found(("192.0.2.1",)), f"mail.{ZONE}": Found(("192.0.2.25",))},
        others={(f"autodiscover.{ZONE}", "A"): Found(("192.0.2.2", "192.0.2.1"), ttl=30)},
    )
    held = {(one.name, one.type): one.seconds for one in await held_back(world.plan, old)}
    assert held[f"autodiscover.{ZONE}", "A"] == 30
    assert await held_back(world.plan, resolver) == ()
    fresh = at_the_zone(world.plan, old, resolver)
    assert await fresh.addresses(f"autodiscover.{ZONE}") == Found(("192.0.2.25",), (f"mail.{ZONE}",))
    assert (await world.undo()).outcome == "undone"
    assert [editor.seen(*place) for place in PLACES] == before
