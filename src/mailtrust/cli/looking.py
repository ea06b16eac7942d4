"""The options that say how to look, shared by every command that looks at a server."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.client import ClientProfile
    from mailtrust.flows.check import CheckRequest, Edge, OnProgress


def add_looking_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; `request_of` and `edge_of` read them."""
    looking = parser.add_argument_group(told(text("looking")))
    looking.add_argument(
        "--as", dest="kind", choices=("domain", "host"), help=told(text("take a bare TARGET for this"))
    )
    looking.add_argument("--dns", metavar="ADDR:PORT", help=told(text("ask this DNS server")))
    looking.add_argument(
        "--resolve", metavar="HOST:PORT:ADDR", action="append", default=[], help=told(text("as in curl"))
    )
    looking.add_argument(
        "--connect-to", metavar="HOST1:PORT1:HOST2:PORT2", action="append", default=[], help=told(text("as in curl"))
    )
    looking.add_argument(
        "--also", metavar="ADDR[:PORT]", action="append", default=[],
        help=told(text("look at the same names here too: the backend behind a balancer, the inside view")),
    )  # fmt: skip
    looking.add_argument("--no-aia", action="store_true", help=told(text("download no missing issuers")))
    looking.add_argument(
        "--allow-private-aia", action="store_true", help=told(text("download issuers from private addresses too"))
    )
    looking.add_argument(
        "--proxy", metavar="URL", help=told(text("HTTP proxy for these downloads (default: from the environment)"))
    )
    looking.add_argument(
        "--per-host", metavar="N", type=_positive, help=told(text("connections at once to one address"))
    )
    looking.add_argument(
        "--ccadb",
        metavar="CSV",
        type=Path,
        help=told(text("know the intermediates of this CCADB report too; they are kept for later runs")),
    )
    judging = parser.add_argument_group(told(text("judging")))
    judging.add_argument("--client", metavar="ID,...", help=told(text("judge for these clients only")))
    judging.add_argument("--at", metavar="TIME", help=told(text("judge as of this time (RFC 3339)")))
    judging.add_argument(
        "--roots", metavar="PEM", type=Path, help=told(text("take these anchors to be present in every client's store"))
    )
    judging.add_argument(
        "--deployed", metavar="WAY,...", help=told(text("... only in clients that these ways reach: gpo, firefox, ..."))
    )


def edge_of(options: argparse.Namespace) -> "Edge":
    """The real outside, as the options ask for it."""
    from mailtrust.flows.edge import real_edge

    if options.ccadb is not None:
        _load_ccadb(options.ccadb)
    return real_edge(
        dns=_dns_server(options.dns) if options.dns else None,
        allow_private_aia=options.allow_private_aia,
        proxy=options.proxy,
    )


def request_of(options: argparse.Namespace, target: str, *, title: str | None = None) -> "CheckRequest":
    """What the options ask to be checked; raises UserProblem for what cannot be read."""
    from mailtrust.core.formats.connect_to import Detours, parse_connect_to, parse_resolve
    from mailtrust.core.formats.moment import parse_moment
    from mailtrust.core.formats.target import parse_target
    from mailtrust.core.model.settings import Settings
    from mailtrust.flows.check import CheckRequest

    clients = clients_of(options.client)
    return CheckRequest(
        target=parse_target(target),
        title=title or target,
        clients=clients,
        settings=Settings(
            warn=options.warn, critical=options.critical, product=options.product, clients=tuple(c.id for c in clients)
        )
        if hasattr(options, "warn")
        else Settings(),
        at=parse_moment(options.at) if options.at else None,
        roots=certificates_of(options.roots) if options.roots else (),
        deployed=tuple(options.deployed.split(",")) if options.deployed else (),
        detours=Detours(
            tuple(parse_connect_to(given) for given in options.connect_to),
            tuple(parse_resolve(given) for given in options.resolve),
        ),
        also=tuple(_also(given) for given in options.also),
        kind=options.kind,
        fetch_issuers=not options.no_aia,
        per_host=options.per_host,
    )


def clients_of(given: str | None) -> "tuple[ClientProfile, ...]":
    """The profiles named, or all of them."""
    from mailtrust.core.clients import CLIENTS, client_by_id

    if given is None:
        return CLIENTS
    return tuple(client_by_id(name.strip()) for name in given.split(",") if name.strip())


def certificates_of(path: Path) -> "tuple[Certificate, ...]":
    """Every certificate in a file of any form that `bundle` reads; raises UserProblem where there is none."""
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.containers import read_container

    contents = read_container(read_file(path), path.name)
    found = tuple(item.certificate for item in contents.items if isinstance(item.certificate, Certificate))
    if not found:
        raise UserProblem(
            text("Expected certificates in {path} (PEM, DER, PKCS#7, PFX or zip), found none.", path=str(path))
        )
    return found


def hypothetical_chain(path: Path) -> "tuple[Certificate, ...]":
    """The chain that a server given this file would present: a PEM file as it stands, any other form in order."""
    from mailtrust.core.x509.containers import Form, presented_order, read_container

    certificates = certificates_of(path)
    as_it_stands = read_container(read_file(path), path.name).form is Form.PEM
    return certificates if as_it_stands else presented_order(certificates)


def read_file(path: Path) -> bytes:
    """The file's octets; `-` is standard input."""
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=str(path), why=error.strerror or str(error))
        ) from error


def write_output(data: bytes, output: Path | None, *, private: bool = False) -> None:
    """Write a result to a file, whole or not at all (mode 0600 when private), or to standard output."""
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    from mailtrust.edge.files import write_whole

    try:
        write_whole(output, data, mode=0o600 if private else 0o644)
    except OSError as error:
        raise UserProblem(
            text("Could not write {path}: {why}.", path=str(output), why=error.strerror or str(error))
        ) from error


def progress_line() -> "OnProgress | None":
    """A line on standard error that tells how far a check is, when a person watches; None otherwise."""
    if not sys.stderr.isatty():
        return None
    from mailtrust.cli.progress import show_progress

    return show_progress


def _load_ccadb(path: Path) -> None:
    from mailtrust.cli.translations import current
    from mailtrust.edge.lookup.catalogue import Catalogue

    loaded = Catalogue.of_this_user().load_ccadb(path)
    sentence = text(
        "From {path}: {kept} intermediates are known from now on, {skipped} records were left out.",
        path=str(path),
        kept=loaded.kept,
        skipped=loaded.skipped,
    )
    sys.stderr.write(f"{sentence.render(current())}\n")


def _dns_server(given: str) -> tuple[str, int]:
    from mailtrust.core.formats.host_name import is_address
    from mailtrust.core.formats.target import HostPort, parse_target

    server = parse_target(given)
    if isinstance(server, HostPort) and is_address(server.host):
        return server.host, server.port
    if is_address(given.strip("[]")):
        return given.strip("[]"), 53
    raise UserProblem(
        text("Expected the address of a DNS server such as 192.0.2.53:53 after --dns, got {given}.", given=given[:100])
    )


def _also(given: str) -> tuple[str, int | None]:
    from mailtrust.core.formats.host_name import is_address
    from mailtrust.core.formats.target import Host, HostPort, parse_target

    match parse_target(given):
        case HostPort(host=host, port=port) if is_address(host):
            return host, port
        case Host(host=host) if is_address(host):
            return host, None
    raise UserProblem(
        text("Expected an IP address, with or without a port, after --also, got {given}.", given=given[:100])
    )


def _positive(given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 100:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 100, got {given!r}")
    return int(given)
