"""Servers whose configuration is read: side by side, and told in their order whoever answered first."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.settings import Place, Server
from mailtrust.core.model.text import text
from mailtrust.edge.transport.machine import NotThere, RawFile
from mailtrust.flows.survey import MACHINES_AT_ONCE, survey_all

CONF = b"http { server { listen 443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem; } }"


class Machines:
    """Some that hold a configuration and some that do not; who is asked at the same moment is counted."""

    def __init__(self, count: int) -> None:
        self.asked: Counter[int] = Counter()
        self.most = self.most_of_one = 0
        self.by_reach = {f"ssh://host{number}": Asked(self, number, slowness=count - number) for number in range(count)}

    def servers(self, products: int) -> tuple[Server, ...]:
        """So many on each."""
        return tuple(
            Server(f"web{turn}-{reach}", (Place(reach, "mail.example.com", 443),), "nginx", reach)
            for turn in range(products)
            for reach in self.by_reach
        )


class Asked:
    """One machine; those that are named later answer sooner."""

    def __init__(self, machines: Machines, number: int, slowness: int) -> None:
        self.machines, self.number, self.slowness = machines, number, slowness
        self.name = f"host{number}"

    async def _busy(self) -> None:
        asked = self.machines.asked
        asked[self.number] += 1
        self.machines.most = max(self.machines.most, sum(1 for one in asked.values() if one))
        self.machines.most_of_one = max(self.machines.most_of_one, *asked.values())
        for _ in range(self.slowness):
            await asyncio.sleep(0)
        asked[self.number] -= 1

    async def read(self, path: str) -> RawFile:
        await self._busy()
        if self.number % 2 or not path.endswith("nginx.conf"):
            raise NotThere(text("not there"))
        return RawFile(CONF, 0o640, "0:0", path)

    async def names(self, pattern: str) -> tuple[str, ...]:
        await self._busy()
        return ()

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        await self._busy()
        return Printed(0, "", "--conf-path=/etc/nginx/nginx.conf")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"reading a configuration must not call {name}")


@pytest.mark.parametrize("count", [3, MACHINES_AT_ONCE + 3])
async def test_machines_are_asked_side_by_side_and_told_in_order(count: int) -> None:
    machines = Machines(count)
    servers = machines.servers(products=2)
    read, unread = await survey_all(servers, machines.by_reach)
    assert machines.most == min(count, MACHINES_AT_ONCE)
    assert machines.most_of_one == 1
    assert [one.server for one in read] == [
        one for one in servers if int(one.reach.removeprefix("ssh://host")) % 2 == 0
    ]
    assert [one.server for one in unread] == [one for one in servers if int(one.reach.removeprefix("ssh://host")) % 2]
