"""Apache: one virtual host a certificate, each on a port of its own."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

MODULES = "/usr/lib/apache2/modules"
HEAD = """\
ServerName post.example
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
PidFile {here}/pid
DefaultRuntimeDir {here}
ErrorLog {here}/error.log
User nobody
Group nogroup
SSLCipherSuite DEFAULT:@SECLEVEL=0
"""
HOST = """\
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
  SSLEngine on
  SSLCertificateFile {folder}/bundle.pem
  SSLCertificateKeyFile {folder}/key.pem
</VirtualHost>
"""


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemon: Callable[..., None],
) -> dict[tuple[str, str], int]:
    program = installed("apache2", "apache2-bin")
    here = server_folder / "apache"
    here.mkdir()
    ports = {kind: free_port() for kind in certificates}
    hosts = "".join(HOST.format(port=ports[kind], folder=folder) for kind, folder in certificates.items())
    (here / "httpd.conf").write_text(HEAD.format(modules=MODULES, here=here) + hosts)
    daemon([program, "-d", here, "-f", here / "httpd.conf", "-D", "FOREGROUND"], tuple(ports.values()))
    return {(kind, "https"): port for kind, port in ports.items()}


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
