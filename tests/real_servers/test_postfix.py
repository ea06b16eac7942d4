"""Postfix: a certificate for each port by `smtpd_tls_chain_files` in master.cf."""

import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

MAIN = """\
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/log
maillog_file_prefixes = {here}
myhostname = mail.post.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_relay_restrictions = reject
smtpd_tls_security_level = may
tls_medium_cipherlist = DEFAULT:@SECLEVEL=0
# The checks and the oracles come quickly one after the other, from one address.
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
import_environment = MAIL_CONFIG TZ OPENSSL_CONF={openssl}
"""
SERVICES = """\
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
PORT = "127.0.0.1:{port} inet n - n - - smtpd -o smtpd_tls_chain_files={folder}/combined.pem{more}\n"
MODES = {"smtp": "", "submission": "", "smtps": " -o smtpd_tls_wrappermode=yes"}


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemon: Callable[..., None],
    as_root: None,
) -> dict[tuple[str, str], int]:
    master, postfix = installed("master", "postfix"), installed("postfix", "postfix")
    here = server_folder / "postfix"
    for name in ("conf", "queue", "data"):
        (here / name).mkdir(parents=True)
    shutil.chown(here / "data", "postfix")
    ports = {(kind, scheme): free_port() for kind in certificates for scheme in MODES}
    lines = (
        PORT.format(port=port, folder=certificates[kind], more=MODES[scheme]) for (kind, scheme), port in ports.items()
    )
    (here / "conf" / "main.cf").write_text(MAIN.format(here=here, openssl=server_folder / "openssl.cnf"))
    (here / "conf" / "master.cf").write_text("".join(lines) + SERVICES)
    # It makes the queue's folders.
    with (here / "check.log").open("wb") as output:
        subprocess.run([postfix, "-c", here / "conf", "check"], stdout=output, stderr=output, check=True)
    command = [master, "-c", here / "conf", "-d"]
    daemon(command, tuple(ports.values()), MAIL_CONFIG=str(here / "conf"))
    return ports


@pytest.mark.parametrize("scheme", MODES)
async def test_postfix(
    agrees: Callable[[str, str, int], Awaitable[list[bytes]]],
    bundle: Callable[[str], list[bytes]],
    ports: dict[tuple[str, str], int],
    kind: str,
    scheme: str,
) -> None:
    presented = await agrees(kind, scheme, ports[kind, scheme])
    assert presented == bundle(kind)
