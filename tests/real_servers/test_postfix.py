"""Postfix: a certificate for each port by `smtpd_tls_chain_files` in master.cf."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.programs.daemons import Daemons, Place
from tests.programs.postfix import start_postfix

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

SCHEMES = ("smtp", "submission", "smtps")


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
    as_root: None,
) -> dict[tuple[str, str], int]:
    installed("postfix", "postfix")
    places = {
        (kind, scheme): Place(scheme, free_port(), folder)
        for kind, folder in certificates.items()
        for scheme in SCHEMES
    }
    start_postfix(daemons, server_folder / "postfix", tuple(places.values()))
    return {which: place.port for which, place in places.items()}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_postfix(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    assert presented == bundle(kind)
