"""Certificates of any shape, also those that no decent CA (and no crypto library) would make.

Built with asn1crypto; RSA signatures are made by hand, because libraries refuse to sign with SHA-1.
"""

import base64
import hashlib
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from asn1crypto import core, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY_USAGE = "2.5.29.37.0"
MUST_STAPLE = ("1.3.6.1.5.5.7.1.24", False, bytes.fromhex("3003020105"))  # RFC 7633 4.1
UNKNOWN_CRITICAL = ("1.3.6.1.4.1.32473.1.1", True, bytes.fromhex("0500"))  # RFC 5612: the documentation arc
EXPLICIT_POLICY = ("2.5.29.36", True, bytes.fromhex("3003800100"))  # RFC 5280 4.2.1.11, requireExplicitPolicy 0
DIGEST_INFO = {  # RFC 8017 9.2, note 1
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
}
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
}
CURVES: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
_serials = count(0x10000001)


@dataclass(frozen=True)
class Key:
    """A private key that signs with whatever hash it is told to."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    @property
    def spki(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def pem(self) -> str:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def key_id(self) -> bytes:
        """Any value would do (RFC 5280 4.2.1.2); this one differs for every key."""
        return hashlib.sha256(self.spki).digest()[:20]

    def algorithm(self, digest: str) -> str:
        match self.private:
            case rsa.RSAPrivateKey():
                return f"{digest}_rsa"
            case ec.EllipticCurvePrivateKey():
                return f"{digest}_ecdsa"
            case _:
                return "ed25519"

    def sign(self, data: bytes, digest: str) -> bytes:
        match self.private:
            case rsa.RSAPrivateKey() as private:
                numbers = private.private_numbers()
                size = (private.key_size + 7) // 8
                tail = DIGEST_INFO[digest] + hashlib.new(digest, data).digest()
                block = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail  # RFC 8017 9.2
                return pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(size)
            case ec.EllipticCurvePrivateKey() as private:
                return private.sign(data, ec.ECDSA(HASHES[digest]))
            case private:
                return private.sign(data)


@cache
def key(label: str, kind: str = "p256") -> Key:
    """The key of that label: the same one for the whole run."""
    assert label
    if kind.startswith("rsa"):
        return Key(rsa.generate_private_key(65537, int(kind[3:])))
    if kind == "ed25519":
        return Key(ed25519.Ed25519PrivateKey.generate())
    return Key(ec.generate_private_key(CURVES[kind]))


def named(*common_names: str, organisation: str | None = "Oracle Test") -> x509.Name:
    """A subject: organisation, then every common name in its own RDN."""
    parts = [("organization_name", organisation)] if organisation else []
    parts += [("common_name", name) for name in common_names]
    return x509.Name(
        "",
        x509.RDNSequence(
            [
                x509.RelativeDistinguishedName(
                    [x509.NameTypeAndValue({"type": kind, "value": x509.DirectoryString("utf8_string", value)})]
                )
                for kind, value in parts
            ]
        ),
    )


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    der: bytes
    key: Key
    subject: x509.Name

    @property
    def pem(self) -> str:
        body = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode(), 64))
        return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


Extension = tuple[str, bool, bytes]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a certificate looks; the defaults are those of a decent leaf."""

    sans: tuple[tuple[str, str], ...] | None = None
    """(kind, value) with asn1crypto's kinds: dns_name, ip_address, rfc822_name, ...; None: no extension."""
    days: tuple[float, float] = (-30, 60)
    """notBefore and notAfter, from now."""
    ca: bool | None = False
    """None: no basicConstraints."""
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = ("digital_signature",)
    usages: tuple[str, ...] | None = (SERVER_AUTH,)
    digest: str = "sha256"
    permitted: tuple[tuple[str, str], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    authority_key_id: bytes | None = None
    """None: the issuer's true one."""
    authority_serial: int | None = None
    """Instead of a key identifier: issuer name and this serial number."""
    more: tuple[Extension, ...] = ()
    issuer_name: x509.Name | None = None
    """The issuer as written in the certificate, where it is to differ from the issuer's subject."""
    signing_key: Key | None = None
    """A key other than the issuer's, for a bad signature."""
    version: str = "v3"


def ca(**changes: object) -> Shape:
    """The shape of a decent CA certificate, with changes."""
    return Shape(
        **{
            "ca": True,
            "key_usage": ("key_cert_sign", "crl_sign"),
            "usages": None,
            "days": (-400, 1000),
            **changes,
        }  # type: ignore[arg-type]
    )


def issue(subject: x509.Name, own: Key, issuer: Issued | None, shape: Shape, now: datetime | None = None) -> Issued:
    """Make the certificate; without issuer it signs itself."""
    now = now or datetime.now(UTC).replace(microsecond=0)
    signer = shape.signing_key or (own if issuer is None else issuer.key)
    algorithm = {"algorithm": signer.algorithm(shape.digest)}
    begin, end = (now + timedelta(days=days) for days in shape.days)
    tbs = x509.TbsCertificate(
        {
            "version": shape.version,
            "serial_number": next(_serials),
            "signature": algorithm,
            "issuer": shape.issuer_name or (subject if issuer is None else issuer.subject),
            "validity": {"not_before": _time(begin), "not_after": _time(end)},
            "subject": subject,
            "subject_public_key_info": keys.PublicKeyInfo.load(own.spki),
        }
    )
    if shape.version == "v3":
        tbs["extensions"] = [
            {"extn_id": oid, "critical": critical, "extn_value": core.ParsableOctetString(value)}
            for oid, critical, value in _extensions(shape, own, signer if issuer is None else issuer.key, issuer)
        ]
    certificate = x509.Certificate(
        {
            "tbs_certificate": tbs,
            "signature_algorithm": algorithm,
            "signature_value": signer.sign(tbs.dump(), shape.digest),
        }
    )
    return Issued(certificate.dump(), own, subject)


def _time(moment: datetime) -> x509.Time:
    return x509.Time("utc_time", core.UTCTime(moment))


def _extensions(shape: Shape, own: Key, authority: Key, issuer: Issued | None) -> list[Extension]:
    found: list[Extension] = []
    if shape.ca is not None:
        fields: dict[str, object] = {"ca": True}
        if shape.path_length is not None:
            fields["path_len_constraint"] = shape.path_length
        no_ca = bytes.fromhex("3000")  # DER leaves out a default
        found.append(("2.5.29.19", True, x509.BasicConstraints(fields).dump() if shape.ca else no_ca))
    if shape.key_usage is not None:
        found.append(("2.5.29.15", True, x509.KeyUsage(set(shape.key_usage)).dump()))
    if shape.usages is not None:
        found.append(("2.5.29.37", False, x509.ExtKeyUsageSyntax(list(shape.usages)).dump()))
    if shape.sans is not None:
        names = [x509.GeneralName(kind, value) for kind, value in shape.sans]
        found.append(("2.5.29.17", False, x509.GeneralNames(names).dump()))
    if shape.permitted or shape.excluded:
        trees = {
            f"{side}_subtrees": [{"base": x509.GeneralName(kind, value)} for kind, value in subtrees]
            for side, subtrees in (("permitted", shape.permitted), ("excluded", shape.excluded))
            if subtrees
        }
        found.append(("2.5.29.30", True, x509.NameConstraints(trees).dump()))
    found.append(("2.5.29.14", False, core.OctetString(own.key_id).dump()))
    if issuer is not None:
        identifier: dict[str, object] = {"key_identifier": shape.authority_key_id or authority.key_id}
        if shape.authority_serial is not None:
            identifier = {
                "authority_cert_issuer": [x509.GeneralName("directory_name", issuer.subject)],
                "authority_cert_serial_number": shape.authority_serial,
            }
        found.append(("2.5.29.35", False, x509.AuthorityKeyIdentifier(identifier).dump()))
    return [*found, *shape.more]
