"""mailtrust/assigned/1: which certificate serves which service, as told and as presented, for programs."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.assignment import Assigned, Served
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.text import Text
from mailtrust.core.report.report_json import finding_to_wire
from mailtrust.core.report.report_wire import FindingWire, Fingerprint, Moment
from mailtrust.core.services import mailstore
from mailtrust.core.services.assigned import presents
from mailtrust.core.x509.thumbprint import thumbprint

SCHEMA: Literal["mailtrust/assigned/1"] = "mailtrust/assigned/1"

Thumbprint = Annotated[str, Meta(description="SHA-1, upper-case hexadecimal: as Windows and Exchange show it.")]


class CertificateWire(Struct, kw_only=True):
    """A certificate of a server, with all that it is told to serve there."""

    server: str
    product: Annotated[str, Meta(description="Its id, such as postfix; empty: not known.")]
    thumbprint: Thumbprint
    sha256: Annotated[Fingerprint | None, Meta(description="Null: the export does not hold the certificate itself.")]
    subject: str
    domains: list[str]
    friendly_name: str
    not_after: Moment | None
    services: Annotated[
        list[str] | None,
        Meta(description="In the product's own words; none: it lies there unused; null: the export does not say."),
    ]
    named_in: Annotated[list[str], Meta(description="FILE:LINE of the configuration.")]
    served_at: Annotated[list[str] | None, Meta(description="The ports that present it; null: nobody has looked.")]


class ServedWire(Struct, kw_only=True):
    """What one port presents."""

    place: Annotated[str, Meta(description="PROTOCOL://HOST:PORT@ADDRESS.")]
    server: Annotated[str, Meta(description="The server that was asked itself; empty: whoever answers there.")]
    product: str
    service: Annotated[str, Meta(description="In the product's own words; empty: not known.")]
    thumbprint: Thumbprint
    sha256: Fingerprint
    configured: Annotated[
        list[Thumbprint] | None, Meta(description="What may be presented at this port; null: nobody can tell.")
    ]


class AssignedWire(Struct, kw_only=True):
    """What is assigned to what."""

    schema: Literal["mailtrust/assigned/1"]
    certificates: list[CertificateWire]
    served: Annotated[list[ServedWire] | None, Meta(description="Null: nobody has looked.")]
    findings: list[FindingWire]
    notes: Annotated[list[str], Meta(description="What could not be read or asked, a sentence each.")]


def assigned_wire(
    assigned: Sequence[Assigned],
    served: Sequence[Served],
    findings: Sequence[Finding],
    notes: Sequence[Text],
    translate: Callable[[str], str],
    *,
    looked: bool,
) -> AssignedWire:
    """The whole answer; `looked`: whether all servers were asked what they present."""
    return AssignedWire(
        schema=SCHEMA,
        certificates=[
            CertificateWire(
                server=one.server,
                product=one.product,
                thumbprint=one.thumbprint,
                sha256=None if one.certificate is None else one.certificate.fingerprint,
                subject=one.subject,
                domains=list(one.domains),
                friendly_name=one.friendly_name,
                not_after=None if one.certificate is None else one.certificate.not_after,
                services=None if one.unsaid else list(one.services),
                named_in=list(one.named_in),
                served_at=list(presents(one, served)) if looked or one.product == mailstore.ID else None,
            )
            for one in assigned
        ],
        served=[_served(one) for one in served] if looked or served else None,
        findings=[finding_to_wire(one, (), translate) for one in findings],
        notes=[one.render(translate) for one in notes],
    )


def _served(one: Served) -> ServedWire:
    return ServedWire(
        place=one.place,
        server=one.server,
        product=one.product,
        service=one.service,
        thumbprint=thumbprint(one.leaf),
        sha256=one.leaf.fingerprint,
        configured=None if one.configured is None else list(one.configured),
    )
