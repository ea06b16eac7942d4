"""A forecast as text for a terminal. Import it late: it draws with rich, which nobody else needs."""

from collections.abc import Callable, Iterable
from datetime import datetime

from mailtrust.core.forecast.courses import Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.notices.rule import Binds, Notice
from mailtrust.core.forecast.turns import Change, Turn
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.forecast_advice import draw_limits, draw_renewals
from mailtrust.core.report.forecast_rows import unknown_clients
from mailtrust.core.report.forecast_timeline import draw_timeline
from mailtrust.core.report.forecast_words import OUTCOMES, advice_on, cause_of, headline, who
from mailtrust.core.report.notes import draw_assumptions
from mailtrust.core.report.page import Page
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places

_INDENT = [("            ", "")]
_TITLES = {
    Track.AS_IT_STANDS: text("What happens if nothing is done"),
    Track.RENEWED: text("What happens even if the certificate is always renewed in time"),
}
_MARKS = {Turn.BREAKS: ("refused", "red"), Turn.HEALS: ("accepted", "green"), Turn.OTHER_REASON: ("note", "dim"),
          Turn.OTHER_PATH: ("note", "dim")}  # fmt: skip


def render(
    made: Forecast,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    ascii_only: bool = False,
) -> str:
    """Draw the forecast: headline, when to renew, what happens on which day, what is announced, limits, timeline.

    `width` in cells; less than 40 and more than 120 are not used. With `ascii_only` every drawn sign is ASCII. Colour
    is never the only carrier of anything.
    """
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    page.paragraph((page.say(headline(made)), "bold"))
    draw_assumptions(page, made.evidence)
    draw_renewals(page, made)
    for track in Track:
        _draw_changes(page, made, track)
    draw_timeline(page, made)
    _draw_notices(page, made)
    draw_limits(page, made)
    _draw_basis(page, made)
    return page.print(colour=colour)


def _draw_changes(page: Page, made: Forecast, track: Track) -> None:
    if not any(course.track is track for course in made.courses):
        return
    page.heading(_TITLES[track])
    found = made.told(track)
    if not found:
        sentence = text("Nothing changes until {until}.", until=made.until.date())
        if track is Track.RENEWED and made.of(Track.AS_IT_STANDS):
            sentence = text("Nothing besides the above, until {until}.", until=made.until.date())
        page.paragraph((page.say(sentence), ""))
    for change in found:
        _draw_change(page, made, change)


def _draw_change(page: Page, made: Forecast, change: Change) -> None:
    sign, style = _MARKS[change.turn]
    glyph = str(getattr(page.glyphs, sign))
    when = page.say(text("already")) if change.already else f"{change.at:%Y-%m-%d}"
    away = "" if change.already else f"  ({page.say(_in_days(made.begins, change.at))})"
    page.paragraph(
        (page.say(cause_of(change)), ""),
        (away, "dim"),
        first=[(f"{when:<10}  ", "bold"), (f"{glyph} ", style)],
        then=_INDENT,
    )
    for sentence in _met(made, change):
        page.paragraph((page.say(sentence), ""), first=_INDENT)
    for rule in dict.fromkeys(origin.rule for origin in change.origins if origin.rule is not None):
        page.paragraph((page.say(rule.title), "dim"), (f" [{page.name(rule.source.where)}]", "dim"), first=_INDENT)
        if not rule.certain:
            sentence = text("The day is announced as an approximate one, and may be moved for single roots.")
            page.paragraph((page.say(sentence), "dim"), first=_INDENT)
    advice = advice_on(change)
    if advice is not None:
        page.paragraph((page.say(advice), ""), first=[(f"            {page.glyphs.to} ", "dim")])


def _in_days(begins: datetime, at: datetime) -> Text:
    days = (at - begins).days
    if days < 1:
        return text("within a day")
    return text("in 1 day") if days == 1 else text("in {days} days", days=days)


def _met(made: Forecast, change: Change) -> Iterable[Text]:
    """Who meets what, and where if that is not everywhere."""
    where = _places(made, change)
    every = who(one.course for one in change.affected)
    match change.turn:
        case Turn.OTHER_PATH:
            yield text("still accepted, by another path: {clients}{where}", clients=every, where=where)
        case Turn.OTHER_REASON:
            # Who they are was told when it began.
            yield text("nothing changes for users: the clients concerned turn it down already")
        case _:
            for outcome in (Outcome.REFUSED, Outcome.WARNED, Outcome.ACCEPTED):
                courses = change.meeting(outcome)
                if courses:
                    yield text(
                        "{outcome}: {clients}{where}", outcome=OUTCOMES[outcome], clients=who(courses), where=where
                    )


def _places(made: Forecast, change: Change) -> Text | str:
    met = {one for affected in change.affected for one in affected.course.observations}
    every = {one for course in made.standing() for one in course.observations}
    if met == every:
        return ""
    seen = tuple(one for one in made.evidence.case.observations if one.id in met)
    return text(" (at {places})", places=places(seen))


def _draw_notices(page: Page, made: Forecast) -> None:
    today = made.begins.date()
    coming = [notice for notice in made.notices if notice.rule.on > today]
    past = [notice for notice in made.notices if notice.rule.on <= today]
    for title, found in (
        (text("What is announced and concerns it"), coming),
        (text("What is in force and concerns it"), past),
    ):
        if found:
            page.heading(title)
        for notice in found:
            _draw_notice(page, made, notice)


_BINDS = {
    Binds.ISSUERS: text("CAs; no client looks at it"),
    Binds.CLIENTS: text("clients"),
    Binds.SERVICES: text("somebody else's service"),
}


def _draw_notice(page: Page, made: Forecast, notice: Notice) -> None:
    rule = notice.rule
    page.paragraph((page.say(rule.title), "bold"), first=[(f"{rule.on:%Y-%m-%d}  ", "bold")])
    page.paragraph((page.say(rule.effect), ""), first=_INDENT)
    page.paragraph((page.say(text("Hurts: {whom}. Bound by it: {who}.", whom=rule.hurts, who=_BINDS[rule.binds])), ""),
                   first=_INDENT)  # fmt: skip
    if len(made.renewals) > 1:
        names = tuple(called_leaf(leaf) for leaf in notice.leaves)
        page.paragraph((page.say(text("Certificates: {names}", names=names)), ""), first=_INDENT)
    announced = "" if rule.certain else f" {page.say(text('Announced; such days have been moved before.'))}"
    page.paragraph((f"[{page.name(rule.source.where)}]{announced}", "dim"), first=_INDENT)


def _draw_basis(page: Page, made: Forecast) -> None:
    page.heading(text("What this rests on"))
    sentences = [
        text(
            "Judged from {begins} to {until}, at every moment at which a date of a certificate, of a root or of a list "
            "of roots can change a verdict. Nobody knows what will yet be decided.",
            begins=made.begins,
            until=made.until,
        )
    ]
    nobody = unknown_clients(made)
    if nobody:
        sentences.append(text("Not foretold, for nobody outside knows how they decide: {clients}.", clients=nobody))
    if not made.whole:
        sentences.append(
            text(
                "There are more certificates than can be looked at: the forecast is shorter, or some days are missing."
            )
        )
    for name, store in sorted(made.evidence.stores.items()):
        if not store:
            sentences.append(text("{name} is empty and trusts nothing.", name=name))
        elif store.is_stale(made.begins):
            sentences.append(
                text("{name} is older than 180 days: clients that are up to date may trust others.", name=name)
            )
    for sentence in sentences:
        page.paragraph((page.say(sentence), "dim"), first=[("  ", "")])
