"""The options that say how control over the names is proven."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.formats.acme_record import Proof

LONGEST_WAIT = 7200
USUAL_WAIT = 120
"""Seconds."""


def add_proving_options(parser: argparse.ArgumentParser) -> None:
    """Add them; `proof_of` reads them."""
    proving = parser.add_argument_group(told(text("proving control over the names (one of the first four)")))
    proving.add_argument(
        "--http",
        metavar="[ADDR:]PORT",
        help=told(text("http-01: answer at this port, to which the CA's port 80 leads")),
    )
    proving.add_argument(
        "--webroot", metavar="DIR", type=Path,
        help=told(text("http-01: write files below the folder that a web server serves for the names")),
    )  # fmt: skip
    proving.add_argument(
        "--dns-update", metavar="ADDR[:PORT]", help=told(text("dns-01: update the zone at this server (RFC 2136)"))
    )
    proving.add_argument(
        "--hook", metavar="PROGRAM", type=Path,
        help=told(text("dns-01: have this program put the record there; docs/acme.md has its environment")),
    )  # fmt: skip
    proving.add_argument(
        "--tsig-file",
        metavar="FILE",
        type=Path,
        help=told(text("the TSIG key for --dns-update, as tsig-keygen writes it")),
    )
    proving.add_argument(
        "--challenge", choices=("dns-01", "http-01"), help=told(text("what --hook shows (default: dns-01)"))
    )
    proving.add_argument(
        "--dns-wait", metavar="SECONDS", type=_seconds, default=USUAL_WAIT,
        help=told(text("wait so long for all servers of the zone (default: 120; 0: not at all)")),
    )  # fmt: skip


def proof_of(options: argparse.Namespace) -> "Proof":
    """How the options want it proven. Raises UserProblem for none, several, or what does not go together."""
    from mailtrust.core.formats.acme_record import DnsUpdate, Hook, HttpServer, Webroot
    from mailtrust.core.formats.listening import parse_dns_server, parse_listening

    ways = (options.http, options.webroot, options.dns_update, options.hook)
    if sum(way is not None for way in ways) != 1:
        raise UserProblem(
            text(
                "Say how control over the names is proven, by one of --http PORT, --webroot DIR, --dns-update ADDR and "
                "--hook PROGRAM."
            )
        )
    if options.tsig_file is not None and options.dns_update is None:
        raise UserProblem(text("--tsig-file goes with --dns-update: it is the key of the update."))
    if options.challenge is not None and options.hook is None:
        raise UserProblem(text("--challenge goes with --hook: the other ways know their own."))
    if options.http is not None:
        return HttpServer(*parse_listening(options.http, "--http"))
    if options.webroot is not None:
        return Webroot(str(options.webroot.resolve()))
    if options.hook is not None:
        return Hook(str(options.hook.resolve()), options.challenge or "dns-01", options.dns_wait)
    address, port = parse_dns_server(options.dns_update, "--dns-update")
    tsig_file = None if options.tsig_file is None else str(options.tsig_file.resolve())
    return DnsUpdate(address, port, tsig_file, options.dns_wait)


def _seconds(given: str) -> int:
    """Read a number of seconds for argparse, which lets the UserProblem pass."""
    if given.isascii() and given.isdigit() and int(given[:6]) <= LONGEST_WAIT:
        return int(given)
    raise UserProblem(
        text("Expected seconds from 0 to {most} after --dns-wait, got “{given}”.",
             most=LONGEST_WAIT, given=clean(given, 60))
    )  # fmt: skip
