"""A plan as text for a terminal: what is done where, how it is taken back, and who will accept the server then."""

import shlex
from collections.abc import Callable

from mailtrust.core.clients import BY_ID
from mailtrust.core.discovery import BY_ID as TRAVELLERS
from mailtrust.core.model.plan import (
    AskPerson,
    ChangeRecords,
    NothingToUndo,
    NoWayBack,
    Outlook,
    Plan,
    PlanStep,
    PutBack,
    RunBack,
    RunCommand,
    TakeUpAgain,
    TalkTo,
    UndoneByPerson,
    WriteFile,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.cures import DISRUPTIONS
from mailtrust.core.report.page import Page, Span
from mailtrust.core.rules.grounds.comparing import SERVED

OUTCOMES = {
    "accepted": text("accepts it"),
    "warned": text("warns"),
    "refused": text("refuses it"),
    "unknown": text("unknown"),
}
WAYS = {
    "accepted": text("finds its server"),
    "warned": text("warns or asks"),
    "refused": text("finds nothing"),
    "unknown": text("unknown"),
}
"""Of a plan that was made from walks."""
WORST_FIRST = ("refused", "warned", "unknown", "accepted")


def render_plan(
    plan: Plan,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    ascii_only: bool = False,
) -> str:
    """Draw the plan. `width` in cells."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    page.paragraph((page.say(headline(plan)), "bold"))
    for step in plan.steps:
        draw_plan_step(page, step)
    _draw_outlook(page, plan)
    if plan.left:
        page.heading(text("What it does not cure"))
        for one in plan.left:
            page.paragraph((page.say(one.why), ""), first=[(f"{page.name(one.finding)}  ", "bold")])
    return page.print(colour=colour)


def headline(plan: Plan) -> Text:
    """The plan in one sentence."""
    if not plan.findings:
        return text("{target}: nothing is wrong, so there is nothing to do.", target=plan.target)
    if not plan.steps:
        return text(
            "{target}: no change that can be made from here cures anything. Findings: {count}.",
            target=plan.target,
            count=len(plan.findings),
        )
    if any(one.rule == SERVED for one in plan.findings):
        return text(
            "{target}: a new certificate is brought out. Steps: {steps}. Nothing has been changed yet.",
            target=plan.target,
            steps=len(plan.steps),
        )
    return text(
        "{target}: {cured} of {count} findings cured, steps: {steps}. Nothing has been changed yet.",
        target=plan.target,
        steps=len(plan.steps),
        cured=len(plan.cures),
        count=len(plan.findings),
    )


def draw_plan_step(page: Page, step: PlanStep) -> None:
    """One step: where, what, with which command, and how it is taken back."""
    indent: Span = ("     ", "")
    where = [(f"{page.name(step.server)}: ", "bold")] if step.server else []
    page.paragraph(*where, (page.say(step.say), ""), first=[(" ", ""), (f"{step.id}. ", "bold")])
    match step.do:
        case RunCommand(command=command):
            page.paragraph((page.name(shlex.join(command), 2000), "cyan"), first=[indent, ("$ ", "dim")])
        case TalkTo(socket=socket, commands=commands):
            for command in commands:
                said = f"{socket}: {command.splitlines()[0] if command else ''}"
                page.paragraph((page.name(said, 500), "cyan"), first=[indent])
        case ChangeRecords():
            for sign, records in (("-", step.do.was), ("+", step.do.shall)):
                for record in records:
                    line = f"{sign} {step.do.name} {step.do.ttl} IN {step.do.type} {record}"
                    page.paragraph((page.name(line, 2000), "cyan"), first=[indent])
        case AskPerson(clicks=clicks, command=command):
            if clicks:
                way = f" {page.glyphs.to} ".join(page.say(click) for click in clicks)
                page.paragraph((way, "cyan"), first=[indent])
            for line in command.splitlines():
                page.paragraph((page.name(line, 2000), "cyan"), first=[indent, ("$ ", "dim")])
        case WriteFile():
            pass
    if after := afterwards(step):
        page.paragraph((f" {page.glyphs.dot} ".join(map(page.say, after)), "dim"), first=[indent])


def afterwards(step: PlanStep) -> list[Text]:
    """What a step disturbs, which right it needs, and how it is taken back; nothing where it changes nothing."""
    match step.undo:
        case NothingToUndo():
            return []
        case PutBack() if isinstance(step.do, WriteFile) and step.do.new:
            back = text("undo: the file is deleted")
        case PutBack():
            back = text("undo: what was there before is put back")
        case RunBack(do=RunCommand(command=command)):
            back = text("undo: {undo}", undo=shlex.join(command))
        case RunBack(do=TalkTo(socket=socket)):
            back = text("undo: {undo}", undo=socket)
        case TakeUpAgain():
            back = text("undo: the same again, when everything else is put back")
        case NoWayBack():
            back = text("cannot be undone")
        case UndoneByPerson(how=how):
            back = text("undo: {undo}", undo=how)
    needs = [text("needs {right}", right=step.needs)] if step.needs else []
    return [DISRUPTIONS[step.disruption], *needs, back]


def _draw_outlook(page: Page, plan: Plan) -> None:
    """Every client that something changes for; the rest in one line."""
    before, after = _by_client(plan.before), _by_client(plan.after)
    if not plan.steps or not before:
        return
    walked = plan.looked_by == "discover"
    page.heading(text("Who finds its server, now and then") if walked else text("Who accepts it, now and then"))
    outcomes = WAYS if walked else OUTCOMES
    signs = {
        "accepted": (page.glyphs.accepted, "green"),
        "warned": (page.glyphs.warned, "yellow"),
        "refused": (page.glyphs.refused, "red"),
        "unknown": (page.glyphs.unknown, "dim"),
    }
    changed = [client for client in before if after.get(client, before[client]) != before[client]]
    for client in changed:
        profile = TRAVELLERS.get(client) if walked else BY_ID.get(client)
        title = page.say(Text(profile.title)) if profile is not None else page.name(client)
        spans: list[Span] = []
        for outcome in (before[client], after[client]):
            sign, style = signs[outcome]
            spans += [(f" {page.glyphs.to} ", "dim")] if spans else []
            spans += [(f"{sign} {page.say(outcomes[outcome])}", style)]
        page.paragraph(*spans, first=[(f"{title}: ", "")])
    same = len(before) - len(changed)
    if same:
        page.paragraph((page.say(text("For {count} other clients nothing changes.", count=same)), "dim"))


def _by_client(outlooks: tuple[Outlook, ...]) -> dict[str, str]:
    """The worst that a client does at any port."""
    worst: dict[str, str] = {}
    for one in outlooks:
        known = worst.get(one.client, "accepted")
        worst[one.client] = min(known, one.outcome, key=WORST_FIRST.index)
    return worst
