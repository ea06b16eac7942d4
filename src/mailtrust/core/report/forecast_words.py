"""The sentences of a forecast that every format says alike: what happens, to whom, and when to renew."""

from collections.abc import Iterable
from datetime import timedelta

from mailtrust.core.forecast.courses import Course, Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.lifetimes import DAY
from mailtrust.core.forecast.moments import OriginKind
from mailtrust.core.forecast.renewal import Renewal
from mailtrust.core.forecast.turns import Change, Turn
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.rules.grounds.naming import called, called_leaf

_STORES = {"mozilla": "Mozilla", "microsoft": "Microsoft", "chrome": "Chrome", "apple": "Apple", "android": "Android",
           "java": "Java"}  # fmt: skip
_HOURS = 10 * DAY


def headline(made: Forecast) -> Text:
    """The one sentence that says it all."""
    target = made.evidence.case.target
    known = _met(made.standing())
    if not known:
        return text("{target}: no port showed a certificate, so nothing can be foretold.", target=target)
    already = sum(outcome in (Outcome.REFUSED, Outcome.WARNED) for outcome in known.values())
    first = next(
        (
            one
            for one in made.of(Track.AS_IT_STANDS)
            if one.turn is Turn.BREAKS and any(affected.course.device is None for affected in one.affected)
        ),
        None,
    )
    if already and (first is None or first.already):
        return text(
            "{target}: {count} of {total} clients turn it down or warn today already; mailtrust check says why.",
            target=target,
            count=already,
            total=len(known),
        )
    if first is None:
        return text(
            "{target}: nothing breaks before {until}, as far as it is known today.",
            target=target,
            until=made.until.date(),
        )
    count = len({one.course.client.id for one in first.affected if one.course.device is None})
    broken = text(
        "{target}: from {day} on {count} of {total} clients turn it down or warn: {cause}",
        target=target,
        day=first.at.date(),
        count=count,
        total=len(known),
        cause=cause_of(first),
    )
    if already:
        return text("{broken}; {already} do so today already.", broken=broken, already=already)
    return text("{broken}.", broken=broken)


def _met(courses: Iterable[Course]) -> dict[str, Outcome]:
    """Each client's worst outcome at the beginning; those that nobody can know are left out."""
    order = (Outcome.ACCEPTED, Outcome.WARNED, Outcome.REFUSED)
    met: dict[str, Outcome] = {}
    for course in courses:
        outcome = course.stages[0].verdict.outcome
        if outcome is not Outcome.UNKNOWN:
            met[course.client.id] = max(met.get(course.client.id, outcome), outcome, key=order.index)
    return met


def cause_of(change: Change) -> Text:
    """What happens, of several things the first."""
    if not change.origins:
        return text("the judge cannot say what makes the difference")
    origin = change.origins[0]
    one = origin.certificate
    if one is None:
        return text("public CAs may no longer issue for as long as this certificate lasts")
    leaf = one in change.leaves
    name = called_leaf(one) if leaf else called(one.subject)
    match origin.kind:
        case OriginKind.ENDS if leaf:
            return text("the certificate {name} ends", name=name)
        case OriginKind.ENDS if one.self_issued:
            return text("the root {name} ends", name=name)
        case OriginKind.ENDS:
            return _intermediate_ends(change, one)
        case OriginKind.BEGINS:
            return text("{name} begins to be valid", name=name)
        case OriginKind.DISALLOWED:
            return text("{store} disallows the root {name}", store=store_title(origin.store), name=name)
        case OriginKind.LEAVES:
            return text("the root {name} leaves {store}'s list", store=store_title(origin.store), name=name)
        case OriginKind.DISTRUST:
            return text("{store} trusts nothing new below the root {name}", store=store_title(origin.store), name=name)
        case OriginKind.LACKS:
            return text("the root {name} is not in the device's list", name=name)
        case _:
            return text("the certificate {name} is renewed", name=name)


def _intermediate_ends(change: Change, one: Certificate) -> Text:
    """With its issuer's name where another of the same name could be meant: a cross-sign."""
    known = (other for affected in change.affected for other in affected.course.reach.certificates)
    alike = any(other.subject == one.subject and other.fingerprint != one.fingerprint for other in known)
    name = called(one.subject)
    if alike:
        return text("the intermediate {name}, issued by {issuer}, ends", name=name, issuer=called(one.issuer))
    return text("the intermediate {name} ends", name=name)


def store_title(store: str) -> Text | str:
    """Whose list of roots it is."""
    return _STORES.get(store) or text("this system")


def who(courses: Iterable[Course]) -> tuple[Text, ...]:
    """The clients by their titles, each once, with the old device where it is one."""
    return tuple(dict.fromkeys(map(_who, courses)))


def _who(course: Course) -> Text:
    title = Text(course.client.title)
    if course.device is None:
        return title
    return text("{client} ({device})", client=title, device=course.device.title)


def advice_on(change: Change) -> Text | None:
    """What to do about it, where something is to be said beyond renewing in time."""
    if change.turn is not Turn.BREAKS or not change.origins:
        return None
    origin = change.origins[0]
    of_leaf = origin.certificate in change.leaves
    match origin.kind:
        case OriginKind.ENDS if change.track is Track.RENEWED and not of_leaf:
            return text(
                "Renewing the server's certificate alone does not help: put the chain in place that comes with it, "
                "and give a root that ends to the clients anew."
            )
        case OriginKind.ENDS if not of_leaf:
            return text(
                "Serve another chain before that day, where there is one (mailtrust bundle finds it); else renew: a "
                "new certificate brings its chain with it."
            )
        case OriginKind.LEAVES | OriginKind.DISALLOWED:
            return text(
                "Serve a chain that leads to a younger root of the same CA (a cross-signed one does for old clients), "
                "or renew with another CA."
            )
        case OriginKind.DISTRUST:
            return text("Do not renew from this root: order the next certificate from another one, or from another CA.")
        case OriginKind.LACKS:
            return text("Only a chain to an older root serves them, if the CA still offers one.")
        case _:
            return None


def renew_by(renewal: Renewal) -> Text:
    """By which day, and what comes then."""
    name = called_leaf(renewal.leaf)
    if renewal.overdue:
        moment = renewal.first_break.at if renewal.first_break is not None else renewal.ends
        return text(
            "Renew {name} now: the day on which it ends, or the first client leaves, is {day}.", name=name, day=moment
        )
    if renewal.first_break is not None:
        return text(
            "Renew {name}, or change its chain, by {day}: then {cause}. The certificate itself lasts until {ends}.",
            name=name,
            day=renewal.last_day,
            cause=cause_of(renewal.first_break),
            ends=renewal.ends,
        )
    return text("Renew {name} by {day}: it ends on {ends}.", name=name, day=renewal.last_day, ends=renewal.ends)


def span_of(span: timedelta) -> Text:
    """A length of time: days, and hours where there are few."""
    if span < _HOURS:
        return text("{hours} hours", hours=round(span / timedelta(hours=1)))
    return text("{days} days", days=span // DAY)


OUTCOMES = {
    Outcome.ACCEPTED: text("accepts"),
    Outcome.WARNED: text("asks"),
    Outcome.REFUSED: text("refuses"),
    Outcome.UNKNOWN: text("unknown"),
}
