"""Chains with the TLSA records (RFC 6698) that a mail server's host publishes beside them, for clients with DANE."""

import hashlib
from collections.abc import Iterator

from tests.oracles.maker import Issued, Shape, issue, key, named
from tests.oracles.world import HOST, Case, World

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = range(4)
"""Certificate usages (RFC 7218 2.1)."""
WHOLE, KEY_ONLY = range(2)
FULL, SHA_256, SHA_512 = range(3)


def tlsa(usage: int, selector: int, matching: int, of: Issued) -> str:
    """The record that fits this certificate."""
    octets = of.certificate.public_key.spki if selector == KEY_ONLY else of.certificate.der
    match matching:
        case 1:
            octets = hashlib.sha256(octets).digest()
        case 2:
            octets = hashlib.sha512(octets).digest()
    return f"{usage} {selector} {matching} {octets.hex()}"


def dane(w: World) -> Iterator[Case]:
    """RFC 7671 5 and RFC 7672 3.1: which certificates fit which records."""
    leaf, issuing, root = w.leaf(), w.issuing, w.root
    stranger = w.leaf(kind="ec-p384")
    good = tlsa(DANE_EE, KEY_ONLY, SHA_256, leaf)
    wrong = tlsa(DANE_EE, KEY_ONLY, SHA_256, stranger)

    def case(id_: str, sent: tuple[Issued, ...], *records: str) -> Case:
        return Case("dane-" + id_, sent, (root,), tlsa=records)

    yield case("ee-key-sha256", (leaf, issuing), good)
    yield case("ee-key-sha512", (leaf, issuing), tlsa(DANE_EE, KEY_ONLY, SHA_512, leaf))
    yield case("ee-whole-sha256", (leaf, issuing), tlsa(DANE_EE, WHOLE, SHA_256, leaf))
    yield case("ee-whole-full", (leaf, issuing), tlsa(DANE_EE, WHOLE, FULL, leaf))
    yield case("ee-of-another-key", (leaf, issuing), wrong)
    yield case("ee-next-key-beside", (leaf, issuing), wrong, good)
    yield case("ee-without-intermediate", (leaf,), good)
    for id_, changes in (
        ("expired", {"days": (-400, -2)}),
        ("wrong-name", {"dns": ("www.example.test",), "cn": ("www.example.test",)}),
    ):
        odd = w.leaf(**changes)  # type: ignore[arg-type]
        yield case(f"ee-{id_}", (odd, issuing), tlsa(DANE_EE, KEY_ONLY, SHA_256, odd))
        yield case(f"ta-{id_}", (odd, issuing), tlsa(DANE_TA, KEY_ONLY, SHA_256, issuing))
    lone = issue(named(HOST), key("lone"), None, Shape(dns=(HOST,)))
    yield case("ee-self-signed", (lone,), tlsa(DANE_EE, KEY_ONLY, SHA_256, lone))
    yield case("ta-intermediate-sent", (leaf, issuing), tlsa(DANE_TA, KEY_ONLY, SHA_256, issuing))
    yield case("ta-intermediate-not-sent", (leaf,), tlsa(DANE_TA, KEY_ONLY, SHA_256, issuing))
    yield case("ta-root-sent", (leaf, issuing, root), tlsa(DANE_TA, WHOLE, SHA_256, root))
    yield case("ta-root-not-sent", (leaf, issuing), tlsa(DANE_TA, WHOLE, SHA_256, root))
    yield case("ta-of-a-stranger", (leaf, issuing), tlsa(DANE_TA, KEY_ONLY, SHA_256, stranger))
    yield case("pkix-ee-alone", (leaf, issuing), tlsa(PKIX_EE, KEY_ONLY, SHA_256, leaf))
    yield case("pkix-ta-alone", (leaf, issuing), tlsa(PKIX_TA, WHOLE, SHA_256, root))
    yield case("pkix-ee-beside-ee", (leaf, issuing), tlsa(PKIX_EE, KEY_ONLY, SHA_256, stranger), good)
    yield case("matching-unknown", (leaf, issuing), f"3 1 255 {'00' * 32}")
    yield case("no-record", (leaf, issuing), "")
