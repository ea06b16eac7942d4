"""`mailtrust renew` on servers that run, while a client asks every 100 ms at each port whether it may trust them."""

import json

import pytest
from tests.renew import troubles
from tests.renew.asking import Asking
from tests.renew.world import HOST, World

pytestmark = pytest.mark.real_server


def renew_through(world: World, asking: Asking, trouble: troubles.Trouble) -> None:
    """One renewal with this trouble; at its end all ports serve another certificate than before."""
    asking.wait_for(lambda: all(asking.certificates.values()))
    before = {scheme: troubles.served(asking, scheme) for scheme in world.ports}
    trouble(world, asking)
    asking.wait_for(lambda: not asking.down)
    if any(troubles.served(asking, scheme) == before[scheme] for scheme in world.ports):
        world.until_renewed("mail", "--force")
    record = json.loads((world.here / "state/renewals/mail/record.json").read_text())
    asking.wait_for(lambda: all(troubles.served(asking, scheme) != before[scheme] for scheme in world.ports))
    shown = {troubles.served(asking, scheme) for scheme in world.ports}
    assert len(shown) == 1
    assert record["published"] == record["missing"] == []
    assert sorted(path.name for path in (world.here / "state/renewals/mail").iterdir()) == [
        "current.key",
        "current.pem",
        "record.json",
    ]


def asked_and_never_disappointed(asking: Asking) -> None:
    """What the client has to say; it is shown when something fails."""
    assert not asking.failures, "\n".join((f"asked {dict(asking.asks)}", *asking.failures[:20]))
    assert min(asking.asks.values()) > 20


def test_two_renewals_with_troubles(world: World) -> None:
    with Asking(HOST, world.ports, world.here / "roots.pem") as asking:
        renew_through(world, asking, troubles.configuration_broken)
        renew_through(world, asking, troubles.tlsa_published)
    asked_and_never_disappointed(asking)


@pytest.mark.long
def test_ten_renewals_with_every_trouble(world: World) -> None:
    with Asking(HOST, world.ports, world.here / "roots.pem") as asking:
        for trouble in troubles.ALL:
            renew_through(world, asking, trouble)
    asked_and_never_disappointed(asking)
    assert all(len(shown) >= 1 + len(troubles.ALL) for shown in asking.certificates.values())
