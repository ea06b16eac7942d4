"""`mailtrust discover`: how each client finds its server, and what it meets on the way."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import expect_one_from_stdin, expect_writable, read_file, write_output
from mailtrust.cli.inside import (
    add_inside_options,
    as_inside,
    directory_of,
    expect_inside,
    situations_again,
    situations_of,
)
from mailtrust.cli.looking import (
    add_looking_options,
    edge_of,
    expect_roots,
    looking_options_given,
    request_of,
)
from mailtrust.cli.progress import watched
from mailtrust.cli.screen_options import add_page_options
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.discovery.traveller import Traveller
    from mailtrust.core.model.walk import HttpAnswer, HttpQuestion, Situation
    from mailtrust.flows.answering import Outside
    from mailtrust.flows.discover_all import Walked
    from mailtrust.flows.walking import WalkRequest

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust discover user@example.com", text("from outside, for every client")),
    ("mailtrust discover user@example.com --client outlook-windows@2013,thunderbird", text("for these alone")),
    (
        "mailtrust discover user@example.com --inside --registry ExcludeHttpsRootDomain",
        text("as a computer of the domain, with this value set"),
    ),
    (
        "mailtrust discover user@example.com --dns 9.9.9.9 --inside-dns 192.0.2.53 --scp list.txt",
        text("from both sides: what public DNS says, and what the DNS server of the office says"),
    ),
    ("mailtrust discover example.com --client mta-sts,mta-dane", text("how other mail servers come")),
)

FORMATS = ("text", "json", "html")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "discover",
        help=told(text("how each client finds its server, and what it meets on the way")),
        description=told(
            text(
                "Walk as each client walks from an e-mail address to its server: Autodiscover, autoconfig, SRV "
                "records, MX, MTA-STS, DANE. The certificate is judged at every step. No password is needed; one that "
                "is given for the directory goes to a server of that directory alone, which has proven its name."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(text("exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 could not look")),
    )
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
    parser.add_argument(
        "--ca", metavar="DOMAIN", default="",
        help=told(text("the CA that is to issue, as CAA records name it, such as letsencrypt.org")),
    )  # fmt: skip
    parser.add_argument("--save", metavar="CASE", type=Path, help=told(text("keep the recorded facts in this file")))
    parser.add_argument(
        "--from", dest="case", metavar="CASE", type=Path, help=told(text("judge recorded facts instead of looking"))
    )
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--fail-on",
        choices=("warning", "error", "critical", "never"),
        default="warning",
        help=told(text("exit 1 from this severity on (default: warning)")),
    )
    shown.add_argument(
        "--format", choices=FORMATS, default="text", help=told(text("a report, data, or one page for a browser"))
    )
    add_page_options(shown)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Walk, and write what was met."""
    expect_one_from_stdin(options.case, options.roots, options.scp, options.registry_file, options.password_file)
    expect_writable(options.output)
    expect_writable(options.save)
    expect_inside(options)
    walked = _walked(options) if options.case is None else _walked_again(options)
    write_output(_render(walked, options), options.output)
    return _status(walked, options.fail_on)


def _walked(options: argparse.Namespace) -> "Walked":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.discover_all import walk_and_cure

    if not options.addresses:
        raise UserProblem(text("Expected an ADDRESS: an e-mail address such as user@example.com, or a mail domain."))
    if options.save is not None and len(options.addresses) > 1:
        raise UserProblem(text("--save keeps one case: give one ADDRESS with it."))
    expect_roots(options)
    situations = situations_of(options, both=options.inside_dns is not None)
    requests = [_request(options, given, situation) for given in options.addresses for situation in situations]
    outsides = {one.inside: _outside(as_inside(options) if one.inside else options) for one in situations}
    if True in outsides:
        domain = requests[0].address.rpartition("@")[2]
        outsides[True].directory = directory_of(options, domain, outsides[True], requests[0].roots)
    with watched() as on_progress:
        walked = run_loop(walk_and_cure(requests, outsides, options.ca.lower(), on_progress))
    if options.save is not None:
        from mailtrust.core.formats.case_file import encode
        from mailtrust.flows.discover import recorded

        write_output(encode(recorded(walked.discoveries, requests[0], walked.books)), options.save)
    return walked


def _walked_again(options: argparse.Namespace) -> "Walked":
    from mailtrust.core.formats.case_file import decode
    from mailtrust.edge.anchors import load_stores
    from mailtrust.flows.discover import as_recorded, stores_needed
    from mailtrust.flows.discover_all import walk_and_cure_again

    if options.addresses:
        raise UserProblem(text("--from judges the target of its case file: give no TARGET beside it."))
    if idle := looking_options_given(options):
        raise UserProblem(
            text("--from looks at nothing anew, so there is no use for {options}: leave it out.", options=idle)
        )
    case = decode(read_file(options.case))
    expect_roots(options, recorded=bool(case.local_roots))
    requests = [as_recorded(_request(options, case.target, one), case) for one in situations_again(options, case)]
    stores = load_stores(stores_needed(requests[0].travellers))
    return walk_and_cure_again(case, requests, stores, options.ca.lower())


def _request(options: argparse.Namespace, given: str, situation: "Situation") -> "WalkRequest":
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


def _outside(options: argparse.Namespace) -> "Outside":
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


def _render(walked: "Walked", options: argparse.Namespace) -> bytes:
    translate, lang = translator(options.lang), language(options.lang)
    travellers = {one.id: one for one in walked.request.travellers}
    walks = [walk for discovery in walked.discoveries for walk in discovery.walks]
    at = walked.discoveries[0].at
    if options.format == "json":
        from mailtrust.core.report.walk_json import walks_to_json

        told = {(one.address, one.inside): one.findings for one in walked.judged}
        return walks_to_json(
            walks, travellers, at, translate, lang, cures=walked.cures, receiving=walked.receiving, findings=told
        )
    if options.format == "html":
        from mailtrust.core.report.walk_html import walks_to_html

        return walks_to_html(
            walks,
            travellers,
            at,
            translate,
            lang,
            cures=walked.cures,
            receiving=walked.receiving,
            findings=walked.findings,
        )
    from mailtrust.cli.screen import screen_of
    from mailtrust.core.report.walk_text import render_walks

    screen = screen_of(options)
    shown = render_walks(
        walks,
        travellers,
        at,
        width=screen.width,
        colour=screen.colour,
        translate=translate,
        lang=lang,
        ascii_only=screen.ascii_only,
        cures=walked.cures,
        receiving=walked.receiving,
        findings=walked.findings,
    )
    return shown.encode(screen.encoding, "replace")


def _status(walked: "Walked", fail_on: str) -> int:
    from mailtrust.core.model.finding import Severity

    if fail_on == "never":
        return exit_status.CLEAN
    bar = Severity(fail_on).rank
    return exit_status.FINDINGS if any(one.severity.rank >= bar for one in walked.findings) else exit_status.CLEAN
