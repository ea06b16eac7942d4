"""OpenSSL and GnuTLS, as they are on this machine, say the same as the strategies that bear their names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from mailtrust.core.issuance.authority import Authority, Issued
from mailtrust.core.issuance.recipe import (
    directory_subtree,
    dns_subtree,
    email_subtree,
    ip_subtree,
)
from mailtrust.core.model.certificate import (
    BasicConstraints,
    Certificate,
    IdentifierType,
    NameConstraints,
    PresentedIdentifier,
)
from mailtrust.core.model.client import ClientProfile, Limits
from mailtrust.core.model.pool import Pool
from mailtrust.core.validation.engines import CHECKS_GNUTLS, CHECKS_OPENSSL
from mailtrust.core.validation.evaluate import evaluate_chain
from mailtrust.core.validation.names import names_gnutls, names_openssl
from mailtrust.core.validation.reasons import is_error
from mailtrust.core.validation.search import search_first_issuer, search_gnutls
from mailtrust.core.x509 import der

HOST = "mail.example.test"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY = "2.5.29.37.0"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"


@dataclass(frozen=True)
class Case:
    """What is sent, what is trusted, which name was asked for, and when."""

    sent: tuple[Certificate, ...]
    anchors: tuple[Certificate, ...]
    host: str = HOST
    at: datetime | None = None


Make = Callable[[Any], Case]


def case(sent: Sequence[Issued | Certificate], anchors: Sequence[Issued | Certificate], **more: Any) -> Case:
    def bare(some: Sequence[Issued | Certificate]) -> tuple[Certificate, ...]:
        return tuple(one.certificate if isinstance(one, Issued) else one for one in some)

    return Case(bare(sent), bare(anchors), **more)


def simulated(client: ClientProfile, one: Case, pki: Any) -> tuple[bool, tuple[str, ...]]:
    judgement = evaluate_chain(
        one.sent, pool=Pool(), store=pki.store(*one.anchors), client=client, at=one.at or pki.now, names=(one.host,)
    )
    errors = tuple(reason.code for reason in judgement.reasons if is_error(reason))
    return not errors, errors


def openssl_client(pki: Any) -> ClientProfile:
    limits = Limits(max_certificates=100)  # X509_VERIFY_PARAM_set_depth's default
    client: ClientProfile = pki.client(
        search=search_first_issuer, checks=CHECKS_OPENSSL, name_rules=names_openssl, limits=limits
    )
    return client


def gnutls_client(pki: Any) -> ClientProfile:
    client: ClientProfile = pki.client(search=search_gnutls, checks=CHECKS_GNUTLS, name_rules=names_gnutls)
    return client


def authority_key_identifier(
    key_id: bytes | None = None, issuer: bytes | None = None, serial: int | None = None
) -> Any:
    parts = b""
    if key_id is not None:
        parts += der.encode(0x80, key_id)
    if issuer is not None:
        parts += der.encode(0xA1, der.encode(0xA4, issuer))
    if serial is not None:
        parts += der.encode(0x82, der.encode_integer(serial)[2:])
    return ("2.5.29.35", False, der.encode(der.SEQUENCE, parts))


def policy_constraints(skip: int, *, critical: bool = True) -> Any:
    return ("2.5.29.36", critical, der.encode(der.SEQUENCE, der.encode(0x80, bytes((skip,)))))


UNKNOWN = ("1.3.6.1.4.1.55555.1", True, b"\x05\x00")


def constrained(*permitted: PresentedIdentifier, excluded: tuple[PresentedIdentifier, ...] = ()) -> NameConstraints:
    return NameConstraints(permitted, excluded)


def uri_subtree(host: str) -> PresentedIdentifier:
    return PresentedIdentifier(IdentifierType.URI, host, host.encode())


def good(
    pki: Any,
    *,
    root: dict[str, Any] | None = None,
    issuing: dict[str, Any] | None = None,
    host: str = HOST,
    names: tuple[str, ...] = (),
    at: datetime | None = None,
    send_root: bool = False,
    **leaf: Any,
) -> Case:
    """A plain chain with something changed in its root, its intermediate or its leaf."""
    anchor = pki.root(**(root or {}))
    by = pki.intermediate(anchor, **(issuing or {}))
    own = pki.leaf(by, *names, **leaf)
    return case([own, by, *([anchor] if send_root else [])], [anchor], host=host, at=at)


def twins(pki: Any, order: str) -> Case:
    """The intermediate and twins of it, in the order told: e(xpired), u(nknown root), g(ood), f(uture)."""
    root = pki.root()
    issuing = pki.intermediate(root)
    made = {
        "g": issuing,
        "e": pki.intermediate(root, days=(-900, -3)),
        "f": pki.intermediate(root, days=(3, 900)),
        "u": pki.intermediate(pki.root("Unknown Root")),
        "w": pki.intermediate(root, key_name="wrong key"),
    }
    return case([pki.leaf(issuing), *(made[letter] for letter in order)], [root])


def crossed(pki: Any, order: str, trusted: str, **cross: Any) -> Case:
    """A root r and its cross-sign c by an older root o: which are sent after the intermediate, which are trusted."""
    old, root = pki.root("Old Root"), pki.root()
    made: dict[str, Authority] = {"o": old, "r": root, "c": pki.cross(old, root, **cross)}
    issuing = pki.intermediate(root)
    return case([pki.leaf(issuing), issuing, *(made[one] for one in order)], [made[one] for one in trusted])


def deep(pki: Any, count: int, *, limit: int | None = None, shuffled: bool = False, self_issued: bool = False) -> Case:
    root = pki.root(basic_constraints=BasicConstraints(ca=True, path_length=limit))
    chain: list[Authority] = [root]
    for number in range(count):
        name = "Same CA" if self_issued else f"CA {number}"
        chain.append(pki.intermediate(chain[-1], name, key_name=f"deep {number}"))
    sent = chain[:0:-1]
    if shuffled:
        sent = sent[1:] + sent[:1]
    return case([pki.leaf(chain[-1]), *sent], [root])


def lone(pki: Any, *, trusted: bool, twin: bool = False, **leaf: Any) -> Case:
    own = pki.alone(**leaf)
    other = pki.alone(key_name="twin")
    return case([own], [own] if trusted else [other if twin else pki.root()])


TWINS = (
    "e",
    "f",
    "u",
    "w",
    "eg",
    "ge",
    "fg",
    "gf",
    "ug",
    "gu",
    "wg",
    "gw",
    "eug",
    "uge",
    "gg",
    "ewg",
    "gue",
    "ff",
    "ef",
)

CASES: dict[str, Make] = {
    "good": good,
    "root sent": lambda pki: good(pki, send_root=True),
    "missing intermediate": lambda pki: case([pki.leaf(pki.intermediate(root := pki.root()))], [root]),
    "issued by the anchor": lambda pki: case([pki.leaf(root := pki.root())], [root]),
    "intermediate is the anchor": lambda pki: case([pki.leaf(by := pki.intermediate(pki.root())), by], [by]),
    "intermediate is the anchor, not sent": lambda pki: case([pki.leaf(by := pki.intermediate(pki.root()))], [by]),
    "leaf is the anchor": lambda pki: case([own := pki.leaf(pki.intermediate(pki.root()))], [own]),
    "self-signed": lambda pki: lone(pki, trusted=False),
    "self-signed, trusted": lambda pki: lone(pki, trusted=True),
    "self-signed, trusted, expired": lambda pki: lone(pki, trusted=True, days=(-90, -1)),
    "self-signed, namesake trusted": lambda pki: lone(pki, trusted=False, twin=True),
    "self-signed, trusted, SHA-1": lambda pki: lone(pki, trusted=True, signature_hash="sha1", kind="rsa-2048"),
    "self-signed, trusted, client only": lambda pki: lone(pki, trusted=True, extended_key_usage=(CLIENT_AUTH,)),
    "unknown root sent": lambda pki: case(
        [pki.leaf(by := pki.intermediate(root := pki.root("Mystery"))), by, root], [pki.root()]
    ),
    "last second": lambda pki: good(pki, days=(-30, 10), at=pki.now + timedelta(days=10)),
    "a second later": lambda pki: good(pki, days=(-30, 10), at=pki.now + timedelta(days=10, seconds=1)),
    "first second": lambda pki: good(pki, days=(5, 10), at=pki.now + timedelta(days=5)),
    "a second earlier": lambda pki: good(pki, days=(5, 10), at=pki.now + timedelta(days=5, seconds=-1)),
    "expired root": lambda pki: good(pki, root={"days": (-900, -1)}),
    "root not yet valid": lambda pki: good(pki, root={"days": (1, 900)}),
    "expired intermediate": lambda pki: good(pki, issuing={"days": (-900, -1)}),
    **{f"twins {order}": partial(twins, order=order) for order in TWINS},
    **{
        f"cross-sign {order or 'not sent'}, {trusted} trusted": partial(crossed, order=order, trusted=trusted)
        for order in ("", "c", "r", "rc", "cr", "co", "rco", "cor")
        for trusted in ("r", "o", "ro", "or", "c")
    },
    **{
        f"expired cross-sign {order}, {trusted} trusted": partial(
            crossed, order=order, trusted=trusted, days=(-900, -10)
        )
        for order in ("c", "rc", "cr", "co")
        for trusted in ("r", "o", "ro")
    },
    "three intermediates": lambda pki: deep(pki, 3),
    "three intermediates shuffled": lambda pki: deep(pki, 3, shuffled=True),
    "fourteen intermediates": lambda pki: deep(pki, 14),
    "path length kept": lambda pki: deep(pki, 2, limit=2),
    "path length of the root exceeded": lambda pki: deep(pki, 2, limit=1),
    "self-issued do not count": lambda pki: deep(pki, 3, limit=1, self_issued=True),
    "no purpose": lambda pki: good(pki, extended_key_usage=None),
    "client only": lambda pki: good(pki, extended_key_usage=(CLIENT_AUTH,)),
    "any purpose": lambda pki: good(pki, extended_key_usage=(ANY,)),
    "Netscape SGC": lambda pki: good(pki, extended_key_usage=("2.16.840.1.113730.4.1",)),
    "Microsoft SGC": lambda pki: good(pki, extended_key_usage=("1.3.6.1.4.1.311.10.3.3",)),
    "intermediate client only": lambda pki: good(pki, issuing={"extended_key_usage": (CLIENT_AUTH,)}),
    "intermediate any purpose": lambda pki: good(pki, issuing={"extended_key_usage": (ANY,)}),
    "intermediate Netscape SGC": lambda pki: good(pki, issuing={"extended_key_usage": ("2.16.840.1.113730.4.1",)}),
    "root client only": lambda pki: good(pki, root={"extended_key_usage": (CLIENT_AUTH,)}),
    "root any purpose": lambda pki: good(pki, root={"extended_key_usage": (ANY,)}),
    "no key usage": lambda pki: good(pki, key_usage=None),
    "key encipherment only": lambda pki: good(pki, key_usage=frozenset({"keyEncipherment"})),
    "intermediate may not sign": lambda pki: good(pki, issuing={"key_usage": frozenset({"cRLSign"})}),
    "intermediate without key usage": lambda pki: good(pki, issuing={"key_usage": None}),
    "root may not sign": lambda pki: good(pki, root={"key_usage": frozenset({"cRLSign"})}),
    "intermediate is no CA": lambda pki: good(
        pki, issuing={"basic_constraints": BasicConstraints(ca=False, path_length=None)}
    ),
    "intermediate without basic constraints": lambda pki: good(pki, issuing={"basic_constraints": None}),
    "root is no CA": lambda pki: good(pki, root={"basic_constraints": BasicConstraints(ca=False, path_length=None)}),
    "root without basic constraints": lambda pki: good(pki, root={"basic_constraints": None}),
    "root without anything": lambda pki: good(pki, root={"basic_constraints": None, "key_usage": None}),
    "root of version 1": lambda pki: good(pki, root={"version": 1}),
    "intermediate of version 1": lambda pki: good(pki, issuing={"version": 1}),
    "CA as leaf": lambda pki: good(pki, basic_constraints=BasicConstraints(ca=True, path_length=None)),
    "unknown critical in the leaf": lambda pki: good(pki, extensions=(UNKNOWN,)),
    "unknown critical in the intermediate": lambda pki: good(pki, issuing={"extensions": (UNKNOWN,)}),
    "unknown critical in the root": lambda pki: good(pki, root={"extensions": (UNKNOWN,)}),
    "critical policy constraints": lambda pki: good(pki, issuing={"extensions": (policy_constraints(0),)}),
    "policy constraints": lambda pki: good(pki, issuing={"extensions": (policy_constraints(0, critical=False),)}),
    "wrong key identifier": lambda pki: good(pki, authority_key_identifier=b"\x42" * 20),
    "wrong key identifier towards the anchor": lambda pki: good(
        pki, issuing={"authority_key_identifier": b"\x42" * 20}
    ),
    "wrong serial": lambda pki: good(
        pki, authority_key_identifier=None, extensions=(authority_key_identifier(serial=5),)
    ),
    "wrong issuer": lambda pki: good(
        pki,
        authority_key_identifier=None,
        extensions=(authority_key_identifier(issuer=pki.root("Else").certificate.subject.der, serial=5),),
    ),
    "no key identifiers": lambda pki: good(
        pki, authority_key_identifier=None, issuing={"authority_key_identifier": None}
    ),
    "forged leaf": lambda pki: good(pki, signing_key=pki.key("forger")),
    "other case in the issuer's name": lambda pki: other_spelling(pki, "TEST ISSUING CA"),
    "other spaces in the issuer's name": lambda pki: other_spelling(pki, " Test  Issuing CA "),
    "another name for the issuer": lambda pki: other_spelling(pki, "Test Issuing CB"),
    "RSA 1024 leaf": lambda pki: good(pki, kind="rsa-1024", key_name="small leaf"),
    "RSA 2048 leaf": lambda pki: good(pki, kind="rsa-2048", key_name="rsa leaf"),
    "RSA 1024 intermediate": lambda pki: good(pki, issuing={"kind": "rsa-1024", "key_name": "small"}),
    "RSA 1024 root": lambda pki: good(pki, root={"kind": "rsa-1024", "key_name": "small root"}),
    "RSA 512 leaf": lambda pki: good(pki, kind="rsa-512", key_name="tiny leaf"),
    "P-384 leaf": lambda pki: good(pki, kind="ec-p384", key_name="p384 leaf"),
    "Ed25519 leaf": lambda pki: good(pki, kind="ed25519", key_name="ed leaf"),
    "Ed25519 intermediate": lambda pki: good(pki, issuing={"kind": "ed25519", "key_name": "ed"}),
    "SHA-1 leaf": lambda pki: good(pki, signature_hash="sha1"),
    "MD5 leaf": lambda pki: good(pki, issuing={"kind": "rsa-2048", "key_name": "rsa"}, signature_hash="md5"),
    "SHA-1 intermediate": lambda pki: good(pki, issuing={"signature_hash": "sha1"}),
    "SHA-1 root": lambda pki: good(pki, root={"signature_hash": "sha1"}, send_root=True),
    "empty DNS name": lambda pki: good(pki, names=(HOST, "")),
    "empty URI": lambda pki: good(pki, uris=("",)),
    "empty extended key usage": lambda pki: good(pki, extended_key_usage=()),
    "empty key usage": lambda pki: good(pki, key_usage=frozenset()),
    "octets that are not ASCII": lambda pki: good(pki, names=(HOST, "b\xfccher.example.test")),
    "SHA-512 leaf": lambda pki: good(pki, signature_hash="sha512"),
    "PSS leaf": lambda pki: good(pki, issuing={"kind": "rsa-2048", "key_name": "rsa"}, pss=True),
}


def other_spelling(pki: Any, name: str) -> Case:
    """The leaf spells its issuer's name in another way than the issuer does."""
    root = pki.root()
    issuing = pki.intermediate(root)
    speller = pki.intermediate(root, name, key_name="Test Issuing CA")
    return case([pki.leaf(speller, authority_key_identifier=None), issuing], [root])


CONSTRAINTS: dict[str, Make] = {
    "dns inside": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree("example.test"))}),
    "dns equal": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree(HOST))}),
    "dns outside": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree("example.org"))}),
    "dns half a label": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree("ample.test"))}),
    "dns leading dot": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree(".example.test"))}),
    "dns leading dot, equal": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree("." + HOST))}),
    "dns empty": lambda pki: good(pki, issuing={"name_constraints": constrained(dns_subtree(""))}),
    "dns excluded": lambda pki: good(
        pki, issuing={"name_constraints": constrained(excluded=(dns_subtree("example.test"),))}
    ),
    "dns another excluded": lambda pki: good(
        pki, issuing={"name_constraints": constrained(excluded=(dns_subtree("example.org"),))}
    ),
    "dns all excluded": lambda pki: good(pki, issuing={"name_constraints": constrained(excluded=(dns_subtree(""),))}),
    "dns one of two outside": lambda pki: good(
        pki, names=(HOST, "mail.example.org"), issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "wildcard inside": lambda pki: good(
        pki, names=("*.example.test",), issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "dns in the root": lambda pki: good(pki, root={"name_constraints": constrained(dns_subtree("example.org"))}),
    "dns, both must hold": lambda pki: good(
        pki,
        root={"name_constraints": constrained(dns_subtree("example.test"))},
        issuing={"name_constraints": constrained(dns_subtree("example.org"))},
    ),
    "common name outside": lambda pki: good(
        pki, dns_names=(), common_name=HOST, issuing={"name_constraints": constrained(dns_subtree("example.org"))}
    ),
    "common name inside": lambda pki: good(
        pki, dns_names=(), common_name=HOST, issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "common name that is no host": lambda pki: good(
        pki, common_name="A mail server", issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "address inside": lambda pki: good(
        pki, ip_addresses=("10.1.2.3",), issuing={"name_constraints": constrained(ip_subtree("10.0.0.0/8"))}
    ),
    "address outside": lambda pki: good(
        pki, ip_addresses=("192.0.2.3",), issuing={"name_constraints": constrained(ip_subtree("10.0.0.0/8"))}
    ),
    "address excluded": lambda pki: good(
        pki, ip_addresses=("10.1.2.3",), issuing={"name_constraints": constrained(excluded=(ip_subtree("10.0.0.0/8"),))}
    ),
    "IPv6 outside": lambda pki: good(
        pki, ip_addresses=("2001:db8::1",), issuing={"name_constraints": constrained(ip_subtree("fd00::/8"))}
    ),
    "IPv6 inside": lambda pki: good(
        pki, ip_addresses=("fd00::1",), issuing={"name_constraints": constrained(ip_subtree("fd00::/8"))}
    ),
    "mailbox outside": lambda pki: good(
        pki,
        emails=("postmaster@example.org",),
        issuing={"name_constraints": constrained(email_subtree("example.test"))},
    ),
    "mailbox inside": lambda pki: good(
        pki,
        emails=("postmaster@example.test",),
        issuing={"name_constraints": constrained(email_subtree("example.test"))},
    ),
    "one mailbox": lambda pki: good(
        pki, emails=("a@example.test",), issuing={"name_constraints": constrained(email_subtree("b@example.test"))}
    ),
    "mailbox below": lambda pki: good(
        pki, emails=("a@mx.example.test",), issuing={"name_constraints": constrained(email_subtree(".example.test"))}
    ),
    "mailbox below, host wanted": lambda pki: good(
        pki, emails=("a@mx.example.test",), issuing={"name_constraints": constrained(email_subtree("example.test"))}
    ),
    "intermediate's own names": lambda pki: good(
        pki,
        root={"name_constraints": constrained(dns_subtree("example.test"))},
        issuing={"dns_names": ("ca.example.org",)},
    ),
    "no name of that form": lambda pki: good(
        pki, issuing={"name_constraints": constrained(email_subtree("example.org"))}
    ),
}


ONLY_OPENSSL: dict[str, Make] = {
    # GnuTLS can't compare these forms; what it does instead is said in its own test
    "uri inside": lambda pki: good(
        pki,
        uris=("https://mail.example.test/x",),
        issuing={"name_constraints": constrained(uri_subtree(".example.test"))},
    ),
    "uri outside": lambda pki: good(
        pki,
        uris=("https://mail.example.org/x",),
        issuing={"name_constraints": constrained(uri_subtree(".example.test"))},
    ),
    "directory inside": lambda pki: good(
        pki,
        organisation="Test",
        issuing={"name_constraints": constrained(directory_subtree(organisation(pki, "Test")))},
    ),
    "directory outside": lambda pki: good(
        pki,
        organisation="Else",
        issuing={"name_constraints": constrained(directory_subtree(organisation(pki, "Test")))},
    ),
    "directory, other case": lambda pki: good(
        pki,
        organisation="Test",
        issuing={"name_constraints": constrained(directory_subtree(organisation(pki, "TEST")))},
    ),
    "directory excluded": lambda pki: good(
        pki,
        organisation="Test",
        issuing={"name_constraints": constrained(excluded=(directory_subtree(organisation(pki, "Test")),))},
    ),
}


def organisation(pki: Any, name: str) -> bytes:
    """A Name that is one organizationName."""
    whole = der.children(der.read(pki.alone(common_name=None, organisation=name).subject.der)[1])
    return der.encode(der.SEQUENCE, *(der.encode(*part) for part in whole[:1]))


SHARED = {**CASES, **CONSTRAINTS}


@pytest.mark.parametrize("name", [*SHARED, *ONLY_OPENSSL])
def test_openssl_says_the_same(name: str, pki: Any, openssl: Any) -> None:
    one = {**SHARED, **ONLY_OPENSSL}[name](pki)
    real, words = openssl.accepts(one.sent, one.anchors, one.host, one.at or pki.now)
    ours, codes = simulated(openssl_client(pki), one, pki)
    assert ours == real, f"OpenSSL: {words}; simulated: {codes}"


@pytest.mark.parametrize("name", SHARED)
def test_gnutls_says_the_same(name: str, pki: Any, gnutls: Any) -> None:
    one = SHARED[name](pki)
    real, words = gnutls.accepts(one.sent, one.anchors, one.host, one.at or pki.now)
    ours, codes = simulated(gnutls_client(pki), one, pki)
    assert ours == real, f"GnuTLS: {words}; simulated: {codes}"


# What the fuzz puts together. Each part is good most of the time, so that most cases have one fault or two.
NAMES = (
    HOST,
    "*.example.test",
    "m*.example.test",
    "*il.example.test",
    "www.example.test",
    "*.test",
    "*",
    "mail.*.test",
    "MAIL.example.TEST",
    "mail.example.test.",
    ".example.test",
    "",
    "my_mail.example.test",
    "*.mail.example.test",
)
HOSTS = (HOST, "www.example.test", "example.test", "a.mail.example.test", "my_mail.example.test", "MAIL.example.test")
PURPOSES = (None, (SERVER_AUTH,), (CLIENT_AUTH,), (ANY,), (SERVER_AUTH, CLIENT_AUTH), (CLIENT_AUTH, ANY))
USAGES = (None, frozenset({"digitalSignature"}), frozenset({"keyCertSign"}), frozenset({"keyAgreement"}))
DAYS = ((-400, 400), (-400, 400), (-400, 400), (-400, 0), (-400, -1), (1, 400), (0, 400))


def mostly(random: Random, good_one: Any, others: Sequence[Any], odds: float = 0.85) -> Any:
    return good_one if random.random() < odds else random.choice(others)


def random_ca(random: Random, lengths: Sequence[int | None] = (None, None, None, 0, 1)) -> dict[str, Any]:
    return {
        "days": mostly(random, (-900, 900), DAYS, 0.9),
        "basic_constraints": mostly(
            random,
            BasicConstraints(ca=True, path_length=random.choice(lengths)),
            (None, BasicConstraints(ca=False, path_length=None)),
            0.96,
        ),
        "key_usage": mostly(random, frozenset({"keyCertSign", "cRLSign"}), USAGES, 0.94),
        "extended_key_usage": mostly(random, None, PURPOSES, 0.9),
        "subject_key_identifier": mostly(random, "right", (None, b"\x01" * 20), 0.95),
        "authority_key_identifier": mostly(random, "right", (None, b"\x01" * 20), 0.93),
        "name_constraints": mostly(
            random,
            None,
            (
                constrained(dns_subtree("example.test")),
                constrained(dns_subtree("example.org")),
                constrained(excluded=(dns_subtree("www.example.test"),)),
            ),
            0.9,
        ),
    }


def random_case(seed: int, pki: Any) -> Case:
    """Three roots, intermediates with twins and cross-signs, a leaf; some of it sent, some of it trusted."""
    random = Random(seed)
    roots = [pki.root(f"Root {number}", **random_ca(random)) for number in range(2)]
    roots.append(pki.root("Root 0", key_name="Root 0 again", **random_ca(random)))
    authorities: list[Authority] = list(roots)
    for number in range(random.randint(1, 4)):
        name = random.choice(("CA 0", "CA 0", "CA 1", "CA 2"))
        key_name = mostly(random, name, (f"other {number}",), 0.8)
        authorities.append(pki.intermediate(random.choice(authorities), name, key_name=key_name, **random_ca(random)))
    if random.random() < 0.4:
        authorities.append(
            pki.cross(roots[1], roots[0], **{k: v for k, v in random_ca(random).items() if "identifier" not in k})
        )
    names = [mostly(random, HOST, NAMES, 0.6) for _ in range(random.randint(1, 2))]
    leaf = pki.leaf(
        mostly(random, authorities[-1], authorities, 0.6),
        days=mostly(random, (-30, 60), DAYS),
        common_name=random.choice((None, *names)),
        dns_names=mostly(random, tuple(names), ((),), 0.8),
        ip_addresses=mostly(random, (), (("192.0.2.1",),), 0.9),
        extended_key_usage=mostly(random, (SERVER_AUTH,), PURPOSES),
        key_usage=mostly(random, frozenset({"digitalSignature", "keyEncipherment"}), USAGES),
        basic_constraints=mostly(
            random, BasicConstraints(ca=False, path_length=None), (None, BasicConstraints(ca=True, path_length=None))
        ),
        authority_key_identifier=mostly(random, "right", (None, b"\x01" * 20), 0.93),
        signing_key=mostly(random, None, (pki.key("forger"),), 0.97),
    )
    sent = random.sample(authorities[3:], len(authorities) - 3)
    sent = [one for one in sent if random.random() < 0.85]
    sent += [root for root in roots if random.random() < 0.2]
    if random.random() < 0.3:
        random.shuffle(sent)
    trusted = [root for root in roots if random.random() < 0.6] + [
        one for one in authorities[3:] if random.random() < 0.08
    ]
    if random.random() < 0.03:
        trusted.append(Authority(leaf, pki.key("leaf")))
    host = mostly(random, HOST, HOSTS, 0.8)
    return case([leaf, *sent], trusted or [pki.root("Unrelated")], host=host)


SEEDS = range(150)


@pytest.mark.parametrize("seed", SEEDS)
def test_openssl_says_the_same_about_anything(seed: int, pki: Any, openssl: Any) -> None:
    one = random_case(seed, pki)
    real, words = openssl.accepts(one.sent, one.anchors, one.host, pki.now)
    ours, codes = simulated(openssl_client(pki), one, pki)
    assert ours == real, f"OpenSSL: {words}; simulated: {codes}"


@pytest.mark.parametrize("seed", SEEDS)
def test_gnutls_says_the_same_about_anything(seed: int, pki: Any, gnutls: Any) -> None:
    one = random_case(seed, pki)
    real, words = gnutls.accepts(one.sent, one.anchors, one.host, pki.now)
    ours, codes = simulated(gnutls_client(pki), one, pki)
    assert ours == real, f"GnuTLS: {words}; simulated: {codes}"


def test_the_random_cases_are_worth_it(pki: Any) -> None:
    """Neither all good nor all bad, and for many different reasons."""
    outcomes = [simulated(openssl_client(pki), random_case(seed, pki), pki) for seed in SEEDS]
    accepted = sum(ok for ok, _ in outcomes)
    assert len(SEEDS) // 10 < accepted < len(SEEDS) * 9 // 10
    assert len({code for _, codes in outcomes for code in codes}) >= 8
