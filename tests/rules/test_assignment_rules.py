"""Rules about assigned certificates as a whole: what is in order, what is missing, what is accepted, what is due."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.world import border, newer, old
from tests.services.world.judging import AUTH, BY_ID, FRONT, good, judged, kinds
from tests.services.world.making import (
    NOW,
    Exported,
    mailbox,
    organisation,
    own,
)

from mailtrust.core.model.acceptance import Accepted, Standing
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import (
    ExchangeOrganisation,
    ExchangeServer,
    NotRead,
    ReceiveConnector,
)
from mailtrust.core.model.finding import Finding, Unknown
from mailtrust.core.model.settings import Settings
from mailtrust.core.rules.assigning import judge_assignments
from mailtrust.core.rules.assigning.grounds.accepting import settle_assignments
from mailtrust.core.services.exchange.due import due


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_without_exchange_no_rule_says_that_all_is_well(rule: str) -> None:
    assert kinds(judged(rule, None)) == {"NotApplicable"}


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_what_is_in_order_passes_or_is_no_matter(rule: str) -> None:
    it = organisation(good(), auth=AUTH)
    assert kinds(judged(rule, it)) <= {"Passed", "NotApplicable"}


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_a_server_of_which_only_the_name_is_known_passes_nothing(rule: str) -> None:
    bare = ExchangeServer("MAIL1", "mail1.corp.example", "15.2.1544.4")
    results = judged(rule, ExchangeOrganisation((bare,)))
    # That nobody is asked about Unified Messaging that cannot be there is known.
    allowed = {"Passed", "Unknown"} if rule == "service-um-startup-mode" else {"Unknown", "NotApplicable"}
    assert kinds(results) <= allowed


EXPORTED: tuple[Exported, ...] = (
    old.of_2010(), newer.one_of_2016(), newer.many_of_2016(), newer.on_the_move(), border.classic_hybrid(),
    border.with_edge(), border.half_broken(),
)  # fmt: skip


@given(st.sampled_from(EXPORTED), st.data())
def test_whatever_is_missing_no_rule_fails_and_each_answers(it: Exported, data: st.DataObject) -> None:
    """Servers without this or that, refused or never asked."""
    empty: dict[str, Any] = {
        "certificates": (), "bindings": None, "directories": None, "internal_transport": None, "client_access": (),
        "receive_connectors": (), "um": (), "version": "", "fqdn": "",
    }  # fmt: skip
    servers = tuple(
        replace(one, **{name: empty[name] for name in data.draw(st.sets(st.sampled_from(sorted(empty))))})
        for one in it.broken.servers
    )
    whole: dict[str, Any] = {"auth": None, "send_connectors": None, "edge_subscriptions": None, "hybrid": None}
    gone = {name: whole[name] for name in data.draw(st.sets(st.sampled_from(sorted(whole))))}
    made = replace(it.broken, servers=servers, not_read=(NotRead("", "Get-AuthConfig", "no"),), **gone)
    results = judge_assignments(AssignmentEvidence(NOW, Settings(), {}, organisation=made, balancer="bridging"))
    assert {one.rule for one in results} == set(BY_ID)
    assert not [one for one in results if isinstance(one, Unknown) and "mistake" in str(one.why)]
    ids = [one.id for one in results if isinstance(one, Finding)]
    assert len(ids) == len(set(ids))


def test_what_an_export_calls_a_server_ends_no_command() -> None:
    """Commands of findings are pasted into a shell."""
    evil = "MAIL1'\u2019; Stop-Computer #"
    it = organisation(
        replace(
            good(certificates=(FRONT, own("MAIL1", age=1900)), internal_transport="", bindings=()),
            name=evil,
            receive_connectors=(ReceiveConnector("In", evil, "in.corp.example", frozenset({"Tls"})),),
        )
    )
    evidence = AssignmentEvidence(NOW, Settings(), {}, organisation=it)
    commands = [
        command
        for one in judge_assignments(evidence)
        if isinstance(one, Finding)
        for command in re.findall(r"(?:-Server|--server|-DomainName|Connector) (\S.{0,12})", str(one.explanation.admin))
        if command.startswith(("MAIL1", "'MAIL1"))
    ]
    assert commands
    assert all(command.startswith("'MAIL1''\u2019\u2019;") for command in commands)


class TestAccepting:
    EVIDENCE = AssignmentEvidence(NOW, Settings(), {}, organisation=newer.on_the_move().broken)
    RULE = "exchange-backend-binding"

    def standing(
        self, endpoint: str, *, rule: str = RULE, days: int = 5, evidence: AssignmentEvidence = EVIDENCE
    ) -> Standing:
        accepted = Accepted(rule, endpoint, "known", (NOW + timedelta(days=days)).date())
        evidence = replace(evidence, settings=Settings(accepted=(accepted,)))
        (settled,) = settle_assignments(evidence, judge_assignments(evidence))
        return settled.standing

    @pytest.mark.parametrize("endpoint", ["exse", "exse.corp.example", "https://exse.corp.example:443", "*"])
    def test_a_server_by_any_of_its_names(self, endpoint: str) -> None:
        assert self.standing(endpoint) is Standing.IN_FORCE

    def test_elsewhere_over_and_unneeded(self) -> None:
        assert self.standing("mail.example.org") is Standing.ELSEWHERE
        assert self.standing("exse", days=-1) is Standing.RAN_OUT
        assert self.standing("ex16") is Standing.UNNEEDED

    def test_a_server_whose_name_begins_like_another_one_proves_nothing_of_it(self) -> None:
        silent, well = replace(good(), bindings=None), mailbox("MAIL10", FRONT, own("MAIL10"))
        evidence = replace(self.EVIDENCE, organisation=organisation(silent, well))
        assert kinds(judged(self.RULE, evidence.organisation)) == {"Passed", "Unknown"}
        assert self.standing("MAIL1", evidence=evidence) is Standing.UNKNOWN
        assert self.standing("MAIL10", evidence=evidence) is Standing.UNNEEDED

    def test_what_is_the_whole_organisations_is_accepted_everywhere_or_on_all_servers_named(self) -> None:
        assert self.standing("*", rule="exchange-auth-expiring") is Standing.IN_FORCE


def test_what_is_due_stands_in_order_of_time() -> None:
    it = newer.on_the_move().broken
    found = due(it)
    assert [one.at for one in found] == sorted(one.at for one in found)
    kinds_ = {one.kind for one in found}
    assert kinds_ == {"auth", "auth-next", "auth-next-effective", "certificate", "internal-transport"}
    (effective,) = [one for one in found if one.kind == "auth-next-effective"]
    assert effective.at == NOW + timedelta(hours=49)
    assert effective.servers == ("EX13", "EXSE")
