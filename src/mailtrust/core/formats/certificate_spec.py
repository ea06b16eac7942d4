"""What a certificate must be, as JSON: in a report's remedies, and read again to order it."""

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from mailtrust.core.formats.certificate_names import read_names
from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MOST_OCTETS = 64 * 2**20
LONGEST_ATTRIBUTE = 64
"""Characters of a commonName or organizationName (RFC 5280 A.1, ub-common-name and ub-organization-name)."""


class SpecWire(Struct, kw_only=True):
    """What a certificate must be."""

    dns_names: list[str]
    ip_addresses: list[str] = []
    common_name: str | None = None
    organisation: str | None = None
    key: Literal["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"] = "rsa-2048"
    lifetime_days: Annotated[int, Meta(ge=1, le=36500)] = 90
    extended_key_usage: Annotated[list[str], Meta(description="Object identifiers.")] = msgspec.field(
        default_factory=lambda: ["1.3.6.1.5.5.7.3.1"]
    )


class _Remedy(Struct, kw_only=True):
    id: str = ""
    certificate: SpecWire | None = None


class _Report(Struct, kw_only=True):
    remedies: list[_Remedy]


class _LeastSet(Struct, kw_only=True):
    certificates: list[_Remedy]


def spec_wire(spec: CertificateSpec) -> SpecWire:
    """As it is written."""
    return SpecWire(
        dns_names=list(spec.dns_names),
        ip_addresses=list(spec.ip_addresses),
        common_name=spec.common_name,
        organisation=spec.organisation,
        key=spec.key,
        lifetime_days=spec.lifetime_days,
        extended_key_usage=list(spec.extended_key_usage),
    )


def read_spec(data: bytes, remedy: str | None = None) -> CertificateSpec:
    """Read a report of `check --format json`, one of its remedies, a least set, or a spec alone. Raises UserProblem.

    `remedy`: the id of the one that is meant, where several certificates are asked for; in a least set its number.
    """
    given = _json(data)
    if "remedies" in given:
        report = _fit(data, _Report)
        return _spec(_meant(report.remedies, remedy))
    if "certificates" in given:
        wanted = _fit(data, _LeastSet).certificates
        numbered = [_Remedy(id=str(number), certificate=one.certificate) for number, one in enumerate(wanted, 1)]
        return _spec(_meant(numbered, remedy))
    if "certificate" in given:
        return _spec(_meant([_fit(data, _Remedy)], remedy))
    return _spec(_fit(data, SpecWire))


def _json(data: bytes) -> dict[str, object]:
    try:
        given = msgspec.json.decode(data) if len(data) <= MOST_OCTETS else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UserProblem(
            text(
                "Expected the JSON of a report (check --format json), or an object with dns_names; got something else."
            )
        )
    return given


_T = TypeVar("_T", bound=Struct)


def _fit(data: bytes, wanted: type[_T]) -> _T:
    try:
        return msgspec.json.decode(data, type=wanted)
    except msgspec.ValidationError as error:
        from mailtrust.core.formats.misfit import explain  # late: reports are written with this file's fields too

        raise UserProblem(explain(error, data, wanted)) from None


def _meant(remedies: list[_Remedy], wanted: str | None) -> SpecWire:
    found = {one.id: one.certificate for one in remedies if one.certificate is not None}
    if wanted is not None:
        found = {name: spec for name, spec in found.items() if name == wanted}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UserProblem(text("No remedy in it asks for a new certificate, or none of the id that was given."))
    raise UserProblem(
        text(
            "It asks for {count} certificates: say with --remedy which is meant. There are: {known}.",
            count=len(found),
            known=tuple(clean(name, 60) for name in list(found)[:10]),
        )
    )


def _spec(wire: SpecWire) -> CertificateSpec:
    names = read_names((*wire.dns_names, *wire.ip_addresses))
    if not names.dns_names and not names.ip_addresses:
        raise UserProblem(text("It names no host that the certificate shall be for."))
    return CertificateSpec(
        dns_names=names.dns_names,
        ip_addresses=names.ip_addresses,
        common_name=_fitting(wire.common_name),
        organisation=_fitting(wire.organisation),
        key=wire.key,
        lifetime_days=wire.lifetime_days,
        extended_key_usage=tuple(wire.extended_key_usage),
    )


def _fitting(value: str | None) -> str | None:
    """A value for the subject, left out where it cannot stand there."""
    return value if value and len(value) <= LONGEST_ATTRIBUTE and value.isprintable() else None
