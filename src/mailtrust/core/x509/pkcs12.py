"""PKCS#12 (RFC 7292; `.pfx`, `.p12`): key and certificates in one file, with and without a password."""

import warnings
from collections.abc import Mapping, Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.derivation import asks_too_much
from mailtrust.core.x509.pkcs12_attributes import KeyHome, with_key_home
from mailtrust.core.x509.private_key import PrivateKey, keep

_ROUNDS = 50_000


@frozen
class Pkcs12:
    """What a PKCS#12 file holds."""

    certificates: tuple[bytes, ...]
    """DER; that of the key first."""
    key: PrivateKey | None


def read_pkcs12(octets: bytes, password: bytes | None) -> Pkcs12 | Text:
    """Read a PKCS#12 file. A Text says what is wrong: no password, another password, or damage."""
    if asks_too_much(octets):
        return text("the PKCS#12 file is encrypted in a way that would take very long, or much memory, to undo.")
    # Without a password, the empty one counts too: Windows and OpenSSL differ in how they write "none".
    attempts: tuple[bytes | None, ...] = (password,) if password else (None, b"")
    opened = None
    for attempt in attempts:
        try:
            with warnings.catch_warnings():  # a certificate's oddities are told where it is read
                warnings.simplefilter("ignore")
                opened = pkcs12.load_pkcs12(octets, attempt)
            break
        except UnsupportedAlgorithm:
            return text("the PKCS#12 file is encrypted in a way, or holds a key of a kind, that is not supported.")
        except (ValueError, TypeError):
            continue
    if opened is None:
        if password:
            return text("the password does not open the PKCS#12 file: it is another one, or the file is damaged.")
        return text("the PKCS#12 file needs its password, or is damaged.")
    certificates = [opened.cert] if opened.cert is not None else []
    certificates.extend(opened.additional_certs)
    octets_of = (held.certificate.public_bytes(Encoding.DER) for held in certificates)
    return Pkcs12(tuple(octets_of), keep(opened.key) if opened.key is not None else None)


def write_pkcs12(
    leaf: Certificate,
    others: Sequence[Certificate],
    key: PrivateKey | None,
    *,
    friendly_name: str,
    password: bytes | None,
    legacy: bool = False,
    home: KeyHome | None = None,
) -> bytes:
    """Write a PKCS#12 file, AES-256 under a SHA-256 MAC; `legacy`: 3DES and SHA-1 for Windows Server 2016 and older.

    `home` tells Windows where to keep the key. Certificates that the crypto library refuses cannot be written:
    ValueError.
    """
    encryption: KeySerializationEncryption = NoEncryption()
    if password:
        builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS)
        if legacy:
            builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
            encryption = builder.hmac_hash(hashes.SHA1()).build(password)  # noqa: S303 - what these Windows read
        else:
            builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            encryption = builder.hmac_hash(hashes.SHA256()).build(password)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own, *rest = (x509.load_der_x509_certificate(certificate.der) for certificate in (leaf, *others))
        written = pkcs12.serialize_key_and_certificates(
            friendly_name.encode(),
            key.opened() if key is not None else None,
            own,
            rest or None,
            encryption,
        )
    return written if home is None else with_key_home(written, home, password)


def write_java_truststore(certificates: Mapping[str, Certificate], password: bytes) -> bytes:
    """Certificates that Java shall trust, by their aliases, marked so by Java's own attribute; AES-256, SHA-256.

    Certificates that the crypto library refuses cannot be written: ValueError.
    """
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entries = [
            PKCS12Certificate(x509.load_der_x509_certificate(one.der), alias.encode())
            for alias, one in certificates.items()
        ]
    return serialize_java_truststore(entries, builder.build(password))
