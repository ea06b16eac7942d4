"""`mailtrust lab`: a broken mail world on loopback, to see every fault and its cure without harm."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailtrust.lab.runner import Comparison, Run
    from mailtrust.lab.stories.parts.story import Story

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust lab list", None),
    ("mailtrust lab run missing-intermediate", text("build it, check it, cure it, check it again")),
    ("mailtrust lab run --all", None),
    (
        "mailtrust lab run 004",
        text("a user's report with real servers of Debian's: walked, planned, done, walked again"),
    ),
    ("mailtrust lab up missing-intermediate", text("keep it up to play with, until Ctrl-C")),
    ("mailtrust lab up 004", text("the same with a report's whole domains, and see who comes to which host")),
    ("mailtrust lab kit --client outlook-windows", text("what to try with a real one, to settle what nobody knows")),
    ("mailtrust lab up good --listen 192.168.1.5", text("serve that kit to a phone in this network")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "lab",
        help=told(text("a broken mail world on this machine, to try everything without harm")),
        description=told(
            text("Run mail servers with faulty certificates on this machine's loopback address, and check them.")
        ),
        examples=EXAMPLES,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help=told(text("name the scenarios")))
    run_parser = verbs.add_parser("run", help=told(text("run scenarios end to end and compare with what is expected")))
    run_parser.add_argument("names", metavar="NAME", nargs="*", help=told(text("a scenario, as `lab list` names it")))
    run_parser.add_argument(
        "--all",
        action="store_true",
        help=told(text("run every scenario, and every story that this machine has servers for")),
    )
    up_parser = verbs.add_parser("up", help=told(text("keep one up, and print what to try")))
    up_parser.add_argument("name", metavar="NAME", help=told(text("a scenario, as `lab list` names it")))
    up_parser.add_argument(
        "--folder", type=Path, metavar="DIR", help=told(text("keep the world's files here (default: a new one)"))
    )
    up_parser.add_argument(
        "--listen",
        metavar="ADDRESS",
        action="append",
        default=[],
        help=told(
            text(
                "serve the case kit, its case NAME first, on this address of this machine, for real phones and "
                "Outlook; may be repeated with an IPv6 address"
            )
        ),
    )
    up_parser.add_argument(
        "--port-offset",
        type=int,
        default=0,
        metavar="N",
        help=told(text("with --listen: add N to each port, where those below 1024 may not be opened")),
    )
    kit_parser = verbs.add_parser(
        "kit", help=told(text("print the case kit's sheet: what to try with real clients, what is predicted"))
    )
    kit_parser.add_argument(
        "--client",
        metavar="ID,...",
        default="",
        help=told(text("for these clients (default: all that are asked about)")),
    )
    kit_parser.add_argument(
        "--format", choices=("text", "html", "json"), default="text", help=told(text("how to write it (default: text)"))
    )
    kit_parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=told(text("write to FILE")))
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says; the exit status is 1 when a scenario did not come as expected."""
    match args.verb:
        case "list":
            return _list()
        case "run":
            return _run(args.names, every=args.all)
        case "kit":
            from mailtrust.cli.lab_kit import write_sheet

            return write_sheet(args.client, args.format, args.output)
        case _ if args.listen:
            from mailtrust.cli.lab_kit import up_for_devices

            return up_for_devices(args.name, args.folder, args.listen, args.port_offset)
        case _:
            from mailtrust.cli.lab_up import up

            return up(args.name, args.folder)


def _list() -> int:
    from mailtrust.lab.scenarios import SCENARIOS
    from mailtrust.lab.stories import STORIES

    width = max(len(name) for name in (*(one.id for one in SCENARIOS), *(one.id for one in STORIES)))
    for scenario in SCENARIOS:
        _say(f"{scenario.id:<{width}}  {_translated(scenario.title)}")
    for story in STORIES:
        _say(f"{story.id:<{width}}  {_translated(story.title)}")
    return exit_status.CLEAN


def _run(names: list[str], *, every: bool) -> int:
    import asyncio
    import shutil
    import tempfile
    from datetime import UTC, datetime

    from mailtrust.lab.runner import run_scenario
    from mailtrust.lab.scenarios import SCENARIOS, scenario_by_id
    from mailtrust.lab.stories import STORIES, stories_called
    from mailtrust.lab.table import Table
    from mailtrust.lab.world import World

    if bool(names) == every:
        raise UserProblem(text("Expected the names of scenarios, or --all. `mailtrust lab list` names them."))
    stories = STORIES if every else tuple(story for name in names for story in stories_called(name))
    scenarios = SCENARIOS if every else tuple(scenario_by_id(name) for name in names if not stories_called(name))
    if every:
        table = Table.of(scenarios, shutil.get_terminal_size((100, 24)).columns, translator(None))
        _say_all(table.head())
    else:
        for story in stories:
            story.expect_programs()
    failed = 0
    for scenario in scenarios:
        with tempfile.TemporaryDirectory(prefix="mailtrust-lab-") as folder:
            outcome = asyncio.run(run_scenario(scenario, World(Path(folder), now=datetime.now(UTC))))
        if every:
            _say_all(table.row(outcome))
        else:
            _show(outcome)
        failed += not outcome.holds
    count = len(scenarios)
    for story in stories:
        if why := story.lacks():
            _say(_translated(text("Left out: {why}", why=why)))
            continue
        failed += not _told(story, brief=every)
        count += 1
    _say(
        _translated(
            text("{failed} of {count} scenarios differ from what is expected.", failed=failed, count=count)
            if failed
            else text("All as expected, in {count} scenarios.", count=count)
        )
    )
    return exit_status.FINDINGS if failed else exit_status.CLEAN


def _told(story: "Story", *, brief: bool) -> bool:
    """Tell a story with real servers, or `brief`ly what came otherwise; whether it came as expected."""
    import asyncio
    import tempfile
    from datetime import UTC, datetime

    _say(f"{story.id}: {_translated(story.title)}")
    with tempfile.TemporaryDirectory(prefix="mailtrust-lab-") as folder:
        told = asyncio.run(story.tell(Path(folder), datetime.now(UTC)))
    if brief:
        differing = [one for one in (*told.broken, *told.cured) if not one.holds]
        if differing:
            _compare(text("not as expected"), differing)
        return told.holds
    _compare(text("broken"), told.broken)
    _say(f"  {_translated(text('done, as the plan says'))}")
    for step in told.done:
        _say(f"    {step}")
    _compare(text("cured"), told.cured)
    return told.holds


def _show(outcome: "Run") -> None:
    _say(f"{outcome.scenario.id}: {_translated(outcome.scenario.title)}")
    _compare(text("broken"), outcome.broken)
    _compare(text("cured"), outcome.cured)


def _compare(heading: Text, comparisons: "Sequence[Comparison]") -> None:
    _say(f"  {_translated(heading)}")
    width = max((len(comparison.subject) for comparison in comparisons), default=0)
    for comparison in comparisons:
        _say(f"    {'ok  ' if comparison.holds else 'DIFF'} {comparison.subject:<{width}}  {_difference(comparison)}")


def _difference(comparison: "Comparison") -> str:
    if comparison.holds:
        return _translated(comparison.found)
    return _translated(text("expected {expected}, got {found}", expected=comparison.expected, found=comparison.found))


def _translated(sentence: Text) -> str:
    return sentence.render(translator(None))


def _say_all(lines: "Iterable[str]") -> None:
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
