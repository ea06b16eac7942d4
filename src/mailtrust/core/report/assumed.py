"""What a report or a forecast supposes rather than has seen, as JSON."""

from collections.abc import Callable, Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.report.reach import Unreached, unreached_by
from mailtrust.core.report.report_wire import AssumedWire, UnreachedWire


def assumed(evidence: Evidence, translate: Callable[[str], str]) -> AssumedWire:
    """Roots and the ways by which they come to clients, whom they do not come to, and a chain instead of the seen."""
    case = evidence.case
    return AssumedWire(
        local_roots=[root.fingerprint for root in case.local_roots],
        deployed=list(case.deployed),
        unreached=unreached_wire(unreached_by(evidence), translate),
        hypothetical=[certificate.fingerprint for certificate in case.hypothetical],
    )


def unreached_wire(some: Iterable[Unreached], translate: Callable[[str], str]) -> list[UnreachedWire]:
    """Whom the ways do not reach, in the reader's language."""
    return [
        UnreachedWire(
            clients=[client.id for client in one.clients],
            why=one.why.render(translate),
            reached_by=sorted(one.clients[0].reached_by),
        )
        for one in some
    ]
