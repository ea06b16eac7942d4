"""Whom a roll-out does not reach, and why: said in the text and in the JSON, and judged so."""

import json
from typing import Any

import pytest

from mailtrust.core.clients import BY_ID, CLIENTS
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.assumed import assumed
from mailtrust.core.report.notes import assumptions
from mailtrust.core.report.reach import unreached, unreached_by
from mailtrust.core.report.report_json import to_json
from mailtrust.core.rollout import BY_ID as WAYS
from mailtrust.core.targets.parts.clients_side import WAYS as PROPOSED


@pytest.mark.parametrize("client", BY_ID.values(), ids=list(BY_ID))
def test_each_client_is_reached_somehow_or_says_why_not(client: Any) -> None:
    assert bool(client.reached_by) != bool(client.beyond_reach)


def test_where_no_way_is_named_everybody_is_reached() -> None:
    assert unreached(CLIENTS, ()) == ()


def test_reasons_are_told_once_for_all_clients_that_share_them() -> None:
    told = {tuple(one.id for one in some.clients): str(some.why) for some in unreached(CLIENTS, ("gpo", "firefox"))}
    assert told[("outlook-mac", "apple-mail-ios", "apple-mail-macos")] == "Reached by other ways: apple."
    assert told[("java-mail",)] == "Reached by other ways: java."
    assert "Microsoft's servers connect" in told[("outlook-mobile",)]
    assert "nobody can bring them a root" in told[("mta-opportunistic", "mta-verified", "mta-sts")]
    named = [client for clients in told for client in clients]
    assert len(named) == len(set(named))
    assert "outlook-windows" not in named
    assert "firefox" not in named
    assert "gmail-android" in named


def test_the_report_says_whom_it_does_not_reach(caseworld: Any) -> None:
    own = caseworld.make_root("Corp Root")
    leaf = caseworld.leaf(issuer=own, public=False)
    evidence = caseworld.judge(caseworld.seen((leaf,)), local_roots=(own.certificate,), deployed=("gpo",))
    sentences = " ".join(map(str, assumptions(evidence)))
    assert "It does not reach Outlook on iPhone and Android: Microsoft's servers connect" in sentences
    assert "Reached by other ways: java." in sentences
    left_out = {client.id for some in unreached_by(evidence) for client in some.clients}
    judged = {verdict.client for verdict in evidence.verdicts}
    assert left_out == {one for one in judged if "gpo" not in BY_ID[one].reached_by}
    assert left_out.isdisjoint(caseworld.accepting(evidence) - {"mta-opportunistic"})
    wire = assumed(evidence, str)
    assert {client for some in wire.unreached for client in some.clients} == left_out
    told = json.loads(to_json(Assessment(evidence, (), ()), str, "en"))["assumed"]["unreached"]
    assert [some["reached_by"] for some in told if "java-mail" in some["clients"]] == [["java"]]


def test_without_ways_nothing_is_said_of_it(caseworld: Any) -> None:
    own = caseworld.make_root("Corp Root")
    leaf = caseworld.leaf(issuer=own, public=False)
    evidence = caseworld.judge(caseworld.seen((leaf,)), local_roots=(own.certificate,))
    assert unreached_by(evidence) == ()
    assert len(assumptions(evidence)) == 1


def test_every_way_is_one_that_can_be_made_and_proposed() -> None:
    named = {way for client in BY_ID.values() for way in client.reached_by}
    assert named == set(WAYS) == set(PROPOSED)
