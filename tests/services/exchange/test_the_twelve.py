"""The twelve exported organisations: each certificate wished for everything, and removed; what is foretold holds."""

import pytest
from tests.rollout.test_powershell import mistakes
from tests.services.exchange.test_never_without import served
from tests.services.test_exchange_selection_world import WORLD
from tests.services.world.making import NOW, Exported

from mailtrust.core.model.assignment import Balancer
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeService
from mailtrust.core.model.exchange_change import ExchangeChange
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.removing.remove import Remove, remove
from mailtrust.core.services.exchange.selecting.select import select
from mailtrust.core.services.exchange.selecting.selection import is_served
from mailtrust.core.targets.powershell.script import Script, exchange_script

EVERYTHING: tuple[ExchangeService, ...] = ("POP", "IMAP", "IIS", "SMTP", "UM", "UMCallRouter")
BALANCERS: tuple[Balancer, ...] = ("unknown", "none", "layer-4", "bridging", "offloading")


def changes(world: ExchangeOrganisation) -> list[tuple[str, ExchangeChange, Enable | Remove]]:
    """Every certificate assigned to everything on all servers that have it, and removed from them."""
    found: list[tuple[str, ExchangeChange, Enable | Remove]] = []
    prints = dict.fromkeys(one.thumbprint for server in world.servers for one in server.certificates)
    for number, print_ in enumerate(prints):
        servers = tuple(one.name for one in world.servers if one.certificate(print_) is not None)
        wish = Enable(servers, print_, EVERYTHING, balancer=BALANCERS[number % len(BALANCERS)])
        found.append((print_, enable(world, wish, NOW), wish))
        found.append((print_, remove(world, Remove(servers, print_), NOW), Remove(servers, print_)))
    return found


@pytest.mark.parametrize("it", WORLD, ids=[one.id for one in WORLD])
def test_whatever_is_wished_its_script_is_one_and_nothing_is_lost(it: Exported) -> None:
    for world in states(it):
        for print_, change, wish in changes(world):
            assert change.steps or change.refusals or change.remarks or change.after == world
            source = exchange_script(Script(text("Try it."), change.steps, world, print_), str)
            assert not mistakes(source.decode("utf-8-sig").replace("\r\n", "\n"))
            assert served(world) <= served(change.after), (it.id, wish)
            if isinstance(wish, Enable):
                again = enable(change.after, wish, NOW)
                assert (again.steps, again.after) == ((), change.after)


@pytest.mark.parametrize("it", WORLD, ids=[one.id for one in WORLD])
def test_every_place_stays_served(it: Exported) -> None:
    """By the search that Microsoft documents, which the rules of assigning and removing do not run."""
    for world in states(it):
        before = places(world)
        for _, change, wish in changes(world):
            assert before <= places(change.after), (it.id, wish, before - places(change.after))


def test_the_twelve_have_what_can_be_removed_and_what_cannot() -> None:
    every = [
        change for it in WORLD for world in states(it) for _, change, wish in changes(world) if isinstance(wish, Remove)
    ]
    assert sum(bool(change.steps) for change in every) > 2
    assert {one.code for change in every for one in change.refusals} >= {
        "certificate-assigned",
        "internal-transport-certificate",
        "auth-certificate",
        "connector-tagged",
    }


def places(world: ExchangeOrganisation) -> set[str]:
    return {f"{one.server} {one.kind} {one.name}" for one in select(world, NOW) if is_served(one)}


def states(it: Exported) -> tuple[ExchangeOrganisation, ...]:
    return it.mended, it.broken
