"""INF files written: what `certreq -new` reads, in the one spelling that every version of it takes."""

import base64
from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.formats.certreq_inf.lints import SCHANNEL
from mailtrust.core.formats.certreq_inf.names import dns_name, ip_name
from mailtrust.core.formats.certreq_inf.scalars import KEY_USAGE_BITS
from mailtrust.core.formats.certreq_inf.subject import LABELS
from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.requested_certificate import (
    KeyKeeping,
    Lasting,
    RequestedCertificate,
    RequestedName,
    Subject,
    SubjectAttribute,
)
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext

_ALGORITHMS = {"rsa": "RSA", "ec-p256": "ECDSA_P256", "ec-p384": "ECDSA_P384", "ec-p521": "ECDSA_P521"}
_PARTS = {
    "dns": "DNS", "ip": "IPAddress", "email": "EMail", "uri": "URL", "upn": "UPN", "guid": "GUID",
    "directory": "DirectoryName", "registered-id": "RegisteredId",
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NEEDS_QUOTES = frozenset(',;+="<>\r\n')
_DIGITS_A_LINE = 64
_SOFTWARE_PROVIDER = "Microsoft Software Key Storage Provider"


def requested_of(spec: CertificateSpec, *, self_signed: bool) -> RequestedCertificate:
    """What a remedy asks for, as it is asked of Windows: for Schannel, the computer's store, and Exchange."""
    rsa = spec.key.startswith("rsa-")
    attributes = (("CN", spec.common_name), ("O", spec.organisation))
    subject = tuple((SubjectAttribute(label, LABELS[label], value),) for label, value in attributes if value)
    return RequestedCertificate(
        form="certificate" if self_signed else "pkcs10",
        subject=subject,
        names=(*map(dns_name, spec.dns_names), *map(ip_name, spec.ip_addresses)),
        key="rsa" if rsa else "ec-p384" if spec.key == "ec-p384" else "ec-p256",
        key_bits=int(spec.key.removeprefix("rsa-")) if rsa else 2048,
        key_usage=frozenset({"digitalSignature", "keyEncipherment"} if rsa else {"digitalSignature"}),
        extended_key_usage=spec.extended_key_usage,
        lifetime=Lasting(spec.lifetime_days, "days") if self_signed else Lasting(1, "years"),
        keeping=KeyKeeping(
            provider=SCHANNEL if rsa else _SOFTWARE_PROVIDER,
            provider_type=12 if rsa else None,
            key_spec=1 if rsa else None,
            exportable=True,
            machine=True,
            friendly_name=(spec.common_name or "")[:63],
        ),
    )


def write_inf(asked: RequestedCertificate) -> str:
    """The file, with the line ends of Windows; what reads it back asks for the same."""
    return "".join(f"{line}\r\n" for line in _lines(asked))


def encode_inf(source: str) -> bytes:
    """Octets that every Windows reads alike: ASCII where it suffices, else UTF-16 with its mark."""
    return source.encode("ascii") if source.isascii() else b"\xff\xfe" + source.encode("utf-16-le", "replace")


def _lines(asked: RequestedCertificate) -> Iterator[str]:
    yield "[Version]"
    yield 'Signature = "$Windows NT$"'
    yield ""
    yield "[NewRequest]"
    if asked.subject:
        yield f"Subject = {quote(write_subject(asked.subject))}"
    yield from _request(asked)
    yield from _lifetime(asked)
    yield from _keeping(asked.keeping)
    if asked.extended_key_usage:
        yield from ("", "[EnhancedKeyUsageExtension]", *(f"OID = {oid}" for oid in asked.extended_key_usage))
    if extensions := tuple(_extensions(asked)):
        yield from ("", "[Extensions]", *extensions)
    if asked.template:
        yield from ("", "[RequestAttributes]", f"CertificateTemplate = {quote(asked.template)}")


def _request(asked: RequestedCertificate) -> Iterator[str]:
    yield f"RequestType = {'Cert' if asked.form == 'certificate' else 'PKCS10'}"
    yield f"KeyAlgorithm = {_ALGORITHMS[asked.key]}"
    if asked.key == "rsa":
        yield f"KeyLength = {asked.key_bits}"
    yield f"HashAlgorithm = {asked.hash}"
    if asked.pss:
        yield "AlternateSignatureAlgorithm = TRUE"
    if asked.key_usage:
        yield f"KeyUsage = {sum(KEY_USAGE_BITS[name] for name in asked.key_usage):#x}"
    if not asked.subject_key_identifier:
        yield "SuppressDefaults = TRUE"


def _lifetime(asked: RequestedCertificate) -> Iterator[str]:
    if asked.not_before is not None:
        yield f"NotBefore = {quote(_moment(asked.not_before))}"
    if isinstance(asked.lifetime, datetime):
        yield f"NotAfter = {quote(_moment(asked.lifetime))}"
    elif asked.form == "certificate":
        yield f"ValidityPeriod = {asked.lifetime.period.capitalize()}"
        yield f"ValidityPeriodUnits = {asked.lifetime.units}"


def _keeping(keeping: KeyKeeping) -> Iterator[str]:
    if keeping.provider:
        yield f"ProviderName = {quote(keeping.provider)}"
    if keeping.provider_type is not None:
        yield f"ProviderType = {keeping.provider_type}"
    if keeping.key_spec is not None:
        yield f"KeySpec = {keeping.key_spec}"
    if keeping.friendly_name:
        yield f"FriendlyName = {quote(keeping.friendly_name)}"
    if keeping.asks_person:
        yield "UserProtected = TRUE"
    yield f"Exportable = {str(keeping.exportable).upper()}"
    yield f"MachineKeySet = {str(keeping.machine).upper()}"
    yield "SMIME = FALSE"


def _extensions(asked: RequestedCertificate) -> Iterator[str]:
    critical = [oid for oid, is_critical, _ in asked.extensions if is_critical]
    if asked.names:
        yield from _names(asked.names)
        critical += [ext.SUBJECT_ALT_NAME] * asked.names_critical
    constraints = asked.basic_constraints
    if constraints is not None:
        length = "" if constraints.path_length is None else f"&pathlength={constraints.path_length}"
        yield f'{ext.BASIC_CONSTRAINTS} = "{{text}}ca={int(constraints.ca)}{length}"'
        critical += [ext.BASIC_CONSTRAINTS] * constraints.critical
    if asked.extended_key_usage:
        critical += [ext.EXTENDED_KEY_USAGE] * asked.extended_key_usage_critical
    for oid, _, octets in asked.extensions:
        yield from _hexadecimal(oid, octets)
    if critical:
        yield f'Critical = "{",".join(critical)}"'


def _names(names: tuple[RequestedName, ...]) -> Iterator[str]:
    parts = [_part(name) for name in names]
    if any("&" in part or part.strip() != part for part in parts):  # the text form has no way to write them
        yield from _hexadecimal(ext.SUBJECT_ALT_NAME, der.encode(der.SEQUENCE, *(name.general_name for name in names)))
        return
    yield f'{ext.SUBJECT_ALT_NAME} = "{{text}}"'
    for part in parts:
        yield f"_continue_ = {quote(part + '&')}"


def _part(name: RequestedName) -> str:
    if name.kind in _PARTS:
        return f"{_PARTS[name.kind]}={name.value}"
    (_, type_id), (_, value) = der.children(der.read(name.general_name)[1])
    return f"{der.oid(type_id)}={{asn}}{base64.b64encode(value).decode('ascii')}"


def _hexadecimal(oid: str, octets: bytes) -> Iterator[str]:
    digits = octets.hex()
    yield f'{oid} = "{{hex}}"'
    for at in range(0, len(digits), _DIGITS_A_LINE):
        yield f'_continue_ = "{digits[at : at + _DIGITS_A_LINE]}"'


def write_subject(subject: Subject) -> str:
    """An X.500 string that CertStrToName reads as this name."""
    return ", ".join("+".join(f"{attribute.label}={_x500(attribute.value)}" for attribute in rdn) for rdn in subject)


def _x500(value: str) -> str:
    if value and value == value.strip() and not value.startswith("#") and _NEEDS_QUOTES.isdisjoint(value):
        return value
    return '"' + value.replace('"', '""') + '"'


def quote(value: str) -> str:
    """A value in quotes, with quotes and percent signs doubled."""
    return '"' + value.replace('"', '""').replace("%", "%%") + '"'


def _moment(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year:04} {moment:%H:%M:%S}"
