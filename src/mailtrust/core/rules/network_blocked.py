"""A port that ought to answer does not: closed, filtered on the way, or no address at all.

Looking from one place, a closed door and a blocked road are hard to tell apart; what is said here says so. A port that
was only tried by custom and is closed is no fault.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import (
    Explanation,
    Finding,
    NotApplicable,
    Passed,
    RuleResult,
    Severity,
    Unknown,
)
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.naming import titles
from mailtrust.core.rules.grounds.ports import by_place, speaking
from mailtrust.core.rules.grounds.weight import weigh_outage

ID = "network-blocked"

TRIED_BY_CUSTOM = ("default-port", "usual-name")
"""found_by of endpoints that nobody promised."""

TURNED_AWAY = (FailureKind.BUSY, FailureKind.GREYLISTED, FailureKind.REJECTED)

SMTP_PORT = 25


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at how far each attempt came."""
    places = by_place(evidence)
    if not places:
        yield NotApplicable(ID, text("Nothing was connected to."))
        return
    answering = {seen.endpoint.host for group in places.values() for seen in group if _answered(seen)}
    blocked = _port_25_blocked(places, answering)
    if blocked:
        yield _blocked(blocked)
    silent: dict[str, list[Observation]] = {}
    for where, group in places.items():
        if any(_answered(seen) for seen in group):
            yield from _partly(where, group)
        elif not set(group) <= set(blocked):
            silent.setdefault(group[0].endpoint.host, []).extend(group)
    for host, mute in silent.items():
        yield from _silent(evidence, host, tuple(mute), answers_elsewhere=host in answering)


def _answered(seen: Observation) -> bool:
    return not (isinstance(seen.result, ProbeFailure) and seen.result.stage in (Stage.RESOLVE, Stage.CONNECT))


def _kind(seen: Observation) -> FailureKind | None:
    return seen.result.kind if isinstance(seen.result, ProbeFailure) else None


def _turned_away(failure: ProbeFailure) -> bool:
    """Whether the server is there and did not let us in: by its words, or by none at all (a tarpit, a full house)."""
    silent = failure.stage is Stage.GREETING and failure.kind in (FailureKind.TIMEOUT, FailureKind.CLOSED)
    return silent or failure.kind in TURNED_AWAY


def _port_25_blocked(places: dict[str, tuple[Observation, ...]], answering: set[str]) -> tuple[Observation, ...]:
    """Every attempt on port 25, when all were swallowed although other ports or hosts answer: many networks do that."""
    on_25 = tuple(seen for group in places.values() for seen in group if seen.endpoint.port == SMTP_PORT)
    swallowed = on_25 and all(
        not _answered(seen) and _kind(seen) in (FailureKind.TIMEOUT, FailureKind.UNREACHABLE) for seen in on_25
    )
    return on_25 if swallowed and answering else ()


def _partly(where: str, group: tuple[Observation, ...]) -> Iterator[RuleResult]:
    """A port that answers: at every address, at some, or with a refusal to talk to us."""
    mute = tuple(seen for seen in group if not _answered(seen))
    for seen in group:
        if isinstance(seen.result, ProbeFailure) and _turned_away(seen.result):
            yield Unknown(ID, _refusal(where, seen.result), where)
    if not mute:
        yield Passed(ID, where, tuple(seen.id for seen in group))
    elif all(":" in seen.endpoint.address and _kind(seen) is FailureKind.UNREACHABLE for seen in mute):
        yield Unknown(
            ID, text("There is no way to IPv6 from here, so {place} was seen by IPv4 only.", place=where), where
        )
    else:
        yield _mute_address(where, mute)


def _refusal(where: str, failure: ProbeFailure) -> Text:
    said = clean(failure.detail)
    match failure.kind:
        case FailureKind.GREYLISTED:
            return text(
                "{place} makes strangers wait (grey list): {said}. Ask again from here in some minutes, or from an "
                "address that the server knows.",
                place=where,
                said=said,
            )
        case FailureKind.TIMEOUT:
            return text(
                "{place} took the connection and said nothing until this check gave up: a tarpit for strangers, or a "
                "server under load. Ask again later, or from an address that the server knows.",
                place=where,
            )
        case _:
            return text(
                "{place} turned this check away: {said}. Ask again later, or from an address that the server knows.",
                place=where,
                said=said,
            )


def _mute_address(where: str, mute: tuple[Observation, ...]) -> Finding:
    addresses = tuple(seen.endpoint.address for seen in mute)
    return Finding(
        rule=ID,
        severity=Severity.WARNING,
        observations=tuple(seen.id for seen in mute),
        certificates=(),
        clients=(),
        facts=(("addresses", addresses),),
        title=text("{place} does not answer at every address", place=where),
        explanation=Explanation(
            admin=text(
                "The name leads to {addresses} too, where {place} does not answer: {said}. Clients try addresses in "
                "an order of their own, so some wait or fail. Open the port there, or take the address out of DNS.",
                place=where,
                addresses=addresses,
                said=_said(mute),
            ),
            manager=text(
                "One of several machines or lines of the mail server does not answer, so it is slow or fails now and "
                "then."
            ),
            user=text("It may work now and hang in a minute. Try again; tell your administrator when it happens."),
        ),
        subject=where,
    )


def _silent(
    evidence: Evidence, host: str, group: tuple[Observation, ...], *, answers_elsewhere: bool
) -> Iterator[RuleResult]:
    """Ports of a host that answer at no address. Who was only tried by custom may be closed, unless nothing answers."""
    if all(_kind(seen) is FailureKind.LOOKUP_FAILED for seen in group):
        yield _unresolved(host, group)
        return
    promised = tuple(seen for seen in group if seen.endpoint.found_by not in TRIED_BY_CUSTOM)
    guessed_name = all(seen.endpoint.found_by == "usual-name" for seen in group)
    if promised:
        yield _closed(evidence, host, promised)
    elif not answers_elsewhere and not guessed_name:
        yield _closed(evidence, host, group)
    else:
        yield NotApplicable(ID, text("{host}: ports tried by custom are closed.", host=host))


def _unresolved(host: str, group: tuple[Observation, ...]) -> Unknown:
    return Unknown(
        ID,
        text(
            "{host} was not looked at on {ports}: DNS gave no answer, so nobody knows whether it has an address.",
            host=host,
            ports=tuple(dict.fromkeys(str(seen.endpoint.port) for seen in group)),
        ),
        host,
    )


def _closed(evidence: Evidence, host: str, group: tuple[Observation, ...]) -> Finding:
    ports = tuple(dict.fromkeys(str(seen.endpoint.port) for seen in group))
    clients = speaking(evidence, {seen.endpoint.protocol for seen in group})
    nowhere = all(_kind(seen) is FailureKind.NO_ADDRESS for seen in group)
    return Finding(
        rule=ID,
        severity=weigh_outage(evidence, clients),
        observations=tuple(seen.id for seen in group),
        certificates=(),
        clients=clients,
        facts=(("ports", ports), ("said", tuple(dict.fromkeys(_details(group))))),
        title=text("{host} has no address", host=host)
        if nowhere
        else text("{host} does not answer on {ports}", host=host, ports=ports),
        explanation=Explanation(
            admin=text(
                "The name {host} leads to no address, although it was asked for or stands in DNS as a mail server: "
                "{said}. Correct the record that names it, or give it an address.",
                host=host,
                said=_said(group),
            )
            if nowhere
            else text(
                "{host} was asked for, or stands in DNS as a mail server, and does not answer on {ports}: {said}. The "
                "service is down, listens elsewhere, or a firewall is in the way, there or here; try from another "
                "network to tell. Hurt while it lasts: {clients}.",
                host=host,
                ports=ports,
                said=_said(group),
                clients=titles(evidence, clients) or text("none of those asked"),
            ),
            manager=text("A part of the mail server cannot be reached from here. Whoever needs it cannot work."),
            user=text(
                "Your mail program says that it cannot connect to the server. Your password and settings may be right."
            ),
        ),
        subject=host,
    )


def _blocked(group: tuple[Observation, ...]) -> Finding:
    asked = any(seen.endpoint.found_by not in TRIED_BY_CUSTOM for seen in group)
    return Finding(
        rule=ID,
        severity=Severity.WARNING if asked else Severity.INFO,
        observations=tuple(seen.id for seen in group),
        certificates=(),
        clients=(),
        facts=(("port", SMTP_PORT), ("said", tuple(dict.fromkeys(_details(group))))),
        title=text("Port 25 could not be looked at: it looks as if this network blocked it"),
        explanation=Explanation(
            admin=text(
                "Every attempt on port 25 went unanswered ({hosts}: {said}), while other ports answer. Most access "
                "providers and clouds block outgoing port 25 against spam, so this says little about the server: "
                "check it from a mail server or another network. Nothing is known about the certificates on port 25.",
                hosts=tuple(dict.fromkeys(seen.endpoint.host for seen in group)),
                said=_said(group),
            ),
            manager=text(
                "A part of the check could not be made from this network. That says nothing about the mail server."
            ),
            user=text("You need not do anything."),
        ),
        subject="port-25",
    )


def _details(group: Iterable[Observation]) -> Iterator[str]:
    for seen in group:
        if isinstance(seen.result, ProbeFailure):
            yield clean(seen.result.detail or seen.result.kind.value)


def _said(group: Iterable[Observation]) -> tuple[str, ...] | Text:
    return tuple(dict.fromkeys(_details(group))) or text("no reason was given")
