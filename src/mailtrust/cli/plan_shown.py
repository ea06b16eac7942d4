"""A plan as people read it; `mailtrust plan --show`: one that was made before."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.files import expect_writable, read_file, write_output
from mailtrust.cli.translations import language, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.formats.approvals import Approval
    from mailtrust.core.model.plan import Plan


def show_plan(options: argparse.Namespace) -> int:
    """Show it. Raises UserProblem for one that was changed after it was made."""
    from mailtrust.cli.auditing import approvals_in, beside_plan
    from mailtrust.core.formats.plan_file import decode_plan

    if options.show is None:
        raise UserProblem(text("Expected a TARGET to make a plan for, or --show PLAN."))
    if options.target is not None:
        raise UserProblem(text("--show shows a plan that was made: leave the TARGET out."))
    expect_writable(options.kept)
    octets = read_file(options.show)
    plan = decode_plan(octets)
    approvals = approvals_in(beside_plan(options.show), plan.id)
    if options.format == "json":
        write_output(octets, options.kept)
    elif options.format == "html":
        write_output(page_of(octets, approvals, options), options.kept)
    else:
        say = [
            text("Made by {by} on {at}. Digest: {digest}", by=plan.made_by or "?", at=plan.made, digest=plan.id),
            *(text("Approved by {by} on {at}. {note}", by=one.by, at=one.at, note=one.note) for one in approvals),
            *((text("Nobody has approved it yet."),) if not approvals else ()),
        ]
        lines = "".join(f"{sentence.render(translator(options.lang))}\n" for sentence in say)
        write_output(f"{drawn_plan(plan, options)}\n{lines}".encode("utf-8", "replace"), options.kept)
    return exit_status.CLEAN


def drawn_plan(plan: "Plan", options: argparse.Namespace) -> str:
    """A plan for people."""
    from mailtrust.cli.screen import screen_of
    from mailtrust.core.report.plan_text import render_plan

    screen = screen_of(options)
    return render_plan(
        plan,
        width=screen.width,
        colour=screen.colour,
        translate=translator(options.lang),
        lang=language(options.lang),
        ascii_only=screen.ascii_only,
    )


def page_of(octets: bytes, approvals: "Sequence[Approval]", options: argparse.Namespace) -> bytes:
    """As one HTML page."""
    from mailtrust.core.formats.plan_file import decode_plan
    from mailtrust.core.report.html_plan import write_plan_page

    return write_plan_page(decode_plan(octets), approvals, translator(options.lang), language(options.lang))
