"""Dovecot: IMAP, POP3, ManageSieve and LMTP, one instance a certificate."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

SCHEMES = ("imap", "imaps", "pop3", "pop3s", "sieve", "lmtp")
CONFIGURATION = """\
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap pop3 sieve lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/bundle.pem
ssl_key = <{folder}/key.pem
ssl_cipher_list = DEFAULT:@SECLEVEL=0
mail_max_userip_connections = 100
import_environment = TZ OPENSSL_CONF={openssl}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}/home
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service managesieve-login {{
  inet_listener sieve {{
    port = {sieve}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


@pytest.fixture(scope="module")
def ports(
    server_folder: Path,
    certificates: dict[str, Path],
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemon: Callable[..., None],
    as_root: None,
) -> dict[tuple[str, str], int]:
    program = installed("dovecot", "dovecot-imapd dovecot-pop3d dovecot-managesieved dovecot-lmtpd")
    ports = {}
    for kind, folder in certificates.items():
        here = server_folder / "dovecot" / kind
        here.mkdir(parents=True)
        own = {scheme: free_port() for scheme in SCHEMES}
        openssl = server_folder / "openssl.cnf"
        (here / "dovecot.conf").write_text(CONFIGURATION.format(here=here, folder=folder, openssl=openssl, **own))
        daemon([program, "-F", "-c", here / "dovecot.conf"], tuple(own.values()))
        ports.update({(kind, scheme): port for scheme, port in own.items()})
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
