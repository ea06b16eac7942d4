"""Case files: all that was seen in one run as one JSON text, and back, whoever wrote it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from mailtrust.core.formats.case_book import (
    book_from_wire,
    book_to_wire,
    ids_in,
    situation_from_wire,
    situation_to_wire,
)
from mailtrust.core.formats.case_wire import (
    SCHEMA,
    CaseWire,
    EndpointWire,
    FailureWire,
    FetchedWire,
    HandshakeWire,
    LookupWire,
    ObservationWire,
    PoolEntryWire,
    StoreWire,
)
from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.formats.misfit import explain, misfit
from mailtrust.core.model.case_file import CaseFile, Lookup, StoreReference
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Endpoint
from mailtrust.core.model.observation import Handshake, Observation, ProbeFailure
from mailtrust.core.model.pool import Pool, PoolEntry
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.status import FetchedStatus
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.parse import read_certificate

MOST_BYTES = 64 * 2**20


class CaseFileError(UserProblem):
    """A case file that cannot be used; the sentence names the place."""


def encode(case: CaseFile) -> bytes:
    """Write a case as JSON (mailtrust/case/1): equal cases give equal bytes. Raises CaseFileError if it is too big."""
    certificates: dict[str, bytes] = {}

    def kept(chain: Iterable[AnyCertificate]) -> list[str]:
        named = list(chain)
        certificates.update((certificate.fingerprint, certificate.der) for certificate in named)
        return [certificate.fingerprint for certificate in named]

    wire = CaseWire(
        schema=SCHEMA,
        version=case.version,
        target=case.target,
        at=case.at.astimezone(UTC),
        observations=[
            ObservationWire(
                endpoint=_endpoint_to_wire(seen.endpoint),
                offer=seen.offer,
                at=seen.at.astimezone(UTC),
                result=_result_to_wire(seen.result, kept(seen.presented_chain)),
                transcript=list(seen.transcript),
                bytes_before_tls=seen.bytes_before_tls,
                duration_ms=seen.duration_ms,
            )
            for seen in case.observations
        ],
        certificates=certificates,
        pool=[
            PoolEntryWire(
                certificate=kept([entry.certificate])[0], sources=sorted(entry.sources), origins=list(entry.origins)
            )
            for entry in case.pool
        ],
        lookups=[
            LookupWire(kind=asked.kind, question=asked.question, answer=list(asked.answer), failure=asked.failure)
            for asked in case.lookups
        ],
        stores=[
            StoreWire(
                name=store.name,
                date=store.date.astimezone(UTC),
                provenance=store.provenance,
                digest=store.digest,
                anchors=store.anchors,
            )
            for store in case.stores
        ],
        local_roots=kept(case.local_roots),
        deployed=list(case.deployed),
        hypothetical=kept(case.hypothetical),
        fetched=[
            FetchedWire(way=one.way, url=one.url, about=one.about or None, octets=one.octets) for one in case.fetched
        ],
        asked=book_to_wire(case.book),
        asked_inside=book_to_wire(case.inside_book),
        situations=list(map(situation_to_wire, case.situations)),
    )
    data = to_json_text(wire)
    if len(data) > MOST_BYTES:
        raise _too_big(len(data))
    return data


def decode(data: bytes) -> CaseFile:
    """Read a case file that anybody may have written. Raises CaseFileError, naming the place that is wrong."""
    if len(data) > MOST_BYTES:
        raise _too_big(len(data))
    return _case(_wire(data))


def _wire(data: bytes) -> CaseWire:
    try:
        return msgspec.json.decode(data, type=CaseWire)
    except msgspec.ValidationError as error:
        raise CaseFileError(explain(error, data, CaseWire)) from None
    except RecursionError:
        raise CaseFileError(text("Expected a case file, got JSON that is nested too deeply.")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CaseFileError(
            text(
                "Expected a case file as check --save writes it, got something that is no JSON ({detail}).",
                detail=clean(str(error), 200),
            )
        ) from None


def _case(wire: CaseWire) -> CaseFile:
    certificates = _Certificates(wire.certificates)
    observations = tuple(
        _observation(seen, certificates, f"observations[{number}]") for number, seen in enumerate(wire.observations)
    )
    by_id = {seen.id: seen for seen in reversed(observations)}
    for where, asked in (("asked", wire.asked), ("asked_inside", wire.asked_inside)):
        for number, id_ in ids_in(asked):
            if id_ not in by_id:
                place = f"{where}[{number}].observation"
                raise CaseFileError(misfit(place, text("the id of an observation that stands in the file"), id_))
    return CaseFile(
        target=wire.target,
        at=_utc(wire.at, "at"),
        version=wire.version,
        observations=observations,
        pool=Pool(
            tuple(
                PoolEntry(
                    certificates.readable(entry.certificate, f"pool[{number}].certificate"),
                    frozenset(entry.sources),
                    tuple(entry.origins),
                )
                for number, entry in enumerate(wire.pool)
            )
        ),
        lookups=tuple(Lookup(asked.kind, asked.question, tuple(asked.answer), asked.failure) for asked in wire.lookups),
        stores=tuple(
            StoreReference(
                store.name, _utc(store.date, f"stores[{number}].date"), store.provenance, store.digest, store.anchors
            )
            for number, store in enumerate(wire.stores)
        ),
        local_roots=_all_readable(certificates, wire.local_roots, "local_roots"),
        deployed=tuple(wire.deployed),
        hypothetical=_all_readable(certificates, wire.hypothetical, "hypothetical"),
        fetched=tuple(FetchedStatus(one.way, one.url, one.about or "", one.octets) for one in wire.fetched),
        book=book_from_wire(wire.asked, by_id),
        inside_book=book_from_wire(wire.asked_inside, by_id),
        situations=tuple(map(situation_from_wire, wire.situations)),
    )


class _Certificates:
    """The certificates of a file by fingerprint, each checked against it, and read when it is first asked for."""

    def __init__(self, ders: Mapping[str, bytes]) -> None:
        self._ders = ders
        for fingerprint, der in ders.items():
            if (came := sha256(der).hexdigest()) != fingerprint:
                raise CaseFileError(
                    misfit(f"certificates[{fingerprint}]", text("a certificate with that SHA-256 fingerprint"), came)
                )

    def any(self, fingerprint: str, place: str) -> AnyCertificate:
        """The certificate, readable or not."""
        der = self._ders.get(fingerprint)
        if der is None:
            raise CaseFileError(
                misfit(place, text("the fingerprint of a certificate that stands in the file"), fingerprint)
            )
        return read_certificate(der)

    def readable(self, fingerprint: str, place: str) -> Certificate:
        """The certificate, which must be readable."""
        certificate = self.any(fingerprint, place)
        if not isinstance(certificate, Certificate):
            raise CaseFileError(misfit(place, text("a certificate that can be read"), fingerprint))
        return certificate


def _all_readable(certificates: _Certificates, fingerprints: list[str], place: str) -> tuple[Certificate, ...]:
    return tuple(
        certificates.readable(fingerprint, f"{place}[{number}]") for number, fingerprint in enumerate(fingerprints)
    )


def _observation(wire: ObservationWire, certificates: _Certificates, place: str) -> Observation:
    return Observation(
        endpoint=_endpoint(wire.endpoint),
        offer=wire.offer,
        at=_utc(wire.at, f"{place}.at"),
        result=_result(wire.result, certificates, f"{place}.result"),
        transcript=tuple(wire.transcript),
        bytes_before_tls=wire.bytes_before_tls,
        duration_ms=wire.duration_ms,
    )


def _endpoint_to_wire(endpoint: Endpoint) -> EndpointWire:
    return EndpointWire(
        host=endpoint.host,
        port=endpoint.port,
        protocol=endpoint.protocol,
        tls_mode=endpoint.tls_mode,
        address=endpoint.address,
        server_name=endpoint.server_name,
        found_by=endpoint.found_by,
        connect_port=endpoint.connect_port,
        connect_address=endpoint.connect_address,
    )


def _endpoint(wire: EndpointWire) -> Endpoint:
    return Endpoint(
        host=wire.host,
        port=wire.port,
        protocol=wire.protocol,
        tls_mode=wire.tls_mode,
        address=wire.address,
        server_name=wire.server_name,
        found_by=wire.found_by,
        connect_port=wire.connect_port,
        connect_address=wire.connect_address,
    )


def _result_to_wire(result: Handshake | ProbeFailure, presented_chain: list[str]) -> HandshakeWire | FailureWire:
    if isinstance(result, ProbeFailure):
        return FailureWire(stage=result.stage, kind=result.kind, detail=result.detail)
    return HandshakeWire(
        tls_version=result.tls_version,
        cipher=result.cipher,
        presented_chain=presented_chain,
        ocsp_staple=result.ocsp_staple,
        key_proven=result.key_proven,
        completed=result.completed,
        note=result.note,
    )


def _result(wire: HandshakeWire | FailureWire, certificates: _Certificates, place: str) -> Handshake | ProbeFailure:
    if isinstance(wire, FailureWire):
        return ProbeFailure(wire.stage, wire.kind, wire.detail)
    if not wire.presented_chain:  # who saw no certificate saw no handshake
        raise CaseFileError(misfit(f"{place}.presented_chain", text("at least one certificate"), []))
    return Handshake(
        tls_version=wire.tls_version,
        cipher=wire.cipher,
        presented_chain=tuple(
            certificates.any(fingerprint, f"{place}.presented_chain[{number}]")
            for number, fingerprint in enumerate(wire.presented_chain)
        ),
        ocsp_staple=wire.ocsp_staple,
        key_proven=wire.key_proven,
        completed=wire.completed,
        note=wire.note,
    )


def _utc(moment: datetime, place: str) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise CaseFileError(misfit(place, text("a moment such as 2027-01-31T12:00:00Z"), moment.isoformat())) from None


def _too_big(size: int) -> CaseFileError:
    sentence: Text = text(
        "A case file has at most {most} MiB, this one has {size}.", most=MOST_BYTES // 2**20, size=-(-size // 2**20)
    )
    return CaseFileError(sentence)
