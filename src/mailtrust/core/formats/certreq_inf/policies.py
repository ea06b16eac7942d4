"""Certificate policies (RFC 5280 4.2.1.4): in their text form, and as [PolicyStatementExtension] of a CAPolicy.inf."""

from mailtrust.core.formats.certreq_inf.document import Document, Entry
from mailtrust.core.formats.certreq_inf.found import Found, no_key_of, truth, twice
from mailtrust.core.formats.certreq_inf.remark import error
from mailtrust.core.formats.certreq_inf.scalars import expected
from mailtrust.core.formats.certreq_inf.subject import is_oid
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext

_CPS = "1.3.6.1.5.5.7.2.1"
_USER_NOTICE = "1.3.6.1.5.5.7.2.2"


def policies_of_text(entry: Entry, found: Found) -> bytes:
    """`oid=1.2.3&notice=text&url=https://...`, once for each policy."""
    policies: list[tuple[str, str, str]] = []
    for part in filter(None, (part.strip() for part in entry.value.split("&"))):
        label, _, value = part.partition("=")
        label, value = label.strip().lower(), value.strip()
        if label == "oid" and is_oid(value):
            policies.append((value, "", ""))
        elif label == "notice" and policies:
            policies[-1] = (policies[-1][0], value, policies[-1][2])
        elif label == "url" and policies and value.isascii():
            policies[-1] = (policies[-1][0], policies[-1][1], value)
        else:
            what = text("oid=1.2.3.4, then notice= or url= for it")
            found.remarks.append(expected(entry, what, part=part))
    return write_policies(tuple(policies))


def write_policies(policies: tuple[tuple[str, str, str], ...]) -> bytes:
    """DER CertificatePolicies (RFC 5280 4.2.1.4) of OIDs, each with a notice and a URL or empty texts."""
    written = []
    for oid, notice, url in policies:
        qualifiers = []
        if url:
            qualifiers.append(
                der.encode(
                    der.SEQUENCE, der.encode_oid(_CPS), der.encode(der.IA5_STRING, url.encode("ascii", "replace"))
                )
            )
        if notice:
            shown = der.encode(der.SEQUENCE, der.encode(der.UTF8_STRING, notice.encode("utf-8", "replace")))
            qualifiers.append(der.encode(der.SEQUENCE, der.encode_oid(_USER_NOTICE), shown))
        inner = der.encode(der.SEQUENCE, *qualifiers) if qualifiers else b""
        written.append(der.encode(der.SEQUENCE, der.encode_oid(oid), inner))
    return der.encode(der.SEQUENCE, *written)


def policies_section(document: Document, found: Found) -> None:
    """Read [PolicyStatementExtension] with the sections that it names."""
    section = document.section("PolicyStatementExtension")
    if section is None or not section.entries:
        return
    if ext.CERTIFICATE_POLICIES in found.lines:
        found.remarks.append(twice(ext.CERTIFICATE_POLICIES, section.line, found.lines[ext.CERTIFICATE_POLICIES]))
        return
    policies: list[tuple[str, str, str]] = []
    found.lines[ext.CERTIFICATE_POLICIES] = section.line
    for entry in section.entries:
        match entry.key.lower():
            case "policies":
                policies += _named_policies(document, entry, found)
            case "critical":
                if truth(entry, found):
                    found.critical.add(ext.CERTIFICATE_POLICIES)
            case _:
                found.remarks.append(no_key_of(section.name, entry, "Policies, Critical"))
    found.extensions.append((ext.CERTIFICATE_POLICIES, False, write_policies(tuple(policies))))


def _named_policies(document: Document, entry: Entry, found: Found) -> list[tuple[str, str, str]]:
    policies = []
    for name in filter(None, (name.strip() for name in entry.value.split(","))):
        said = {one.key.lower(): one for one in document.entries(name)}
        oid = said.get("oid")
        if oid is None or not is_oid(oid.value):
            found.remarks.append(
                error(
                    entry.line,
                    text("Expected a section [{name}] with OID = and the policy's number.", name=clean(name, 80)),
                )
            )
            continue
        notice, url = (said[key].value if key in said else "" for key in ("notice", "url"))
        policies.append((oid.value, notice, url))
    return policies


def policy_sections(document: Document) -> frozenset[str]:
    """Lower-case names of the sections that [PolicyStatementExtension] speaks of."""
    named = [entry.value for entry in document.entries("PolicyStatementExtension") if entry.key.lower() == "policies"]
    return frozenset(name.strip().lower() for value in named for name in value.split(","))
