"""Which issuers are looked for, who gets to see what was found, and what is not worth a download."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailtrust.core.clients import BY_ID
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.pool import Source
from mailtrust.flows.check import CheckRequest, check
from mailtrust.flows.issuers import wanting_issuers

URL = "http://ca.example.com/issuing.crt"

Ask = Callable[..., CheckRequest]
Accepting = Callable[[Assessment], set[str]]


class TestIssuers:
    async def test_are_looked_for_where_one_is_wanting(self, incomplete: Any, ask: Ask) -> None:
        assessment = await check(ask(), incomplete.edge())
        assert incomplete.downloads == [URL]
        assert [(one.kind, one.question) for one in assessment.evidence.case.lookups][-1] == ("aia", URL)

    async def test_are_not_looked_for_where_none_is(self, incomplete: Any, caseworld: Any, ask: Ask) -> None:
        incomplete.present(caseworld.leaf(ca_issuers=(URL,)), caseworld.intermediate.certificate)
        await check(ask(), incomplete.edge())
        assert incomplete.downloads == []

    async def test_nor_when_the_user_forbids_it(self, incomplete: Any, ask: Ask, accepting: Accepting) -> None:
        assessment = await check(ask(fetch_issuers=False), incomplete.edge())
        assert incomplete.downloads == []
        assert not accepting(assessment)
        assert "chain-incomplete" in {finding.rule for finding in assessment.findings}

    async def test_invariant_2_downloaded_ones_are_seen_by_those_who_download(
        self, incomplete: Any, ask: Ask, accepting: Accepting
    ) -> None:
        every_version = ask(clients=tuple(BY_ID.values()))
        assessment = await check(every_version, incomplete.edge())
        links = [
            (BY_ID[verdict.client], link.source)
            for verdict in assessment.evidence.verdicts
            for attempt in verdict.attempts
            for link in attempt.links
        ]
        assert {source for _, source in links} == {Source.PRESENTED, Source.AIA}
        for client, source in links:
            assert source in {Source.PRESENTED, *client.issuer_sources}, client.id
        not_fetching = {id_ for id_, client in BY_ID.items() if Source.AIA not in client.issuer_sources}
        assert not accepting(assessment) & not_fetching

    async def test_one_found_by_two_ways_is_one_with_two_sources(
        self, incomplete: Any, caseworld: Any, ask: Ask
    ) -> None:
        incomplete.present(caseworld.leaf(), caseworld.intermediate.certificate, port=443)
        assessment = await check(ask("mail.example.com"), incomplete.edge())
        (entry,) = (
            entry for entry in assessment.evidence.case.pool if entry.certificate == caseworld.intermediate.certificate
        )
        assert entry.sources == {Source.AIA, Source.ELSEWHERE}
        assert URL in entry.origins

    async def test_what_was_met_is_remembered(self, incomplete: Any, caseworld: Any, ask: Ask) -> None:
        await check(ask(), incomplete.edge())
        assert caseworld.intermediate.certificate in incomplete.remembered


class TestWantingIssuers:
    @pytest.fixture
    def wanting(self, caseworld: Any, make_store: Callable[..., AnchorStore]) -> Callable[..., tuple[Certificate, ...]]:
        def find(
            *chain: Certificate, anchors: tuple[Certificate, ...] = (), roots: tuple[Certificate, ...] = ()
        ) -> Any:
            stores = (make_store("one", caseworld.now, *anchors), make_store("two", caseworld.now, *anchors[:1]))
            return wanting_issuers((caseworld.seen(chain),), stores if anchors else (), roots, caseworld.now)

        return find

    def test_a_leaf_alone(self, wanting: Any, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        assert wanting(leaf) == (leaf,)

    def test_none_above_what_is_self_issued(self, wanting: Any, caseworld: Any) -> None:
        leaf, intermediate, root = caseworld.leaf(), caseworld.intermediate.certificate, caseworld.root.certificate
        assert wanting(leaf, intermediate, root) == ()
        assert wanting(caseworld.own()) == ()

    def test_an_issuer_that_every_store_has_is_not_wanting(self, wanting: Any, caseworld: Any) -> None:
        leaf, intermediate, root = caseworld.leaf(), caseworld.intermediate.certificate, caseworld.root.certificate
        assert wanting(leaf, intermediate) == (intermediate,)
        assert wanting(leaf, intermediate, anchors=(root,)) == ()
        other = caseworld.make_root("Other").certificate
        assert wanting(leaf, intermediate, anchors=(other, root)) == (intermediate,)  # one store lacks it
        assert wanting(leaf, intermediate, roots=(root,)) == ()

    def test_an_issuer_with_the_right_name_and_the_wrong_key_is_none(self, wanting: Any, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        namesake = caseworld.make_intermediate(caseworld.root, "Impostor").certificate
        namesake = replace(namesake, subject=caseworld.intermediate.certificate.subject)
        assert leaf in wanting(leaf, namesake)
        false_root = replace(caseworld.make_root("False Root").certificate, subject=leaf.issuer)
        assert wanting(leaf, anchors=(false_root,)) == (leaf,)
        assert wanting(leaf, roots=(false_root,)) == (leaf,)

    @pytest.mark.parametrize(("begins", "ends"), [(-1000, -1), (-1000, 20), (1, 1000)])
    def test_an_issuer_out_of_time_or_gone_before_the_leaf(
        self, wanting: Any, caseworld: Any, begins: int, ends: int
    ) -> None:
        other = caseworld.make_intermediate(caseworld.root, "Short CA", begins=begins, ends=ends)
        leaf = caseworld.leaf(issuer=other)
        assert leaf in wanting(leaf, other.certificate)
