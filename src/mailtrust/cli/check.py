"""`mailtrust check`: look at servers, judge for every client, explain the cure."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.looking import (
    add_looking_options,
    edge_of,
    hypothetical_chain,
    progress_line,
    read_file,
    request_of,
    write_output,
)
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.report.formats import FORMATS, Reader, format_by_id

if TYPE_CHECKING:
    from mailtrust.core.model.case_file import CaseFile
    from mailtrust.core.model.evidence import Assessment
    from mailtrust.flows.check import CheckRequest

EPILOG = """\
examples:
  mailtrust check example.com                          a mail domain: MX, mail hosts by SRV and by usual names
  mailtrust check mail.example.com                     one host, on every mail port
  mailtrust check imaps://mail.example.com             one port, judged for every client
  mailtrust check mail.example.com --with bundle.pem   what if it presented this instead?
  mailtrust check mail.example.com --save case.json    keep the facts; --from case.json judges them again
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help=told(text("look at mail servers, judge for every client, explain the cure")),
        description=told(text("Look at mail servers, judge what they present for every client, and explain the cure.")),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "targets", metavar="TARGET", nargs="*", help=told(text("mail domain, e-mail address, host, host:port or URL"))
    )
    add_looking_options(parser)
    parser.add_argument("--save", metavar="CASE", type=Path, help=told(text("keep the recorded facts in this file")))
    parser.add_argument(
        "--from", dest="case", metavar="CASE", type=Path, help=told(text("judge recorded facts instead of looking"))
    )
    parser.add_argument(
        "--with", dest="hypothetical", metavar="FILE", type=Path, help=told(text("judge as if this were presented"))
    )
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--product", metavar="ID", help=told(text("the product that serves the certificate: its steps are shown"))
    )
    shown.add_argument(
        "--warn", metavar="30d|20%", type=threshold, default="20%", help=told(text("warn this long before expiry"))
    )
    shown.add_argument(
        "--critical", metavar="10d", type=threshold, default="10d", help=told(text("critical this long before expiry"))
    )
    shown.add_argument(
        "--fail-on",
        choices=("warning", "error", "critical", "never"),
        default="error",
        help=told(text("exit 1 from this severity on")),
    )
    shown.add_argument(
        "--lang", choices=("en", "fr", "zh"), help=told(text("language of the report (default: the locale's)"))
    )
    shown.add_argument(
        "--voice", choices=("admin", "manager", "user"), default="admin", help=told(text("for whom findings are told"))
    )
    shown.add_argument("--format", choices=tuple(known.id for known in FORMATS), default="text")
    shown.add_argument("--width", metavar="COLUMNS", type=int, help=argparse.SUPPRESS)
    shown.add_argument("--colour", choices=("auto", "always", "never"), default="auto")
    shown.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told(text("write here instead of standard output"))
    )
    parser.set_defaults(handler=run)


def threshold(given: str) -> object:
    """Read --warn and --critical for argparse."""
    from mailtrust.core.formats.threshold import parse_threshold

    try:
        return parse_threshold(given)
    except UserProblem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def run(options: argparse.Namespace) -> int:
    """Check every target; the exit status is that of the worst, or what the format's convention asks for."""
    try:
        return _run(options)
    except UserProblem as problem:
        if options.format != "nagios":
            raise
        from mailtrust.core.report.nagios import State, line

        # A plugin answers on standard output, whatever happens; our own 2 would be CRITICAL to whoever asked.
        write_output(line(State.UNKNOWN, problem.message.render(_translate(options))), None)
        return State.UNKNOWN


def _run(options: argparse.Namespace) -> int:
    targets: Sequence[str] = options.targets
    if options.case is not None:
        if targets:
            raise UserProblem(text("--from judges the target of its case file: give no TARGET beside it."))
        return _worst([_check_again(options)], options)
    if not targets:
        raise UserProblem(
            text("Expected a TARGET: a mail domain, a host, host:port or a URL such as imaps://mail.example.com.")
        )
    if options.save is not None and len(targets) > 1:
        raise UserProblem(text("--save keeps one case: give one TARGET with it."))
    return _worst([_check(options, target) for target in targets], options)


def _check(options: argparse.Namespace, target: str) -> "Assessment":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.check import judge, look, stores_of

    request = _request(options, target)
    edge = edge_of(options)
    watch = progress_line()
    stores = edge.load_stores(stores_of(request))
    try:
        case = run_loop(look(request, edge, stores, watch))
    finally:
        if watch is not None:
            from mailtrust.cli.progress import wipe_progress

            wipe_progress()
    assessment = judge(case, request, stores, edge.now())
    if options.save is not None:
        from mailtrust.core.formats.case_file import encode

        # The facts as they were seen: what `--with` supposes is not one of them.
        write_output(encode(_recorded(case, assessment)), options.save)
    return assessment


def _check_again(options: argparse.Namespace) -> "Assessment":
    from mailtrust.core.formats.case_file import decode
    from mailtrust.edge.anchors import load_stores
    from mailtrust.flows.check import judge, stores_of

    case = decode(read_file(options.case))
    request = _request(options, case.target)
    return judge(case, request, load_stores(stores_of(request)), case.at)


def _request(options: argparse.Namespace, target: str) -> "CheckRequest":
    from dataclasses import replace

    request = request_of(options, target)
    if options.hypothetical is not None:
        request = replace(request, hypothetical=hypothetical_chain(options.hypothetical))
    return request


def _recorded(case: "CaseFile", assessment: "Assessment") -> "CaseFile":
    from dataclasses import replace

    return replace(case, stores=assessment.evidence.case.stores)


def _worst(assessments: "list[Assessment]", options: argparse.Namespace) -> int:
    form = format_by_id(options.format)
    write_output(form.write(assessments, _reader(options)), options.output)
    status = form.status(assessments)
    return max(_status(assessment, options.fail_on) for assessment in assessments) if status is None else status


def _reader(options: argparse.Namespace) -> Reader:
    from mailtrust.cli.screen import screen_of

    screen = screen_of(options)
    return Reader(
        translate=_translate(options),
        lang=_language(options),
        voice=options.voice,
        fail_on=options.fail_on,
        width=screen.width,
        colour=screen.colour,
        ascii_only=screen.ascii_only,
        encoding=screen.encoding,
    )


def _status(assessment: "Assessment", fail_on: str) -> int:
    from mailtrust.core.model.finding import Severity
    from mailtrust.core.report.outcome import nothing_seen

    if nothing_seen(assessment):
        return exit_status.COULD_NOT_LOOK
    if fail_on == "never":
        return exit_status.CLEAN
    bar = Severity(fail_on).rank
    return exit_status.FINDINGS if any(f.severity.rank >= bar for f in assessment.findings) else exit_status.CLEAN


def _translate(options: argparse.Namespace) -> Callable[[str], str]:
    from mailtrust.cli.translations import translator

    return translator(options.lang)


def _language(options: argparse.Namespace) -> str:
    from mailtrust.cli.translations import language

    return language(options.lang)
