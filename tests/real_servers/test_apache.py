"""Apache: one virtual host a certificate."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.programs.apache import start_apache
from tests.programs.daemons import Daemons, Place

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
) -> dict[tuple[str, str], int]:
    installed("apache2", "apache2-bin")
    places = {kind: Place("https", free_port(), folder) for kind, folder in certificates.items()}
    start_apache(daemons, server_folder / "apache", tuple(places.values()))
    return {(kind, "https"): place.port for kind, place in places.items()}


@pytest.mark.parametrize("scheme", ["https"])
async def test_apache(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    assert presented == bundle(kind)
