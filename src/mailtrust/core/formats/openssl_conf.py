"""The Unix twin of a request file: an openssl.cnf and the command that makes the same certificate or request.

Source: config(5), x509v3_config(5) and openssl-req(1) of OpenSSL 3.
"""

import re
from collections.abc import Iterator
from shlex import join

from mailtrust.core.model.requested_certificate import RequestedCertificate
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext

_PARTS = {"dns": "DNS", "ip": "IP", "email": "email", "uri": "URI", "registered-id": "RID"}
_LABELS = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.17": "postalCode",
    "2.5.4.42": "GN", "2.5.4.43": "initials", "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}  # fmt: skip
_WORDS = frozenset({"serverAuth", "clientAuth", "codeSigning", "emailProtection", "timeStamping", "OCSPSigning"})
"""The purposes that OpenSSL knows by the same words as RFC 5280."""
_CURVES = {"ec-p256": "P-256", "ec-p384": "P-384", "ec-p521": "P-521"}
_TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
_PLAIN = re.compile(r"[A-Za-z0-9@:/?=&*._-]+(?: [A-Za-z0-9@:/?=&*._-]+)*")


def openssl_command(asked: RequestedCertificate, stem: str, days: int) -> tuple[str, ...]:
    """The command as arguments; `days` counts for a certificate, whose lifetime OpenSSL counts in days."""
    signing = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest") if asked.pss else ()
    nobody = () if asked.subject else ("-subj", "/")
    made = (
        ("-x509", "-days", str(days), "-out", f"{stem}.pem") if asked.form == "certificate" else ("-out", f"{stem}.csr")
    )
    return (
        "openssl", "req", "-new", "-config", f"{stem}.cnf", "-newkey", *_key(asked), "-noenc", "-keyout", f"{stem}.key",
        *signing, *nobody, *made,
    )  # fmt: skip


def write_openssl_conf(asked: RequestedCertificate, stem: str, days: int) -> str:
    """The file, with the command in its first line."""
    return "".join(f"{line}\n" for line in _lines(asked, stem, days))


def _key(asked: RequestedCertificate) -> tuple[str, ...]:
    if asked.key == "rsa":
        return (f"rsa:{asked.key_bits}",)
    return "ec", "-pkeyopt", f"ec_paramgen_curve:{_CURVES[asked.key]}"


def _lines(asked: RequestedCertificate, stem: str, days: int) -> Iterator[str]:
    certificate = asked.form == "certificate"
    yield "# " + join(openssl_command(asked, stem, days))
    yield from (
        "[req]",
        "prompt = no",
        "utf8 = yes",
        "string_mask = MASK:0x2002",
        f"default_md = {asked.hash}",
        "distinguished_name = subject",
        f"{'x509_extensions' if certificate else 'req_extensions'} = extensions",
        "",
        "[subject]",
    )
    number = 0
    for rdn in asked.subject:
        for place, attribute in enumerate(rdn):
            # What stands before the first dot is dropped by OpenSSL; a plus sign joins it to the one before.
            label = _LABELS.get(attribute.oid, attribute.oid)
            yield f"{number}.{'+' if place else ''}{label} = {_value(attribute.value)}"
            number += 1
    yield from ("", "[extensions]", *_extensions(asked, certificate=certificate))
    if _in_words(asked):
        counts: dict[str, int] = {}
        yield from ("", "[names]")
        for name in asked.names:
            kind = _PARTS[name.kind]
            counts[kind] = counts.get(kind, 0) + 1
            yield f"{kind}.{counts[kind]} = {_value(name.value)}"


def _extensions(asked: RequestedCertificate, *, certificate: bool) -> Iterator[str]:
    given = {oid for oid, _, _ in asked.extensions}
    if asked.subject_key_identifier:
        yield "subjectKeyIdentifier = hash"
    elif certificate and ext.SUBJECT_KEY_IDENTIFIER not in given:
        yield "subjectKeyIdentifier = none"  # else OpenSSL 3.2 and later adds it to what is self-signed
    if certificate and ext.AUTHORITY_KEY_IDENTIFIER not in given:
        yield "authorityKeyIdentifier = none"
    constraints = asked.basic_constraints
    if constraints is not None:
        length = "" if constraints.path_length is None else f", pathlen:{constraints.path_length}"
        told = f"CA:{str(constraints.ca).upper()}{length}"
        yield f"basicConstraints = {_critical(told, critical=constraints.critical)}"
    if asked.key_usage:
        names = [name for name in ext.KEY_USAGES if name in asked.key_usage]
        yield f"keyUsage = {_critical(', '.join(names), critical=True)}"
    if asked.extended_key_usage:
        purposes = ", ".join(_purpose(oid) for oid in asked.extended_key_usage)
        yield f"extendedKeyUsage = {_critical(purposes, critical=asked.extended_key_usage_critical)}"
    if asked.names:
        told = (
            "@names"
            if _in_words(asked)
            else _der(der.encode(der.SEQUENCE, *(name.general_name for name in asked.names)))
        )
        yield f"subjectAltName = {_critical(told, critical=asked.names_critical)}"
    for oid, critical, octets in asked.extensions:
        yield f"{oid} = {_critical(_der(octets), critical=critical)}"
    if asked.template and not certificate:
        plain = asked.template.isascii() and asked.template.isalnum()
        written = der.encode(der.BMP_STRING, asked.template.encode("utf-16-be", "replace"))
        yield f"{_TEMPLATE_NAME} = {f'ASN1:BMPSTRING:{asked.template}' if plain else _der(written)}"


def _purpose(oid: str) -> str:
    word = ext.PURPOSES.get(oid, "")
    return word if word in _WORDS else oid


def _in_words(asked: RequestedCertificate) -> bool:
    """Whether OpenSSL has words for every name; kinds beyond them are written as octets, all names together."""
    return bool(asked.names) and all(name.kind in _PARTS for name in asked.names)


def _critical(told: str, *, critical: bool) -> str:
    return f"critical, {told}" if critical else told


def _der(octets: bytes) -> str:
    return "DER:" + octets.hex(":")


def _value(value: str) -> str:
    """A value as config(5) reads it: whatever might mean something else stands behind a backslash."""
    if _PLAIN.fullmatch(value):
        return value
    return "".join(letter if letter.isalnum() or ord(letter) > 0x7F else f"\\{letter}" for letter in value)
