"""What is done to Exchange, for people: the steps with their commands, what is refused, and what to know."""

from collections.abc import Collection
from dataclasses import replace

from mailtrust.core.model.exchange_change import (
    ExchangeAct,
    ExchangeChange,
    ExchangeStep,
    ImportIssuer,
    PersonDoes,
    Refusal,
    SwitchService,
    server_of,
)
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.report.page import Page
from mailtrust.core.services.exchange.versions import cmdlets_are_local
from mailtrust.core.targets.powershell.typed import typed


def show_change(page: Page, change: ExchangeChange) -> None:
    """The headline, each refusal with its way out, the steps in their order, the remarks."""
    alone = alone_in(change)
    page.paragraph((page.say(_headline(change)), "bold"))
    if change.refusals:
        page.heading(text("What is refused"))
        # What is refused on several servers for the same cause is mended once.
        alike: dict[Refusal, list[str]] = {}
        for refusal in change.refusals:
            alike.setdefault(replace(refusal, server=""), []).append(refusal.server)
        for refusal, servers in alike.items():
            _refusal(page, refusal, ", ".join(dict.fromkeys(filter(None, servers))), alone)
    if change.steps:
        page.heading(text("What is done"))
        _steps(page, change.steps, alone)
    if change.remarks:
        page.heading(text("What to know"))
        for remark in change.remarks:
            page.paragraph((page.say(remark), ""), first=[(f"{page.glyphs.dot} ", "dim")])


def _headline(change: ExchangeChange) -> Text:
    if change.steps and change.refusals:
        return text("Steps: {count}; something is refused.", count=len(change.steps))
    if change.steps:
        return text("Steps: {count}.", count=len(change.steps))
    if change.refusals:
        return text("Nothing can be done as it is.")
    return text("It is so already: nothing is to be done.")


def _refusal(page: Page, refusal: Refusal, servers: str, alone: Collection[str]) -> None:
    where = [one for one in (servers, refusal.service) if one]
    sign = (f"{page.glyphs.refused} ", "red")
    page.paragraph(
        (page.name("/".join(where)), "bold"), (": " if where else "", ""), (page.say(refusal.why), ""), first=[sign]
    )
    if refusal.instead is not None:
        page.paragraph((page.say(refusal.instead), ""), first=[(f"  {page.glyphs.to} ", "dim")])
    if refusal.first:
        _steps(page, refusal.first, alone, indent=4)
    page.blank()


def _steps(page: Page, steps: tuple[ExchangeStep, ...], alone: Collection[str], indent: int = 0) -> None:
    width = len(str(len(steps)))
    for number, step in enumerate(steps, 1):
        begin = f"{' ' * indent}{number:>{width}}. "
        page.paragraph((page.say(step.say), ""), first=[(begin, "bold")])
        space = (" " * len(begin), "")
        for command in commands(step.act, alone):
            page.paragraph((page.say(command), "cyan"), first=[space])
        said, undo = _back(step, alone)
        # Commands by themselves: a value within a sentence may be cut.
        page.paragraph((page.say(in_a_row((*_needs(step), said))), "dim"), (page.say(undo), "dim"), first=[space])


def _needs(step: ExchangeStep) -> tuple[Text, ...]:
    """One of these groups is enough."""
    match step.needs:
        case ():
            return ()
        case (group,):
            return (text("Needs {group}.", group=group),)
        case groups:
            return (text("Needs one of {groups}.", groups=groups),)


def _back(step: ExchangeStep, alone: Collection[str]) -> tuple[Text, str]:
    """The words, and the commands behind them."""
    if isinstance(step.undo, Text):
        # A sentence that says how to take it back: without the word it reads as the next thing to do.
        by_hand = isinstance(step.act, PersonDoes | SwitchService)
        return in_a_row((text("Back:"), step.undo)) if by_hand else step.undo, ""
    return text("Back:"), " " + "; ".join(one for act in step.undo for one in commands(act, alone))


def alone_in(change: ExchangeChange) -> frozenset[str]:
    """The servers whose cmdlets know no -Server: they are typed on the server itself."""
    return frozenset(one.name for one in change.after.servers if cmdlets_are_local(one))


def commands(act: ExchangeAct, alone: Collection[str]) -> tuple[str, ...]:
    """What a person would type for it; nothing for what only the script can do, or no command does."""
    # An intermediate's octets would fill the screen.
    return () if isinstance(act, ImportIssuer) else typed(act, local=server_of(act) in alone)
