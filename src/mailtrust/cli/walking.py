"""The options of walks, shared by whoever walks: `discover`, and the proof of a plan that it made."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mailtrust.cli.inside import add_inside_options, as_inside, directory_of, situations_of
from mailtrust.cli.looking import add_looking_options, edge_of, expect_roots, looking_words, request_of, words_of
from mailtrust.cli.progress import watched
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.discovery.traveller import Traveller
    from mailtrust.core.model.walk import HttpAnswer, HttpQuestion, Situation
    from mailtrust.edge.lookup.dns import Resolver
    from mailtrust.flows.answering import Outside
    from mailtrust.flows.discover_all import Walked
    from mailtrust.flows.walking import WalkRequest


def add_walking_options(parser: argparse.ArgumentParser) -> None:
    """Whose ways, and where from."""
    parser.add_argument(
        "addresses",
        metavar="ADDRESS",
        nargs="*",
        help=told(text("e-mail address or mail domain; several of one organisation are cured together")),
    )
    parser.add_argument(
        "--ask-third-parties",
        action="store_true",
        help=told(text("ask Microsoft's service and Mozilla's database too, which tells them the address")),
    )
    add_inside_options(parser)
    add_looking_options(parser)
    parser.add_argument(
        "--trust-ad",
        action="store_true",
        help=told(text("believe the DNS server about DNSSEC though it is not on this machine: the way to it is safe")),
    )


def walking_words(options: argparse.Namespace) -> tuple[str, ...]:
    """The same options as words of a command line, for whoever walks again later; the addresses come last."""
    given = {
        "--ask-third-parties": options.ask_third_parties,
        "--inside": options.inside,
        "--inside-dns": options.inside_dns,
        "--site": options.site,
        "--directory": options.directory,
        "--scp": options.scp,
        "--registry": options.registry,
        "--registry-file": options.registry_file,
        "--redirect-server": options.redirect_server,
        "--trust-ad": options.trust_ad,
    }
    # A password that came by standard input is not there a second time.
    if options.password_file is not None and str(options.password_file) != "-":
        given |= {"--directory-user": options.directory_user, "--password-file": options.password_file}
    return (*looking_words(options), *words_of(given), "--", *options.addresses)


def requests_of(options: argparse.Namespace) -> "list[WalkRequest]":
    """For every address, from every side. Raises UserProblem."""
    if not options.addresses:
        raise UserProblem(text("Expected an ADDRESS: an e-mail address such as user@example.com, or a mail domain."))
    expect_roots(options)
    situations = situations_of(options, both=options.inside_dns is not None)
    return [walk_request(options, given, situation) for given in options.addresses for situation in situations]


async def walks_of(
    options: argparse.Namespace,
    requests: "list[WalkRequest]",
    *,
    ca: str = "",
    cure: bool = True,
    asking: "Callable[[Resolver], Resolver] | None" = None,
) -> "Walked":
    """Walk. `asking`: who is asked outside instead of the resolver that the options name."""
    from mailtrust.flows.discover_all import walk_and_cure

    sides = dict.fromkeys(one.situation.inside for one in requests)
    outsides = {inside: outside_of(as_inside(options) if inside else options) for inside in sides}
    if True in outsides:
        domain = requests[0].address.rpartition("@")[2]
        outsides[True].directory = directory_of(options, domain, outsides[True], requests[0].roots)
    if asking is not None and False in outsides:
        outsides[False].edge = replace(outsides[False].edge, resolver=asking(outsides[False].edge.resolver))
    with watched() as on_progress:
        return await walk_and_cure(requests, outsides, ca, on_progress, cure=cure)


def walk_request(options: argparse.Namespace, given: str, situation: "Situation") -> "WalkRequest":
    """What is walked for one address. Raises UserProblem."""
    from mailtrust.core.discovery import TRAVELLERS
    from mailtrust.core.formats.host_name import parse_host
    from mailtrust.flows.walking import WalkRequest

    local, at, domain = given.rpartition("@")
    asked = request_of(_without_clients(options), domain or given)
    address = f"{local}{at}{parse_host(domain)}"
    travellers = _travellers(options.client) if options.client is not None else TRAVELLERS
    if not local:
        # RFC 5321 4.5.1: every domain has it
        address = f"postmaster@{address}"
    return WalkRequest(
        address=address,
        travellers=travellers,
        situation=situation,
        at=asked.at,
        roots=asked.roots,
        deployed=asked.deployed,
        fetch_issuers=asked.fetch_issuers,
    )


def _without_clients(options: argparse.Namespace) -> argparse.Namespace:
    """The same options for a check: those who walk are others than those who are judged."""
    return argparse.Namespace(**{**vars(options), "client": None})


def _travellers(given: str) -> "tuple[Traveller, ...]":
    from mailtrust.core.discovery import BY_ID, traveller_by_id

    named = tuple(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))
    if not named:
        raise UserProblem(
            text("Expected one client or more after --client, got none. There are: {known}.", known=tuple(BY_ID))
        )
    return tuple(map(traveller_by_id, named))


def outside_of(options: argparse.Namespace) -> "Outside":
    """What is asked from where the options stand: its resolver, its probes, its HTTP."""
    from mailtrust.core.formats.host_name import is_loopback
    from mailtrust.edge.lookup.dns import DnsResolver
    from mailtrust.edge.probe.http_exchange import Route, exchange
    from mailtrust.flows.answering import Outside

    edge = edge_of(options)
    resolvers = edge.resolver.servers if isinstance(edge.resolver, DnsResolver) else ()

    async def ask(question: "HttpQuestion", address: str, port: int) -> "HttpAnswer":
        return await exchange(question, Route(address, port), now=edge.now)

    return Outside(
        edge,
        ask,
        detours=request_of(_without_clients(options), "localhost").detours,
        resolvers=resolvers,
        # RFC 6698 A.3: AD counts from this machine, or where the way to the resolver is safe, which its user knows.
        trusted=options.trust_ad or (bool(resolvers) and all(map(is_loopback, resolvers))),
    )
