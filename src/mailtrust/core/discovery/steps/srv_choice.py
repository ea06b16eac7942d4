"""Which of several SRV records a client goes by."""

from collections.abc import Iterable, Sequence

from mailtrust.core.formats.srv import SrvRecord

HTTPS = 443


def best(records: Iterable[SrvRecord]) -> SrvRecord:
    """The one to be tried first (RFC 2782): least priority number, then most weight; no chance, for the same answer."""
    return min(records, key=lambda record: (record.priority, -record.weight, record.target))


def best_of_https(records: Sequence[SrvRecord]) -> SrvRecord | None:
    """The best one whose port is that of https, as KB 3211279, step 10, has it; None where there is none."""
    offered = [record for record in records if record.port == HTTPS and record.target != "."]
    return best(offered) if offered else None


def of_least_weight(records: Sequence[SrvRecord]) -> SrvRecord | None:
    """The first one of the least weight, whatever its priority and port (ExchangeAutoDiscover.sys.mjs, 153.7)."""
    offered = [record for record in records if record.target != "."]
    return min(offered, key=lambda record: record.weight) if offered else None
