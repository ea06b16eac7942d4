"""Whatever file people have: which certificates and keys are in it, and what each of them is.

The octets decide what a file is, never its name: PEM in any mix and encoding, DER, bare Base64, PKCS#7, PKCS#12,
a Java key store, or the zip that a CA sends. Each reader is imported when its kind is met: most files are PEM.
"""

import base64
import binascii
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import der
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, PRIVATE_KEY_LABELS, PemBlock, as_ascii, find_pem
from mailtrust.core.x509.roles import bearers_of_roots, role_of

if TYPE_CHECKING:
    from mailtrust.core.x509.private_key import PrivateKey

MAX_OCTETS = 16 * 1024 * 1024
MAX_CERTIFICATES = 2000
MAX_KEYS = 100
MAX_OTHERS = 1000


_SEQUENCE = bytes([der.SEQUENCE])
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_LABELS = frozenset({"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "X509 CRL", "OCSP RESPONSE"})


class Form(StrEnum):
    """What a file turned out to be."""

    PEM = "pem"
    DER = "der"
    PKCS7 = "pkcs7"
    PKCS12 = "pkcs12"
    JKS = "jks"
    ZIP = "zip"
    UNKNOWN = "unknown"


@frozen
class Item:
    """A certificate, where it was found, and what it is."""

    certificate: AnyCertificate
    origin: str
    """`file`, or `archive/member`; cleaned."""
    role: Text


class Kind(StrEnum):
    """What else files hold."""

    KEY = "key"
    REQUEST = "request"
    REVOCATION_LIST = "revocation-list"
    OCSP_ANSWER = "ocsp-answer"
    STRANGER = "stranger"


@frozen
class Other:
    """Something in a file that is no certificate, and what it is."""

    origin: str
    role: Text
    kind: Kind = Kind.STRANGER
    octets: bytes = field(default=b"", repr=False)
    """DER of a request, list or answer, for its own reader; never a key."""


@frozen
class Contents:
    """What was found in a file."""

    form: Form
    items: tuple[Item, ...]
    """In the order of the file."""
    keys: "tuple[PrivateKey, ...]"
    others: tuple[Other, ...]
    """Keys and whatever else is no certificate, in the order of the file."""
    problems: tuple[Text, ...]

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The readable certificates, each once, in the order of the file."""
        readable = (item.certificate for item in self.items if isinstance(item.certificate, Certificate))
        return tuple({certificate.fingerprint: certificate for certificate in readable}.values())


@record
class _Finds:
    """What comes together while a file is read."""

    password: bytes | None
    certificates: list[tuple[str, AnyCertificate]] = field(default_factory=list)
    keys: "list[PrivateKey]" = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)

    def certificate(self, octets: bytes, origin: str) -> None:
        if len(self.certificates) < MAX_CERTIFICATES:
            self.certificates.append((origin, read_certificate(octets)))

    def key(self, data: bytes, origin: str) -> None:
        if len(self.keys) < MAX_KEYS:
            from mailtrust.core.x509.private_key import read_private_key

            self.found_key(read_private_key(data, self.password), origin)

    def found_key(self, key: "PrivateKey | Text", origin: str) -> None:
        if isinstance(key, Text):
            self.other(origin, text("a private key"), Kind.KEY)
            self.problem(origin, key)
            return
        self.keys.append(key)
        public = key.public_key
        role = text("a private key ({algorithm}, {bits} bits)", algorithm=public.algorithm, bits=public.bits)
        self.other(origin, role, Kind.KEY)

    def other(self, origin: str, role: Text, kind: Kind = Kind.STRANGER, octets: bytes = b"") -> None:
        if len(self.others) < MAX_OTHERS:
            self.others.append(Other(origin, role, kind, octets))

    def problem(self, origin: str, why: Text) -> None:
        self.problems.append(text("{file}: {why}", file=origin, why=why))


def read_container(data: bytes, name: str, password: bytes | None = None) -> Contents:
    """Read a file of any form. Never raises: what cannot be read is told in `problems` and `others`.

    `name` is only for people; `password` opens encrypted keys, PKCS#12 files, key stores and archives.
    """
    finds = _Finds(password)
    origin = clean(name)
    if len(data) > MAX_OCTETS:
        form = Form.UNKNOWN
        finds.problem(origin, text("the file is larger than {limit} octets, more than is read.", limit=MAX_OCTETS))
    elif data.startswith(_ZIP):
        from mailtrust.core.x509.archive import unpack

        form = Form.ZIP
        members, problems = unpack(data, password)
        finds.problems.extend(problems)
        for member, octets in members:
            _read_file(octets, f"{origin}/{member}", finds)
    else:
        form = _read_file(data, origin, finds)
    if not (finds.certificates or finds.others or finds.problems):
        finds.other(origin, text("a file without certificates or keys"))
    return Contents(
        form,
        tuple(_items(finds)),
        tuple({key.spki: key for key in finds.keys}.values()),
        tuple(finds.others),
        tuple(finds.problems),
    )


def _items(finds: _Finds) -> list[Item]:
    items: list[Item] = []
    first: dict[str, str] = {}
    roots = bearers_of_roots(certificate for _, certificate in finds.certificates)
    for origin, certificate in finds.certificates:
        known = first.setdefault(certificate.fingerprint, origin)
        role = role_of(certificate, roots, finds.keys)
        if known != origin:
            role = text("{role} (the same as in {file})", role=role, file=known)
        items.append(Item(certificate, origin, role))
    return items


def _read_file(data: bytes, origin: str, finds: _Finds) -> Form:
    """Read one file that is no archive."""
    blocks = find_pem(data)
    if blocks:
        for block in blocks:
            _read_block(block, origin, finds)
        return Form.PEM
    form = _read_octets(data, origin, finds)
    if form is Form.UNKNOWN:
        bare = _bare_base64(data)
        form = _read_octets(bare, origin, finds) if bare else form
    if form is Form.UNKNOWN:
        finds.other(origin, _stranger(data))
        if (whole := _announced(data)) > len(data):
            finds.problem(
                origin, text("the file is cut off: it should have {whole} octets and has {size}. Get it again.",
                             whole=whole, size=len(data))
            )  # fmt: skip
    return form


def _read_block(block: PemBlock, origin: str, finds: _Finds) -> None:
    if block.label in PRIVATE_KEY_LABELS:
        finds.key(block.whole, origin)
    elif not block.data:
        finds.problem(origin, text("a {label} block is damaged: its text is no Base64.", label=block.label))
    elif block.label == "TRUSTED CERTIFICATE":  # OpenSSL's form: trust settings follow the certificate
        _read_trusted(block.data, origin, finds)
    elif block.label in CERTIFICATE_LABELS or block.label in ("PKCS7", "CMS", "PKCS #7 SIGNED DATA"):
        # Windows writes whole PKCS#7 chains between the marks of a certificate
        if _read_octets(block.data, origin, finds) is Form.UNKNOWN:
            finds.certificate(block.data, origin)
    elif block.label not in _OTHER_LABELS or _read_octets(block.data, origin, finds) is Form.UNKNOWN:
        finds.other(origin, text("no certificate ({label})", label=block.label))


def _read_trusted(octets: bytes, origin: str, finds: _Finds) -> None:
    try:
        finds.certificate(octets[: der.read(octets)[2]], origin)
    except der.DerError:
        finds.certificate(octets, origin)


def _read_octets(octets: bytes, origin: str, finds: _Finds) -> Form:
    """Recognise and read binary octets by their structure; UNKNOWN when they are nothing of ours."""
    if octets[:1] != _SEQUENCE:
        return _read_java_keystore(octets, origin, finds)
    try:
        tag, content, _ = der.read(octets)
        shape = [kind for kind, _ in der.children(content)] if tag == der.SEQUENCE else []
    except der.DerError:
        return Form.UNKNOWN
    match shape:
        case [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
            return _read_signed(octets, origin, finds)
        case [der.OBJECT_IDENTIFIER, 0xA0]:
            return _read_pkcs7(octets, origin, finds)
        case [0x0A] | [0x0A, 0xA0]:
            finds.other(origin, text("an OCSP answer"), Kind.OCSP_ANSWER, octets)
            return Form.DER
        case [der.INTEGER, der.SEQUENCE, der.SEQUENCE] | [der.INTEGER, der.SEQUENCE]:
            return _read_pkcs12(octets, origin, finds)
        case (
            [der.INTEGER, der.SEQUENCE, der.OCTET_STRING, *_]  # PKCS#8
            | [der.SEQUENCE, der.OCTET_STRING]  # PKCS#8, encrypted
            | [der.INTEGER, der.OCTET_STRING, *_]  # SEC 1
            | [der.INTEGER, der.INTEGER, der.INTEGER, der.INTEGER, der.INTEGER, der.INTEGER, *_]  # PKCS#1
        ):
            finds.key(octets, origin)
            return Form.DER
    return Form.UNKNOWN


def _read_java_keystore(octets: bytes, origin: str, finds: _Finds) -> Form:
    from mailtrust.core.x509 import java_keystore

    if not octets.startswith(java_keystore.MAGIC):
        return Form.UNKNOWN
    store = java_keystore.read_java_keystore(octets, finds.password)
    if isinstance(store, Text):
        finds.problem(origin, store)
        return Form.JKS
    for certificate in store.certificates:
        finds.certificate(certificate, origin)
    for key in store.keys:
        finds.found_key(key, origin)
    for problem in store.problems:
        finds.problem(origin, problem)
    return Form.JKS


def _read_signed(octets: bytes, origin: str, finds: _Finds) -> Form:
    """A certificate, or one of the two other things that are signed in the same way."""
    try:
        body = [tag for tag, _ in der.children(der.children(der.read(octets)[1])[0][1])]
    except der.DerError:
        body = []
    match body:
        case [der.INTEGER, der.SEQUENCE, der.SEQUENCE, 0xA0] | [der.INTEGER, der.SEQUENCE, der.SEQUENCE]:
            finds.other(
                origin, text("a certificate request; the CA answers it with a certificate"), Kind.REQUEST, octets
            )
        case [der.INTEGER, der.SEQUENCE, der.SEQUENCE, der.UTC_TIME | der.GENERALIZED_TIME, *_] | [
            der.SEQUENCE,
            der.SEQUENCE,
            der.UTC_TIME | der.GENERALIZED_TIME,
            *_,
        ]:
            finds.other(origin, text("a list of revoked certificates"), Kind.REVOCATION_LIST, octets)
        case _:
            finds.certificate(octets, origin)
    return Form.DER


def _read_pkcs7(octets: bytes, origin: str, finds: _Finds) -> Form:
    from mailtrust.core.x509 import pkcs7

    try:
        certificates = pkcs7.certificates_in(octets)
    except der.DerError:
        return Form.UNKNOWN
    for certificate in certificates:
        finds.certificate(certificate, origin)
    if not certificates:
        finds.other(origin, text("a PKCS#7 file without certificates"))
    return Form.PKCS7


def _read_pkcs12(octets: bytes, origin: str, finds: _Finds) -> Form:
    from mailtrust.core.x509.pkcs12 import read_pkcs12

    opened = read_pkcs12(octets, finds.password)
    if isinstance(opened, Text):
        finds.problem(origin, opened)
        return Form.PKCS12
    for certificate in opened.certificates:
        finds.certificate(certificate, origin)
    if opened.key is not None:
        finds.found_key(opened.key, origin)
    return Form.PKCS12


def _announced(data: bytes) -> int:
    """How many octets a file must have that begins as a DER structure of some size; 0: it does not."""
    if len(data) < 4 or data[0] != der.SEQUENCE or data[1] not in (0x82, 0x83):
        return 0
    size = data[1] - 0x80
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def _bare_base64(data: bytes) -> bytes:
    """The octets of a text that is Base64 and nothing else, as some web pages of CAs show it; empty when it is not."""
    try:
        return base64.b64decode(b"".join(as_ascii(data).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _stranger(data: bytes) -> Text:
    from mailtrust.core.x509.java_keystore import JCEKS_MAGIC

    if data.startswith(_ZIP):
        return text("an archive inside the archive: unpack it and give it by itself")
    if data.startswith(JCEKS_MAGIC):
        return text("a Java key store of the JCEKS kind: convert it with keytool -importkeystore -deststoretype PKCS12")
    return text("not a certificate")
