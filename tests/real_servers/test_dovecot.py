"""Dovecot: IMAP, POP3, ManageSieve and LMTP, one instance a certificate."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.programs.daemons import Daemons, Place
from tests.programs.dovecot import start_dovecot

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

SCHEMES = ("imap", "imaps", "pop3", "pop3s", "sieve", "lmtp")


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
    as_root: None,
) -> dict[tuple[str, str], int]:
    installed("dovecot", "dovecot-imapd dovecot-pop3d dovecot-managesieved dovecot-lmtpd")
    ports = {}
    for kind, folder in certificates.items():
        places = [Place(scheme, free_port(), folder) for scheme in SCHEMES]
        start_dovecot(daemons, server_folder / "dovecot" / kind, places)
        ports.update({(kind, place.scheme): place.port for place in places})
    return ports


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_dovecot(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    assert presented == bundle(kind)
