"""mailtrust/store/1, mailtrust/store-choice/1 and mailtrust/store-changes/1: what a store holds, for programs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.kept import Change, ChangeKind, Holdings, KeptCertificate, KeptRequest, Service
from mailtrust.core.model.text import Text
from mailtrust.core.report.report_wire import Fingerprint, Moment
from mailtrust.core.services.choice import Candidate, Choice
from mailtrust.core.x509.roles import is_authority
from mailtrust.core.x509.thumbprint import thumbprint

HOLDINGS: Literal["mailtrust/store/1"] = "mailtrust/store/1"
CHOICE: Literal["mailtrust/store-choice/1"] = "mailtrust/store-choice/1"
CHANGES: Literal["mailtrust/store-changes/1"] = "mailtrust/store-changes/1"


class AssignedWire(Struct, kw_only=True):
    """Where a certificate is assigned."""

    server: str
    service: Service
    since: Moment


class SeenWire(Struct, kw_only=True):
    """Where a certificate was presented, when that endpoint was last looked at."""

    endpoint: str
    at: Moment


class KeptWire(Struct, kw_only=True):
    """A certificate that is kept."""

    sha256: Fingerprint
    sha1: Annotated[str, Meta(description="The thumbprint that Windows shows.")]
    subject: str
    issuer: str
    serial: Annotated[str, Meta(description="Hexadecimal, lower case, as large as it is.")]
    names: Annotated[list[str], Meta(description="DNS names and IP addresses.")]
    authority: Annotated[bool, Meta(description="Whether it is a CA's.")]
    not_before: Moment
    not_after: Moment
    key: Annotated[bool, Meta(description="Whether its private key is kept too.")]
    issuers: Annotated[list[Fingerprint], Meta(description="Its chain as far as it is kept, its issuer first.")]
    added: Moment
    assigned: list[AssignedWire]
    seen: list[SeenWire]


class RequestWire(Struct, kw_only=True):
    """A request that is kept."""

    sha256: Fingerprint
    subject: str
    names: list[str]
    key: bool
    added: Moment


class StoreWire(Struct, kw_only=True):
    """What a store holds, or the part that was asked for."""

    schema: Literal["mailtrust/store/1"]
    store: str
    certificates: list[KeptWire]
    requests: list[RequestWire]


class CandidateWire(Struct, kw_only=True):
    """A certificate for the name."""

    sha256: Fingerprint
    names: list[str]
    not_after: Moment
    fits: bool
    merits: list[str]
    drawbacks: list[str]
    faults: list[str]


class ChoiceWire(Struct, kw_only=True):
    """The certificates for a name, the best first."""

    schema: Literal["mailtrust/store-choice/1"]
    host: str
    service: Service | None
    best: Annotated[Fingerprint | None, Meta(description="None: no certificate that is kept can serve.")]
    candidates: list[CandidateWire]


class ChangeWire(Struct, kw_only=True):
    """One thing that was done."""

    number: int
    at: Moment
    by: str
    kind: ChangeKind
    subject: str
    detail: str


class ChangesWire(Struct, kw_only=True):
    """Everything that was done to a store, the first first."""

    schema: Literal["mailtrust/store-changes/1"]
    store: str
    changes: list[ChangeWire]


def store_wire(
    store: str, holdings: Holdings, shown: Iterable[KeptCertificate], requests: Iterable[KeptRequest]
) -> StoreWire:
    """Certificates and requests of a store, with what is known of them there."""
    return StoreWire(
        schema=HOLDINGS,
        store=store,
        certificates=[_kept(one, holdings) for one in shown],
        requests=[
            RequestWire(
                sha256=one.request.fingerprint,
                subject=one.request.subject.text,
                names=[name.value for name in one.request.subject_alt_names],
                key=one.has_key,
                added=one.added,
            )
            for one in requests
        ],
    )


def choice_wire(choice: Choice, translate: Callable[[str], str]) -> ChoiceWire:
    """A choice with its reasons."""

    def said(sentences: Sequence[Text]) -> list[str]:
        return [sentence.render(translate) for sentence in sentences]

    def candidate(one: Candidate) -> CandidateWire:
        it = one.kept.certificate
        return CandidateWire(
            sha256=it.fingerprint,
            names=_names(it),
            not_after=it.not_after,
            fits=not one.faults,
            merits=said(one.merits),
            drawbacks=said(one.drawbacks),
            faults=said(one.faults),
        )

    return ChoiceWire(
        schema=CHOICE,
        host=choice.host,
        service=choice.service,
        best=None if choice.best is None else choice.best.kept.certificate.fingerprint,
        candidates=[candidate(one) for one in choice.candidates],
    )


def changes_wire(store: str, changes: Iterable[Change]) -> ChangesWire:
    """The changes."""
    told = [
        ChangeWire(number=one.number, at=one.at, by=one.by, kind=one.kind, subject=one.subject, detail=one.detail)
        for one in changes
    ]
    return ChangesWire(schema=CHANGES, store=store, changes=told)


def _kept(one: KeptCertificate, holdings: Holdings) -> KeptWire:
    it = one.certificate
    return KeptWire(
        sha256=it.fingerprint,
        sha1=thumbprint(it).lower(),
        subject=it.subject.text,
        issuer=it.issuer.text,
        serial=f"{it.serial:x}",
        names=_names(it),
        authority=is_authority(it),
        not_before=it.not_before,
        not_after=it.not_after,
        key=one.has_key,
        issuers=[issuer.fingerprint for issuer in one.issuers],
        added=one.added,
        assigned=[
            AssignedWire(server=at.server, service=at.service, since=at.since)
            for at in holdings.assigned(it.fingerprint)
        ],
        seen=[SeenWire(endpoint=at.endpoint, at=at.at) for at in holdings.seen(it.fingerprint)],
    )


def _names(certificate: Certificate) -> list[str]:
    return [*certificate.dns_names, *certificate.ip_addresses]
