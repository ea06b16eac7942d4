"""nginx: one server block a certificate."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

BLOCK = """
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/bundle.pem;
    ssl_certificate_key {folder}/key.pem;
    return 200 "here";
  }}
"""


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemon: Callable[..., None],
) -> dict[tuple[str, str], int]:
    program = installed("nginx", "nginx")
    here = server_folder / "nginx"
    here.mkdir()
    ports = {kind: free_port() for kind in certificates}
    blocks = "".join(BLOCK.format(port=ports[kind], folder=folder) for kind, folder in certificates.items())
    places = "".join(
        f"  {name}_temp_path {here}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (here / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {here}/pid;\nevents {{}}\n"
        f"http {{\n  access_log off;\n{places}  ssl_ciphers DEFAULT:@SECLEVEL=0;\n{blocks}}}\n"
    )
    command = [program, "-c", here / "nginx.conf", "-p", here, "-e", here / "error.log"]
    daemon(command, tuple(ports.values()))
    return {(kind, "https"): port for kind, port in ports.items()}


@pytest.mark.parametrize("scheme", ["https"])
async def test_nginx(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    assert presented == bundle(kind)
