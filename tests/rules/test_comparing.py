"""What became of findings: resolved only where their rule has passed; silence proves nothing."""

from dataclasses import replace
from typing import Any

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.proof import Noted, Proof
from mailtrust.core.model.text import text
from mailtrust.core.rules import judge_all
from mailtrust.core.rules.grounds.comparing import compare, compare_ways, noted, noted_ways

SAID = Explanation(text("x"), text("x"), text("x"))


def proof(caseworld: Any, before: Evidence, after: Evidence) -> Proof:
    results: tuple[RuleResult, ...] = tuple(judge_all(after))
    return compare(noted(caseworld.findings(before)), results, after.case, "plan")


def test_a_whole_chain_resolves_what_the_leaf_alone_was_blamed_for(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    before = caseworld.judge(caseworld.seen((leaf,), 993))
    after = caseworld.judge(caseworld.seen((leaf, caseworld.intermediate.certificate), 993))
    found = proof(caseworld, before, after)
    assert found.resolved
    assert found.good
    assert found.plan == "plan"


def test_another_certificate_with_the_same_fault_is_no_progress(caseworld: Any) -> None:
    before = caseworld.judge(caseworld.seen((caseworld.leaf(),), 993))
    after = caseworld.judge(caseworld.seen((caseworld.leaf(ends=70),), 993))
    found = proof(caseworld, before, after)
    assert "chain-incomplete" in found.remaining[0]
    assert not found.resolved
    assert not found.introduced


def test_what_was_not_there_is_introduced(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    before = caseworld.judge(caseworld.seen((leaf,), 993))
    other = caseworld.leaf("other.example.com")
    after = caseworld.judge(caseworld.seen((other, caseworld.intermediate.certificate), 993))
    found = proof(caseworld, before, after)
    assert any(one.startswith("name-mismatch") for one in found.introduced)
    assert any(one.startswith("chain-incomplete") for one in found.resolved)
    assert not found.good


def test_a_server_that_is_down_is_unproven(caseworld: Any) -> None:
    before = caseworld.judge(caseworld.seen((caseworld.leaf(),), 993))
    after = caseworld.judge(caseworld.seen(caseworld.failure(), 993))
    found = proof(caseworld, before, after)
    assert not found.resolved
    assert any(one.startswith("chain-incomplete") for one in found.unproven)
    assert found.introduced  # and a port that is closed is something new


def test_one_port_of_two_is_not_enough(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    before = caseworld.judge(caseworld.seen((leaf,), 993), caseworld.seen((leaf,), 465))
    whole = (leaf, caseworld.intermediate.certificate)
    half = caseworld.judge(caseworld.seen(whole, 993), caseworld.seen((leaf,), 465))
    found = proof(caseworld, before, half)
    assert any(one.startswith("chain-incomplete") for one in found.remaining)
    gone = caseworld.judge(caseworld.seen(whole, 993), caseworld.seen(caseworld.failure(), 465))
    found = proof(caseworld, before, gone)
    assert any(one.startswith("chain-incomplete") for one in found.unproven)


def test_a_hello_that_makes_no_difference_any_more_is_spoken_for(caseworld: Any) -> None:
    """The ECDSA certificate was bad; now both hellos get the same good one, and rules look at it once."""
    good = (caseworld.leaf(), caseworld.intermediate.certificate)
    bad = (caseworld.leaf(begins=-90, ends=-1, key="ec-p256"), caseworld.intermediate.certificate)
    both = caseworld.seen(good, 993), caseworld.seen(bad, 993, offer=Offer.ECDSA)
    before = caseworld.judge(*both)
    after = caseworld.judge(both[0], replace(caseworld.seen(good, 993), offer=Offer.ECDSA))
    found = proof(caseworld, before, after)
    assert any(one.startswith("expired") for one in found.resolved)
    assert not found.unproven


def test_a_rule_that_asks_without_a_name_has_passed_where_it_asked(caseworld: Any) -> None:
    good = (caseworld.leaf(), caseworld.intermediate.certificate)
    other = (caseworld.leaf("shared.example.net"), caseworld.intermediate.certificate)
    named = caseworld.seen(good, 993)
    before = caseworld.judge(named, caseworld.seen(other, 993, offer=Offer.NO_SNI))
    after = caseworld.judge(named, caseworld.seen(good, 993, offer=Offer.NO_SNI))
    found = proof(caseworld, before, after)
    assert any(one.startswith("sni-needed") for one in found.resolved)
    assert found.good


def test_of_ways_a_passed_rule_resolves_and_so_does_a_host_that_is_gone() -> None:
    old = tuple(Noted(f"r:{subject}", "r", (subject,)) for subject in ("well", "gone", "same", "silent", "doubtful"))
    same, new = (Finding("r", Severity.WARNING, (), (), (), (), text("x"), SAID, one) for one in ("same", "new"))
    results = (Passed("r", "well"), same, new, Passed("r", "doubtful"), Unknown("r", text("x"), "doubtful"))
    found = compare_ways(old, results, {"gone", "same"}, plan="p")
    assert found == Proof("p", ("r:well", "r:gone"), ("r:same",), ("r:new",), ("r:silent", "r:doubtful"))
    assert compare_ways(old, results, foreseen={"r:new"}).introduced == ()
    # A rule that failed by its own mistake knows of nothing.
    assert compare_ways(old[:1], (Passed("r", "well"), Unknown("r", text("x")))).unproven == ("r:well",)


def test_ways_are_remembered_once_by_what_they_are_about() -> None:
    one = Finding("r", Severity.WARNING, ("seen",), (), (), (), text("x"), SAID, "host")
    assert noted_ways((one, replace(one, observations=()))) == (Noted("r:host", "r", ("host",)),)
