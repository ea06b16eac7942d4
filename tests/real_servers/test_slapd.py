"""slapd, on GnuTLS: one process a certificate. It sorts a jumbled chain, so the wire counts and not the file."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

CONFIGURATION = """\
pidfile {here}/pid
TLSCertificateFile {folder}/bundle.pem
TLSCertificateKeyFile {folder}/key.pem
"""


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemon: Callable[..., None],
) -> dict[tuple[str, str], int]:
    program = installed("slapd", "slapd")
    ports = {}
    for kind, folder in certificates.items():
        here = server_folder / "slapd" / kind
        here.mkdir(parents=True)
        plain, secure = free_port(), free_port()
        (here / "slapd.conf").write_text(CONFIGURATION.format(here=here, folder=folder))
        urls = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{secure}"
        daemon([program, "-f", here / "slapd.conf", "-h", urls, "-d", "0"], (plain, secure))
        ports.update({(kind, "ldap"): plain, (kind, "ldaps"): secure})
    return ports


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
async def test_slapd(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    expected = bundle(kind)
    if kind == "wrong-order-with-root":
        leaf, root, intermediate = expected
        expected = [leaf, intermediate, root]
    assert presented == expected
