"""What a report or a forecast supposes rather than has seen, as JSON."""

from collections.abc import Callable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.report.reach import unreached_by
from mailtrust.core.report.report_wire import AssumedWire, UnreachedWire


def assumed(evidence: Evidence, translate: Callable[[str], str]) -> AssumedWire:
    """Roots and the ways by which they come to clients, whom they do not come to, and a chain instead of the seen."""
    case = evidence.case
    return AssumedWire(
        local_roots=[root.fingerprint for root in case.local_roots],
        deployed=list(case.deployed),
        unreached=[
            UnreachedWire(
                clients=[client.id for client in some.clients],
                why=some.why.render(translate),
                reached_by=sorted(some.clients[0].reached_by),
            )
            for some in unreached_by(evidence)
        ],
        hypothetical=[certificate.fingerprint for certificate in case.hypothetical],
    )
