"""Subject: an X.500 string as Windows' CertStrToName reads it, to attributes in the order written.

Source: Microsoft's reference of CertStrToName (sdk-api, nf-wincrypt-certstrtonamea.md).
"""

import re
import unicodedata

from mailtrust.core.formats.certreq_inf.document import Entry
from mailtrust.core.formats.certreq_inf.remark import Remark, error
from mailtrust.core.formats.certreq_inf.scalars import X500_FLAGS, nearest
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.requested_certificate import Subject, SubjectAttribute
from mailtrust.core.model.text import Text, text

MOST_ATTRIBUTES = 64

_EMAIL = "1.2.840.113549.1.9.1"
_DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25"
_COUNTRY = "2.5.4.6"
LABELS = {
    "CN": "2.5.4.3",
    "SN": "2.5.4.4",
    "SERIALNUMBER": "2.5.4.5",
    "C": _COUNTRY,
    "L": "2.5.4.7",
    "S": "2.5.4.8",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
    "POSTALCODE": "2.5.4.17",
    "G": "2.5.4.42",
    "GN": "2.5.4.42",
    "GIVENNAME": "2.5.4.42",
    "I": "2.5.4.43",
    "INITIALS": "2.5.4.43",
    "DC": _DOMAIN_COMPONENT,
    "E": _EMAIL,
    "EMAIL": _EMAIL,
}
# RFC 5280 Appendix A.1's upper bounds, in characters
_LONGEST = {
    "2.5.4.3": 64,
    "2.5.4.5": 64,
    "2.5.4.7": 128,
    "2.5.4.8": 128,
    "2.5.4.10": 64,
    "2.5.4.11": 64,
    "2.5.4.12": 64,
    _EMAIL: 255,
}
_LONGEST_OTHER = 1024
_OID = re.compile(r"(?:OID\.)?([012](?:\.(?:0|[1-9][0-9]{0,8})){1,20})", re.IGNORECASE)


def is_oid(given: str) -> bool:
    """Whether it is a dotted object identifier that can be written."""
    found = _OID.fullmatch(given)
    return found is not None and given[:3].lower() != "oid" and _writable(found[1])


def _writable(dotted: str) -> bool:
    first, second = map(int, dotted.split(".")[:2])
    return first == 2 or second < 40  # X.660: the second arc of 0 and 1 ends at 39


def read_subject(entry: Entry, flags: int = 0) -> tuple[Subject, tuple[Remark, ...]]:
    """Read the whole name; every fault of it is told."""
    remarks: list[Remark] = []
    rdns: list[tuple[SubjectAttribute, ...]] = []
    count = 0
    for rdn in _split(entry.value, _separators(flags), flags):
        if not any(part.strip() for part in rdn):
            continue
        attributes = [_attribute(part, entry, remarks, quoting=not flags & _flag("NO_QUOTING")) for part in rdn]
        rdns.append(tuple(attribute for attribute in attributes if attribute is not None))
        count += len(rdn)
        if count > MOST_ATTRIBUTES:
            remarks.append(error(entry.line, text("Subject: at most {most} parts are read.", most=MOST_ATTRIBUTES)))
            break
    subject = tuple(rdn for rdn in rdns if rdn)
    return (tuple(reversed(subject)) if flags & _flag("REVERSE") else subject), tuple(remarks)


def _flag(name: str) -> int:
    return X500_FLAGS[f"CERT_NAME_STR_{name}_FLAG"]


def _separators(flags: int) -> str:
    if flags & _flag("CRLF"):
        return "\r\n"
    if flags & _flag("SEMICOLON"):
        return ";"
    return "," if flags & _flag("COMMA") else ",;"


def _split(given: str, separators: str, flags: int) -> list[list[str]]:
    """RDNs, each split at its plus signs; quotes protect both."""
    quoting = not flags & _flag("NO_QUOTING")
    plus = "" if flags & _flag("NO_PLUS") else "+"
    rdns: list[list[str]] = [[""]]
    inside = False
    for letter in given:
        if letter == '"' and quoting:
            inside = not inside
        if not inside and letter in separators:
            rdns.append([""])
        elif not inside and letter in plus:
            rdns[-1].append("")
        else:
            rdns[-1][-1] += letter
    return rdns


def _attribute(part: str, entry: Entry, remarks: list[Remark], *, quoting: bool) -> SubjectAttribute | None:
    label, equals, value = part.partition("=")
    label = label.strip()
    oid = LABELS.get(label.upper())
    if oid is None and (numbered := _OID.fullmatch(label)) is not None and _writable(numbered[1]):
        oid = numbered[1]
    if not equals or oid is None:
        remarks.append(_no_attribute(part, label, entry))
        return None
    value = value.strip()
    if value.startswith("#"):
        remarks.append(
            error(
                entry.line,
                text(
                    "Subject: {label} begins with #, which Windows reads as hexadecimal; put it in quotes.", label=label
                ),
            )
        )
        return None
    if quoting and value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            remarks.append(
                error(entry.line, text("Subject: the quotes around the value of {label} do not match.", label=label))
            )
            return None
        value = value[1:-1].replace('""', '"')
    fault = _fault(oid, label, value)
    if fault is not None:
        remarks.append(error(entry.line, fault))
    return SubjectAttribute(label, oid, value)


def _no_attribute(part: str, label: str, entry: Entry) -> Remark:
    shown = clean(part.strip(), 80)
    if "=" in part and (near := nearest(label, LABELS)):
        return error(
            entry.line,
            text("Subject: Windows knows no part named {label}; {near} is near.", label=clean(label, 40), near=near),
        )
    return error(
        entry.line,
        text(
            "Subject: expected parts such as CN=host, O=organisation, C=DE, got “{given}”. A value that holds a comma "
            'stands in doubled quotes: O=""Example, Inc."".',
            given=shown,
        ),
    )


def _fault(oid: str, label: str, value: str) -> Text | None:
    shown = clean(value, 80)
    if not value:
        return text("Subject: {label} has no value: write one, or take {label}= out.", label=label)
    if oid == _COUNTRY and not (len(value) == 2 and value.isascii() and value.isalpha()):
        return text(
            "Subject: C is a country's code of two letters (ISO 3166), such as DE or FR; got “{value}”.", value=shown
        )
    most = _LONGEST.get(oid, _LONGEST_OTHER)
    if len(value) > most:
        return text(
            "Subject: {label} has at most {most} characters (RFC 5280), “{value}” has {count}.",
            label=label,
            most=most,
            value=shown,
            count=len(value),
        )
    if oid in (_EMAIL, _DOMAIN_COMPONENT) and not value.isascii():
        return text("Subject: {label} is written in ASCII, got “{value}”.", label=label, value=shown)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        return text("Subject: {label} holds characters that no name may hold: “{value}”.", label=label, value=shown)
    return None
