"""What stands in files, or what a server presents, as plain facts: names, dates, keys, and who belongs to whom."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from mailtrust.core.model.certificate import (
    Certificate,
    Name,
    ParseProblem,
    PresentedIdentifier,
    PublicKey,
    SignatureAlgorithm,
)
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import OcspResponse, RevocationList
from mailtrust.core.model.text import Text, text
from mailtrust.core.report import inspection_wire as wire
from mailtrust.core.x509.containers import Contents, Item, Kind, Other
from mailtrust.core.x509.extensions import KEY_USAGES, PURPOSES
from mailtrust.core.x509.ocsp_response import read_ocsp_response
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.request import read_request
from mailtrust.core.x509.revocation_list import read_revocation_list
from mailtrust.core.x509.signatures import SignatureResult, Signed, signed_by
from mailtrust.core.x509.strict import encoding_problems
from mailtrust.core.x509.thumbprint import thumbprint

MOST_REVOKED = 100

Translate = Callable[[str], str]


@frozen
class Specimen:
    """One file, or one server: what it is called, and what was found."""

    name: str
    contents: Contents
    server: bool = False


@frozen
class _Known:
    """Everything that was found, to see what belongs together."""

    certificates: tuple[Certificate, ...]
    keys: tuple[PrivateKey, ...]
    translate: Translate

    def signers(self, child: Signed, issuer: Name) -> list[str]:
        """Fingerprints of those that bear the issuer's name and whose key made the signature."""
        return [
            one.fingerprint
            for one in self.certificates
            if one.subject.match_key == issuer.match_key and signed_by(child, one.public_key) is SignatureResult.VALID
        ]


def inspect(specimens: Sequence[Specimen], translate: Translate) -> wire.InspectionWire:
    """The facts; what belongs together is found across all specimens."""
    certificates = {one.fingerprint: one for specimen in specimens for one in specimen.contents.certificates}
    keys = {key.spki: key for specimen in specimens for key in specimen.contents.keys}
    known = _Known(tuple(certificates.values()), tuple(keys.values()), translate)
    return wire.InspectionWire(schema=wire.SCHEMA, specimens=[_specimen(one, known) for one in specimens])


def _specimen(specimen: Specimen, known: _Known) -> wire.SpecimenWire:
    contents = specimen.contents
    found = wire.SpecimenWire(
        name=specimen.name,
        form="server" if specimen.server else contents.form.value,
        certificates=[],
        requests=[],
        private_keys=[_private_key(key, known) for key in contents.keys],
        revocation_lists=[],
        ocsp_answers=[],
        others=[],
        problems=[problem.render(known.translate) for problem in contents.problems],
    )
    for item in contents.items:
        if isinstance(item.certificate, Certificate):
            found.certificates.append(_certificate(item, item.certificate, known))
        else:
            found.others.append(wire.OtherWire(origin=item.origin, role=item.role.render(known.translate)))
    for other in contents.others:
        _other(other, found, known)
    return found


def _other(other: Other, found: wire.SpecimenWire, known: _Known) -> None:
    read: CertificateRequest | RevocationList | OcspResponse | ParseProblem
    match other.kind:
        case Kind.REQUEST:
            read = read_request(other.octets)
        case Kind.REVOCATION_LIST:
            read = read_revocation_list(other.octets)
        case Kind.OCSP_ANSWER:
            read = read_ocsp_response(other.octets)
        case Kind.KEY:
            # A key that was opened stands among the keys; one that was not, among the problems.
            return
        case Kind.STRANGER:
            found.others.append(wire.OtherWire(origin=other.origin, role=other.role.render(known.translate)))
            return
    match read:
        case CertificateRequest():
            found.requests.append(_request(other.origin, read, known))
        case RevocationList():
            found.revocation_lists.append(_revocation_list(other.origin, read, known))
        case OcspResponse():
            found.ocsp_answers.append(_ocsp_answer(other.origin, read, known))
        case ParseProblem():
            found.problems.append(_unreadable(other, read).render(known.translate))


def _unreadable(other: Other, problem: ParseProblem) -> Text:
    return text(
        "{file}: {role}, which cannot be read: {why}", file=other.origin, role=other.role,
        why=f"{problem.field}: {problem.detail}",
    )  # fmt: skip


def _certificate(item: Item, one: Certificate, known: _Known) -> wire.CertificateWire:
    constraints, authority = one.name_constraints, one.authority_key_identifier
    return wire.CertificateWire(
        origin=item.origin,
        role=item.role.render(known.translate),
        sha256=one.fingerprint,
        sha1=thumbprint(one).lower(),
        thumbprint=thumbprint(one),
        subject=one.subject.text,
        issuer=one.issuer.text,
        serial=f"{one.serial:x}",
        names=_names(one.subject_alt_names or ()),
        not_before=one.not_before,
        not_after=one.not_after,
        key=_key(one.public_key),
        signature=_signature(one.signature_algorithm),
        version=one.version,
        ca=one.is_ca,
        path_length=one.basic_constraints.path_length if one.basic_constraints is not None else None,
        key_usage=_usages(one.key_usage),
        extended_key_usage=_purposes(one.extended_key_usage),
        permitted=_names(constraints.permitted if constraints is not None else ()),
        excluded=_names(constraints.excluded if constraints is not None else ()),
        policies=list(one.policies),
        must_staple=one.must_staple,
        timestamps=one.sct_count,
        subject_key_identifier=_hex(one.subject_key_identifier),
        authority_key_identifier=_hex(authority.key_id if authority is not None else None),
        ca_issuers=list(one.ca_issuers),
        ocsp_urls=list(one.ocsp_urls),
        crl_urls=list(one.crl_urls),
        issued_by=known.signers(one, one.issuer),
        key_here=any(key.matches(one) for key in known.keys),
        problems=_problems(encoding_problems(one)),
    )


def _request(origin: str, one: CertificateRequest, known: _Known) -> wire.RequestWire:
    result = signed_by(one, one.public_key)
    return wire.RequestWire(
        origin=origin,
        sha256=one.fingerprint,
        subject=one.subject.text,
        names=_names(one.subject_alt_names),
        key=_key(one.public_key),
        signature=_signature(one.signature_algorithm),
        signed=None if result is SignatureResult.UNSUPPORTED else result is SignatureResult.VALID,
        key_usage=_usages(one.key_usage),
        extended_key_usage=_purposes(one.extended_key_usage),
        extensions=[oid for oid, _, _ in one.extensions],
        attributes=list(one.attributes),
        key_here=any(key.spki == one.public_key.spki for key in known.keys),
        answered_by=[cert.fingerprint for cert in known.certificates if cert.public_key.spki == one.public_key.spki],
        problems=_problems(one.problems),
    )


def _private_key(key: PrivateKey, known: _Known) -> wire.PrivateKeyWire:
    return wire.PrivateKeyWire(
        key=_key(key.public_key), belongs_to=[one.fingerprint for one in known.certificates if key.matches(one)]
    )


def _revocation_list(origin: str, one: RevocationList, known: _Known) -> wire.RevocationListWire:
    entries = list(one.entries.items())[:MOST_REVOKED]
    return wire.RevocationListWire(
        origin=origin,
        sha256=one.fingerprint,
        issuer=one.issuer.text,
        number=one.number,
        this_update=one.this_update,
        next_update=one.next_update,
        signature=_signature(one.signature_algorithm),
        revoked=len(one.entries),
        entries=[
            wire.RevokedWire(serial=f"{serial:x}", at=entry.at, reason=entry.reason) for (_, serial), entry in entries
        ],
        signed_by=known.signers(one, one.issuer),
        problems=_problems(one.problems),
    )


def _ocsp_answer(origin: str, one: OcspResponse, known: _Known) -> wire.OcspAnswerWire:
    sent = [cert for cert in one.certificates if isinstance(cert, Certificate)]
    return wire.OcspAnswerWire(
        origin=origin,
        sha256=one.fingerprint,
        responder=one.responder.text if isinstance(one.responder, Name) else one.responder.hex(),
        produced_at=one.produced_at,
        signature=_signature(one.signature_algorithm),
        answers=[
            wire.StatusWire(
                serial=f"{answer.serial:x}",
                status=answer.status,
                revoked_at=answer.revoked_at,
                reason=answer.reason,
                this_update=answer.this_update,
                next_update=answer.next_update,
            )
            for answer in one.answers[:MOST_REVOKED]
        ],
        signed_by=[
            cert.fingerprint
            for cert in (*sent, *known.certificates)
            if signed_by(one, cert.public_key) is SignatureResult.VALID
        ],
    )


def _key(key: PublicKey) -> wire.KeyWire:
    return wire.KeyWire(
        algorithm=key.algorithm, bits=key.bits, curve=key.curve, sha256=hashlib.sha256(key.spki).hexdigest()
    )


def _names(names: Iterable[PresentedIdentifier]) -> list[wire.NameWire]:
    return [wire.NameWire(kind=name.type.value, value=name.value) for name in names]


def _signature(algorithm: SignatureAlgorithm) -> str:
    """As people say it: rsa-pkcs1-sha256; the identifier of what is not known."""
    if algorithm.kind == "unknown":
        return algorithm.oid
    return f"{algorithm.kind}-{algorithm.hash}" if algorithm.hash else algorithm.kind


def _usages(usages: frozenset[str] | None) -> list[str] | None:
    return None if usages is None else sorted(usages, key=KEY_USAGES.index)


def _purposes(purposes: Sequence[str] | None) -> list[str] | None:
    return None if purposes is None else [PURPOSES.get(oid, oid) for oid in purposes]


def _hex(octets: bytes | None) -> str | None:
    return None if octets is None else octets.hex()


def _problems(problems: Iterable[ParseProblem]) -> list[str]:
    return [f"{problem.field}: {problem.detail}" for problem in problems]
