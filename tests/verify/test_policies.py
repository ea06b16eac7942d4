"""Certificate policies (RFC 5280 6.1): what is demanded, mapped, inhibited, and what the user wants."""

from typing import Any

import pytest

from mailtrust.core.x509 import der

GOLD, SILVER, BRONZE, TIN = (f"1.3.6.1.4.1.55555.{number}" for number in (1, 2, 3, 4))
ANY = "2.5.29.32.0"

Extension = tuple[str, bool, bytes]


def constraints(require: int | None = None, mapping: int | None = None) -> Extension:
    parts = [der.encode(tag, bytes((count,))) for tag, count in ((0x80, require), (0x81, mapping)) if count is not None]
    return "2.5.29.36", True, der.encode(der.SEQUENCE, *parts)


def inhibit_any(count: int) -> Extension:
    return "2.5.29.54", True, der.encode_integer(count)


def maps(*pairs: tuple[str, str]) -> Extension:
    written = (der.encode(der.SEQUENCE, der.encode_oid(upper), der.encode_oid(lower)) for upper, lower in pairs)
    return "2.5.29.33", True, der.encode(der.SEQUENCE, *written)


class Chain:
    """Root, two authorities and a server, each with policies and extensions."""

    def __init__(self, pki: Any) -> None:
        self.pki = pki

    def __call__(
        self,
        upper: tuple[tuple[str, ...], tuple[Extension, ...]],
        lower: tuple[tuple[str, ...], tuple[Extension, ...]],
        leaf: tuple[str, ...],
        *,
        self_issued: bool = False,
        **asked: Any,
    ) -> list[str]:
        first = self.pki.intermediate(name="Policy CA 1", policies=upper[0], extensions=upper[1])
        name = "Policy CA 1" if self_issued else "Policy CA 2"
        second = self.pki.intermediate(first, name, policies=lower[0], extensions=lower[1])
        server = self.pki.server(second, policies=leaf)
        found: list[str] = self.pki.codes(server.certificate, second.certificate, first.certificate, **asked)
        return found


@pytest.fixture
def chain(pki: Any) -> Chain:
    return Chain(pki)


HELD: list[str] = []
VIOLATED = ["policy-violated"]
EXPLICIT = {"flags": "explicit-policy"}


def test_nobody_asks_for_policies(chain: Chain) -> None:
    assert chain(((), ()), ((), ()), ()) == HELD
    assert chain(((GOLD,), ()), ((SILVER,), ()), ()) == HELD
    assert chain(((GOLD,), ()), ((SILVER,), ()), (), policies=TIN) == HELD, "nothing demands one (6.1.5)"


@pytest.mark.parametrize(
    ("upper", "lower", "leaf", "held"),
    [
        ((GOLD,), (GOLD,), (GOLD,), True),
        ((GOLD, SILVER), (SILVER, BRONZE), (SILVER,), True),
        ((GOLD,), (SILVER,), (GOLD,), False),
        ((GOLD,), (GOLD,), (), False),
        ((), (GOLD,), (GOLD,), False),
        ((ANY,), (ANY,), (TIN,), True),
        ((ANY,), (GOLD,), (GOLD,), True),
        ((ANY,), (GOLD,), (SILVER,), False),
        ((GOLD,), (ANY,), (GOLD,), True),
        ((GOLD,), (ANY,), (SILVER,), False),
        ((GOLD,), (ANY,), (ANY,), True),
    ],
)
def test_one_policy_must_run_through_where_the_user_demands_one(
    chain: Chain, upper: tuple[str, ...], lower: tuple[str, ...], leaf: tuple[str, ...], held: bool
) -> None:
    assert chain((upper, ()), (lower, ()), leaf, **EXPLICIT) == (HELD if held else VIOLATED)


@pytest.mark.parametrize(
    ("wanted", "held"), [([GOLD], True), ([SILVER, GOLD], True), ([SILVER], False), ([ANY], True), ([], False)]
)
def test_the_user_may_want_a_certain_one(chain: Chain, wanted: list[str], held: bool) -> None:
    assert chain(((GOLD,), ()), ((GOLD,), ()), (GOLD,), policies=wanted, **EXPLICIT) == (HELD if held else VIOLATED)


def test_any_policy_is_also_the_one_that_is_wanted(chain: Chain) -> None:
    assert chain(((ANY,), ()), ((ANY,), ()), (ANY,), policies=TIN, **EXPLICIT) == HELD
    assert chain(((ANY,), ()), ((ANY,), ()), (GOLD,), policies=TIN, **EXPLICIT) == VIOLATED


@pytest.mark.parametrize(("skip", "held"), [(0, False), (1, False), (2, False), (3, True), (9, True)])
def test_a_ca_may_demand_one_after_some_certificates(chain: Chain, skip: int, held: bool) -> None:
    """The leaf has none. Two certificates stand below the one that demands (6.1.4 h, 6.1.5 a)."""
    assert chain(((GOLD,), (constraints(require=skip),)), ((GOLD,), ()), ()) == (HELD if held else VIOLATED)


def test_self_issued_certificates_do_not_count(chain: Chain) -> None:
    demand = ((GOLD,), (constraints(require=2),))
    assert chain(demand, ((GOLD,), ()), (), self_issued=True) == HELD
    assert chain(demand, ((GOLD,), ()), ()) == VIOLATED
    demand = ((GOLD,), (constraints(require=1),))
    assert chain(demand, ((GOLD,), ()), (), self_issued=True) == VIOLATED


MAPPED = (maps((GOLD, SILVER)),)


def test_a_policy_may_be_called_otherwise_below(chain: Chain) -> None:
    assert chain(((GOLD,), MAPPED), ((SILVER,), ()), (SILVER,), **EXPLICIT) == HELD
    assert chain(((GOLD,), MAPPED), ((GOLD,), ()), (GOLD,), **EXPLICIT) == VIOLATED
    assert chain(((GOLD, BRONZE), MAPPED), ((BRONZE,), ()), (BRONZE,), **EXPLICIT) == HELD


def test_the_user_wants_what_the_anchor_calls_it(chain: Chain) -> None:
    for wanted, held in ((GOLD, True), (SILVER, False)):
        found = chain(((GOLD,), MAPPED), ((SILVER,), ()), (SILVER,), policies=wanted, **EXPLICIT)
        assert found == (HELD if held else VIOLATED)


def test_a_name_may_stand_for_several(chain: Chain) -> None:
    both = (maps((GOLD, TIN), (SILVER, TIN)),)
    for wanted in (GOLD, SILVER):
        assert chain(((GOLD, SILVER), both), ((TIN,), ()), (TIN,), policies=wanted, **EXPLICIT) == HELD
    assert chain(((GOLD,), both), ((TIN,), ()), (TIN,), policies=SILVER, **EXPLICIT) == VIOLATED


def test_mapping_out_of_any_policy(chain: Chain) -> None:
    """RFC 5280 6.1.4 b 1: where only any-policy stands for it, the mapping counts too."""
    assert chain(((ANY,), MAPPED), ((SILVER,), ()), (SILVER,), policies=GOLD, **EXPLICIT) == HELD


def test_mapping_can_be_inhibited(chain: Chain) -> None:
    assert chain(
        ((GOLD,), MAPPED), ((SILVER,), ()), (SILVER,), flags=["explicit-policy", "inhibit-policy-mapping"]
    ) == (VIOLATED)
    upper = ((GOLD,), (constraints(mapping=0),))
    assert chain(upper, ((GOLD,), MAPPED), (SILVER,), **EXPLICIT) == VIOLATED
    later = ((GOLD,), (constraints(mapping=1),))
    assert chain(later, ((GOLD,), MAPPED), (SILVER,), **EXPLICIT) == HELD
    both = ((GOLD, BRONZE), (constraints(mapping=0),))
    assert chain(both, ((GOLD, BRONZE), MAPPED), (BRONZE,), **EXPLICIT) == HELD


def test_any_policy_must_not_be_mapped(chain: Chain) -> None:
    for pair in ((ANY, GOLD), (GOLD, ANY)):
        assert chain(((GOLD,), (maps(pair),)), ((GOLD,), ()), (GOLD,)) == VIOLATED


def test_any_policy_can_be_inhibited(chain: Chain) -> None:
    assert chain(((GOLD,), ()), ((ANY,), ()), (GOLD,), flags=["explicit-policy", "inhibit-any-policy"]) == VIOLATED
    assert chain(((GOLD,), (inhibit_any(0),)), ((ANY,), ()), (GOLD,), **EXPLICIT) == VIOLATED
    assert chain(((GOLD,), (inhibit_any(1),)), ((ANY,), ()), (GOLD,), **EXPLICIT) == HELD
    assert chain(((GOLD,), (inhibit_any(1),)), ((ANY,), ()), (ANY,), **EXPLICIT) == VIOLATED
    self_issued = chain(((GOLD,), (inhibit_any(0),)), ((ANY,), ()), (GOLD,), self_issued=True, **EXPLICIT)
    assert self_issued == HELD


def test_the_leafs_own_demand_counts(pki: Any) -> None:
    leaf = pki.server(extensions=(constraints(require=0),)).certificate
    assert "policy-violated" in pki.codes(leaf, pki.issuing.certificate)
    leaf = pki.server(extensions=(constraints(require=1),)).certificate
    assert "policy-violated" not in pki.codes(leaf, pki.issuing.certificate)


def test_extensions_that_cannot_be_read_are_violated(chain: Chain) -> None:
    for oid in ("2.5.29.33", "2.5.29.36", "2.5.29.54"):
        assert "policy-violated" in chain(((GOLD,), ((oid, True, b"\x05\x00"),)), ((GOLD,), ()), (GOLD,))


def test_many_mappings_end_soon(chain: Chain) -> None:
    """RFC 9618: what is a tree in the text would have 30 to the power of the depth leaves."""
    several = tuple(f"1.3.6.1.4.1.55555.9.{number}" for number in range(30))
    crossed = maps(*((upper, lower) for upper in several for lower in several))
    assert chain((several, (crossed,)), (several, (crossed,)), several, policies=several[3], **EXPLICIT) == HELD
    assert chain((several, (crossed,)), (several, (crossed,)), several, policies=TIN, **EXPLICIT) == VIOLATED
    too_many = maps(*((several[0], f"1.3.6.1.4.1.55555.8.{number}") for number in range(1001)))
    assert chain((several, (too_many,)), (several, ()), several) == VIOLATED


def test_clients_that_know_no_policies_say_what_they_disregard(pki: Any) -> None:
    asked = {"policies": GOLD, "flags": ["explicit-policy", "partial-chain"]}
    openssl, java = pki.ask(client=["openssl", "java-mail"], **asked).verdicts
    assert openssl.valid is True
    assert set(openssl.unsupported) == {"policies", "flags:explicit-policy", "flags:partial-chain"}
    assert (java.valid, java.unsupported) == (False, ["flags:partial-chain"])
