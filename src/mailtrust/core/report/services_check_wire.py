"""mailtrust/services/1: what is wrong with what servers are told to present, for programs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.acceptance import Acceptance, Standing
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.finding import Finding, Passed, RuleResult
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.report.outcome import OutcomeWord
from mailtrust.core.report.report_json import acceptance_to_wire, checks_to_wire, finding_to_wire
from mailtrust.core.report.report_wire import AcceptanceWire, CheckWire, FindingWire, Moment
from mailtrust.core.rules.walking import worst_first
from mailtrust.core.services.exchange.due import Due, DueKind
from mailtrust.core.services.exchange.versions import Release, release
from mailtrust.version import __version__

SCHEMA: Literal["mailtrust/services/1"] = "mailtrust/services/1"


@frozen
class Reviewed:
    """What came of a check of what is assigned."""

    at: datetime
    organisation: ExchangeOrganisation | None
    results: tuple[RuleResult, ...]
    acceptances: tuple[Acceptance, ...]
    file: str
    """What accepts; empty: there is no such file."""
    due: tuple[Due, ...]
    notes: tuple[Text, ...]
    """What could not be read or asked."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those that count, worst first."""
        ids = self._accepted_ids()
        return tuple(one for one in worst_first(self.results) if one.id not in ids)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """Those that do not count, because somebody has said so."""
        ids = self._accepted_ids()
        return tuple(one for one in worst_first(self.results) if one.id in ids)

    @property
    def outcome(self) -> OutcomeWord:
        """The severity of the worst finding that counts; `unknown` where no rule could look."""
        if findings := self.findings:
            return findings[0].severity.value
        return "clean" if self.accepted or any(isinstance(one, Passed) for one in self.results) else "unknown"

    def _accepted_ids(self) -> frozenset[str]:
        in_force = (one for one in self.acceptances if one.standing is Standing.IN_FORCE)
        return frozenset(finding for one in in_force for finding in one.findings)


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
