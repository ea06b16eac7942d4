"""The JSON schemas that are published in docs/schemas, made from the types that the JSON is written from."""

from collections.abc import Mapping

import msgspec

from mailtrust.core.formats.case_wire import CaseWire
from mailtrust.core.formats.verify_wire import AnswerWire, RequestWire
from mailtrust.core.report.explanation_wire import ExplanationWire
from mailtrust.core.report.forecast_wire import ForecastWire
from mailtrust.core.report.inspection_wire import InspectionWire
from mailtrust.core.report.report_wire import ReportWire

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Mapping[str, bytes]:
    """The published schemas by file name."""
    return {
        "case-1.json": _schema(CaseWire, "case", "A mailtrust case file: all that was seen in one run"),
        "explanation-1.json": _schema(
            ExplanationWire, "explanation", "A mailtrust explanation: what a message means, and what it can not tell"
        ),
        "forecast-1.json": _schema(
            ForecastWire, "forecast", "A mailtrust forecast: what will break, when, and for whom"
        ),
        "inspection-1.json": _schema(
            InspectionWire, "inspection", "What mailtrust cert inspect found in files, or at a server"
        ),
        "report-1.json": _schema(ReportWire, "report", "A mailtrust report: verdicts, findings and remedies"),
        "verify-answer-1.json": _schema(AnswerWire, "verify-answer", "An answer of mailtrust verify: one line of JSON"),
        "verify-request-1.json": _schema(
            RequestWire, "verify-request", "A request to mailtrust verify --batch: one line of JSON", ignored="^x-"
        ),
    }


def _schema(of: type, name: str, title: str, *, ignored: str | None = None) -> bytes:
    """`ignored`: keys of this pattern may stand in the outermost object, whatever they hold."""
    made = {"$schema": _DIALECT, "$id": f"urn:mailtrust:{name}:1", "title": title, **msgspec.json.schema(of)}
    if ignored is not None:
        made["$defs"][of.__name__]["patternProperties"] = {ignored: {}}
    # Readers of the schema know an Endpoint; that our class is called EndpointWire is our business.
    return msgspec.json.format(msgspec.json.encode(made), indent=2).replace(b'Wire"', b'"') + b"\n"
