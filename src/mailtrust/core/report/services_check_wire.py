"""mailtrust/services/1: what is wrong with what servers are told to present, for programs."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.finding import Finding
from mailtrust.core.report.outcome import OutcomeWord
from mailtrust.core.report.report_json import acceptance_to_wire, checks_to_wire, finding_to_wire
from mailtrust.core.report.report_wire import AcceptanceWire, CheckWire, FindingWire, Moment
from mailtrust.core.report.services_review import Reviewed
from mailtrust.core.services.exchange.due import DueKind
from mailtrust.core.services.exchange.versions import Release, release
from mailtrust.version import __version__

SCHEMA: Literal["mailtrust/services/1"] = "mailtrust/services/1"


class ServerWire(Struct, kw_only=True):
    """A server of the export."""

    name: str
    fqdn: str
    version: Annotated[str, Meta(description="The build, such as 15.2.1544.4; empty: not said.")]
    release: Release
    edge: bool


class DueWire(Struct, kw_only=True):
    """A deadline."""

    at: Moment
    kind: DueKind
    thumbprint: str
    subject: str
    servers: list[str]
    services: list[str]


class ServicesWire(Struct, kw_only=True):
    """What is wrong with what servers are told to present."""

    schema: Literal["mailtrust/services/1"]
    at: Moment
    version: str
    lang: str
    outcome: OutcomeWord
    exported: Annotated[Moment | None, Meta(description="When Exchange told; null: not said.")]
    servers: Annotated[list[ServerWire], Meta(description="Of the export of Exchange; none where there is none.")]
    findings: Annotated[list[FindingWire], Meta(description="Those that count, worst first.")]
    accepted: Annotated[list[FindingWire], Meta(description="Those that do not, as mailtrust.toml says.")]
    acceptances: list[AcceptanceWire]
    due: Annotated[list[DueWire], Meta(description="Every deadline that is known, the earliest first.")]
    checks: list[CheckWire]
    notes: Annotated[list[str], Meta(description="What could not be read or asked, a sentence each.")]


def services_wire(reviewed: Reviewed, translate: Callable[[str], str], lang: str) -> ServicesWire:
    """The whole answer."""
    servers = reviewed.organisation.servers if reviewed.organisation is not None else ()
    return ServicesWire(
        schema=SCHEMA,
        at=reviewed.at,
        version=__version__,
        lang=lang,
        outcome=reviewed.outcome,
        exported=reviewed.organisation.exported if reviewed.organisation is not None else None,
        servers=[
            ServerWire(name=one.name, fqdn=one.fqdn, version=one.version, release=release(one.version), edge=one.edge)
            for one in servers
        ],
        findings=_findings(reviewed.findings, translate),
        accepted=_findings(reviewed.accepted, translate),
        acceptances=[acceptance_to_wire(one) for one in reviewed.acceptances],
        due=[
            DueWire(
                at=one.at,
                kind=one.kind,
                thumbprint=one.thumbprint,
                subject=one.subject,
                servers=list(one.servers),
                services=list(one.services),
            )
            for one in reviewed.due
        ],
        checks=list(checks_to_wire(reviewed.results, translate)),
        notes=[one.render(translate) for one in reviewed.notes],
    )


def _findings(findings: Sequence[Finding], translate: Callable[[str], str]) -> list[FindingWire]:
    return [finding_to_wire(one, (), translate) for one in findings]
