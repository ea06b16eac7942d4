"""From an observation to what a client does: visibility, outcomes, words, and how sure it is."""

from dataclasses import replace
from typing import Any

import pytest

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.client import Limits, OnFailure, SearchProblem, SearchResult, Words
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.verdict import Basis, Outcome, ReasonSeverity, Utterance
from mailtrust.core.validation.checks import transparency
from mailtrust.core.validation.engines import CHECKS_RFC5280
from mailtrust.core.validation.evaluate import ChainJudgement, Shown, evaluate, evaluate_chain
from mailtrust.core.validation.handshake import key_proven
from mailtrust.core.validation.layered import LayeredAnchors
from mailtrust.core.validation.reasons import CODES
from mailtrust.core.validation.visibility import visible_pool
from mailtrust.core.x509.parse import read_certificate

FETCHES = frozenset({Source.PRESENTED, Source.AIA})
SENT = frozenset({Source.PRESENTED})


class Fixed:
    """One good chain and a way to judge it."""

    def __init__(self, pki: Any) -> None:
        self.pki = pki
        self.root = pki.root()
        self.issuing = pki.intermediate(self.root)
        self.leaf = pki.leaf(self.issuing)
        self.store = pki.store(self.root)

    def verdict(self, *chain: Any, pool: Any = None, store: Any = None, client: Any = None, **more: Any) -> Any:
        observation = more.pop("observation", None) or self.pki.observation(*chain, **more.pop("shown", {}))
        return evaluate(
            observation,
            pool=pool or Pool(),
            store=self.store if store is None else store,
            client=client or self.pki.client(),
            now=self.pki.now,
            **more,
        )


@pytest.fixture(scope="module")
def fixed(pki: Any) -> Fixed:
    return Fixed(pki)


def codes(verdict: Any) -> list[str]:
    found = [reason.code for reason in verdict.reasons]
    assert CODES.issuperset(found)
    return found


def test_a_good_server_is_accepted(fixed: Fixed) -> None:
    verdict = fixed.verdict(fixed.leaf, fixed.issuing)
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.valid is True
    assert verdict.reasons == ()
    assert not verdict.overridable
    assert verdict.words == ()
    assert verdict.path == tuple(
        one.fingerprint for one in (fixed.leaf, fixed.issuing.certificate, fixed.root.certificate)
    )
    assert verdict.observation == fixed.pki.observation(fixed.leaf).id


def test_ports_that_show_the_same_to_the_same_name_are_judged_once(fixed: Fixed) -> None:
    searched = []
    plain = fixed.pki.client()

    def counted(problem: SearchProblem, /) -> SearchResult:
        searched.append(problem)
        return plain.path_search(problem)

    client = replace(plain, path_search=counted)
    seen = fixed.pki.observation(fixed.leaf, fixed.issuing)
    beside = replace(seen, endpoint=replace(seen.endpoint, port=995, protocol=Protocol.POP3))
    unlike = (
        fixed.pki.observation(fixed.leaf),
        fixed.pki.observation(fixed.leaf, fixed.issuing, key_proven=False),
        fixed.pki.observation(fixed.leaf, fixed.issuing, host="other.example"),
    )
    judged: dict[Shown, ChainJudgement] = {}
    for number, observation in enumerate((seen, beside, *unlike)):
        told = fixed.verdict(observation=observation, client=client, judged=judged)
        assert told == fixed.verdict(observation=observation, client=plain)
        assert len(searched) == max(number, 1)
    other = replace(client, id="other-client")
    assert fixed.verdict(observation=seen, client=other, judged=judged).client == "other-client"
    assert len(searched) == 5


def test_the_same_arguments_give_the_same_verdict(fixed: Fixed) -> None:
    chain = (fixed.leaf, pool_twin(fixed), fixed.issuing)
    assert fixed.verdict(*chain) == fixed.verdict(*chain)


def pool_twin(fixed: Fixed) -> Any:
    return fixed.pki.intermediate(fixed.root, days=(-900, -3))


# Invariant 2: a client that does not fetch issuers never sees a certificate whose only source is aia


@pytest.mark.parametrize("source", [Source.AIA, Source.CATALOGUE, Source.ELSEWHERE, Source.GIVEN, Source.STORE])
def test_a_client_sees_only_what_its_sources_give(fixed: Fixed, source: Source) -> None:
    pool = fixed.pki.pool(fixed.issuing, source=source)
    blind = fixed.pki.client(sources=SENT)
    seeing = fixed.pki.client(sources=SENT | {source})
    assert codes(fixed.verdict(fixed.leaf, pool=pool, client=blind)) == ["chain-incomplete"]
    verdict = fixed.verdict(fixed.leaf, pool=pool, client=seeing)
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.attempts[0].links[1].source is source
    attempts = fixed.verdict(fixed.leaf, pool=pool, client=blind).attempts
    issuing = fixed.issuing.certificate.fingerprint
    assert all(issuing not in attempt.fingerprints for attempt in attempts)


def test_what_another_port_presented_is_elsewhere(fixed: Fixed) -> None:
    # The pool of a case says `presented` of everything that any port presented
    pool = fixed.pki.pool(fixed.issuing, source=Source.PRESENTED)
    assert codes(fixed.verdict(fixed.leaf, pool=pool)) == ["chain-incomplete"]
    neighbourly = fixed.pki.client(sources=SENT | {Source.ELSEWHERE})
    verdict = fixed.verdict(fixed.leaf, pool=pool, client=neighbourly)
    assert verdict.attempts[0].links[1].source is Source.ELSEWHERE


def test_a_certificate_with_many_sources_shows_the_strongest_usable(fixed: Fixed) -> None:
    entry = PoolEntry(fixed.issuing.certificate, frozenset({Source.AIA, Source.CATALOGUE, Source.PRESENTED}))
    pool = Pool((entry,))
    client = fixed.pki.client(sources=SENT | {Source.AIA, Source.CATALOGUE})
    assert fixed.verdict(fixed.leaf, pool=pool, client=client).attempts[0].links[1].source is Source.CATALOGUE
    sent = fixed.verdict(fixed.leaf, fixed.issuing, pool=pool, client=client)
    assert sent.attempts[0].links[1].source is Source.PRESENTED


def test_a_big_catalogue_is_not_walked_through(fixed: Fixed) -> None:
    unrelated = [fixed.pki.intermediate(fixed.root, f"Unrelated {number}") for number in range(50)]
    pool = fixed.pki.pool(*unrelated, fixed.issuing, source=Source.AIA)
    visible = visible_pool((fixed.leaf,), pool, FETCHES)
    assert {entry.certificate.fingerprint for entry in visible} == {
        fixed.leaf.fingerprint,
        fixed.issuing.certificate.fingerprint,
    }


# Invariant 3: an empty store trusts nothing


def test_an_empty_store_trusts_nothing(fixed: Fixed) -> None:
    verdict = fixed.verdict(fixed.leaf, fixed.issuing, fixed.root, store=fixed.pki.store())
    assert verdict.outcome is Outcome.REFUSED
    assert codes(verdict) == ["anchor-unknown"]


def test_local_anchors_count_where_the_client_heeds_them(fixed: Fixed) -> None:
    local = (TrustAnchor(fixed.root.certificate),)
    chain, empty = (fixed.leaf, fixed.issuing), fixed.pki.store()
    verdict = fixed.verdict(*chain, store=empty, local_anchors=local)
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.attempts[0].anchor.locally_added
    deaf = fixed.pki.client(trusts_local_anchors=False)
    assert fixed.verdict(*chain, store=empty, local_anchors=local, client=deaf).outcome is Outcome.REFUSED


def test_a_public_root_stays_one_though_it_is_given_locally(fixed: Fixed) -> None:
    strict = fixed.pki.client(checks=(*CHECKS_RFC5280, transparency()))
    local = (TrustAnchor(fixed.root.certificate),)
    chain = (fixed.leaf, fixed.issuing)
    assert codes(fixed.verdict(*chain, client=strict, local_anchors=local)) == ["ct-missing"]
    assert fixed.verdict(*chain, client=strict, local_anchors=local, store=fixed.pki.store()).valid is True


def test_a_layered_store_still_looks_like_a_store(fixed: Fixed, pki: Any) -> None:
    other = pki.root("Other")
    layered = LayeredAnchors(fixed.store, (pki.anchor(other, local=True),))
    assert len(layered) == 2
    assert [anchor.fingerprint for anchor in layered] == [
        fixed.root.certificate.fingerprint,
        other.certificate.fingerprint,
    ]
    assert layered[1:] == (pki.anchor(other, local=True),)
    assert layered.named(other.certificate.subject) == (pki.anchor(other, local=True),)


# A missing root is told from a missing intermediate


def test_a_root_that_nobody_sent_is_named_when_it_is_known(fixed: Fixed) -> None:
    stranger = fixed.pki.store(fixed.pki.root("Stranger"))
    chain = (fixed.leaf, fixed.issuing)
    assert codes(fixed.verdict(*chain, store=stranger)) == ["chain-incomplete"]
    pool = fixed.pki.pool(fixed.root, source=Source.AIA)
    verdict = fixed.verdict(*chain, store=stranger, pool=pool)
    assert codes(verdict) == ["anchor-unknown"]
    assert verdict.reasons[0].fact("root") == fixed.root.certificate.fingerprint
    assert verdict.reasons[0].fact("sent") is False
    assert verdict.attempts[0].reasons == verdict.reasons


def test_a_cross_sign_that_could_be_sent_keeps_the_gap_a_gap(fixed: Fixed) -> None:
    old = fixed.pki.root("Old Root")
    cross = fixed.pki.cross(old, fixed.root)
    pool = fixed.pki.pool(fixed.root, cross, source=Source.AIA)
    verdict = fixed.verdict(fixed.leaf, fixed.issuing, store=fixed.pki.store(old), pool=pool)
    assert codes(verdict) == ["chain-incomplete"]


# Outcomes


def test_names_paths_and_handshake_come_together(fixed: Fixed) -> None:
    client = fixed.pki.client(handshake_checks=(key_proven,))
    leaf = fixed.pki.leaf(fixed.issuing, "www.example.test", days=(-90, -1))
    verdict = fixed.verdict(leaf, client=client, shown={"key_proven": False})
    assert set(codes(verdict)) == {"chain-incomplete", "expired", "name-mismatch", "key-not-proven"}


@pytest.mark.parametrize(
    ("on_failure", "faults", "outcome", "overridable"),
    [
        (OnFailure(Outcome.REFUSED), {"name"}, Outcome.REFUSED, False),
        (OnFailure(Outcome.REFUSED, frozenset({"*"})), {"name"}, Outcome.REFUSED, True),
        (OnFailure(Outcome.WARNED, frozenset({"*"})), {"name"}, Outcome.WARNED, True),
        (OnFailure(Outcome.WARNED, frozenset({"name-mismatch"})), {"name"}, Outcome.WARNED, True),
        (OnFailure(Outcome.WARNED, frozenset({"name-mismatch"})), {"name", "date"}, Outcome.REFUSED, False),
        (OnFailure(Outcome.WARNED, frozenset({"*"}), frozenset({"expired"})), {"name", "date"}, Outcome.REFUSED, False),
        (OnFailure(Outcome.WARNED, frozenset({"*"}), frozenset({"expired"})), {"name"}, Outcome.WARNED, True),
        (OnFailure(Outcome.ACCEPTED), {"name", "date"}, Outcome.ACCEPTED, False),
        (OnFailure(Outcome.WARNED, frozenset({"*"})), set(), Outcome.ACCEPTED, False),
    ],
)
def test_what_the_user_meets(
    fixed: Fixed, on_failure: OnFailure, faults: set[str], outcome: Outcome, overridable: bool
) -> None:
    names = ("www.example.test",) if "name" in faults else ()
    leaf = fixed.pki.leaf(fixed.issuing, *names, days=(-90, -1) if "date" in faults else (-30, 60))
    verdict = fixed.verdict(leaf, fixed.issuing, client=fixed.pki.client(on_failure=on_failure))
    assert (verdict.outcome, verdict.overridable) == (outcome, overridable)
    assert verdict.valid is (outcome is Outcome.ACCEPTED)
    assert bool(verdict.error_codes) is (outcome is not Outcome.ACCEPTED)


def test_an_opportunistic_client_tells_everything_as_information(fixed: Fixed) -> None:
    client = fixed.pki.client(on_failure=OnFailure(Outcome.ACCEPTED))
    verdict = fixed.verdict(fixed.pki.leaf(fixed.issuing, "www.example.test"), client=client)
    assert set(codes(verdict)) == {"chain-incomplete", "name-mismatch"}
    everything = [*verdict.reasons, *(reason for attempt in verdict.attempts for reason in attempt.reasons)]
    assert {reason.severity for reason in everything} == {ReasonSeverity.INFO}


def test_words_come_from_the_first_that_fits(fixed: Fixed) -> None:
    name, date, other = (Utterance(text, "en", "a test") for text in ("wrong name", "out of date", "something"))
    words = (
        Words(frozenset({"name-mismatch"}), (name,)),
        Words(frozenset({"expired"}), (date,)),
        Words(frozenset(), (other,)),
    )
    client = fixed.pki.client(words=words)
    both = fixed.pki.leaf(fixed.issuing, "www.example.test", days=(-90, -1))
    assert fixed.verdict(both, fixed.issuing, client=client).words == (name,)
    old = fixed.pki.leaf(fixed.issuing, days=(-90, -1))
    assert fixed.verdict(old, fixed.issuing, client=client).words == (date,)
    assert fixed.verdict(fixed.leaf, client=client).words == (other,)
    assert fixed.verdict(fixed.leaf, fixed.issuing, client=client).words == ()


def test_a_verdict_is_as_sure_as_its_weakest_ground(fixed: Fixed) -> None:
    client = fixed.pki.client(basis_of={"expired": Basis.RECALLED, "name-mismatch": Basis.ENGINE})
    assert fixed.verdict(fixed.leaf, fixed.issuing, client=client).basis is Basis.SOURCE
    old = fixed.pki.leaf(fixed.issuing, days=(-90, -1))
    assert fixed.verdict(old, fixed.issuing, client=client).basis is Basis.RECALLED
    named = fixed.pki.leaf(fixed.issuing, "www.example.test")
    assert fixed.verdict(named, fixed.issuing, client=client).basis is Basis.ENGINE
    both = fixed.pki.leaf(fixed.issuing, "www.example.test", days=(-90, -1))
    assert fixed.verdict(both, fixed.issuing, client=client).basis is Basis.RECALLED
    assert fixed.verdict(named, client=client).basis is Basis.SOURCE


# Unknown


def test_a_client_that_nobody_can_know(fixed: Fixed) -> None:
    client = fixed.pki.client(unknown_because="A service in a cloud decides.")
    verdict = fixed.verdict(fixed.leaf, fixed.issuing, client=client)
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.valid is None
    assert codes(verdict) == ["client-unknowable"]
    assert verdict.reasons[0].fact("because") == "A service in a cloud decides."
    assert verdict.error_codes == frozenset()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FailureKind.REFUSED, "network-blocked"),
        (FailureKind.TIMEOUT, "network-blocked"),
        (FailureKind.TLS_NOT_OFFERED, "tls-not-offered"),
        (FailureKind.TLS_REFUSED, "tls-not-offered"),
    ],
)
def test_without_a_handshake_nothing_is_known(fixed: Fixed, kind: FailureKind, code: str) -> None:
    failure = ProbeFailure(Stage.CONNECT, kind, "what the machine said")
    observation = replace(fixed.pki.observation(), result=failure)
    verdict = fixed.verdict(observation=observation)
    assert verdict.outcome is Outcome.UNKNOWN
    assert codes(verdict) == [code]
    assert verdict.reasons[0].fact("detail") == "what the machine said"
    assert verdict.path == ()


def test_a_leaf_that_cannot_be_read(fixed: Fixed) -> None:
    garbage = read_certificate(b"\x30\x03\x02\x01\x00")
    verdict = fixed.verdict(garbage, fixed.issuing)
    assert verdict.outcome is Outcome.REFUSED
    assert codes(verdict) == ["certificate-unparsable"]
    assert verdict.reasons[0].certificate == garbage.fingerprint
    assert verdict.path == (garbage.fingerprint,)
    assert codes(fixed.verdict()) == ["certificate-unparsable"]


# Chains without a connection


def test_every_name_must_match(fixed: Fixed) -> None:
    leaf = fixed.pki.leaf(fixed.issuing, "a.example.test", "b.example.test")
    chain = fixed.pki.chain(leaf, fixed.issuing)

    def found(*names: str) -> list[str]:
        judgement = evaluate_chain(
            chain, pool=Pool(), store=fixed.store, client=fixed.pki.client(), at=fixed.pki.now, names=names
        )
        return [reason.code for reason in judgement.reasons]

    assert found() == []
    assert found("a.example.test", "b.example.test") == []
    assert found("a.example.test", "c.example.test") == ["name-mismatch"]


def test_parts_of_a_second_do_not_count(fixed: Fixed) -> None:
    last = fixed.leaf.not_after.replace(microsecond=999_999)
    judgement = evaluate_chain(
        fixed.pki.chain(fixed.leaf, fixed.issuing), pool=Pool(), store=fixed.store, client=fixed.pki.client(), at=last
    )
    assert judgement.reasons == ()


def test_a_spent_budget_is_told_and_refuses(fixed: Fixed) -> None:
    client = fixed.pki.client(limits=Limits(budget=3))
    verdict = fixed.verdict(fixed.leaf, fixed.issuing, client=client)
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.budget_exceeded
    assert "path-budget-exceeded" in codes(verdict)
    assert verdict.attempts[0].links[0].certificate == fixed.leaf


def test_a_hostile_pool_costs_little(fixed: Fixed) -> None:
    """Hundreds of namesakes with the right key: the work is bounded by the budget, not by their number."""
    twins = [fixed.pki.intermediate(fixed.pki.root(f"Nowhere {number % 3}")) for number in range(300)]
    pool = fixed.pki.pool(*twins, source=Source.AIA)
    client = fixed.pki.client(sources=FETCHES)
    verdict = fixed.verdict(fixed.leaf, pool=pool, client=client)
    assert verdict.budget_exceeded
    assert verdict.outcome is Outcome.REFUSED
    assert len(verdict.attempts) <= client.limits.budget // 10
