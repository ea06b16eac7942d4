"""Who is asked whether certificates were revoked, who gets to hear of it, and what is not worth a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailtrust.core.clients import BY_ID, CLIENTS, client_by_id
from mailtrust.core.formats.case_file import decode, encode
from mailtrust.core.issuance.ocsp_answer import Status, make_ocsp_answer
from mailtrust.core.issuance.revocation_list import TakenBack, make_revocation_list
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.observation import Handshake
from mailtrust.core.model.status import FetchedStatus, StatusQuestion
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.report_json import to_json
from mailtrust.core.validation.fetching import fetches_mozilla
from mailtrust.core.validation.revocation import revocation_required
from mailtrust.core.x509.ocsp_request import cert_id
from mailtrust.flows.check import CheckRequest, Edge, check, judge, look, stores_of

OCSP, CRL = "http://ocsp.example.com", "http://crl.example.com/issuing.crl"
DAY = timedelta(days=1)
ASKING = {client.id for client in BY_ID.values() if client.fetches is not None}
BELOW_EVERY_ROOT = {client.id for client in BY_ID.values() if client.fetches not in (None, fetches_mozilla)}
Ask = Callable[..., CheckRequest]


@dataclass
class Desk:
    """Responder and list of the intermediate, and what was asked of them."""

    world: Any
    taken_back: tuple[Certificate, ...] = ()
    silent: tuple[str, ...] = ()
    """Addresses that do not answer."""
    asked: list[tuple[StatusQuestion, ...]] = field(default_factory=list)

    async def __call__(
        self, questions: Sequence[StatusQuestion]
    ) -> tuple[tuple[FetchedStatus, ...], tuple[Lookup, ...]]:
        self.asked.append(tuple(questions))
        fetched = [FetchedStatus(*one.key, self.answer(one)) for one in questions if one.url not in self.silent]
        lookups = [Lookup(one.way, one.url, (), "404." if one.url in self.silent else "") for one in questions]
        return tuple(fetched), tuple(lookups)

    def answer(self, question: StatusQuestion) -> bytes:
        now, issuer = self.world.now, self.world.intermediate
        back = [TakenBack(one.serial, now - DAY, "keyCompromise") for one in self.taken_back]
        if question.way == "crl":
            return make_revocation_list(issuer, back, number=1, this_update=now - DAY, next_update=now + DAY)
        named = cert_id(question.certificate, question.issuer)
        said = next((one for one in back if one.serial == named.serial), "good")
        signer = issuer if question.issuer == issuer.certificate else self.world.root
        return make_ocsp_answer(
            signer,
            [Status(named, said)],  # type: ignore[arg-type]
            produced_at=now - DAY,
            this_update=now - DAY,
            next_update=now + DAY,
        )

    @property
    def urls(self) -> list[str]:
        """Whatever was asked, in order."""
        return [one.url for together in self.asked for one in together]


@pytest.fixture
def desk(caseworld: Any) -> Desk:
    return Desk(caseworld)


def asking(outside: Any, desk: Desk) -> Edge:
    return replace(outside.edge(), status=desk)


def private(outside: Any) -> dict[str, Any]:
    """The root is one that somebody added."""
    root, outside.stores = outside.root, {}
    outside.load_stores = lambda names: {name: outside_store(name, outside.now) for name in names}
    return {"roots": (root,)}


def outside_store(name: str, now: datetime) -> Any:
    from mailtrust.core.model.anchors import AnchorStore

    return AnchorStore(name, now, "made here", "0" * 64, ())


def outcomes(assessment: Assessment) -> dict[str, Outcome]:
    return {verdict.client: verdict.outcome for verdict in assessment.evidence.verdicts}


def result(assessment: Assessment, rule: str) -> Any:
    (only,) = (one for one in assessment.results if one.rule == rule)
    return only


class TestInvariant:
    """A client that asks nobody is never influenced by what others were told."""

    def test_those_who_ask_are_the_ones_that_sources_name(self) -> None:
        assert {id_.partition("@")[0] for id_ in ASKING} == {"thunderbird", "firefox", "mailstore-addin"}
        assert [id_ for id_ in BELOW_EVERY_ROOT if "@" not in id_] == ["mailstore-addin"]

    @pytest.mark.parametrize("local", [True, False])
    async def test_fetched_words_reach_those_who_fetch_them(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask, local: bool
    ) -> None:
        leaf = caseworld.leaf(ocsp_urls=(OCSP,), crl_urls=(CRL,))
        desk.taken_back = (leaf,)
        outside.present(leaf, caseworld.intermediate.certificate, port=443)
        wanted = private(outside) if local else {}
        request = ask("https://mail.example.com", clients=tuple(BY_ID.values()), **wanted)
        deaf = await check(replace(request, revocation="off"), asking(outside, desk))
        told = await check(replace(request, revocation="all"), asking(outside, desk))
        assert not deaf.evidence.case.fetched
        assert {one.way for one in told.evidence.case.fetched} == {"ocsp"}, "a list is not fetched for what is known"
        before, after = outcomes(deaf), outcomes(told)
        changed = {client for client in before if before[client] != after[client]}
        asking_here = ASKING if local else BELOW_EVERY_ROOT
        assert changed == {client for client in asking_here if client in before}
        assert changed >= {"mailstore-addin", "firefox@135"}
        for verdict in told.evidence.verdicts:
            if verdict.client not in changed:
                assert verdict in deaf.evidence.verdicts

    async def test_one_who_asks_for_lists_alone_hears_of_no_answer(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask
    ) -> None:
        leaf = caseworld.leaf(crl_urls=(CRL,))
        desk.taken_back = (leaf,)
        outside.present(leaf, caseworld.intermediate.certificate, port=443)
        assessment = await check(ask("https://mail.example.com", **private(outside)), asking(outside, desk))
        refusing = {client for client, outcome in outcomes(assessment).items() if outcome is Outcome.REFUSED}
        assert refusing == {"mailstore-addin"}, "Gecko asks for no lists"


class TestWhoIsAsked:
    async def test_nobody_where_no_client_would(self, outside: Any, caseworld: Any, desk: Desk, ask: Ask) -> None:
        outside.present(caseworld.leaf(ocsp_urls=(OCSP,), crl_urls=(CRL,)), caseworld.intermediate.certificate)
        assessment = await check(
            ask("imaps://mail.example.com", clients=(client_by_id("thunderbird"),)), asking(outside, desk)
        )
        assert desk.urls == [], "below its own roots Gecko goes by a list that it is shipped"
        assert isinstance(result(assessment, "revoked"), NotApplicable)

    async def test_the_responder_below_an_added_root(self, outside: Any, caseworld: Any, desk: Desk, ask: Ask) -> None:
        outside.present(
            caseworld.leaf(ocsp_urls=(OCSP, "http://second.example.com"), crl_urls=(CRL,)),
            caseworld.intermediate.certificate,
        )
        clients = tuple(map(client_by_id, ("thunderbird", "openssl", "outlook-windows")))
        assessment = await check(
            ask("imaps://mail.example.com", clients=clients, **private(outside)), asking(outside, desk)
        )
        assert desk.urls == [OCSP], "once, at the first address, and for no list"
        assert isinstance(result(assessment, "revoked"), Passed)

    async def test_nobody_when_the_user_forbids_it(self, outside: Any, caseworld: Any, desk: Desk, ask: Ask) -> None:
        outside.present(caseworld.leaf(ocsp_urls=(OCSP,)), caseworld.intermediate.certificate)
        await check(ask(revocation="off", **private(outside)), asking(outside, desk))
        assert desk.urls == []

    async def test_everybody_when_the_user_wants_it(self, outside: Any, caseworld: Any, desk: Desk, ask: Ask) -> None:
        leaf = caseworld.leaf(ocsp_urls=(OCSP,), crl_urls=(CRL,))
        outside.present(leaf, caseworld.intermediate.certificate)
        desk.silent = (OCSP,)
        desk.taken_back = (leaf,)
        openssl = (client_by_id("openssl"),)
        assessment = await check(ask(revocation="all", clients=openssl), asking(outside, desk))
        assert desk.urls == [OCSP, CRL], "the list where the responder gave nothing"
        assert outcomes(assessment) == {"openssl": Outcome.ACCEPTED}
        found = result(assessment, "revoked")
        assert isinstance(found, Finding)
        assert (found.severity, found.clients, found.fact("source")) == (Severity.ERROR, (), "crl")

    async def test_nobody_about_a_path_that_is_broken(self, outside: Any, caseworld: Any, desk: Desk, ask: Ask) -> None:
        outside.present(caseworld.leaf(ocsp_urls=(OCSP,)))
        await check(ask(**private(outside)), asking(outside, desk))
        assert desk.urls == []

    async def test_those_who_learn_of_the_issuer_by_download(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask
    ) -> None:
        issuer_url = "http://ca.example.com/issuing.crt"
        outside.present(caseworld.leaf(ocsp_urls=(OCSP,), ca_issuers=(issuer_url,)), port=443)
        outside.known[issuer_url] = (caseworld.intermediate.certificate,)
        await check(ask("https://mail.example.com", **private(outside)), asking(outside, desk))
        assert desk.urls == [OCSP], "MailStore's add-in has downloaded the issuer; Firefox has not"

    async def test_nobody_where_a_good_answer_comes_along(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask
    ) -> None:
        leaf = caseworld.leaf(ocsp_urls=(OCSP,))
        issuer = caseworld.intermediate.certificate
        outside.present(leaf, issuer)
        staple = desk.answer(StatusQuestion("ocsp", OCSP, leaf, issuer))
        probe = outside.edge().probe

        async def stapling(*arguments: Any, **named: Any) -> Any:
            seen = await probe(*arguments, **named)
            return tuple(
                replace(one, result=replace(one.result, ocsp_staple=staple))
                if isinstance(one.result, Handshake)
                else one
                for one in seen
            )

        await check(ask(**private(outside)), replace(asking(outside, desk), probe=stapling))
        assert desk.urls == []


class TestWhatIsKept:
    async def test_a_case_is_judged_again_with_the_same_bytes(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask
    ) -> None:
        leaf = caseworld.leaf(ocsp_urls=(OCSP,))
        desk.taken_back = (leaf,)
        outside.present(leaf, caseworld.intermediate.certificate)
        request = ask(**private(outside))
        stores = outside.load_stores(stores_of(request))
        case = await look(request, asking(outside, desk), stores)
        again = decode(encode(case))
        assert again == case
        assert len(again.fetched) == 1
        live, later = (to_json(judge(one, request, stores), lambda said: said, "en") for one in (case, again))
        assert live == later
        assert b'"revoked"' in live


class TestWhoInsists:
    @pytest.mark.parametrize("silent", [(), (OCSP,)])
    async def test_silence_stops_a_client_that_insists(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask, silent: tuple[str, ...]
    ) -> None:
        leaf = caseworld.leaf(ocsp_urls=(OCSP,))
        desk.silent = silent
        outside.present(leaf, caseworld.intermediate.certificate)
        thunderbird = next(client for client in CLIENTS if client.id == "thunderbird")
        strict = replace(thunderbird, revocation=_of_the_leaf)
        assessment = await check(ask(clients=(strict,), **private(outside)), asking(outside, desk))
        found = result(assessment, "revocation-unreachable")
        if not silent:
            assert isinstance(found, Passed)
            return
        assert isinstance(found, Finding)
        assert found.clients == ("thunderbird",)
        assert "404" in str(found.explanation.admin)
        assert isinstance(result(assessment, "revoked"), Unknown)

    async def test_the_others_go_on_and_the_administrator_hears_of_it(
        self, outside: Any, caseworld: Any, desk: Desk, ask: Ask
    ) -> None:
        desk.silent = (OCSP,)
        outside.present(caseworld.leaf(ocsp_urls=(OCSP,)), caseworld.intermediate.certificate)
        assessment = await check(ask(**private(outside)), asking(outside, desk))
        found = result(assessment, "revocation-unreachable")
        assert isinstance(found, Finding)
        assert (found.severity, found.clients) == (Severity.INFO, ())
        assert outcomes(assessment)["thunderbird"] is Outcome.ACCEPTED
        assert found.id in {cured for remedy in assessment.remedies for cured in remedy.cures}


class TestIntermediates:
    async def test_a_revoked_one_is_told_of(self, outside: Any, caseworld: Any, desk: Desk, ask: Ask) -> None:
        middle = caseworld.make_intermediate(caseworld.root, "Taken Back CA", ocsp_urls=(OCSP,))
        leaf = caseworld.leaf(issuer=middle)
        desk.taken_back = (middle.certificate,)
        outside.present(leaf, middle.certificate, port=443)
        assessment = await check(ask("https://mail.example.com", **private(outside)), asking(outside, desk))
        found = result(assessment, "revoked")
        assert isinstance(found, Finding)
        assert found.clients == ("mailstore-addin",), "Gecko asks about the leaf alone"
        assert found.certificates == (leaf.fingerprint, middle.certificate.fingerprint)
        assert "Taken Back CA" in str(found.title)


def _of_the_leaf(path: Any, evidence: Any, at: Any, /) -> Any:
    leaf = path.leaf.fingerprint
    return [reason for reason in revocation_required(path, evidence, at) if reason.certificate == leaf]
