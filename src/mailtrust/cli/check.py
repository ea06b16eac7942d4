"""`mailtrust check`: look at servers, judge for every client, explain the cure."""

import argparse
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import (
    expect_one_from_stdin,
    expect_writable,
    hypothetical_chain,
    read_file,
    read_password,
    write_output,
)
from mailtrust.cli.known import known_products, known_ways
from mailtrust.cli.looking import (
    add_looking_options,
    edge_of,
    expect_roots,
    looking_options_given,
    request_of,
)
from mailtrust.cli.organisation import organisation_of, own_targets, say_stale
from mailtrust.cli.progress import watched
from mailtrust.cli.showing import add_showing_options, reader_of, settings_of
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.report.formats import format_by_id

if TYPE_CHECKING:
    from mailtrust.core.model.case_file import CaseFile
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.evidence import Assessment
    from mailtrust.flows.check import CheckRequest
    from mailtrust.flows.endpoints import Kind

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust check example.com", text("a mail domain: MX, mail hosts by SRV and by usual names")),
    ("mailtrust check mail.example.com", text("one host, on every mail port")),
    ("mailtrust check imaps://mail.example.com", text("one port, judged for every client")),
    ("mailtrust check --servers mailtrust.toml", text("everything of an organisation, by its file")),
    ("mailtrust check mail.example.com --with bundle.pem", text("what if it presented this instead?")),
    ("mailtrust check mail.example.com --save case.json", text("keep what was seen ...")),
    ("mailtrust check --from case.json --at 2027-01-31", text("... and judge it again, for another day")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help=told(text("look at mail servers, judge for every client, explain the cure")),
        description=told(text("Look at mail servers, judge what they present for every client, and explain the cure.")),
        examples=EXAMPLES,
        more=_known_words,
    )
    parser.add_argument(
        "targets", metavar="TARGET", nargs="*", help=told(text("mail domain, e-mail address, host, host:port or URL"))
    )
    add_looking_options(parser)
    parser.add_argument(
        "--quick",
        action="store_true",
        help=told(
            text(
                "for many ports: one connection to each, left as soon as the server has shown its chain and proven its "
                "key in TLS 1.2; nothing about other names and kinds of keys, and servers may log the break"
            )
        ),
    )
    parser.add_argument(
        "--revocation",
        choices=("off", "profile", "all"),
        help=told(
            text(
                "ask nobody whether certificates were revoked, whom the clients would ask (the default), or every "
                "responder and list that the certificates name"
            )
        ),
    )
    parser.add_argument("--save", metavar="CASE", type=Path, help=told(text("keep the recorded facts in this file")))
    parser.add_argument(
        "--from", dest="case", metavar="CASE", type=Path, help=told(text("judge recorded facts instead of looking"))
    )
    parser.add_argument(
        "--with", dest="hypothetical", metavar="FILE", type=Path, help=told(text("judge as if this were presented"))
    )
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help=told(text("the password of the PFX given by --with, read from this file or from standard input (-)")),
    )
    add_showing_options(parser)
    parser.set_defaults(handler=run)


def _known_words() -> str:
    """The words that options take, where argparse does not list them."""
    from mailtrust.core.clients import CLIENTS

    words = (
        text("--client takes: {known}.", known=tuple(client.id for client in CLIENTS)),
        text("--deployed takes: {known}.", known=known_ways()),
        text("--product takes: {known}.", known=known_products()),
        text("exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 could not look"),
    )
    return "\n".join(map(told, words))


def run(options: argparse.Namespace) -> int:
    """Check every target; the exit status is that of the worst, or what the format's convention asks for."""
    expect_one_from_stdin(options.case, options.hypothetical, options.roots, options.password_file)
    expect_writable(options.output)
    expect_writable(options.save)
    supposed: tuple[Certificate, ...] = ()
    if options.hypothetical is not None:
        supposed = hypothetical_chain(options.hypothetical, read_password(options.password_file))
    if options.case is not None:
        return _worst([_check_again(options, supposed)], options)
    return _worst(_check_all(options, supposed), options)


def _check_all(options: argparse.Namespace, supposed: "tuple[Certificate, ...]") -> "list[Assessment]":
    from mailtrust.core.formats.target import parse_target
    from mailtrust.core.model.endpoint import Offer
    from mailtrust.flows.check import OFFERS

    targets = _targets(options)
    if options.save is not None and len(targets) > 1:
        raise UserProblem(text("--save keeps one case: give one TARGET with it."))
    if options.save is not None and options.save == options.output:
        raise UserProblem(text("--save and -o name the same file: the report would replace the facts."))
    expect_roots(options)
    # A mistake in the last target is said before the first is looked at.
    first = replace(
        request_of(options, targets[0][0], settings=settings_of(options)),
        hypothetical=supposed,
        revocation=options.revocation or "profile",
        offers=(Offer.DEFAULT,) if options.quick else OFFERS,
    )
    requests = [replace(first, target=parse_target(target), title=target, kind=kind) for target, kind in targets]
    assessments = _looked_at(options, requests)
    if not options.targets:
        say_stale(organisation_of(options), assessments)
    return assessments


def _targets(options: argparse.Namespace) -> "list[tuple[str, Kind | None]]":
    """Those given; without any everything that the organisation has. Raises UserProblem where that is nothing."""
    if options.targets:
        return [(target, options.kind) for target in options.targets]
    own = own_targets(organisation_of(options))
    if not own:
        raise UserProblem(
            text(
                "Expected a TARGET: a mail domain, a host, host:port or a URL such as imaps://mail.example.com; or a "
                "mailtrust.toml that names domains or servers."
            )
        )
    if options.kind is not None:
        raise UserProblem(text("--as says what a TARGET is: give one."))
    return [*own]


def _looked_at(options: argparse.Namespace, requests: "list[CheckRequest]") -> "list[Assessment]":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.check import judge, look_at_all, stores_of
    from mailtrust.flows.sharing import sharing

    edge = edge_of(options, glance=options.quick)
    edge = edge if len(requests) == 1 else sharing(edge)
    stores = edge.load_stores(stores_of(requests[0]))
    _get_ready(options.format)
    with watched() as on_progress:
        cases = run_loop(look_at_all(requests, edge, stores, on_progress))
    assessments = []
    for case, request in zip(cases, requests, strict=True):
        assessment = judge(case, request, stores)
        assessments.append(assessment)
        if options.save is not None:
            from mailtrust.core.formats.case_file import encode

            # The facts as they were seen: what `--with` supposes is not one of them.
            write_output(encode(_recorded(case, assessment)), options.save)
    return assessments


def _get_ready(form: str) -> None:
    """Import what judges and writes while servers are waited for: a check's own part of the time is mostly imports."""
    from importlib import import_module
    from threading import Thread

    writer = f"mailtrust.core.report.{format_by_id(form).file}"

    def get_ready() -> None:
        with suppress(Exception):  # whoever needs it meets the same again, and says so
            for module in ("mailtrust.flows.revocation", "mailtrust.flows.assess", writer):
                import_module(module)

    Thread(target=get_ready, daemon=True).start()


def _check_again(options: argparse.Namespace, supposed: "tuple[Certificate, ...]") -> "Assessment":
    from mailtrust.core.formats.case_file import decode
    from mailtrust.edge.anchors import load_stores
    from mailtrust.flows.check import judge, stores_of

    if options.targets:
        raise UserProblem(text("--from judges the target of its case file: give no TARGET beside it."))
    rest = {"--revocation": options.revocation, "--save": options.save}
    given = (*looking_options_given(options), *(name for name, value in rest.items() if value is not None))
    if idle := (*given, *(("--quick",) if options.quick else ())):
        raise UserProblem(
            text("--from looks at nothing anew, so there is no use for {options}: leave it out.", options=idle)
        )
    case = decode(read_file(options.case))
    expect_roots(options, recorded=bool(case.local_roots))
    request = request_of(options, "localhost", title=case.target, settings=settings_of(options), recorded=True)
    return judge(case, replace(request, hypothetical=supposed), load_stores(stores_of(request)))


def _recorded(case: "CaseFile", assessment: "Assessment") -> "CaseFile":
    return replace(case, stores=assessment.evidence.case.stores)


def _worst(assessments: "list[Assessment]", options: argparse.Namespace) -> int:
    form = format_by_id(options.format)
    write_output(form.write(assessments, reader_of(options)), options.output)
    status = form.status(assessments)
    return max(_status(assessment, options.fail_on) for assessment in assessments) if status is None else status


def _status(assessment: "Assessment", fail_on: str) -> int:
    from mailtrust.core.report.outcome import nothing_seen

    if nothing_seen(assessment):
        return exit_status.COULD_NOT_LOOK
    return exit_status.of_findings(assessment.findings, fail_on)
