"""`mailtrust discover`: how each client finds its server, and what it meets on the way."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import expect_one_from_stdin, expect_writable, read_file, write_output
from mailtrust.cli.inside import expect_inside, situations_again
from mailtrust.cli.looking import edge_of, expect_roots, looking_options_given
from mailtrust.cli.screen_options import add_page_options
from mailtrust.cli.translations import language, told, translator
from mailtrust.cli.walking import add_walking_options, requests_of, walk_request, walking_words, walks_of
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.flows.discover_all import Walked

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
    ("mailtrust discover user@example.com --plan cure.json", text("and keep the best cure, for mailtrust apply")),
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
    add_walking_options(parser)
    parser.add_argument(
        "--ca", metavar="DOMAIN", default="",
        help=told(text("the CA that is to issue, as CAA records name it, such as letsencrypt.org")),
    )  # fmt: skip
    parser.add_argument(
        "--plan", metavar="PLAN", type=Path,
        help=told(text("write the best cure into this file, for mailtrust apply and mailtrust prove")),
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
    expect_writable(options.plan)
    expect_inside(options)
    walked = _walked(options) if options.case is None else _walked_again(options)
    write_output(_render(walked, options), options.output)
    return exit_status.of_findings(walked.findings, options.fail_on)


def _walked(options: argparse.Namespace) -> "Walked":
    from mailtrust.edge.probe.loop import run as run_loop

    if options.save is not None and len(options.addresses) > 1:
        raise UserProblem(text("--save keeps one case: give one ADDRESS with it."))
    requests = requests_of(options)
    walked = run_loop(walks_of(options, requests, ca=options.ca.lower()))
    if options.save is not None:
        from mailtrust.core.formats.case_file import encode
        from mailtrust.flows.discover import recorded

        write_output(encode(recorded(walked.discoveries, requests[0], walked.books)), options.save)
    if options.plan is not None:
        _keep_plan(walked, options)
    return walked


def _keep_plan(walked: "Walked", options: argparse.Namespace) -> None:
    """The best cure as a plan."""
    from dataclasses import replace

    from mailtrust.core.formats.plan_file import encode_plan
    from mailtrust.edge.person import person
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.discover import stores_needed
    from mailtrust.flows.plan_ways import plan_ways

    edge = edge_of(options)
    stores = edge.load_stores(stores_needed(walked.request.travellers))
    made = plan_ways(walked, stores, edge.resolver, made=edge.now(), looking=walking_words(options))
    plan = replace(run_loop(made), made_by=person())
    write_output(encode_plan(plan, translator(options.lang)), options.plan)


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
    if options.plan is not None:
        raise UserProblem(text("A plan is made from what DNS says now: give --plan without --from."))
    case = decode(read_file(options.case))
    expect_roots(options, recorded=bool(case.local_roots))
    requests = [as_recorded(walk_request(options, case.target, one), case) for one in situations_again(options, case)]
    stores = load_stores(stores_needed(requests[0].travellers))
    return walk_and_cure_again(case, requests, stores, options.ca.lower())


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
