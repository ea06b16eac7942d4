"""A port presents another certificate than the one that its server is told to present there."""

import shlex
from collections.abc import Iterable, Iterator

from mailtrust.core.model.assignment import Assigned, AssignmentEvidence, Served
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.comparing import NOT_ASSIGNED
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.taking_up import forgotten
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, NOTHING_TO_DO
from mailtrust.core.services.assigned import EXCHANGE
from mailtrust.core.x509.thumbprint import thumbprint

ID = NOT_ASSIGNED


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Compare what each port presents with what may be presented there."""
    if not evidence.served:
        yield NotApplicable(ID, text("Nobody has looked at what is presented: --served does."))
        return
    known = [one for one in evidence.served if _configured(evidence, one) is not None]
    if not known:
        yield NotApplicable(ID, text("Nothing is known of what these servers are told to present."))
    at_home = {one.leaf for one in known if one.server and _is_wrong(evidence, one)}
    groups: dict[tuple[str, str], list[Served]] = {}
    for one in known:
        if one.server or one.leaf not in at_home or not _is_wrong(evidence, one):
            groups.setdefault((one.server or _host(one), one.service if one.server else ""), []).append(one)
    # What clients meet is what the server itself presents: one thing to mend.
    met = [one for one in known if not one.server and one.leaf in at_home and _is_wrong(evidence, one)]
    for (where, service), seen in groups.items():
        yield from _look(evidence, ":".join(filter(None, (where, service))), seen, met)


def _is_wrong(evidence: AssignmentEvidence, one: Served) -> bool:
    return thumbprint(one.leaf) not in (_configured(evidence, one) or ())


def _look(evidence: AssignmentEvidence, subject: str, seen: list[Served], met: list[Served]) -> Iterator[RuleResult]:
    by_leaf: dict[Certificate, list[Served]] = {}
    for one in seen:
        if _is_wrong(evidence, one):
            by_leaf.setdefault(one.leaf, []).append(one)
    if not by_leaf:
        yield Passed(ID, subject, tuple(one.observation for one in seen))
    several = len(by_leaf) > 1
    for leaf, ports in by_leaf.items():
        also = [one for one in met if one.leaf == leaf]
        yield _finding(evidence, f"{subject}:{leaf.fingerprint[:16]}" if several else subject, leaf, [*ports, *also])


def _configured(evidence: AssignmentEvidence, one: Served) -> tuple[str, ...] | None:
    """What may be presented at a port: as is known of the port itself, else of the service."""
    if one.configured is not None or not (one.server and one.service):
        return one.configured
    mine = [known for known in evidence.assigned if known.server == one.server]
    return tuple(known.thumbprint for known in mine if one.service in known.services) or None


def _finding(evidence: AssignmentEvidence, subject: str, leaf: Certificate, ports: list[Served]) -> Finding:
    first = ports[0]
    wanted = tuple(dict.fromkeys(print_ for one in ports for print_ in _configured(evidence, one) or ()))
    known = {one.thumbprint: one for one in evidence.assigned}
    configured = tuple(known[print_] for print_ in wanted if print_ in known)
    expired = leaf.not_after < evidence.now
    places = tuple(one.place or one.observation for one in ports)
    return Finding(
        rule=ID,
        severity=Severity.ERROR if expired else Severity.WARNING,
        observations=tuple(one.observation for one in ports),
        certificates=tuple(
            dict.fromkeys((leaf.fingerprint, *(one.certificate.fingerprint for one in configured if one.certificate)))
        ),
        clients=(),
        facts=(
            ("server", first.server or _host(first).rpartition(":")[0]),
            ("service", first.service),
            ("places", places),
            ("served", thumbprint(leaf)),
            ("thumbprints", wanted),
        ),
        title=text("{where} presents another certificate than it is told to", where=_where(first)),
        explanation=Explanation(
            admin=text(
                "{places}: presented is {served}; configured is {configured}. {cause}",
                places=places,
                served=_shown(leaf),
                configured=tuple(map(_named, configured)) or wanted,
                cause=_cause(evidence, leaf, first, configured),
            ),
            manager=text(
                "The mail server shows other papers than those that were prepared for it. A renewed certificate that "
                "is not in use is found out on the day the old one ends; taking it up is a matter of minutes."
            ),
            user=text(
                "The warning about a certificate may come although it was renewed. {safe}", safe=NOT_PAST_THE_WARNING
            )
            if expired
            else NOTHING_TO_DO,
        ),
        subject=subject,
    )


def _cause(evidence: AssignmentEvidence, leaf: Certificate, one: Served, configured: tuple[Assigned, ...]) -> Text:
    """The likeliest cause, and what cures it."""
    elsewhere = next(
        (
            other
            for other in evidence.assigned
            if other.thumbprint == thumbprint(leaf) and other.server != one.server and other not in configured
        ),
        None,
    )
    mine = next(
        (other for other in evidence.assigned if other.thumbprint == thumbprint(leaf) and other.server == one.server),
        None,
    )
    files = [(other.certificate,) for other in configured if other.certificate is not None]
    if not one.server and evidence.balancer in ("bridging", "offloading"):
        return text(
            "A load balancer ends TLS in front of it: what it presents is its own to renew. Bring the same "
            "certificate there."
        )
    if one.product == EXCHANGE and mine is not None:
        return text(
            "Exchange has that certificate, but not for {service}: it is assigned to {services}. Assign the one that "
            "is wanted (mailtrust services enable), or this one; a service that was told already takes it up when it "
            "is restarted.",
            service=one.service,
            services=mine.services or text("nothing"),
        )
    if configured and one.product != EXCHANGE and not any(other.named_in for other in configured):
        return text(
            "The store has put down another one for this service: bring that one there, or put down what is there "
            "(mailtrust store assign)."
        )
    if forgotten(files, leaf, evidence.now) is not None:
        if not one.take_up:
            return text("The program has not taken up its files since they were replaced: reload it.")
        return text(
            "The program has not taken up its files since they were replaced: reload it ({command}).",
            command=shlex.join(one.take_up),
        )
    if elsewhere is not None:
        return text(
            "That certificate belongs to {server}: it is {server} that answers here, or an address that leads to it.",
            server=elsewhere.server,
        )
    if not one.server:
        return text(
            "Something else answers where clients look: a balancer or a proxy that ends TLS in front, another server, "
            "or an old address in the DNS. Whatever it is has a certificate of its own to be renewed."
        )
    return text(
        "Either another program listens at that port, or the configuration that runs is not the one that was read: "
        "restart the program, and look which one has the port."
    )


def _where(one: Served) -> Text:
    if not one.server:
        return text("{host}, where clients look,", host=_host(one))
    if one.service:
        return text("{service} on {server}", service=one.service, server=one.server)
    return text("{server}", server=one.server)


def _host(one: Served) -> str:
    place = one.place or one.observation
    return place.partition("://")[2].rpartition("@")[0] or place


def _shown(leaf: Certificate) -> Text:
    return text("{name} until {end} ({print})", name=called_leaf(leaf), end=leaf.not_after.date(),
                print=thumbprint(leaf))  # fmt: skip


def _named(one: Assigned) -> Text | str:
    return _shown(one.certificate) if one.certificate is not None else f"{one.subject} ({one.thumbprint})"
