"""The process that visits hostile servers: a whole check of each, in the memory that a stranger may cost."""

import asyncio
import json
import sys
import time

from tests.fuzz.documents import documents
from tests.fuzz.targets.judging import hold, stores
from tests.fuzz.worker import limit_memory, peak

from mailtrust.core.formats.connect_to import Detours, parse_connect_to
from mailtrust.core.formats.target import parse_target
from mailtrust.core.model.observation import Handshake
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.probe.schedule import probe_all
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.flows.check import CheckRequest, Edge, check

TIMEOUTS = Timeouts(connect=2, greeting=0.4, reply=0.4, handshake=0.6, leave=0.2, total=1.5, busy_pause=0.01)
"""Of one connection; a check makes four at the most, and one of the default offer may be made twice."""
HOST = "mail.example.com"


def edge() -> Edge:
    from tests.fuzz import seeds

    async def probe(wishes, *, per_host, on_progress):  # type: ignore[no-untyped-def]
        del on_progress
        return await probe_all(wishes, per_host=per_host, timeouts=TIMEOUTS)

    return Edge(FakeResolver(), probe, (), lambda _: stores(), lambda: seeds.NOW)


async def visit(scheme: str, port: int) -> dict[str, object]:
    """Check one server; what was seen, what was found, and what it cost."""
    from mailtrust.core.clients import CLIENTS

    target = f"{scheme}://{HOST}:{port}"
    detours = Detours(connect_to=(parse_connect_to(f"::127.0.0.1:{port}"),))
    began = time.monotonic()
    assessment = await check(CheckRequest(parse_target(target), target, CLIENTS, detours=detours), edge())
    took = time.monotonic() - began
    hold(assessment)
    documents(assessment)
    results = [seen.result for seen in assessment.evidence.case.observations]
    return {
        "seen": [
            ["certificates", str(len(one.presented_chain))] if isinstance(one, Handshake) else [one.stage, one.kind]
            for one in results
        ],
        "found": [finding.rule for finding in assessment.findings],
        "seconds": round(took, 2),
    }


def main() -> None:
    """Read `SCHEME PORT` lines; the first is of a friendly server, which only warms up."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    before = 0
    for number, line in enumerate(sys.stdin):
        scheme, port = line.split()
        if number == 1:
            before = peak()
        if number:
            limit_memory()
        answer = asyncio.run(visit(scheme, int(port)))
        answers.write(json.dumps(answer | {"mib": round((peak() - before) / 2**20, 1)}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
