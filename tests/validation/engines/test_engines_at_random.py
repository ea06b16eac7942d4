"""OpenSSL, GnuTLS and Java, and the strategies that bear their names: whatever a generator comes up with."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from mailtrust.core.issuance.authority import Authority
from mailtrust.core.issuance.recipe import dns_subtree
from mailtrust.core.model.certificate import BasicConstraints, NameConstraints

HOST = "mail.example.test"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY = "2.5.29.37.0"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

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
                NameConstraints((dns_subtree("example.test"),), ()),
                NameConstraints((dns_subtree("example.org"),), ()),
                NameConstraints((), (dns_subtree("www.example.test"),)),
            ),
            0.9,
        ),
    }


def random_case(seed: int, pki: Any) -> Any:
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
    return pki.case([leaf, *sent], trusted or [pki.root("Unrelated")], host=host)


SEEDS = range(150)


@pytest.mark.parametrize("engine", ["openssl", "gnutls", "java"])
@pytest.mark.parametrize("seed", SEEDS)
def test_they_say_the_same_about_anything(seed: int, engine: str, pki: Any, agree: Callable[[str, Any], None]) -> None:
    agree(engine, random_case(seed, pki))


def test_the_random_cases_are_worth_it(pki: Any, judge: Callable[[str, Any], tuple[bool, tuple[str, ...]]]) -> None:
    """Neither all good nor all bad, and for many different reasons."""
    outcomes = [judge("openssl", random_case(seed, pki)) for seed in SEEDS]
    accepted = sum(ok for ok, _ in outcomes)
    assert len(SEEDS) // 10 < accepted < len(SEEDS) * 9 // 10
    assert len({code for _, codes in outcomes for code in codes}) >= 8
