"""OpenSSL, GnuTLS and Java, as they are on this machine, and the strategies that bear their names: chains."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from mailtrust.core.issuance.authority import Authority
from mailtrust.core.model.certificate import BasicConstraints
from mailtrust.core.x509 import der

CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
HOST = "mail.example.test"
ANY = "2.5.29.37.0"
UNKNOWN = ("1.3.6.1.4.1.55555.1", True, b"\x05\x00")


def authority_key_identifier(issuer: bytes | None = None, serial: int | None = None) -> tuple[str, bool, bytes]:
    parts = b""
    if issuer is not None:
        parts += der.encode(0xA1, der.encode(0xA4, issuer))
    if serial is not None:
        parts += der.encode(0x82, der.encode_integer(serial)[2:])
    return ("2.5.29.35", False, der.encode(der.SEQUENCE, parts))


def policy_constraints(skip: int, *, critical: bool = True) -> tuple[str, bool, bytes]:
    return ("2.5.29.36", critical, der.encode(der.SEQUENCE, der.encode(0x80, bytes((skip,)))))


def twins(pki: Any, order: str) -> Any:
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
    return pki.case([pki.leaf(issuing), *(made[letter] for letter in order)], [root])


def crossed(pki: Any, order: str, trusted: str, **cross: Any) -> Any:
    """A root r and its cross-sign c by an older root o: which are sent after the intermediate, which are trusted."""
    old, root = pki.root("Old Root"), pki.root()
    made: dict[str, Authority] = {"o": old, "r": root, "c": pki.cross(old, root, **cross)}
    issuing = pki.intermediate(root)
    return pki.case([pki.leaf(issuing), issuing, *(made[one] for one in order)], [made[one] for one in trusted])


def deep(pki: Any, count: int, *, limit: int | None = None, shuffled: bool = False, self_issued: bool = False) -> Any:
    root = pki.root(basic_constraints=BasicConstraints(ca=True, path_length=limit))
    chain: list[Authority] = [root]
    for number in range(count):
        name = "Same CA" if self_issued else f"CA {number}"
        chain.append(pki.intermediate(chain[-1], name, key_name=f"deep {number}"))
    sent = chain[:0:-1]
    if shuffled:
        sent = sent[1:] + sent[:1]
    return pki.case([pki.leaf(chain[-1]), *sent], [root])


def lone(pki: Any, *, trusted: bool, twin: bool = False, **leaf: Any) -> Any:
    own = pki.alone(**leaf)
    other = pki.alone(key_name="twin")
    return pki.case([own], [own] if trusted else [other if twin else pki.root()])


def other_spelling(pki: Any, name: str) -> Any:
    """The leaf spells its issuer's name in another way than the issuer does."""
    root = pki.root()
    issuing = pki.intermediate(root)
    speller = pki.intermediate(root, name, key_name="Test Issuing CA")
    return pki.case([pki.leaf(speller, authority_key_identifier=None), issuing], [root])


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

CASES: dict[str, Callable[[Any], Any]] = {
    "good": lambda pki: pki.good(),
    "root sent": lambda pki: pki.good(send_root=True),
    "missing intermediate": lambda pki: pki.case([pki.leaf(pki.intermediate(root := pki.root()))], [root]),
    "issued by the anchor": lambda pki: pki.case([pki.leaf(root := pki.root())], [root]),
    "intermediate is the anchor": lambda pki: pki.case([pki.leaf(by := pki.intermediate(pki.root())), by], [by]),
    "intermediate is the anchor, not sent": lambda pki: pki.case([pki.leaf(by := pki.intermediate(pki.root()))], [by]),
    "leaf is the anchor": lambda pki: pki.case([own := pki.leaf(pki.intermediate(pki.root()))], [own]),
    "self-signed": lambda pki: lone(pki, trusted=False),
    "self-signed, trusted": lambda pki: lone(pki, trusted=True),
    "self-signed, trusted, expired": lambda pki: lone(pki, trusted=True, days=(-90, -1)),
    "self-signed, namesake trusted": lambda pki: lone(pki, trusted=False, twin=True),
    "self-signed, trusted, SHA-1": lambda pki: lone(pki, trusted=True, signature_hash="sha1", kind="rsa-2048"),
    "self-signed, trusted, client only": lambda pki: lone(pki, trusted=True, extended_key_usage=(CLIENT_AUTH,)),
    "unknown root sent": lambda pki: pki.case(
        [pki.leaf(by := pki.intermediate(root := pki.root("Mystery"))), by, root], [pki.root()]
    ),
    "last second": lambda pki: pki.good(days=(-30, 10), at=pki.now + timedelta(days=10)),
    "a second later": lambda pki: pki.good(days=(-30, 10), at=pki.now + timedelta(days=10, seconds=1)),
    "first second": lambda pki: pki.good(days=(5, 10), at=pki.now + timedelta(days=5)),
    "a second earlier": lambda pki: pki.good(days=(5, 10), at=pki.now + timedelta(days=5, seconds=-1)),
    "expired root": lambda pki: pki.good(root={"days": (-900, -1)}),
    "root not yet valid": lambda pki: pki.good(root={"days": (1, 900)}),
    "expired intermediate": lambda pki: pki.good(issuing={"days": (-900, -1)}),
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
    "no purpose": lambda pki: pki.good(extended_key_usage=None),
    "client only": lambda pki: pki.good(extended_key_usage=(CLIENT_AUTH,)),
    "any purpose": lambda pki: pki.good(extended_key_usage=(ANY,)),
    "Netscape SGC": lambda pki: pki.good(extended_key_usage=("2.16.840.1.113730.4.1",)),
    "Microsoft SGC": lambda pki: pki.good(extended_key_usage=("1.3.6.1.4.1.311.10.3.3",)),
    "intermediate client only": lambda pki: pki.good(issuing={"extended_key_usage": (CLIENT_AUTH,)}),
    "intermediate any purpose": lambda pki: pki.good(issuing={"extended_key_usage": (ANY,)}),
    "intermediate Netscape SGC": lambda pki: pki.good(issuing={"extended_key_usage": ("2.16.840.1.113730.4.1",)}),
    "root client only": lambda pki: pki.good(root={"extended_key_usage": (CLIENT_AUTH,)}),
    "root any purpose": lambda pki: pki.good(root={"extended_key_usage": (ANY,)}),
    "no key usage": lambda pki: pki.good(key_usage=None),
    "key encipherment only": lambda pki: pki.good(key_usage=frozenset({"keyEncipherment"})),
    "intermediate may not sign": lambda pki: pki.good(issuing={"key_usage": frozenset({"cRLSign"})}),
    "intermediate without key usage": lambda pki: pki.good(issuing={"key_usage": None}),
    "root may not sign": lambda pki: pki.good(root={"key_usage": frozenset({"cRLSign"})}),
    "intermediate is no CA": lambda pki: pki.good(
        issuing={"basic_constraints": BasicConstraints(ca=False, path_length=None)}
    ),
    "intermediate without basic constraints": lambda pki: pki.good(issuing={"basic_constraints": None}),
    "root is no CA": lambda pki: pki.good(root={"basic_constraints": BasicConstraints(ca=False, path_length=None)}),
    "root without basic constraints": lambda pki: pki.good(root={"basic_constraints": None}),
    "root without anything": lambda pki: pki.good(root={"basic_constraints": None, "key_usage": None}),
    "root of version 1": lambda pki: pki.good(root={"version": 1}),
    "intermediate of version 1": lambda pki: pki.good(issuing={"version": 1}),
    "CA as leaf": lambda pki: pki.good(basic_constraints=BasicConstraints(ca=True, path_length=None)),
    "unknown critical in the leaf": lambda pki: pki.good(extensions=(UNKNOWN,)),
    "unknown critical in the intermediate": lambda pki: pki.good(issuing={"extensions": (UNKNOWN,)}),
    "unknown critical in the root": lambda pki: pki.good(root={"extensions": (UNKNOWN,)}),
    "critical policy constraints": lambda pki: pki.good(issuing={"extensions": (policy_constraints(0),)}),
    "policy constraints": lambda pki: pki.good(issuing={"extensions": (policy_constraints(0, critical=False),)}),
    "wrong key identifier": lambda pki: pki.good(authority_key_identifier=b"\x42" * 20),
    "wrong key identifier towards the anchor": lambda pki: pki.good(issuing={"authority_key_identifier": b"\x42" * 20}),
    "wrong serial": lambda pki: pki.good(
        authority_key_identifier=None, extensions=(authority_key_identifier(serial=5),)
    ),
    "wrong issuer": lambda pki: pki.good(
        authority_key_identifier=None,
        extensions=(authority_key_identifier(issuer=pki.root("Else").certificate.subject.der, serial=5),),
    ),
    "no key identifiers": lambda pki: pki.good(
        authority_key_identifier=None, issuing={"authority_key_identifier": None}
    ),
    "forged leaf": lambda pki: pki.good(signing_key=pki.key("forger")),
    "other case in the issuer's name": lambda pki: other_spelling(pki, "TEST ISSUING CA"),
    "other spaces in the issuer's name": lambda pki: other_spelling(pki, " Test  Issuing CA "),
    "another name for the issuer": lambda pki: other_spelling(pki, "Test Issuing CB"),
    "RSA 1024 leaf": lambda pki: pki.good(kind="rsa-1024", key_name="small leaf"),
    "RSA 2048 leaf": lambda pki: pki.good(kind="rsa-2048", key_name="rsa leaf"),
    "RSA 1024 intermediate": lambda pki: pki.good(issuing={"kind": "rsa-1024", "key_name": "small"}),
    "RSA 1024 root": lambda pki: pki.good(root={"kind": "rsa-1024", "key_name": "small root"}),
    "RSA 512 leaf": lambda pki: pki.good(kind="rsa-512", key_name="tiny leaf"),
    "P-384 leaf": lambda pki: pki.good(kind="ec-p384", key_name="p384 leaf"),
    "Ed25519 leaf": lambda pki: pki.good(kind="ed25519", key_name="ed leaf"),
    "Ed25519 intermediate": lambda pki: pki.good(issuing={"kind": "ed25519", "key_name": "ed"}),
    "SHA-1 leaf": lambda pki: pki.good(signature_hash="sha1"),
    "MD5 leaf": lambda pki: pki.good(issuing={"kind": "rsa-2048", "key_name": "rsa"}, signature_hash="md5"),
    "SHA-1 intermediate": lambda pki: pki.good(issuing={"signature_hash": "sha1"}),
    "SHA-1 root": lambda pki: pki.good(root={"signature_hash": "sha1"}, send_root=True),
    "empty DNS name": lambda pki: pki.good(HOST, ""),
    "empty URI": lambda pki: pki.good(uris=("",)),
    "empty extended key usage": lambda pki: pki.good(extended_key_usage=()),
    "empty key usage": lambda pki: pki.good(key_usage=frozenset()),
    "octets that are not ASCII": lambda pki: pki.good(HOST, "b\xfccher.example.test"),
    "SHA-512 leaf": lambda pki: pki.good(signature_hash="sha512"),
    "PSS leaf": lambda pki: pki.good(issuing={"kind": "rsa-2048", "key_name": "rsa"}, pss=True),
}

# JSSE counts what was sent before it judges (at most 10), and this oracle asks it only to judge
MANY = {"fourteen intermediates"}
QUESTIONS = [
    (engine, name) for engine in ("openssl", "gnutls", "java") for name in CASES if engine != "java" or name not in MANY
]


@pytest.mark.parametrize(("engine", "name"), QUESTIONS)
def test_they_say_the_same(name: str, engine: str, pki: Any, agree: Callable[[str, Any], None]) -> None:
    agree(engine, CASES[name](pki))
