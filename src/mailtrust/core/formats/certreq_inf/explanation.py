"""What Windows does with every line of a request file, and what is done here."""

from mailtrust.core.formats.certreq_inf.keys import KEYS, SECTIONS
from mailtrust.core.formats.certreq_inf.meaning import Reading
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import extensions as ext

_EXTENSIONS = {
    ext.SUBJECT_ALT_NAME: text("subjectAltName, the names that clients compare"),
    ext.EXTENDED_KEY_USAGE: text("extKeyUsage, what the certificate is for"),
    ext.KEY_USAGE: text("keyUsage"),
    ext.BASIC_CONSTRAINTS: text("basicConstraints, whether it may issue certificates"),
    ext.CERTIFICATE_POLICIES: text("certificatePolicies"),
    ext.SUBJECT_KEY_IDENTIFIER: text("subjectKeyIdentifier, instead of the one that is computed"),
    ext.TLS_FEATURE: text("TLS feature: the server must staple an OCSP answer"),
    "1.3.6.1.4.1.311.21.10": text("application policies, Microsoft's own extKeyUsage"),
    "1.3.6.1.4.1.311.20.2": text("certificate template name"),
    "1.3.6.1.4.1.311.21.7": text("certificate template"),
    "1.2.840.113549.1.9.15": text("S/MIME capabilities"),
}
_SAME = text("writes the same")


@frozen
class Line:
    """One line of the file, explained."""

    number: int
    key: str
    value: str
    windows: Text
    here: Text


def explain(reading: Reading) -> tuple[Line, ...]:
    """Every line with a meaning, in the file's order; what is wrong with them, the remarks say."""
    lines: list[Line] = []
    for section in reading.document.sections:
        for entry in section.entries:
            found = _meaning(section.name.lower(), entry.key)
            if found is not None:
                lines.append(Line(entry.line, clean(entry.key, 60), clean(entry.value, 100), *found))
    return tuple(sorted(lines, key=lambda line: line.number))


def _meaning(section: str, key: str) -> tuple[Text, Text] | None:
    match section, key.lower():
        case "newrequest", name if name in KEYS:
            return KEYS[name].windows, KEYS[name].here
        case "extensions", "_continue_" | "continue":
            return text("continues the line above"), _SAME
        case "extensions", "critical":
            return text("marks these extensions critical: who does not know one refuses the certificate"), _SAME
        case "extensions", _:
            return _EXTENSIONS.get(key, text("the extension {oid}", oid=clean(key, 60))), _SAME
        case "requestattributes", "certificatetemplate":
            return (
                text("tells an enterprise CA which template to use, by its name without blanks"),
                text("writes it into the request as certificate template name, 1.3.6.1.4.1.311.20.2"),
            )
        case "requestattributes", _:
            return text("is told to the CA beside the request"), text("nothing: give it with certreq -attrib")
        case (("enhancedkeyusageextension" | "basicconstraintsextension" | "policystatementextension"), _):
            return SECTIONS[section], _SAME
    return None
