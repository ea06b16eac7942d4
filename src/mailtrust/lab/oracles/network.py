"""A network of its own, in which every name leads to this machine, for clients that look names up themselves."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from mailtrust.lab.dns_server import Zone

LOOPBACK = "127.0.0.1"
DNS_PORT = 53
MARK = "MAILTRUST_OWN_NETWORK"

_INSIDE = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


class EveryName(Zone):
    """Every name exists and has this machine's address; what else is in the zone is answered as a validator would."""

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """An address for whatever is asked; AD is set, as by a resolver that has proven the answer (RFC 6840 5.8)."""
        response = super().answer(query)
        if not response.answer and query.question:
            response.set_rcode(dns.rcode.NOERROR)
            question = query.question[0]
            if question.rdtype == dns.rdatatype.A:
                response.answer.append(dns.rrset.from_text(question.name, 0, "IN", "A", LOOPBACK))
        response.flags |= dns.flags.AD
        return response


def in_own_network() -> bool:
    """Whether this process was started by `reenter`."""
    return os.environ.get(MARK) == "1"


def reenter(command: Sequence[str]) -> int:
    """Run a command in a new network without any way out, whose resolver is port 53 of its own loopback.

    Linux only, and only for who may make namespaces (root, or where user namespaces are allowed). The answer is the
    command's exit status; OSError where `unshare` is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="mailtrust-network-") as folder:
        resolver = Path(folder) / "resolv.conf"
        resolver.write_text(f"nameserver {LOOPBACK}\n", "ascii")
        resolver.chmod(0o644)
        Path(folder).chmod(0o755)
        user = [] if os.access("/", os.W_OK) else ["--map-root-user"]
        inside = ["sh", "-c", _INSIDE, "sh", str(resolver), *command]
        program = shutil.which("unshare") or "unshare"
        done = subprocess.run(
            [program, *user, "--net", "--mount", "--", *inside], check=False, env={**os.environ, MARK: "1"}
        )
        return done.returncode
