"""Verdicts on one chain as text for a terminal. Import it late: it draws with rich."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.chain_verdict import ChainVerdict
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome, Reason, ReasonSeverity
from mailtrust.core.report.page import Page
from mailtrust.core.report.reason_sentences import sentence
from mailtrust.core.rules.grounds.naming import called, called_leaf

_HEADS: Mapping[Outcome, Text] = {
    Outcome.ACCEPTED: text("Accepted by {clients}."),
    Outcome.WARNED: text("A warning, with a way on, from {clients}."),
    Outcome.REFUSED: text("Refused by {clients}."),
    Outcome.UNKNOWN: text("Unknown for {clients}."),
}
_STYLES = {
    Outcome.ACCEPTED: "green",
    Outcome.WARNED: "yellow",
    Outcome.REFUSED: "red",
    Outcome.UNKNOWN: "dim",
}


def render_chain_verdicts(
    verdicts: Sequence[ChainVerdict],
    chain: Iterable[Certificate],
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    ascii_only: bool = False,
) -> str:
    """Clients that say the same for the same reasons stand together; `chain` gives the names of the path."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang="en")
    names = {one.fingerprint: called(one.subject) for one in chain}
    alike: dict[tuple[Outcome, tuple[str, ...]], list[ChainVerdict]] = {}
    for verdict in verdicts:
        said = tuple(page.say(sentence(reason)) for reason in verdict.reasons)
        alike.setdefault((verdict.outcome, said), []).append(verdict)
    for group in alike.values():
        _draw(page, group, names)
    return page.print(colour=colour)


def _draw(page: Page, group: Sequence[ChainVerdict], names: Mapping[str, str]) -> None:
    first = group[0]
    mark = {
        Outcome.ACCEPTED: page.glyphs.accepted,
        Outcome.WARNED: page.glyphs.warned,
        Outcome.REFUSED: page.glyphs.refused,
        Outcome.UNKNOWN: page.glyphs.unknown,
    }[first.outcome]
    head = Text(_HEADS[first.outcome].template, (("clients", tuple(Text(verdict.client.title) for verdict in group)),))
    page.blank()
    page.paragraph((page.say(head), _STYLES[first.outcome]), first=[(f"{mark} ", _STYLES[first.outcome])])
    for path in dict.fromkeys(_path(page, verdict, names) for verdict in group):
        page.paragraph((path, "dim"), first=[("  ", "")])
    for reason in sorted(first.reasons, key=_weight):
        style = "" if reason.severity is ReasonSeverity.ERROR else "dim"
        page.paragraph((page.say(sentence(reason)), style), (f"  {reason.code}", "dim"), first=[("  ", "")])
    disregarded = tuple(dict.fromkeys(one for verdict in group for one in verdict.unsupported))
    if disregarded:
        page.paragraph((page.say(text("Disregarded: {demands}.", demands=disregarded)), "dim"), first=[("  ", "")])


def _path(page: Page, verdict: ChainVerdict, names: Mapping[str, str]) -> str:
    """The decisive path as names, leaf first."""
    known = dict(names)
    for attempt in verdict.attempts[:1]:
        known.update((link.certificate.fingerprint, called(link.certificate.subject)) for link in attempt.links)
        known[attempt.links[0].certificate.fingerprint] = called_leaf(attempt.links[0].certificate)
        if attempt.anchor is not None:
            known[attempt.anchor.fingerprint] = called(attempt.anchor.subject)
    return f" {page.glyphs.to} ".join(page.name(known.get(one, one[:16])) for one in verdict.path)


def _weight(reason: Reason) -> int:
    return [ReasonSeverity.ERROR, ReasonSeverity.WARNING, ReasonSeverity.INFO].index(reason.severity)
