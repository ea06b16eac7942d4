"""HAProxy: one frontend a certificate."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

HEAD = """\
global
  ssl-default-bind-ciphers DEFAULT:@SECLEVEL=0
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 30s
"""
FRONTEND = """
frontend {kind}
  bind 127.0.0.1:{port} ssl crt {folder}/combined.pem
  http-request return status 200
"""


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemon: Callable[..., None],
) -> dict[tuple[str, str], int]:
    program = installed("haproxy", "haproxy")
    ports = {kind: free_port() for kind in certificates}
    file = server_folder / "haproxy.cfg"
    frontends = (FRONTEND.format(kind=kind, port=ports[kind], folder=folder) for kind, folder in certificates.items())
    file.write_text(HEAD + "".join(frontends))
    daemon([program, "-db", "-f", file], tuple(ports.values()))
    return {(kind, "https"): port for kind, port in ports.items()}


@pytest.mark.parametrize("scheme", ["https"])
async def test_haproxy(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    assert presented == bundle(kind)
