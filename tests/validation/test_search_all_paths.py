"""The reference search: every path, and how each one ends."""

from typing import Any

import pytest

from mailtrust.core.model.client import Limits
from mailtrust.core.model.pool import Source
from mailtrust.core.validation.search.all_paths import search_all_paths
from mailtrust.core.x509.parse import read_certificate


def codes(attempt: Any) -> tuple[str, ...]:
    return tuple(reason.code for reason in attempt.reasons)


def test_a_plain_chain_is_found_with_its_sources(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    result = search_all_paths(pki.problem([leaf, issuing], pki.store(root)))
    (attempt,) = result.attempts
    assert attempt.reasons == ()
    assert attempt.fingerprints == (leaf.fingerprint, issuing.certificate.fingerprint, root.certificate.fingerprint)
    assert [link.source for link in attempt.links] == [Source.PRESENTED, Source.PRESENTED]
    assert not result.budget_exceeded


def test_an_intermediate_from_the_pool_carries_its_source(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    result = search_all_paths(pki.problem([leaf], pki.store(root), more=pki.pool(issuing, source=Source.AIA)))
    assert result.attempts[0].reasons == ()
    assert [link.source for link in result.attempts[0].links] == [Source.PRESENTED, Source.AIA]


def test_a_gap_says_what_is_missing(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing, ca_issuers=("http://aia.example.test/issuing.crt",))
    (attempt,) = search_all_paths(pki.problem([leaf], pki.store(root))).attempts
    (reason,) = attempt.reasons
    assert reason.code == "chain-incomplete"
    assert reason.certificate == leaf.fingerprint
    assert "Test Issuing CA" in str(reason.fact("issuer_name"))
    assert reason.fact("key_identifier") == issuing.certificate.subject_key_identifier.hex()
    assert reason.fact("ca_issuers") == ("http://aia.example.test/issuing.crt",)
    assert attempt.anchor is None


def test_an_empty_store_trusts_nothing(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    (attempt,) = search_all_paths(pki.problem([leaf, issuing, root], pki.store())).attempts
    assert codes(attempt) == ("anchor-unknown",)
    assert attempt.reasons[0].fact("root") == root.certificate.fingerprint
    assert attempt.reasons[0].fact("sent") is True


def test_a_lone_self_signed_leaf(pki: Any) -> None:
    leaf = pki.alone()
    (attempt,) = search_all_paths(pki.problem([leaf], pki.store(pki.root()))).attempts
    assert codes(attempt) == ("self-signed",)


def test_a_leaf_that_is_an_anchor_is_complete(pki: Any) -> None:
    leaf = pki.alone()
    (attempt,) = search_all_paths(pki.problem([leaf], pki.store(leaf))).attempts
    assert attempt.reasons == ()
    assert attempt.fingerprints == (leaf.fingerprint,)


def test_a_leaf_issued_by_an_anchor_is_complete(pki: Any) -> None:
    root = pki.root()
    leaf = pki.leaf(root)
    (attempt,) = search_all_paths(pki.problem([leaf], pki.store(root))).attempts
    assert attempt.reasons == ()
    assert attempt.fingerprints == (leaf.fingerprint, root.certificate.fingerprint)


def test_an_intermediate_as_anchor_ends_the_path(pki: Any) -> None:
    issuing = pki.intermediate(pki.root())
    leaf = pki.leaf(issuing)
    (attempt,) = search_all_paths(pki.problem([leaf, issuing], pki.store(issuing))).attempts
    assert attempt.reasons == ()
    assert attempt.fingerprints == (leaf.fingerprint, issuing.certificate.fingerprint)


def test_a_namesake_with_another_key_completes_nothing(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    impostor = pki.intermediate(root, key_name="impostor")
    leaf = pki.leaf(issuing)
    result = search_all_paths(pki.problem([leaf, impostor], pki.store(root)))
    assert [codes(attempt) for attempt in result.attempts] == [("chain-incomplete",), ("signature-invalid",)]
    wrong = result.attempts[1].reasons[0]
    assert wrong.fact("issuer") == impostor.certificate.fingerprint
    assert wrong.fact("anchor") is False
    assert all(attempt.anchor is None for attempt in result.attempts)


def test_a_namesake_among_the_anchors_completes_nothing(pki: Any) -> None:
    root, twin = pki.root(), pki.root(key_name="another")
    leaf = pki.leaf(root)
    result = search_all_paths(pki.problem([leaf, root], pki.store(twin)))
    assert codes(result.attempts[0]) == ("anchor-unknown",)
    assert ("signature-invalid",) in [codes(attempt) for attempt in result.attempts[1:]]


def test_a_damaged_signature_is_decisive_when_the_key_identifiers_agree(pki: Any) -> None:
    root = pki.root()
    leaf = pki.leaf(root, signing_key=pki.key("forger"))
    result = search_all_paths(pki.problem([leaf], pki.store(root)))
    assert codes(result.attempts[0]) == ("signature-invalid",)
    assert result.attempts[0].reasons[0].fact("key_identifiers_agree") is True


def test_it_goes_back_from_an_expired_cross_sign(pki: Any) -> None:
    old, root = pki.root("Old Root"), pki.root()
    cross = pki.cross(old, root, days=(-900, -10))
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    only_old = search_all_paths(pki.problem([leaf, issuing, cross], pki.store(old)))
    assert codes(only_old.attempts[0]) == ("chain-expired-issuer",)
    both = search_all_paths(pki.problem([leaf, issuing, cross], pki.store(old, root)))
    assert both.attempts[0].reasons == ()
    assert both.attempts[0].anchor is not None
    assert both.attempts[0].anchor.fingerprint == root.certificate.fingerprint


def test_every_attempt_before_the_good_one_is_kept(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    # The twin is presented, so it is tried first; the good one only comes from far away
    expired = pki.intermediate(root, days=(-900, -3))
    leaf = pki.leaf(issuing)
    problem = pki.problem([leaf, expired], pki.store(root), more=pki.pool(issuing))
    result = search_all_paths(problem)
    assert [codes(attempt) for attempt in result.attempts] == [(), ("chain-expired-issuer",)]
    assert result.attempts[1].reasons[0].certificate == expired.certificate.fingerprint


def test_cross_signs_in_a_circle_end(pki: Any) -> None:
    one, two = pki.root("Circle One"), pki.root("Circle Two")
    one_by_two, two_by_one = pki.cross(two, one), pki.cross(one, two)
    leaf = pki.leaf(one)
    result = search_all_paths(pki.problem([leaf, one_by_two, two_by_one], pki.store(pki.root("Elsewhere"))))
    assert result.attempts
    assert not result.budget_exceeded
    assert all(attempt.anchor is None for attempt in result.attempts)
    trusted = search_all_paths(pki.problem([leaf, one_by_two, two_by_one], pki.store(two)))
    assert trusted.attempts[0].reasons == ()


def test_faults_of_a_broken_path_are_all_told(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing, days=(-90, -1), extended_key_usage=("1.3.6.1.5.5.7.3.2",))
    (attempt,) = search_all_paths(pki.problem([leaf], pki.store(root))).attempts
    assert set(codes(attempt)) == {"chain-incomplete", "expired", "eku-no-server-auth"}


@pytest.mark.parametrize("most", [2, 3, 4])
def test_the_length_of_a_path_is_limited_and_says_so(pki: Any, most: int) -> None:
    root = pki.root()
    first = pki.intermediate(root, "First")
    second = pki.intermediate(first, "Second")
    leaf = pki.leaf(second)
    limits = Limits(max_certificates=most)
    result = search_all_paths(pki.problem([leaf, second, first], pki.store(root), limits=limits))
    if most == 4:
        assert result.attempts[0].reasons == ()
    else:
        assert "path-budget-exceeded" in codes(result.attempts[0])
        assert result.attempts[0].anchor is None


def test_hundreds_of_namesakes_end_within_the_budget(pki: Any) -> None:
    root = pki.root()
    real = pki.intermediate(root)
    leaf = pki.leaf(real)
    # All have the right key, none leads on: the worst a hostile server can send
    twins = [pki.intermediate(pki.root(f"Nowhere {number % 5}"), days=(-500, number)) for number in range(1, 400)]
    result = search_all_paths(pki.problem([leaf, *twins], pki.store(root)))
    assert result.budget_exceeded
    assert 10 < len(result.attempts) <= 200
    assert all(attempt.anchor is None for attempt in result.attempts)
    # With the good one at hand it is found all the same: its key identifier and dates put it among the first
    found = search_all_paths(pki.problem([leaf, *twins, real], pki.store(root)))
    assert found.attempts[0].anchor is not None
    assert not found.budget_exceeded


def test_an_unreadable_leaf_gives_no_attempt(pki: Any) -> None:
    result = search_all_paths(pki.problem([read_certificate(b"\x30\x03\x02\x01\x00")], pki.store(pki.root())))
    assert result.attempts == ()
