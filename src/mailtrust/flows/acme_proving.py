"""The way to prove control over names that a record names."""

from pathlib import Path

from mailtrust.core.formats.acme_record import DnsUpdate, Hook, HttpServer, Proof, Webroot
from mailtrust.edge.acme.proof import Prover

DnsServer = tuple[str, int]


def prover_of(proof: Proof, dns: DnsServer | None) -> Prover:
    """Make it. `dns`: the DNS server to ask, else the system's. Raises UserProblem for a key that cannot be read."""
    match proof:
        case HttpServer(address=address, port=port):
            from mailtrust.edge.acme.http_01 import HttpServer as Server

            return Server(address, port)
        case Webroot(folder=folder):
            from mailtrust.edge.acme.http_01 import Webroot as Files

            return Files(Path(folder))
        case Hook(program=program, challenge=challenge, wait_seconds=seconds):
            from mailtrust.edge.acme.dns_settling import Settling
            from mailtrust.edge.acme.hook import Hook as Program

            return Program(Path(program), challenge, Settling(dns, seconds=seconds))
        case DnsUpdate(address=address, port=port, tsig_file=tsig_file, wait_seconds=seconds):
            from mailtrust.edge.acme.dns_01 import DnsUpdate as Update
            from mailtrust.edge.acme.dns_settling import Settling
            from mailtrust.edge.lookup.dns_update import ZoneEditor
            from mailtrust.edge.lookup.tsig_key import read_tsig_key

            key = None if tsig_file is None else read_tsig_key(Path(tsig_file))
            # The server that is updated may be one of the zone's own, at a port that no NS record can tell.
            return Update(ZoneEditor((address, port), key), Settling(dns, seconds=seconds, ports={address: port}))
