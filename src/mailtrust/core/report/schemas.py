"""The JSON schemas that are published in docs/schemas, made from the types that the JSON is written from."""

from collections.abc import Mapping

import msgspec

from mailtrust.core.clients import BY_ID
from mailtrust.core.formats.approvals import Approval
from mailtrust.core.formats.audit_trail import Line
from mailtrust.core.formats.case_wire import CaseWire
from mailtrust.core.formats.exchange.export_wire import ExchangeWire
from mailtrust.core.formats.organisation_wire import OrganisationWire
from mailtrust.core.formats.plan_wire import PlanWire, ProofWire
from mailtrust.core.formats.verify_wire import AnswerWire, RequestWire
from mailtrust.core.report.applied_json import AppliedWire
from mailtrust.core.report.assigned_wire import AssignedWire
from mailtrust.core.report.ca_list import CaListWire
from mailtrust.core.report.exchange_applied import ExchangeAppliedWire
from mailtrust.core.report.explanation_wire import ExplanationWire
from mailtrust.core.report.forecast_wire import ForecastWire
from mailtrust.core.report.inf_wire import InfWire
from mailtrust.core.report.inspection_wire import InspectionWire
from mailtrust.core.report.kit_wire import KitWire
from mailtrust.core.report.least_set_wire import LeastSetWire
from mailtrust.core.report.renewed_json import RenewedWire
from mailtrust.core.report.report_wire import ReportWire
from mailtrust.core.report.services_change_wire import ExchangeChangeWire
from mailtrust.core.report.services_check_wire import ServicesWire
from mailtrust.core.report.services_selection_wire import SelectionWire
from mailtrust.core.report.store_wire import ChangesWire, ChoiceWire, StoreWire
from mailtrust.core.report.walk_wire import WalkWire
from mailtrust.core.rules import RULES
from mailtrust.core.rules.assigning import ASSIGNMENT_RULES
from mailtrust.core.targets import ALIASES, TARGETS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Mapping[str, bytes]:
    """The published schemas by file name."""
    return {
        "applied-1.json": _schema(AppliedWire, "applied", "What became of a plan: mailtrust apply"),
        "approval-1.json": _schema(Approval, "approval", "That somebody approves a plan: mailtrust approve"),
        "assigned-1.json": _schema(
            AssignedWire, "assigned", "Which certificate serves which service: mailtrust services list"
        ),
        "audit-line-1.json": _schema(Line, "audit-line", "A line of the audit trail: mailtrust audit --format json"),
        "ca-list-1.json": _schema(CaListWire, "ca-list", "What a private CA has issued: mailtrust ca list"),
        "case-1.json": _schema(CaseWire, "case", "A mailtrust case file: all that was seen in one run"),
        "exchange-applied-1.json": _schema(
            ExchangeAppliedWire,
            "exchange-applied",
            "What became of steps that Exchange itself was told: mailtrust services enable and remove --live",
        ),
        "exchange-change-1.json": _schema(
            ExchangeChangeWire,
            "exchange-change",
            "What is done to Exchange, and what is refused: mailtrust services enable and remove",
        ),
        "exchange-1.json": _schema(
            ExchangeWire, "exchange", "What Exchange told: the script of mailtrust services collect"
        ),
        "explanation-1.json": _schema(
            ExplanationWire, "explanation", "A mailtrust explanation: what a message means, and what it can not tell"
        ),
        "forecast-1.json": _schema(
            ForecastWire, "forecast", "A mailtrust forecast: what will break, when, and for whom"
        ),
        "inf-1.json": _schema(InfWire, "inf", "A certreq INF file explained line by line by mailtrust cert inf"),
        "inspection-1.json": _schema(
            InspectionWire, "inspection", "What mailtrust cert inspect found in files, or at a server"
        ),
        "kit-1.json": _schema(KitWire, "kit", "What mailtrust trust has written: files, steps, and whom they reach"),
        "least-set-1.json": _schema(
            LeastSetWire, "least-set", "The fewest certificates that serve all: mailtrust services least"
        ),
        "organisation-1.json": _schema(
            OrganisationWire,
            "organisation",
            "mailtrust.toml: an organisation's domains, servers and what it accepts",
            ids={
                ("Organisation", "clients"): tuple(BY_ID),
                ("Organisation", "deployed"): tuple(sorted({way for one in BY_ID.values() for way in one.reached_by})),
                ("Server", "product"): (*(target.ID for target in TARGETS), *ALIASES),
                ("Accept", "rule"): (*(rule.ID for rule in RULES), *(rule.ID for rule in ASSIGNMENT_RULES)),
            },
        ),
        "plan-1.json": _schema(PlanWire, "plan", "What mailtrust plan would change, and apply carries out"),
        "proof-1.json": _schema(ProofWire, "proof", "What became of every finding: mailtrust prove"),
        "renewed-1.json": _schema(RenewedWire, "renewed", "What a run of mailtrust renew has come to"),
        "report-1.json": _schema(ReportWire, "report", "A mailtrust report: verdicts, findings and remedies"),
        "selection-1.json": _schema(
            SelectionWire, "selection", "Which certificate Exchange presents where: mailtrust services select"
        ),
        "services-1.json": _schema(
            ServicesWire, "services", "What is wrong with what is assigned: mailtrust services check"
        ),
        "store-1.json": _schema(StoreWire, "store", "What a store holds: mailtrust store list and show"),
        "store-changes-1.json": _schema(
            ChangesWire, "store-changes", "What was done to a store: mailtrust store changes"
        ),
        "store-choice-1.json": _schema(
            ChoiceWire, "store-choice", "Which certificate serves a name best: mailtrust store choose"
        ),
        "verify-answer-1.json": _schema(AnswerWire, "verify-answer", "An answer of mailtrust verify: one line of JSON"),
        "verify-request-1.json": _schema(
            RequestWire, "verify-request", "A request to mailtrust verify --batch: one line of JSON", ignored="^x-"
        ),
        "walk-1.json": _schema(WalkWire, "walk", "A mailtrust walk: how one client looks for the server of an address"),
    }


def _schema(
    of: type,
    name: str,
    title: str,
    *,
    ignored: str | None = None,
    ids: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
) -> bytes:
    """`ignored`: keys of this pattern may stand in the outermost object, whatever they hold.

    `ids`: for an editor, what a person may write under a key, and then no key that is not known.
    """
    made = {"$schema": _DIALECT, "$id": f"urn:mailtrust:{name}:1", "title": title, **msgspec.json.schema(of)}
    if ignored is not None:
        made["$defs"][of.__name__]["patternProperties"] = {ignored: {}}
    for (table, key), known in (ids or {}).items():
        holder = made["$defs"][f"{table}Wire"]["properties"][key]
        holder.get("items", holder)["enum"] = list(known)
        for kind in made["$defs"].values():
            kind["additionalProperties"] = False
    # Readers of the schema know an Endpoint; that our class is called EndpointWire is our business.
    return msgspec.json.format(msgspec.json.encode(made), indent=2).replace(b'Wire"', b'"') + b"\n"
