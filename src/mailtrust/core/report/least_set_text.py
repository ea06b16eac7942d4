"""The least set of certificates, for people."""

from collections.abc import Sequence

from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page
from mailtrust.core.services.least_set import LeastSet, Order, Part
from mailtrust.core.services.least_words import Least, commands_for, remarks_on, request_in_exchange, why_several
from mailtrust.core.services.needs import Need

LONGEST_COMMAND = 10_000
MOST_NAMES = 3
_IN_EXCHANGE = text(
    "Or let Exchange make key and request, in its own shell, and import the CA's answer there; then export again, and "
    "assign it by its thumbprint:"
)


def draw_least_set(page: Page, least: Least) -> None:
    """Each certificate with what it serves and how it comes there."""
    found = least.found
    page.paragraph((page.say(headline(found)), "bold"))
    if least.today:
        page.paragraph((page.say(saving(found, least.today)), ""))
    for one in why_several(found):
        page.paragraph((page.say(one), ""), first=[("- ", "")])
    for number, part in enumerate(found.parts, 1):
        page.heading(_title(part, number))
        for need in part.needs:
            page.paragraph((page.say(_served(need)), ""), first=[("  ", "")])
        commands = commands_for(part, least.assigned)
        if not commands:
            page.paragraph((page.say(text("It serves all of this already: nothing is to be done.")), "dim"))
            continue
        page.blank()
        for command in commands:
            page.paragraph((page.name(command, LONGEST_COMMAND), "cyan"), first=[("  $ ", "dim")], then=[("    ", "")])
        if isinstance(part, Order) and (script := request_in_exchange(part)):
            page.paragraph((page.say(_IN_EXCHANGE), "dim"))
            for line in script.split("\n"):
                page.paragraph(
                    (page.name(line, LONGEST_COMMAND), "cyan"), first=[("  PS> ", "dim")], then=[("    ", "")]
                )
    if remarks := remarks_on(least):
        page.heading(text("To be known besides"))
        for remark in remarks:
            page.paragraph((page.say(remark), ""), first=[("- ", "")])


def headline(found: LeastSet) -> Text:
    """The set in one sentence."""
    if not found.parts:
        return text("Nothing here needs a certificate, as far as is known.")
    if len(found.parts) == 1:
        if found.orders:
            return text("One certificate serves all. It is to be ordered.")
        return text("One certificate serves all. It is there already.")
    return text(
        "{count} certificates serve all, {orders} of them to be ordered.",
        count=len(found.parts),
        orders=len(found.orders),
    )


def saving(found: LeastSet, today: Sequence[Assigned]) -> Text:
    """Against today."""
    names = {name.lower() for one in today for name in one.domains}
    if len(today) <= len(found.parts):
        return text(
            "Serving it today: certificates {now}, names {names}.",
            now=len(today),
            names=len(names),
        )
    return text(
        "Serving it today: certificates {now}, names {names}. That is {fewer} more to order, install and watch at each "
        "renewal.",
        now=len(today),
        names=len(names),
        fewer=len(today) - len(found.parts),
    )


def _title(part: Part, number: int) -> Text:
    if isinstance(part, Order):
        if part.ca == "own":
            return text("{number}. From your own CA: {names}", number=number, names=_shown(part.names))
        return text("{number}. From a public CA: {names}", number=number, names=_shown(part.names))
    candidate = part.candidate
    return text(
        "{number}. There already, until {end}: {names} ({print})",
        number=number,
        end=candidate.ends.date() if candidate.ends is not None else text("a day that is not known"),
        names=_shown(candidate.names),
        print=candidate.thumbprint,
    )


def _shown(names: tuple[str, ...]) -> tuple[str | Text, ...]:
    """A heading has one line; below it stands what serves which name, and the command with all of them."""
    if len(names) <= MOST_NAMES:
        return names
    return (*names[: MOST_NAMES - 1], text("{count} more", count=len(names) - MOST_NAMES + 1))


def _served(need: Need) -> Text:
    if need.service:
        return text("{service} on {server}: {names}", service=need.service, server=need.server, names=need.names)
    return text("{server}: {names}", server=need.server, names=need.names)
