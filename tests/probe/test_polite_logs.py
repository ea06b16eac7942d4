"""What stands in the logs of real servers after our visit: nothing that fail2ban or postscreen would punish."""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake
from mailtrust.edge.probe.schedule import probe_all

pytestmark = pytest.mark.real_server

POSTFIX_MAIN = """\
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/log
maillog_file_prefixes = {here}
myhostname = mail.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_relay_restrictions = reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = {here}/combined.pem
postscreen_access_list =
postscreen_greet_action = enforce
postscreen_greet_wait = 1s
postscreen_pipelining_enable = yes
postscreen_non_smtp_command_enable = yes
"""
POSTFIX_MASTER = """\
127.0.0.1:{smtp} inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """\
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap pop3 sieve lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{here}/combined.pem
ssl_key = <{here}/combined.pem
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/tmp
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
KINDS = {
    "smtp": (Protocol.SMTP, TlsMode.STARTTLS),
    "submission": (Protocol.SUBMISSION, TlsMode.STARTTLS),
    "smtps": (Protocol.SUBMISSION, TlsMode.IMPLICIT),
    "imap": (Protocol.IMAP, TlsMode.STARTTLS),
    "imaps": (Protocol.IMAP, TlsMode.IMPLICIT),
    "pop3": (Protocol.POP3, TlsMode.STARTTLS),
    "pop3s": (Protocol.POP3, TlsMode.IMPLICIT),
    "sieve": (Protocol.SIEVE, TlsMode.STARTTLS),
    "lmtp": (Protocol.LMTP, TlsMode.STARTTLS),
}


def program(name):
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/lib/postfix/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    if os.geteuid() != 0:
        pytest.skip(f"{name} starts as root only")
    return found


def free_ports(names):
    """Below the ephemeral range, so that no client of another test takes them meanwhile."""
    ports = {}
    while len(ports) < len(names):
        with socket.socket() as trial:
            port = random.randrange(20_000, 32_000)
            if trial.connect_ex(("127.0.0.1", port)) != 0 and port not in ports.values():
                ports[names[len(ports)]] = port
    return ports


def listens(port):
    """Asked of the kernel: a trial connection would stand in the log."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


@pytest.fixture
def here():
    """A folder that the servers' unprivileged users can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="mailtrust-polite-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def daemon(here):
    running = []

    def start(command, ports, **environment):
        # Daemons keep inherited pipes open: files only.
        with (here / "out").open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
                env=os.environ | environment,
            )  # fmt: skip
        running.append(process)
        wait_for(lambda: all(map(listens, ports)) or process.poll() is not None)
        assert process.poll() is None, (here / "out").read_text()

    yield start
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def wait_for(true):
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)


async def visit(ports):
    ends = [
        Endpoint("mail.example.test", port, *KINDS[name], "127.0.0.1", "mail.example.test", "given")
        for name, port in ports.items()
    ]
    observations = await probe_all([(end, offer) for offer in (Offer.DEFAULT, Offer.NO_SNI) for end in ends])
    assert len(observations) == 2 * len(ends)
    assert all(isinstance(seen.result, Handshake) and seen.result.completed for seen in observations)


def count(log, words):
    return log.read_text().count(words) if log.exists() else 0


def holds_none_of(log, *words):
    assert [line for line in log.read_text().splitlines() if any(word in line for word in words)] == []


def test_postfix_with_postscreen(daemon, chain, here):
    master, postfix = program("master"), program("postfix")
    ports = free_ports(["smtp", "submission", "smtps"])
    for folder in ("conf", "queue", "data"):
        (here / folder).mkdir()
    shutil.chown(here / "data", "postfix")
    (here / "combined.pem").write_bytes(chain.key.read_bytes() + chain.leaf.read_bytes())
    (here / "conf" / "main.cf").write_text(POSTFIX_MAIN.format(here=here))
    (here / "conf" / "master.cf").write_text(POSTFIX_MASTER.format(**ports))
    with (here / "check.log").open("wb") as output:
        subprocess.run([postfix, "-c", here / "conf", "check"], stdout=output, stderr=output, check=True)
    daemon([master, "-c", here / "conf", "-d"], ports.values(), MAIL_CONFIG=str(here / "conf"))
    asyncio.run(visit(ports))
    log = here / "log"
    wait_for(lambda: count(log, "quit=1") == 4 and count(log, "postscreen") and count(log, "tlsproxy") >= 4)
    assert count(log, "ehlo=1 starttls=1 quit=1 commands=3") == 2
    assert count(log, " quit=1 commands=1") == 2
    holds_none_of(log, "SSL_accept error", "lost connection", "improper", "PREGREET", "COMMAND", "HANGUP", "failed")


def test_dovecot(daemon, chain, here):
    dovecot = program("dovecot")
    ports = free_ports(["imap", "imaps", "pop3", "pop3s", "sieve", "lmtp"])
    (here / "combined.pem").write_bytes(chain.key.read_bytes() + chain.leaf.read_bytes())
    (here / "dovecot.conf").write_text(DOVECOT.format(here=here, **ports))
    daemon([dovecot, "-F", "-c", here / "dovecot.conf"], ports.values())
    asyncio.run(visit(ports))
    log = here / "log"
    wait_for(lambda: count(log, "Aborted login by logging out") == 10 and count(log, "Logged out") == 2)
    assert count(log, "Aborted login by logging out") == 10
    assert count(log, "Logged out") == 2
    holds_none_of(log, "TLS handshaking", "SSL_accept", "Connection closed")
