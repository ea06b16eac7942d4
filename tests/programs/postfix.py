"""Postfix: a certificate for each place by `smtpd_tls_chain_files` in master.cf. Started by root only."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.programs.daemons import Daemons, Place, program

MAIN = """\
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/log
maillog_file_prefixes = {here}
myhostname = mail.post.example
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_relay_restrictions = reject
smtpd_tls_security_level = may
tls_medium_cipherlist = DEFAULT:@SECLEVEL=0
# Checks come quickly one after the other, from one address.
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
PORT = "{address}:{port} inet n - n - - smtpd -o smtpd_tls_chain_files={folder}/combined.pem{more}\n"
MODES = {
    "smtp": "",
    "submission": "",
    "smtps": " -o smtpd_tls_wrappermode=yes",
    "submissions": " -o smtpd_tls_wrappermode=yes",
}


def start_postfix(daemons: Daemons, here: Path, places: Sequence[Place]) -> None:
    """Serve SMTP and submission at the places, from a folder that is made.

    Raises NotInstalledError, DidNotStartError.
    """
    master, postfix = program("master", "postfix"), program("postfix", "postfix")
    for name in ("conf", "queue", "data"):
        (here / name).mkdir(parents=True)
    shutil.chown(here / "data", "postfix")
    lines = (
        PORT.format(address=one.address, port=one.port, folder=one.folder, more=MODES[one.scheme]) for one in places
    )
    (here / "conf" / "main.cf").write_text(MAIN.format(here=here, openssl=daemons.openssl_configuration))
    (here / "conf" / "master.cf").write_text("".join(lines) + SERVICES)
    # It makes the queue's folders.
    with (here / "check.log").open("wb") as output:
        subprocess.run([postfix, "-c", here / "conf", "check"], stdout=output, stderr=output, check=True)
    command = [master, "-c", here / "conf", "-d"]
    daemons.start(command, [(one.address, one.port) for one in places], MAIL_CONFIG=str(here / "conf"))
