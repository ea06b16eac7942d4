"""What will break, when and for whom: look as a check does, and run the judge over time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from mailtrust.core.forecast.forecast import HORIZON, Forecast, forecast
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.flows.check import CheckRequest, Edge, OnProgress, judge, look, stores_of

LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The last second that has a number (RFC 3339 5.6)."""


async def foretell(
    request: CheckRequest, edge: Edge, until: datetime | None = None, on_progress: OnProgress | None = None
) -> Forecast:
    """Look, and say what will happen up to `until` (three years from now where nobody says).

    Raises UserProblem when `until` is over. Issuers are looked for above every chain, not only where one is missing
    today: another way up may be the one that holds on the day when the first is over.
    """
    case = await look(replace(request, revocation="off"), edge, {}, on_progress)
    return foretell_case(case, request, edge.load_stores(stores_of(request)), until)


def foretell_case(
    case: CaseFile, request: CheckRequest, stores: Mapping[str, AnchorStore], until: datetime | None = None
) -> Forecast:
    """The same from recorded facts, as of the request's time or else of the time of looking. Pure."""
    evidence = judge(case, request, stores).evidence
    ends = min(LATEST - HORIZON, evidence.now) + HORIZON if until is None else until
    if ends <= evidence.now:
        raise UserProblem(
            text(
                "The forecast begins on {begins}, so it cannot end on {until}: give a later day after --until.",
                begins=evidence.now,
                until=ends,
            )
        )
    return forecast(evidence, ends)
