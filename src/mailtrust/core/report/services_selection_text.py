"""Which certificate Exchange presents where, for people: a table, and below it each search that is not plain."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from mailtrust.core.formats.thumbprint_text import SHOWN
from mailtrust.core.model.exchange_change import Refusal
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page, Span
from mailtrust.core.services.exchange.certificates import called
from mailtrust.core.services.exchange.selecting.presented import Agreement, Compared
from mailtrust.core.services.exchange.selecting.selection import (
    Chosen,
    NoneEligible,
    NotOffered,
    Selection,
    SelectionUnknown,
    is_served,
)

MOST_DETAILS = 12
"""Certificates that are listed below one step of a search; of more the rest is counted."""


def show_selections(
    page: Page,
    selections: Sequence[Selection],
    after: Sequence[Selection] | None,
    compared: Sequence[Compared],
    refused: Sequence[Refusal],
    *,
    every_search: bool = False,
) -> None:
    """The table, what a planned change makes of it and what it refuses, what the log says, and the searches behind it.

    `every_search`: also of what is plain, because it was asked for by name.
    """
    if not selections:
        page.paragraph((page.say(_NO_PLACE), "dim"))
        return
    page.paragraph(_headline(page, selections if after is None else after, planned=after is not None))
    _table(page, text("What is presented"), selections)
    if after is not None:
        _changes(page, selections, after)
        for refusal in refused:
            page.paragraph((page.say(refusal.why), ""), first=[(f"  {page.glyphs.refused} ", "red")])
            if refusal.instead is not None:
                page.paragraph((page.say(refusal.instead), "dim"), first=[("    ", "")])
    if compared:
        _log(page, compared)
    final = selections if after is None else after
    worth_telling = [one for one in final if one.why and (every_search or not is_plain(one))]
    if worth_telling:
        page.heading(text("Why") if after is None else text("Why, afterwards"))
        for number, one in enumerate(worth_telling):
            _search(page, one, last=number == len(worth_telling) - 1)


_NO_PLACE = text(
    "The export knows no place where a certificate is presented: the script of `mailtrust services collect` exports "
    "connectors, IMAP, POP and what IIS binds too; on Exchange 2007, where it does not run, {cmdlets} tell of them, "
    "each by | Export-Clixml FILE, or pasted by | Format-List.",
    cmdlets=("Get-ReceiveConnector", "Get-SendConnector", "Get-ImapSettings", "Get-PopSettings"),
)


def is_plain(one: Selection) -> bool:
    """Whether nobody will ask why."""
    match one.outcome:
        case Chosen(faults=faults, doubts=doubts):
            return not faults and not doubts and not one.events and one.basis == "document"
        case NotOffered():
            return True
        case NoneEligible() | SelectionUnknown():
            return False


def _headline(page: Page, selections: Sequence[Selection], *, planned: bool) -> Span:
    wanting = sum(is_served(one) is False for one in selections)
    unknown = sum(isinstance(one.outcome, SelectionUnknown) for one in selections)
    if wanting:
        said = (
            text(
                "Places without a usable certificate afterwards: {count} of {all}.", count=wanting, all=len(selections)
            )
            if planned
            else text("Places without a usable certificate: {count} of {all}.", count=wanting, all=len(selections))
        )
        return page.say(said), "bold red"
    if unknown:
        said = text(
            "Places of which nobody knows what they present: {count} of {all}.", count=unknown, all=len(selections)
        )
        return page.say(said), "bold yellow"
    well = (
        text("Afterwards every place that was exported presents a usable certificate.")
        if planned
        else text("Every place that was exported presents a usable certificate.")
    )
    return page.say(well), "bold green"


def _table(page: Page, title: Text, selections: Sequence[Selection]) -> None:
    page.heading(title)
    for server in dict.fromkeys(one.server for one in selections):
        page.blank()
        if server:
            page.paragraph((page.name(server), "bold"))
        rows = [one for one in selections if one.server == server]
        labels = [_label(page, one) for one in rows]
        width = max(cell_len(label) for label in labels)
        for one, label in zip(rows, labels, strict=True):
            _row(page, one, label, width)


def _row(page: Page, one: Selection, label: str, width: int) -> None:
    """Place and certificate side by side in columns, or where there is no room for these, one below the other."""
    sign, style = _sign(page, one)
    first: list[Span] = [(f"  {sign} ", style)]
    if 4 + width + 2 > page.width // 2:
        page.paragraph((label, ""), first=first)
        page.paragraph(*_presented(page, one, style), first=[("      ", "")])
    else:
        page.paragraph(*_presented(page, one, style), first=[*first, (label + " " * (width - cell_len(label) + 2), "")])


def _changes(page: Page, before: Sequence[Selection], after: Sequence[Selection]) -> None:
    page.heading(text("Afterwards"))
    had = {(one.server, one.kind, one.name): one for one in before}
    changed = [one for one in after if not _alike(had.get((one.server, one.kind, one.name)), one)]
    labels = [f"{page.name(one.server)}  {_label(page, one)}" for one in changed]
    width = max(map(cell_len, labels), default=0)
    for one, label in zip(changed, labels, strict=True):
        _row(page, one, label, width)
    if len(changed) < len(after):
        stay = text("All else stays as it is ({count}).", count=len(after) - len(changed))
        page.paragraph((f"  {page.say(stay)}", "dim"))


def _alike(one: Selection | None, other: Selection) -> bool:
    return one is not None and one.outcome == other.outcome


_AGREEMENTS: dict[Agreement, tuple[Text, str]] = {
    "agrees": (text("as foretold"), "green"),
    "differs": (text("another one than foretold"), "red"),
    "answers": (text("which answers what was open"), "green"),
    "not-exported": (text("the export does not know this connector"), "yellow"),
}


def _log(page: Page, compared: Sequence[Compared]) -> None:
    page.heading(text("What the protocol log says"))
    for one in compared:
        word, style = _AGREEMENTS[one.agreement]
        sign = {"green": page.glyphs.accepted, "red": page.glyphs.refused}.get(style, page.glyphs.warned)
        seen = one.presented
        verb = f" {seen.verb}" if seen.verb == "X-ANONYMOUSTLS" else ""
        said = text("{print}, last on {at}: {word}", print=seen.thumbprint[:SHOWN], at=seen.last, word=word)
        page.paragraph(
            (page.say(said), ""), first=[(f"  {sign} ", style), (f"{page.name(seen.connector)}{verb}  ", "")]
        )


def _label(page: Page, one: Selection) -> str:
    name = one.name.removeprefix(f"{one.server}\\")
    match one.kind:
        case "receive":
            return page.say(text("receives: {name}", name=name))
        case "send":
            return page.say(text("sends: {name}", name=name))
        case "anonymous-in":
            return page.say(text("from Exchange servers: {name}", name=name))
        case "anonymous-out":
            return page.say(text("to Exchange servers: {name}", name=name))
        case "imap" | "pop" | "iis" | "um" | "um-call-router":
            return page.name(name)


def _sign(page: Page, one: Selection) -> tuple[str, str]:
    glyphs = page.glyphs
    match one.outcome:
        case NotOffered():
            return glyphs.not_asked, "dim"
        case SelectionUnknown():
            return glyphs.unknown, "yellow"
        case NoneEligible():
            return glyphs.refused, "red"
        case Chosen(faults=faults, doubts=doubts):
            if faults:
                return glyphs.refused, "red"
            return (glyphs.warned, "yellow") if doubts or one.events else (glyphs.accepted, "green")


def _presented(page: Page, one: Selection, style: str) -> Iterable[Span]:
    match one.outcome:
        case Chosen(certificate=it, faults=faults):
            yield page.say(called(it)), ""
            if it.not_after is not None:
                yield page.say(text(", until {date}", date=it.not_after.date())), "dim"
            yield from ((f": {page.say(fault)}", style) for fault in faults)
        case NoneEligible(follows=follows):
            yield page.say(text("none. {follows}", follows=follows)), style
        case NotOffered(setting=setting):
            yield page.say(text("no TLS: {setting}", setting=setting)), style
        case SelectionUnknown(reason=reason, candidates=candidates):
            yield page.say(text("unknown. {reason}", reason=reason)), style
            if candidates:
                yield " " + page.say(text("One of: {names}", names=tuple(called(it) for it in candidates))), ""


def _search(page: Page, one: Selection, *, last: bool) -> None:
    glyphs = page.glyphs
    guide: list[Span] = [(" " * len(glyphs.guide) if last else glyphs.guide, "dim")]
    page.paragraph(
        (f"{page.name(one.server)}  {_label(page, one)}", "bold"),
        first=[(glyphs.last_branch if last else glyphs.branch, "dim")],
        then=guide,
    )
    for step in one.why:
        page.paragraph((page.say(step.say), ""), first=guide, then=guide)
        for detail in step.details[:MOST_DETAILS]:
            _below(page, guide, glyphs.dot, page.say(detail), "dim")
        if len(step.details) > MOST_DETAILS:
            more = text("{count} more", count=len(step.details) - MOST_DETAILS)
            _below(page, guide, glyphs.dot, page.say(more), "dim")
    _, style = _sign(page, one)
    _below(page, guide, glyphs.to, "".join(said for said, _ in _presented(page, one, style)), style)
    if isinstance(one.outcome, Chosen):
        for doubt in one.outcome.doubts:
            _below(page, guide, glyphs.warned, page.say(doubt), "yellow")
    for number in one.events:
        said = text(
            "It writes event {number} into the Application log (MSExchangeTransport, at the front "
            "MSExchangeFrontEndTransport).",
            number=str(number),
        )
        _below(page, guide, glyphs.note, page.say(said), "yellow")
    if one.basis == "recalled":
        said = text("Less certain: for this version of Exchange the order among several is recalled, not sourced.")
        _below(page, guide, glyphs.note, page.say(said), "dim")
    page.line(*guide) if not last else page.blank()


def _below(page: Page, guide: list[Span], sign: str, said: str, style: str) -> None:
    page.paragraph((said, style), first=[*guide, (f"  {sign} ", style)], then=[*guide, ("    ", "")])
