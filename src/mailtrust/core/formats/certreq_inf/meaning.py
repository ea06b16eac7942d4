"""A request file to what it asks for. Everything that is wrong is told at once, each with its line."""

from mailtrust.core.formats.certreq_inf.document import Document
from mailtrust.core.formats.certreq_inf.extensions import read_extensions
from mailtrust.core.formats.certreq_inf.found import Found
from mailtrust.core.formats.certreq_inf.grammar import read_document
from mailtrust.core.formats.certreq_inf.keys import KEYS, OF_THE_CA, SECTIONS
from mailtrust.core.formats.certreq_inf.policies import policy_sections
from mailtrust.core.formats.certreq_inf.remark import Remark, error, note, warning
from mailtrust.core.formats.certreq_inf.scalars import expected, nearest
from mailtrust.core.formats.certreq_inf.settings import Settings
from mailtrust.core.model.certificate import BasicConstraints
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.requested_certificate import RequestedCertificate
from mailtrust.core.model.text import text
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext

MOST_REMARKS = 100
LONGEST_TEMPLATE = 64
"""Characters of a template's name, which is a common name in the directory (MS-ADSC)."""
SMIME_CAPABILITIES = "1.2.840.113549.1.9.15"
# AES-256, AES-192 and AES-128 in CBC mode (RFC 8551 2.5.2); Windows adds older ciphers that its provider knows
_SMIME_CIPHERS = ("2.16.840.1.101.3.4.1.42", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.2")


@frozen
class Reading:
    """What was read. `requested` is None when an error keeps it from being made."""

    document: Document
    requested: RequestedCertificate | None
    remarks: tuple[Remark, ...]
    """In the order of their lines."""
    lines: tuple[tuple[str, int], ...] = ()
    """Where each extension stands, by its OID."""

    @property
    def errors(self) -> tuple[Remark, ...]:
        """What has to be mended first."""
        return tuple(remark for remark in self.remarks if remark.severity == "error")

    def line_of(self, key: str) -> int:
        """Where a key of [NewRequest] or an extension's OID stands, 0 when it does not."""
        stands = dict(self.lines)
        wanted = key.lower()
        entries = self.document.entries("NewRequest")
        return stands.get(key) or next((entry.line for entry in entries if entry.key.lower() == wanted), 0)


def read_request(source: str) -> Reading:
    """Read a whole file. Never raises."""
    document, grammar = read_document(source, KEYS)
    remarks = list(grammar)
    _sections(document, remarks)
    settings = Settings(document, remarks)
    found = read_extensions(document)
    remarks += found.remarks
    requested = _requested(document, settings, found)
    broken = any(remark.severity == "error" for remark in remarks)
    return Reading(document, None if broken else requested, _told(remarks), tuple(found.lines.items()))


def _told(remarks: list[Remark]) -> tuple[Remark, ...]:
    """Each remark once, in the order of the lines; of very many the errors, and how many more there are."""
    by_weight = sorted(dict.fromkeys(remarks), key=lambda remark: remark.severity != "error")
    more = len(by_weight) - MOST_REMARKS
    told = sorted(by_weight[:MOST_REMARKS], key=lambda remark: remark.line)
    return (*told, note(0, text("{count} more remarks are not shown.", count=more))) if more > 0 else tuple(told)


def _requested(document: Document, settings: Settings, found: Found) -> RequestedCertificate:
    remarks = settings.remarks
    form = settings.form()
    subject = settings.subject()
    settings.refuse_stores()
    if not subject and not found.names and not settings.errors():
        remarks.append(
            error(0, text("There is no Subject and no name under 2.5.29.17: it would be nobody's certificate."))
        )
    usage = settings.key_usage()
    if found.key_usage is not None:
        if usage is not None:
            remarks.append(
                warning(
                    found.lines[ext.KEY_USAGE],
                    text("KeyUsage and 2.5.29.15 both stand there; the key KeyUsage counts."),
                )
            )
        else:
            usage = found.key_usage
    algorithm, bits = settings.key()
    constraints = found.constraints
    if constraints is not None:
        critical = constraints.critical or ext.BASIC_CONSTRAINTS in found.critical
        constraints = BasicConstraints(constraints.ca, constraints.path_length, critical)
    if settings.flag("SMIME") and SMIME_CAPABILITIES not in found.lines:
        found.extensions.append((SMIME_CAPABILITIES, False, _smime_capabilities()))
    template = _template(document, form, remarks)
    return RequestedCertificate(
        form=form,
        subject=subject,
        names=found.names,
        names_critical=ext.SUBJECT_ALT_NAME in found.critical,
        key=algorithm,
        key_bits=bits,
        hash=settings.hash(),
        pss=settings.flag("AlternateSignatureAlgorithm") and algorithm == "rsa",
        key_usage=usage,
        extended_key_usage=found.purposes,
        extended_key_usage_critical=ext.EXTENDED_KEY_USAGE in found.critical,
        basic_constraints=constraints,
        subject_key_identifier=not settings.flag("SuppressDefaults") and ext.SUBJECT_KEY_IDENTIFIER not in found.lines,
        extensions=tuple(
            (oid, critical or oid in found.critical, octets) for oid, critical, octets in found.extensions
        ),
        template=template,
        not_before=settings.moment("NotBefore"),
        lifetime=settings.lifetime(),
        keeping=settings.keeping(),
    )


def _sections(document: Document, remarks: list[Remark]) -> None:
    of_policies = policy_sections(document)
    if not document.entries("NewRequest"):
        remarks.append(error(0, text("There is no [NewRequest] with a key in it: nothing is asked for.")))
    for section in document.sections:
        name = section.name.lower()
        shown = clean(section.name, 80)
        if name in SECTIONS or name in of_policies:
            continue
        if name in OF_THE_CA:
            remarks.append(
                warning(section.line, text("[{section}] is for a CA's own certificate; it is not read.", section=shown))
            )
        elif near := nearest(
            section.name, ("NewRequest", "Extensions", "EnhancedKeyUsageExtension", "RequestAttributes")
        ):
            remarks.append(
                error(
                    section.line, text("There is no section [{section}]; [{near}] is near.", section=shown, near=near)
                )
            )
        else:
            remarks.append(
                warning(section.line, text("[{section}] means nothing to certreq -new; it is not read.", section=shown))
            )


def _template(document: Document, form: str, remarks: list[Remark]) -> str:
    template = ""
    for entry in document.entries("RequestAttributes"):
        match entry.key.lower():
            case "certificatetemplate" if form == "pkcs10":
                template = entry.value
                if len(template) > LONGEST_TEMPLATE:
                    what = text("a template's name, of at most {most} characters", most=LONGEST_TEMPLATE)
                    remarks.append(expected(entry, what))
            case "certificatetemplate":
                remarks.append(note(entry.line, text("A template is for a CA; a self-signed certificate has none.")))
            case "san":
                remarks.append(
                    warning(
                        entry.line,
                        text(
                            "SAN= in [RequestAttributes] is not written: CAs take it only with "
                            "EDITF_ATTRIBUTESUBJECTALTNAME2, which lets anybody ask for any name. Write the names "
                            "under 2.5.29.17 in [Extensions]."
                        ),
                    )
                )
            case _:
                remarks.append(
                    note(
                        entry.line,
                        text(
                            "{key} is not written into the request: give it to the CA when you submit it, with "
                            "certreq -attrib.",
                            key=clean(entry.key, 80),
                        ),
                    )
                )
    return template


def _smime_capabilities() -> bytes:
    """DER SMIMECapabilities (RFC 4262 2)."""
    ciphers = (der.encode(der.SEQUENCE, der.encode_oid(cipher)) for cipher in _SMIME_CIPHERS)
    return der.encode(der.SEQUENCE, *ciphers)
