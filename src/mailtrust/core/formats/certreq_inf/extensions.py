"""[Extensions] and the sections with a meaning of their own: text forms and raw values to what the certificate says.

Sources: Microsoft's reference page of certreq; its text forms are those of New-SelfSignedCertificate's -TextExtension.
"""

import re
from dataclasses import replace

from mailtrust.core.formats.certreq_inf.document import Document, Entry
from mailtrust.core.formats.certreq_inf.found import TRUTH, Found, no_key_of, truth, twice
from mailtrust.core.formats.certreq_inf.names import PART, names_of, other_value, read_names
from mailtrust.core.formats.certreq_inf.policies import policies_of_text, policies_section, write_policies
from mailtrust.core.formats.certreq_inf.remark import error, warning
from mailtrust.core.formats.certreq_inf.scalars import as_number, expected
from mailtrust.core.formats.certreq_inf.subject import is_oid
from mailtrust.core.model.certificate import BasicConstraints
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext

APPLICATION_POLICIES = "1.3.6.1.4.1.311.21.10"
_LONGEST_PATH = 100
_LONGEST_CONSTRAINTS = 100
_TEXT = re.compile(r"\{text\}", re.IGNORECASE)
_PARTS = re.compile(r"([A-Za-z]+)\s*=\s*([^&=]*?)(?=\s*(?:&|pathlength|$))", re.IGNORECASE)


def read_extensions(document: Document) -> Found:
    """Read all sections that become extensions."""
    found = Found()
    _purposes_section(document, found)
    for entry in _joined(document, found):
        if entry.key.lower() == "critical":
            _critical(entry, found)
        else:
            _extension(entry, found)
    _constraints_section(document, found)
    policies_section(document, found)
    for oid in found.critical - found.lines.keys():
        found.remarks.append(
            error(0, text("Critical names {oid}, which is no extension of this file: add it, or take it out.", oid=oid))
        )
    return found


def _joined(document: Document, found: Found) -> list[Entry]:
    """The entries of [Extensions], each with the `_continue_` lines that follow it."""
    entries: list[Entry] = []
    for entry in document.entries("Extensions"):
        # Microsoft's page writes `continue` in its table and `_continue_` in its samples.
        if entry.key.lower() not in ("_continue_", "continue"):
            entries.append(entry)
        elif not entries:
            found.remarks.append(
                error(
                    entry.line,
                    text(
                        '_continue_ continues nothing: a line such as 2.5.29.17 = "{form}" comes first.', form="{text}"
                    ),
                )
            )
        else:
            entries[-1] = replace(entries[-1], value=_continued(entries[-1], entry, found))
    return entries


def _continued(first: Entry, entry: Entry, found: Found) -> str:
    so_far, more = first.value, entry.value
    begun = _TEXT.sub("", so_far).strip()
    if first.key == ext.SUBJECT_ALT_NAME and begun and not begun.endswith("&") and PART.match(more):
        found.remarks.append(
            warning(
                entry.line,
                text(
                    "The line before ends without &, so Windows may join both names; they are kept apart here. "
                    "End each name with &.",
                ),
            )
        )
        return f"{so_far}&{more}"
    return so_far + more


def _critical(entry: Entry, found: Found) -> None:
    for part in filter(None, (part.strip() for part in entry.value.split(","))):
        if is_oid(part):
            found.critical.add(part)
        else:
            found.remarks.append(expected(entry, text("OIDs of extensions, with commas between them"), part=part))


def _extension(entry: Entry, found: Found) -> None:
    oid = entry.key
    if oid.lower() == "oid":
        found.remarks.append(
            error(
                entry.line,
                text("OID = stands in [EnhancedKeyUsageExtension], not in [Extensions]: write that section above it."),
            )
        )
        return
    if not is_oid(oid):
        found.remarks.append(
            error(
                entry.line,
                text("[Extensions]: expected an OID such as 2.5.29.17 before the =, got “{key}”.", key=clean(oid, 80)),
            )
        )
        return
    if oid in found.lines:
        found.remarks.append(twice(oid, entry.line, found.lines[oid]))
        return
    found.lines[oid] = entry.line
    value = entry.value.strip()
    if not value:
        found.remarks.append(error(entry.line, text("The extension {oid} has no value.", oid=oid)))
    elif _TEXT.match(value):
        _from_text(oid, replace(entry, value=_TEXT.sub("", value, count=1).strip()), found)
    else:
        _raw(oid, other_value(value), entry, found)


def _raw(oid: str, octets: bytes | Text, entry: Entry, found: Found) -> None:
    if isinstance(octets, Text):
        found.remarks.append(error(entry.line, text("The extension {oid}: {what}", oid=oid, what=octets)))
        return
    fields = ext.ExtensionFields()
    whole = der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(der.OCTET_STRING, octets))
    ext.read_extensions(whole, fields)
    if fields.problems:
        what = clean(fields.problems[0].detail)
        found.remarks.append(
            warning(entry.line, text("The extension {oid} is written as it stands; clients stumble over it: {what}.",
                                     oid=oid, what=what))
        )  # fmt: skip
        found.extensions.append((oid, False, octets))
    elif oid == ext.SUBJECT_ALT_NAME:
        found.names = names_of(octets)
    elif oid == ext.EXTENDED_KEY_USAGE:
        found.purposes = fields.extended_key_usage
    elif oid == ext.BASIC_CONSTRAINTS and fields.basic_constraints is not None:
        found.constraints = fields.basic_constraints
    elif oid == ext.KEY_USAGE:
        found.key_usage = fields.key_usage
    else:
        found.extensions.append((oid, False, octets))


def _from_text(oid: str, entry: Entry, found: Found) -> None:
    match oid:
        case ext.SUBJECT_ALT_NAME:
            found.names, remarks = read_names(entry.value, entry)
            found.remarks.extend(remarks)
        case ext.EXTENDED_KEY_USAGE:
            found.purposes = _purposes(entry.value.split(","), entry, found)
        case ext.BASIC_CONSTRAINTS:
            found.constraints = _constraints(entry, found)
        case _ if oid == APPLICATION_POLICIES:
            policies = _purposes(entry.value.split(","), entry, found)
            found.extensions.append((oid, False, write_policies(tuple((policy, "", "") for policy in policies))))
        case ext.CERTIFICATE_POLICIES:
            found.extensions.append((oid, False, policies_of_text(entry, found)))
        case _:
            found.remarks.append(
                error(
                    entry.line,
                    text(
                        "The extension {oid} has no text form that is known here: give its value as {form} and "
                        "hexadecimal digits.",
                        oid=oid,
                        form="{hex}",
                    ),
                )
            )


def _purposes(given: list[str], entry: Entry, found: Found) -> tuple[str, ...]:
    purposes: dict[str, None] = {}
    for part in filter(None, (part.strip() for part in given)):
        if is_oid(part):
            purposes[part] = None
        else:
            what = text("an OID such as 1.3.6.1.5.5.7.3.1, server authentication")
            found.remarks.append(expected(entry, what, part=part))
    if not purposes:
        found.remarks.append(error(entry.line, text("{key}: expected at least one OID, got none.", key=entry.key)))
    return tuple(purposes)


def _constraints(entry: Entry, found: Found) -> BasicConstraints:
    ca, length = False, None
    # The page's sample runs both parts together: ca=0pathlength=3
    for label, value in _PARTS.findall(entry.value[:_LONGEST_CONSTRAINTS]):
        if label.lower() == "ca" and value.lower() in TRUTH:
            ca = TRUTH[value.lower()]
        elif label.lower() == "pathlength" and (number := as_number(value)) is not None and number <= _LONGEST_PATH:
            length = number
        else:
            found.remarks.append(expected(entry, text("ca=0, or ca=1&pathlength=0"), part=f"{label}={value}"))
    if len(entry.value) > _LONGEST_CONSTRAINTS or not re.match(r"\s*ca\s*=", entry.value, re.IGNORECASE):
        found.remarks.append(expected(entry, text("ca=0, or ca=1&pathlength=0")))
    if length is not None and not ca:  # RFC 5280 4.2.1.9: a length has a meaning for CAs only
        found.remarks.append(warning(entry.line, text("pathlength is left out: it has a meaning with ca=1 only.")))
        length = None
    return BasicConstraints(ca, length, critical=False)


def _purposes_section(document: Document, found: Found) -> None:
    section = document.section("EnhancedKeyUsageExtension")
    if section is None or not section.entries:
        return
    oids = [entry for entry in section.entries if entry.key.lower() == "oid"]
    for entry in section.entries:
        if entry.key.lower() not in ("oid", "critical"):
            found.remarks.append(no_key_of(section.name, entry, "OID, Critical"))
        elif entry.key.lower() == "critical" and truth(entry, found):
            found.critical.add(ext.EXTENDED_KEY_USAGE)
    if oids:
        found.lines[ext.EXTENDED_KEY_USAGE] = oids[0].line
        purposes = {purpose: None for entry in oids for purpose in _purposes([entry.value], entry, found)}
        found.purposes = tuple(purposes)


def _constraints_section(document: Document, found: Found) -> None:
    section = document.section("BasicConstraintsExtension")
    if section is None or not section.entries:
        return
    if ext.BASIC_CONSTRAINTS in found.lines:
        found.remarks.append(twice(ext.BASIC_CONSTRAINTS, section.line, found.lines[ext.BASIC_CONSTRAINTS]))
        return
    length: int | None = None
    critical = ca = True
    for entry in section.entries:
        match entry.key.lower():
            case "pathlength":
                length = as_number(entry.value)
                if length is None or length > _LONGEST_PATH:
                    found.remarks.append(expected(entry, text("a number from 0 to {most}", most=_LONGEST_PATH)))
            case "critical":
                critical = truth(entry, found)
            case "subjecttype":
                ca = entry.value.lower() in ("ca", "1")
            case _:
                found.remarks.append(no_key_of(section.name, entry, "PathLength, Critical, SubjectType"))
    found.lines[ext.BASIC_CONSTRAINTS] = section.line
    found.constraints = BasicConstraints(ca, length if ca else None, critical)
