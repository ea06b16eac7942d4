"""A check from end to end, on an outside made of dictionaries: what is recorded, looked for, judged, judged again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailtrust.core.clients import CLIENTS, client_by_id
from mailtrust.core.formats.case_file import decode, encode
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage
from mailtrust.core.model.pool import Source
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.report_json import to_json
from mailtrust.core.report.terminal import render
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed
from mailtrust.flows.check import OFFERS, CheckRequest, Progress, check, judge, look, look_at_all, stores_of

Ask = Callable[..., CheckRequest]
Accepting = Callable[[Assessment], set[str]]
"""The clients that accept, those apart that accept whatever they are given."""

FETCHING = {client.id for client in CLIENTS if Source.AIA in client.issuer_sources and not client.unknown_because}


def json_of(assessment: Assessment) -> bytes:
    return to_json(assessment, lambda sentence: sentence, "en")


def text_of(assessment: Assessment) -> str:
    return render(assessment, width=100, colour=False, translate=lambda sentence: sentence)


async def looked(request: CheckRequest, outside: Any) -> CaseFile:
    return await look(request, outside.edge(), outside.load_stores(stores_of(request)))


def met(case: CaseFile) -> list[tuple[str, Offer, object]]:
    """What was seen, but for the moments."""
    return [(seen.endpoint.id, seen.offer, seen.result) for seen in case.observations]


class TestTheSameCaseJudgedAgain:
    async def test_gives_the_same_bytes(self, incomplete: Any, ask: Ask) -> None:
        request = ask()
        live = await check(request, incomplete.edge())
        stores = incomplete.load_stores(stores_of(request))
        saved = encode(replace(await looked(request, incomplete), stores=live.evidence.case.stores))
        again = [json_of(judge(decode(saved), request, stores)) for _ in range(2)]
        assert again[0] == again[1]
        # Only the moment differs between two looks at the same server.
        assert json_of(live).replace(b".000001Z", b".Z") == again[0].replace(b".000002Z", b".Z")

    async def test_asks_no_clock(self, incomplete: Any, ask: Ask) -> None:
        case = await looked(ask(), incomplete)
        assert judge(case, ask(), incomplete.load_stores(stores_of(ask()))).evidence.now == case.at

    async def test_for_another_day(self, incomplete: Any, ask: Ask, accepting: Accepting) -> None:
        case = await looked(ask(), incomplete)
        later = ask(at=case.at + timedelta(days=200))
        judged = judge(case, later, incomplete.load_stores(stores_of(later)))
        assert judged.evidence.now == later.at
        assert not accepting(judged)
        assert "expired" in {finding.rule for finding in judged.findings}

    async def test_tells_that_a_store_has_changed(
        self, incomplete: Any, ask: Ask, caseworld: Any, make_store: Callable[..., AnchorStore]
    ) -> None:
        request = ask()
        before = await check(request, incomplete.edge())
        case = decode(encode(before.evidence.case))
        incomplete.stores["mozilla"] = make_store("mozilla", caseworld.now, caseworld.intermediate.certificate)
        after = judge(case, request, incomplete.load_stores(stores_of(request)))
        changed = "mozilla is not in the state in which it was when the case was recorded"
        assert changed in text_of(after)
        assert changed not in text_of(before)
        recorded = {one.name: one.digest for one in after.evidence.case.stores}
        assert recorded["mozilla"] != after.evidence.stores["mozilla"].digest

    async def test_with_other_roots_than_before(
        self, outside: Any, caseworld: Any, ask: Ask, accepting: Accepting
    ) -> None:
        own = caseworld.own()
        outside.present(own)
        case = decode(encode((await check(ask(), outside.edge())).evidence.case))
        stores = outside.load_stores(stores_of(ask()))
        without, supposed = judge(case, ask(), stores), judge(case, ask(roots=(own,)), stores)
        assert not accepting(without)
        assert {"openssl", "outlook-windows"} <= accepting(supposed)
        # What was assumed when the case was recorded stays assumed, until something else is.
        assert judge(supposed.evidence.case, ask(), stores).evidence.case.local_roots == (own,)


class TestWhatIfItPresentedThisInstead:
    async def test_verdicts_change_and_facts_do_not(
        self, incomplete: Any, caseworld: Any, ask: Ask, accepting: Accepting
    ) -> None:
        case = await looked(ask(), incomplete)
        stores = incomplete.load_stores(stores_of(ask()))
        (leaf,) = case.observations[0].presented_chain
        before = encode(case)
        supposing = ask(hypothetical=(leaf, caseworld.intermediate.certificate))
        as_it_is, as_it_would_be = judge(case, ask(), stores), judge(case, supposing, stores)
        assert accepting(as_it_is) == FETCHING
        assert accepting(as_it_would_be) > FETCHING
        refusing = {one.client for one in as_it_would_be.evidence.verdicts if one.outcome is Outcome.REFUSED}
        assert not refusing
        assert encode(case) == before
        assert "which they do not today" in text_of(as_it_would_be)

    async def test_a_server_that_shows_nothing_presents_nothing_else_either(
        self, outside: Any, caseworld: Any, ask: Ask
    ) -> None:
        supposing = ask(hypothetical=(caseworld.leaf(), caseworld.intermediate.certificate))
        assessment = await check(supposing, outside.edge())
        assert assessment.evidence.verdicts == ()

    async def test_a_chain_supposed_replaces_that_of_every_port_and_offer(
        self, outside: Any, caseworld: Any, ask: Ask
    ) -> None:
        outside.present(caseworld.own(), port=993)
        outside.present(caseworld.own("other.example.com"), port=443)
        supposed = (caseworld.leaf(), caseworld.intermediate.certificate)
        assessment = await check(ask("mail.example.com", hypothetical=supposed), outside.edge())
        assert {shake.presented_chain for _, shake in assessment.evidence.handshakes} == {supposed}


class TestWhereAndHow:
    async def test_offers_go_out_most_important_first(self, incomplete: Any, ask: Ask) -> None:
        await check(ask("mail.example.com"), incomplete.edge())
        offers = [offer for _, offer in incomplete.wishes]
        assert offers == sorted(offers, key=OFFERS.index)
        assert set(offers) == set(OFFERS)
        assert max(offers.count(offer) for offer in OFFERS) == 9

    async def test_an_address_has_no_name_to_leave_out(self, outside: Any, ask: Ask) -> None:
        await check(ask("192.0.2.1:993"), outside.edge())
        assert Offer.NO_SNI not in {offer for _, offer in outside.wishes}

    async def test_another_certificate_for_another_key_is_judged_too(
        self, outside: Any, caseworld: Any, ask: Ask
    ) -> None:
        issuing = caseworld.intermediate.certificate
        outside.present(caseworld.leaf(), issuing)
        outside.servers["192.0.2.1", 993, Offer.ECDSA] = (caseworld.leaf(key="ec-p256"), issuing)
        outside.servers["192.0.2.1", 993, Offer.NO_SNI] = (caseworld.own("other.example.net"),)
        assessment = await check(ask(), outside.edge())
        place = "imaps://mail.example.com:993@192.0.2.1"
        assert {verdict.observation for verdict in assessment.evidence.verdicts} == {place, f"{place}#ecdsa"}

    async def test_a_port_that_is_given_is_judged_for_everybody_else_for_who_speaks_it(
        self, incomplete: Any, ask: Ask
    ) -> None:
        by_url = await check(ask("imaps://mail.example.com"), incomplete.edge())
        by_host = await check(ask("mail.example.com"), incomplete.edge())
        assert {verdict.client for verdict in by_url.evidence.verdicts} == {client.id for client in CLIENTS}
        protocol = by_url.evidence.case.observations[0].endpoint.protocol
        speaking = {client.id for client in CLIENTS if protocol in client.speaks}
        assert {verdict.client for verdict in by_host.evidence.verdicts} == speaking < {one.id for one in CLIENTS}

    async def test_the_backend_behind_the_balancer(self, incomplete: Any, caseworld: Any, ask: Ask) -> None:
        incomplete.present(caseworld.leaf(ends=-1), caseworld.intermediate.certificate, address="10.0.0.5", port=1993)
        assessment = await check(ask(also=(("10.0.0.5", 1993),)), incomplete.edge())
        behind = "imaps://mail.example.com:993@10.0.0.5:1993"
        judged = [verdict for verdict in assessment.evidence.verdicts if verdict.observation == behind]
        assert {verdict.client for verdict in judged} == {client.id for client in CLIENTS}
        rules = {finding.rule for finding in assessment.findings if behind in finding.observations}
        assert {"addresses-disagree", "expired"} <= rules

    async def test_what_politeness_left_out_is_said(self, incomplete: Any, ask: Ask) -> None:
        incomplete.left_out.add(("mail.example.com", 443, "192.0.2.1"))
        assessment = await check(ask("mail.example.com"), incomplete.edge())
        (said,) = (one for one in assessment.evidence.case.lookups if one.kind == "probe")
        assert said.question == "https://mail.example.com:443@192.0.2.1"
        assert "left out" in text_of(assessment)

    async def test_progress_is_told_in_order(self, incomplete: Any, ask: Ask) -> None:
        seen: list[Progress] = []
        await check(ask(), incomplete.edge(), seen.append)
        assert [progress.stage for progress in seen] == ["looking-up", "probing", "gathering"]

    async def test_many_targets_give_what_each_alone_gives(self, incomplete: Any, ask: Ask) -> None:
        told: list[Progress] = []
        requests = [ask(), ask("imaps://absent.example.com"), ask("https://mail.example.com")]
        stores = incomplete.load_stores(stores_of(requests[0]))
        together = await look_at_all(requests, incomplete.edge(), stores, told.append)
        alone = [await looked(request, incomplete) for request in requests]
        assert [case.target for case in together] == [request.title for request in requests]
        assert [met(case) for case in together] == [met(case) for case in alone]
        assert [(one.stage, one.done, one.total) for one in told] == [("targets", done, 3) for done in range(4)]


class TestWhatCannotBeLookedAt:
    async def test_a_name_without_address(self, outside: Any, ask: Ask) -> None:
        assessment = await check(ask("imaps://nowhere.example.com"), outside.edge())
        (seen,) = assessment.evidence.case.observations
        assert isinstance(seen.result, ProbeFailure)
        assert (seen.result.stage, seen.result.kind) == (Stage.RESOLVE, FailureKind.NO_ADDRESS)
        assert [finding.rule for finding in assessment.findings] == ["network-blocked"]
        assert "nowhere.example.com does not exist in DNS" in text_of(assessment)

    async def test_a_resolver_that_is_silent_says_nothing_about_the_name(self, outside: Any, ask: Ask) -> None:
        outside.hosts["mail.example.com"] = LookupFailed(text("No server answered."))
        assessment = await check(ask(), outside.edge())
        assert assessment.findings == ()
        assert "DNS gave no answer" in text_of(assessment)
        assert "has no address" not in text_of(assessment)

    async def test_an_answer_for_half_of_the_question_is_used_and_its_gap_told(
        self, incomplete: Any, ask: Ask, accepting: Accepting
    ) -> None:
        partly = Found(("192.0.2.1",), incomplete=text("Nobody answered for AAAA."))
        incomplete.hosts["mail.example.com"] = partly
        assessment = await check(ask(), incomplete.edge())
        assert accepting(assessment) == FETCHING
        assert "Nobody answered for AAAA." in text_of(assessment)


class TestAnchors:
    async def test_invariant_3_an_empty_store_trusts_nothing(
        self, outside: Any, caseworld: Any, ask: Ask, make_store: Callable[..., AnchorStore], accepting: Accepting
    ) -> None:
        outside.present(caseworld.leaf(), caseworld.intermediate.certificate)
        for name in stores_of(ask()):
            outside.stores[name] = make_store(name, caseworld.now)
        assessment = await check(ask(), outside.edge())
        assert not accepting(assessment)
        assert "is empty and trusts nothing" in text_of(assessment)

    async def test_invariant_3_an_old_store_says_so(
        self, outside: Any, caseworld: Any, ask: Ask, make_store: Callable[..., AnchorStore]
    ) -> None:
        outside.present(caseworld.leaf(), caseworld.intermediate.certificate)
        old = make_store("mozilla", caseworld.now - timedelta(days=181), caseworld.root.certificate)
        assert "mozilla is older than 180 days" not in text_of(await check(ask(), outside.edge()))
        outside.stores["mozilla"] = old
        assert "mozilla is older than 180 days" in text_of(await check(ask(), outside.edge()))

    async def test_roots_count_for_everybody_or_for_whom_their_way_reaches(
        self, outside: Any, caseworld: Any, ask: Ask, accepting: Accepting
    ) -> None:
        private = caseworld.make_root("Private Root", "Example Ltd")
        outside.present(caseworld.leaf(issuer=private, public=False))
        root = (private.certificate,)
        everybody = accepting(await check(ask(roots=root), outside.edge()))
        by_policy = accepting(await check(ask(roots=root, deployed=("gpo",)), outside.edge()))
        assert {"outlook-windows", "openssl", "apple-mail-ios"} <= everybody
        reached = {client.id for client in CLIENTS if "gpo" in client.reached_by}
        assert by_policy == everybody & reached
        assert "outlook-windows" in by_policy

    async def test_a_request_names_what_it_needs(self) -> None:
        request = CheckRequest.of("mail.example.com:993")
        assert request.clients == CLIENTS
        assert request.title == "mail.example.com:993"
        only = replace(request, clients=(client_by_id("openssl"), client_by_id("gnutls")))
        assert stores_of(only) == ("system",)
