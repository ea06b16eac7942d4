"""When to renew, and how long certificates may last: what CAs may issue, apart from what clients refuse."""

from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.lifetimes import EnforcedLimit, IssuanceLimit, limits_for
from mailtrust.core.forecast.renewal import Pace, Renewal
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.forecast_words import cause_of, renew_by, span_of, who
from mailtrust.core.report.page import Page
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.validation.kinds import Kind

_INDENT = [("  ", "")]


def draw_renewals(page: Page, made: Forecast) -> None:
    """By which day each certificate is renewed, and how often from then on."""
    if not made.renewals:
        return
    page.heading(text("Renewal"))
    for renewal in made.renewals:
        page.paragraph((page.say(renew_by(renewal)), "bold"))
        for sentence in _about(made, renewal):
            page.paragraph((page.say(sentence), ""), first=_INDENT)


def _about(made: Forecast, renewal: Renewal) -> list[Text]:
    said = []
    if len(made.renewals) > 1:
        said.append(text("It is served at {places}.", places=places(renewal.observations)))
    if renewal.kind is Kind.SELF_SIGNED:
        said.append(
            text(
                "It signs itself: every exception that users have stored for it is void with the next one, and they "
                "are asked again."
            )
        )
    elif made.begins.date() <= renewal.due.date() < renewal.last_day:
        said.append(text("Best done on {day}, when most of its life is over.", day=renewal.due.date()))
    if renewal.trap is not None:
        said.append(
            text(
                "A new one from the same root does not do for {clients}: {cause}.",
                clients=who(one.course for one in renewal.trap.affected),
                cause=cause_of(renewal.trap),
            )
        )
    if renewal.longest is not None:
        longest = renewal.longest
        said.append(
            text(
                "Issued on {day} at the latest, the next one may last {days} days, until {ends}; issued later, {then}.",
                day=longest.day,
                days=longest.days,
                ends=longest.ends,
                then=longest.then_days,
            )
        )
    return [*said, *(_pace(pace, first=number == 0) for number, pace in enumerate(renewal.paces))]


def _pace(pace: Pace, *, first: bool) -> Text:
    every = text(
        "{lifetime} long, renewed every {every} (renewals a year: {count})",
        lifetime=span_of(pace.lifetime),
        every=span_of(pace.every),
        count=pace.a_year,
    )
    if first:
        return text("Certificates like this one now: {pace}.", pace=every)
    return text("From {day} on: {pace}.", day=pace.since.date(), pace=every)


def draw_limits(page: Page, made: Forecast) -> None:
    """What CAs may issue and what clients refuse, each under its own title: they are not the same."""
    public = [renewal for renewal in made.renewals if renewal.kind is Kind.PUBLIC_CA]
    if not made.renewals:
        return
    page.heading(text("How long a certificate may last"))
    if public:
        page.paragraph((page.say(text("What public CAs may issue; no client looks at it:")), "bold"))
        for limit in _limits(made, public):
            page.paragraph((page.say(_issuance(limit)), ""), first=[("  ", "")])
        for renewal in public:
            if renewal.longer_than_allowed:
                sentence = text(
                    "{name} was issued for {days} days, longer than is allowed today. It lives on until it ends.",
                    name=called_leaf(renewal.leaf),
                    days=renewal.lifetime_days,
                )
                page.paragraph((page.say(sentence), ""), first=_INDENT)
    page.paragraph((page.say(text("What clients refuse, whoever has issued it:")), "bold"))
    kinds = {renewal.kind is Kind.PUBLIC_CA for renewal in made.renewals}
    enforced = [limit for limit in made.enforced if limit.public in kinds]
    for one in enforced:
        page.paragraph((page.say(_enforced(made, one)), ""), first=_INDENT)
    if not enforced:
        page.paragraph((page.say(text("None of the clients asked looks at it.")), ""), first=_INDENT)


def _limits(made: Forecast, public: list[Renewal]) -> list[IssuanceLimit]:
    """The last one that is in force and those to come, of everybody and of the CAs that are met here."""
    met = {limit for renewal in public for limit in limits_for(renewal.leaf)}
    ordered = sorted(met, key=lambda limit: (limit.since, limit.most_days))
    coming = [limit for limit in ordered if made.begins < limit.since <= made.until]
    now = {limit.owner: limit for limit in ordered if limit.since <= made.begins}
    return [*now.values(), *coming]


def _issuance(limit: IssuanceLimit) -> Text:
    days = text("{day} and later: {days} days", day=limit.since.date(), days=limit.most_days)
    if limit.owner:
        return text("{days}, by a rule of {owner} itself", days=days, owner=limit.owner)
    if limit.reuse_days is None:
        return days
    return text("{days}, and a proof of control counts for {reuse} days", days=days, reuse=limit.reuse_days)


def _enforced(made: Forecast, limit: EnforcedLimit) -> Text:
    titles = tuple(Text(made.evidence.clients[client].title) for client in limit.clients)
    if limit.public:
        return text(
            "more than {days} days below a root that they bring along: {clients}", days=limit.most_days, clients=titles
        )
    return text("more than {days} days below any other root: {clients}", days=limit.most_days, clients=titles)
