"""Findings that rest on a client's own check of the path, the key and the use."""

from collections.abc import Callable
from typing import Any

import pytest

from mailtrust.core.issuance.recipe import CLIENT_AUTH, dns_subtree
from mailtrust.core.model.certificate import BasicConstraints, NameConstraints, ParseProblem, UnreadableCertificate
from mailtrust.core.model.finding import NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.verdict import Outcome, Reason, ReasonSeverity


def only(found: tuple[Any, ...]) -> Any:
    assert len(found) == 1, found
    return found[0]


def with_leaf(caseworld: Any, **changes: Any) -> Any:
    chain = (caseworld.leaf(**changes), caseworld.intermediate.certificate)
    return caseworld.judge(caseworld.seen(chain))


def below(caseworld: Any, **changes: Any) -> Any:
    sub = caseworld.make_intermediate(caseworld.root, "Odd CA", **changes)
    return caseworld.judge(caseworld.seen((caseworld.leaf(issuer=sub), sub.certificate)))


def wrong_signature(caseworld: Any) -> Any:
    other = caseworld.make_intermediate(caseworld.root, "Elsewhere")
    return with_leaf(caseworld, signing_key=other.key)


def too_deep(caseworld: Any) -> Any:
    upper = caseworld.make_intermediate(caseworld.root, "Upper CA")
    lower = caseworld.make_intermediate(upper, "Lower CA")
    return caseworld.judge(caseworld.seen((caseworld.leaf(issuer=lower), lower.certificate, upper.certificate)))


FAULTS: list[tuple[str, Callable[[Any], Any]]] = [
    ("signature-invalid", wrong_signature),
    ("issuer-not-ca", lambda world: below(world, basic_constraints=BasicConstraints(ca=False, path_length=None))),
    ("path-length-exceeded", too_deep),
    (
        "name-constraint-violated",
        lambda world: below(world, name_constraints=NameConstraints((dns_subtree("example.org"),), ())),
    ),
    ("critical-extension-unknown", lambda world: with_leaf(world, extensions=(("1.2.3.4.5", True, b"\x05\x00"),))),
    ("policy-violated", lambda world: below(world, extensions=(("2.5.29.36", True, bytes.fromhex("3003800100")),))),
    ("validity-too-long", lambda world: with_leaf(world, begins=-10, ends=800)),
    ("key-weak", lambda world: with_leaf(world, key="rsa-1024")),
    ("signature-weak", lambda world: with_leaf(world, signature_hash="sha1")),
    ("key-usage-wrong", lambda world: with_leaf(world, key_usage=frozenset({"keyEncipherment"}))),
    ("eku-no-server-auth", lambda world: with_leaf(world, extended_key_usage=(CLIENT_AUTH,))),
    ("leaf-is-ca", lambda world: with_leaf(world, basic_constraints=BasicConstraints(ca=True, path_length=None))),
]


@pytest.mark.parametrize(("rule", "spoil"), FAULTS, ids=[rule for rule, _ in FAULTS])
def test_a_fault_is_found_and_its_absence_passes(caseworld: Any, rule: str, spoil: Callable[[Any], Any]) -> None:
    evidence = spoil(caseworld)
    finding = only(caseworld.findings(evidence, rule))
    assert finding.clients
    assert finding.severity.rank >= Severity.WARNING.rank
    refused = {one.client for one in evidence.verdicts if rule in one.error_codes and one.outcome is Outcome.REFUSED}
    assert refused <= set(finding.clients)
    good = with_leaf(caseworld)
    assert isinstance(only(caseworld.results(good, rule)), Passed)


def test_facts_reach_the_sentences(caseworld: Any) -> None:
    evidence = below(caseworld, name_constraints=NameConstraints((dns_subtree("example.org"),), ()))
    finding = only(caseworld.findings(evidence, "name-constraint-violated"))
    assert "mail.example.com" in str(finding.title)
    evidence = with_leaf(caseworld, extensions=(("1.2.3.4.5", True, b"\x05\x00"),))
    assert "1.2.3.4.5" in str(only(caseworld.findings(evidence, "critical-extension-unknown")).explanation.admin)
    assert "810 days" in str(
        only(caseworld.findings(with_leaf(caseworld, begins=-10, ends=800), "validity-too-long")).title
    )
    assert "SHA1" in str(only(caseworld.findings(with_leaf(caseworld, signature_hash="sha1"), "signature-weak")).title)


def test_a_weak_key_that_nobody_minds_is_worth_knowing(caseworld: Any) -> None:
    clients = [one for one in caseworld.judge().clients.values() if one.id == "mta-opportunistic"]
    chain = (caseworld.leaf(key="rsa-1024", signature_hash="sha1"), caseworld.intermediate.certificate)
    evidence = caseworld.judge(caseworld.seen(chain, 25), clients=clients)
    for rule in ("key-weak", "signature-weak"):
        assert only(caseworld.findings(evidence, rule)).severity is Severity.INFO


def test_a_self_signed_certificate_s_own_hash_does_not_count(caseworld: Any) -> None:
    clients = [one for one in caseworld.judge().clients.values() if one.id == "mta-opportunistic"]
    evidence = caseworld.judge(caseworld.seen((caseworld.own(signature_hash="sha1"),)), clients=clients)
    assert caseworld.findings(evidence, "signature-weak") == ()


def test_who_cannot_be_known_leaves_it_unknown(caseworld: Any) -> None:
    clients = [one for one in caseworld.judge().clients.values() if one.unknown_because]
    assert clients
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    evidence = caseworld.judge(caseworld.seen(chain), clients=clients)
    assert isinstance(only(caseworld.results(evidence, "eku-no-server-auth")), Unknown)


def test_a_spent_budget(caseworld: Any) -> None:
    from dataclasses import replace

    evidence = with_leaf(caseworld)
    spent = Reason("path-budget-exceeded", ReasonSeverity.ERROR, None, (("budget", 2000),))
    verdict = replace(evidence.verdicts[0], outcome=Outcome.REFUSED, reasons=(spent,))
    tangled = replace(evidence, verdicts=(verdict, *evidence.verdicts[1:]))
    finding = only(caseworld.findings(tangled, "path-budget-exceeded"))
    assert finding.clients == (verdict.client,)
    assert finding.severity is Severity.ERROR
    assert isinstance(only(caseworld.results(evidence, "path-budget-exceeded")), Passed)


def test_an_unreadable_certificate(caseworld: Any) -> None:
    broken = UnreadableCertificate(b"0", "ab" * 32, (ParseProblem("certificate", "it ends too early"),))
    chain = (caseworld.leaf(), caseworld.intermediate.certificate, broken)
    evidence = caseworld.judge(caseworld.seen(chain))
    finding = only(caseworld.findings(evidence, "certificate-unparsable"))
    assert finding.fact("problems") == ("certificate: it ends too early",)
    assert len([one for one in caseworld.results(evidence, "certificate-unparsable") if isinstance(one, Passed)]) == 2


def test_an_unreadable_leaf_leaves_nothing_to_look_at(caseworld: Any) -> None:
    broken = UnreadableCertificate(b"0", "ab" * 32, (ParseProblem("certificate", "it ends too early"),))
    evidence = caseworld.judge(caseworld.seen((broken,)))
    assert only(caseworld.findings(evidence)).severity is Severity.CRITICAL
    assert isinstance(only(caseworld.results(evidence, "expired")), NotApplicable)


class TestKeyNotProven:
    def test_found(self, caseworld: Any) -> None:
        chain = (caseworld.leaf(), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            caseworld.seen(chain, 993, key_proven=False, note="bad signature"), caseworld.seen(chain, 465)
        )
        finding = only(caseworld.findings(evidence, "key-not-proven"))
        assert len(finding.observations) == 1
        assert "bad signature" in str(finding.explanation.admin)
        assert finding.severity is Severity.CRITICAL

    def test_proven_passes(self, caseworld: Any) -> None:
        assert isinstance(only(caseworld.results(with_leaf(caseworld), "key-not-proven")), Passed)


class TestClientAuth:
    def test_only_where_it_was_judged(self, caseworld: Any) -> None:
        from dataclasses import replace

        evidence = with_leaf(caseworld)
        assert isinstance(only(caseworld.results(evidence, "client-auth-missing")), NotApplicable)
        missing = Reason("client-auth-missing", ReasonSeverity.ERROR, evidence.verdicts[0].path[0])
        verdict = replace(evidence.verdicts[0], outcome=Outcome.REFUSED, reasons=(missing,))
        asked = replace(evidence, verdicts=(verdict,))
        assert only(caseworld.findings(asked, "client-auth-missing")).clients == (verdict.client,)
