"""`mailtrust renew` on servers that run, while a client asks every 100 ms at each port whether it may trust them."""

import pytest
from tests.renew.asking import Asking
from tests.renew.world import HOST, World

pytestmark = pytest.mark.real_server


def test_two_renewals(world: World) -> None:
    with Asking(HOST, world.ports, world.here / "roots.pem") as asking:
        status, told, said = world.renew("--all")
        assert (status, told["outcome"]) == (0, "renewed"), (told, said)
    assert not asking.failures
