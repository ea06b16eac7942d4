"""`mailtrust approve`: say that a plan may be applied, as somebody who has read it."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import called_file, read_file, write_output
from mailtrust.cli.translations import current, told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust plan --show mend.json", text("read it")),
    ("mailtrust approve mend.json --note 'as in change 4711'", text("writes mend.json.approvals")),
    ("mailtrust apply mend.json", text("by somebody else: refused without as many approvals as mailtrust.toml wants")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "approve",
        help=told(text("approve a plan that you have read")),
        description=told(
            text(
                "Write beside a plan that you approve it: its digest, your name as this machine has it, and the time. "
                "A plan that is changed or made again has another digest, and no approvals. This is no signature: "
                "whoever may write the file may write a name into it."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(text("exit status: 0 approved; 2 usage, or the plan was changed after it was made")),
    )
    parser.add_argument("plan", metavar="PLAN", type=Path, help=told(text("the file that mailtrust plan -o wrote")))
    parser.add_argument(
        "--note", metavar="TEXT", default="", help=told(text("a word to it, such as a ticket's number"))
    )
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Approve it."""
    from mailtrust.cli.auditing import approvals_in, beside_plan
    from mailtrust.core.formats.approvals import LONGEST_NOTE, write_approval
    from mailtrust.core.formats.plan_file import decode_plan
    from mailtrust.edge.person import person
    from mailtrust.edge.transport.lines import add_line

    if len(options.note) > LONGEST_NOTE:
        raise UserProblem(text("Expected at most {most} characters after --note.", most=LONGEST_NOTE))
    plan = decode_plan(read_file(options.plan))  # refuses a plan that was changed
    path, own = beside_plan(options.plan), person()
    if any(one.by == own for one in approvals_in(path, plan.id)):
        said = text("{by} has approved this plan already.", by=own)
    else:
        try:
            add_line(path, write_approval(plan.id, own, datetime.now(UTC), options.note), mode=0o644)
        except OSError as error:
            raise UserProblem(
                text("Could not write {path}: {why}.", path=called_file(path), why=error.strerror or str(error))
            ) from error
        said = text("{by} approves the plan {plan} for {target}: {path}",
                    by=own, plan=plan.id, target=plan.target, path=called_file(path))  # fmt: skip
    write_output(f"{said.render(current())}\n".encode("utf-8", "replace"), None)
    if plan.made_by == own:
        own_one = text("It was you who made it: where mailtrust.toml wants approvals, this one does not count.")
        sys.stderr.write(f"mailtrust: {own_one.render(current())}\n")
    return exit_status.CLEAN
