"""Which of several chains is served."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.validation.preferred_chain import preferred
from mailtrust.flows.verify import verify


def store(*roots: Any) -> Any:
    anchors = tuple(TrustAnchor(root.certificate) for root in roots)
    return lambda name: AnchorStore(name, datetime(2026, 6, 1, tzinfo=UTC), "made here", "0" * 64, anchors)


@pytest.fixture
def judged(caseworld: Any) -> Any:
    def judge(store_named: Any, *chains: Any) -> list[Any]:
        return [
            (
                chain,
                verify(VerifyRequest(chain=chain, names=(caseworld.host,)), store_named=store_named, now=caseworld.now),
            )
            for chain in chains
        ]

    return judge


def test_the_chain_whose_root_clients_have_comes_before_the_cas_own_choice(caseworld: Any, judged: Any) -> None:
    young = caseworld.make_root("Young Root", "Public CA Ltd")
    issuing = caseworld.make_intermediate(young, "Issuing", "Public CA Ltd")
    cross = caseworld.cross(caseworld.root, young)
    leaf = caseworld.leaf(issuer=issuing)
    short, long = (leaf, issuing.certificate), (leaf, issuing.certificate, cross.certificate)
    only_old = judged(store(caseworld.root), short, long)
    assert preferred(only_old) == 1
    both = judged(store(caseworld.root, young), long, short)
    assert preferred(both) == 1  # accepted alike: the shorter
    assert preferred(judged(store(), long, short)) == 1  # refused alike: the shorter too


def test_the_one_that_some_refuse_loses_though_more_clients_know_it(caseworld: Any, judged: Any) -> None:
    young = caseworld.make_root("Young Root", "Public CA Ltd")
    issuing = caseworld.make_intermediate(young, "Issuing", "Public CA Ltd")
    leaf = caseworld.leaf(issuer=issuing)
    ended = caseworld.cross(caseworld.root, young, ends=-1)
    good, bad = (leaf, issuing.certificate), (leaf, issuing.certificate, ended.certificate)
    assert preferred(judged(store(young, caseworld.root), bad, good)) == 1


def test_alike_in_everything_the_cas_own_choice_stays(caseworld: Any, judged: Any) -> None:
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    assert preferred(judged(store(caseworld.root), chain, chain)) == 0


def test_without_a_chain_there_is_nothing_to_prefer() -> None:
    with pytest.raises(ValueError, match="no chain"):
        preferred(())
