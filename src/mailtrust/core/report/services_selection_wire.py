"""mailtrust/selection/1: which certificate Exchange presents where, and why, for programs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.exchange import ExchangeCertificate
from mailtrust.core.model.exchange_change import Refusal
from mailtrust.core.model.text import Text
from mailtrust.core.report.assigned_wire import Thumbprint
from mailtrust.core.report.report_wire import Fingerprint, Moment
from mailtrust.core.services.exchange.selecting.presented import Agreement, Compared
from mailtrust.core.services.exchange.selecting.selection import (
    Chosen,
    NoneEligible,
    NotOffered,
    Selection,
    SelectionKind,
    SelectionUnknown,
    is_served,
)

SCHEMA: Literal["mailtrust/selection/1"] = "mailtrust/selection/1"


class PresentedCertificateWire(Struct, kw_only=True):
    """A certificate as Exchange shows it."""

    thumbprint: Thumbprint
    sha256: Fingerprint | None
    subject: str
    issuer: str
    domains: list[str]
    not_before: Moment | None
    not_after: Moment | None


class SearchStepWire(Struct, kw_only=True):
    """One step of the search."""

    say: str
    details: Annotated[list[str], Meta(description="The certificates looked at, and what ruled each out.")]


class SelectionEntryWire(Struct, kw_only=True):
    """What is presented in one place."""

    server: str
    kind: SelectionKind
    name: str
    outcome: Literal["chosen", "none", "not-offered", "unknown"]
    served: Annotated[
        bool | None, Meta(description="Whether a usable certificate is presented; null: not known, or no TLS.")
    ]
    certificate: Annotated[PresentedCertificateWire | None, Meta(description="Where one was chosen.")]
    candidates: Annotated[list[PresentedCertificateWire], Meta(description="Where it is one of these.")]
    reason: Annotated[
        str | None, Meta(description="What follows from none, the setting that excludes TLS, or why it is unknown.")
    ]
    faults: list[str]
    doubts: list[str]
    steps: list[SearchStepWire]
    events: Annotated[
        list[int],
        Meta(description="In the Application log; the source is MSExchangeTransport or MSExchangeFrontEndTransport."),
    ]
    basis: Literal["document", "recalled"]


class LogEntryWire(Struct, kw_only=True):
    """What a connector presented last, by the protocol log."""

    direction: Literal["receive", "send"]
    connector: str
    verb: Literal["STARTTLS", "X-ANONYMOUSTLS", ""]
    thumbprint: Thumbprint
    last: Moment
    times: int
    agreement: Agreement


class SelectionWire(Struct, kw_only=True):
    """Every place."""

    schema: Literal["mailtrust/selection/1"]
    at: Moment
    selections: list[SelectionEntryWire]
    after: Annotated[
        list[SelectionEntryWire] | None, Meta(description="After the planned change; null: none was given.")
    ]
    refused: Annotated[list[str], Meta(description="What of the planned change Exchange would refuse.")]
    log: list[LogEntryWire]


def selection_wire(
    selections: Sequence[Selection],
    after: Sequence[Selection] | None,
    compared: Sequence[Compared],
    refused: Sequence[Refusal],
    *,
    now: datetime,
    translate: Callable[[str], str],
) -> SelectionWire:
    """All that `show_selections` shows, and every search."""
    return SelectionWire(
        schema=SCHEMA,
        at=now,
        selections=[_entry(one, translate) for one in selections],
        after=None if after is None else [_entry(one, translate) for one in after],
        refused=[one.why.render(translate) for one in refused],
        log=[
            LogEntryWire(
                direction=one.presented.direction,
                connector=one.presented.connector,
                verb=one.presented.verb,
                thumbprint=one.presented.thumbprint,
                last=one.presented.last,
                times=one.presented.times,
                agreement=one.agreement,
            )
            for one in compared
        ],
    )


def _entry(one: Selection, translate: Callable[[str], str]) -> SelectionEntryWire:
    def said(sentences: Sequence[Text]) -> list[str]:
        return [sentence.render(translate) for sentence in sentences]

    entry = SelectionEntryWire(
        server=one.server,
        kind=one.kind,
        name=one.name,
        outcome="unknown",
        served=is_served(one),
        certificate=None,
        candidates=[],
        reason=None,
        faults=[],
        doubts=[],
        steps=[SearchStepWire(say=step.say.render(translate), details=said(step.details)) for step in one.why],
        events=list(one.events),
        basis=one.basis,
    )
    match one.outcome:
        case Chosen(certificate=it, faults=faults, doubts=doubts):
            entry.outcome, entry.certificate = "chosen", _certificate(it)
            entry.faults, entry.doubts = said(faults), said(doubts)
        case NoneEligible(follows=follows):
            entry.outcome, entry.reason = "none", follows.render(translate)
        case NotOffered(setting=setting):
            entry.outcome, entry.reason = "not-offered", setting.render(translate)
        case SelectionUnknown(reason=reason, candidates=candidates):
            entry.reason, entry.candidates = reason.render(translate), [_certificate(it) for it in candidates]
    return entry


def _certificate(one: ExchangeCertificate) -> PresentedCertificateWire:
    return PresentedCertificateWire(
        thumbprint=one.thumbprint,
        sha256=None if one.certificate is None else one.certificate.fingerprint,
        subject=one.subject,
        issuer=one.issuer,
        domains=list(one.domains),
        not_before=one.not_before,
        not_after=one.not_after,
    )
