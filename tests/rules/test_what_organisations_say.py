"""The clients that matter set the weight of findings; what is accepted does not count until its day is over."""

from datetime import date, timedelta
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS, client_by_id
from mailtrust.core.formats.endpoint_pattern import parse_pattern
from mailtrust.core.model.acceptance import Accepted, Standing
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.model.pool import Source
from mailtrust.core.model.settings import Settings
from mailtrust.core.report.outcome import nothing_seen, outcome_of
from mailtrust.core.rules import judge_all
from mailtrust.core.rules.grounds.accepting import settle

RULE = "chain-incomplete"
BY_DOWNLOAD = ("outlook-windows", "edge", "apple-mail-ios", "apple-mail-macos")
"""They download what is missing."""


def incomplete(caseworld: Any, *ports: int, **judged: Any) -> Any:
    """The usual fault at these ports; 443 is always without fault."""
    whole = (caseworld.leaf(), caseworld.intermediate.certificate)
    found = caseworld.pool((caseworld.intermediate.certificate, Source.AIA, "http://aia.example.com/ca.crt"))
    seens = [caseworld.seen(whole[:1], port) for port in ports]
    other = caseworld.seen((caseworld.leaf(key="ec-p256"), whole[1]), 443)
    return caseworld.judge(*seens, other, pool=found, **judged)


class TestClientsThatMatter:
    def severity(self, caseworld: Any, *clients: str, **judged: Any) -> Severity:
        evidence = incomplete(caseworld, 993, settings=Settings(clients=clients), **judged)
        (finding,) = caseworld.findings(evidence, RULE)
        assert "gmail-android" in finding.clients, "who is hurt is told, whether it matters or not"
        severity: Severity = finding.severity
        return severity

    def test_all_matter_where_nobody_says_otherwise(self, caseworld: Any) -> None:
        assert self.severity(caseworld) is Severity.ERROR

    def test_what_hurts_only_others_is_a_warning(self, caseworld: Any) -> None:
        assert self.severity(caseworld, *BY_DOWNLOAD) is Severity.WARNING

    def test_what_hurts_most_of_those_that_matter_is_critical(self, caseworld: Any) -> None:
        assert self.severity(caseworld, "gmail-android", "openssl", "outlook-windows") is Severity.CRITICAL
        assert self.severity(caseworld, "gmail-android", *BY_DOWNLOAD) is Severity.ERROR

    def test_who_was_not_judged_does_not_weigh(self, caseworld: Any) -> None:
        gmail = (client_by_id("gmail-android"),)
        assert self.severity(caseworld, "gmail-android", *BY_DOWNLOAD, clients=gmail) is Severity.CRITICAL

    def test_an_expired_certificate_stays_one(self, caseworld: Any) -> None:
        chain = (caseworld.leaf(ends=-1), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain), settings=Settings(clients=("openssl",)))
        (finding,) = caseworld.findings(evidence, "expired")
        assert finding.severity is Severity.CRITICAL

    @pytest.mark.parametrize(("clients", "severity"), [(("chrome",), Severity.WARNING), ((), Severity.ERROR)])
    def test_a_door_that_is_closed_to_others_is_a_warning(
        self, caseworld: Any, clients: tuple[str, ...], severity: Severity
    ) -> None:
        alert = caseworld.failure(FailureKind.ALERT, Stage.HANDSHAKE, "handshake_failure")
        evidence = caseworld.judge(caseworld.seen(alert, 993), settings=Settings(clients=clients))
        assert {one.severity for one in caseworld.findings(evidence, "tls-handshake-failed")} == {severity}


class TestAcceptances:
    def assess(self, caseworld: Any, *endpoints: str, ports: tuple[int, ...] = (993, 465), days: int = 0) -> Assessment:
        """What comes of accepting the missing intermediate at these endpoints until so many days from now."""
        until = caseworld.now.date() + timedelta(days=days)
        accepted = tuple(Accepted(RULE, parse_pattern(one), "so be it", until) for one in endpoints)
        evidence = incomplete(caseworld, *ports, settings=Settings(accepted=accepted))
        results = judge_all(evidence)
        return Assessment(evidence, results, (), settle(evidence, results))

    @pytest.mark.parametrize(
        "endpoints",
        [
            ("*",),
            ("mail.example.com",),
            ("mail.example.com:993", "mail.example.com:465"),
            ("imaps://mail.example.com", "smtps://mail.example.com:465@192.0.2.1"),
            ("imaps://mail.example.com", "*"),
        ],
    )
    def test_what_is_accepted_everywhere_does_not_count(self, caseworld: Any, endpoints: tuple[str, ...]) -> None:
        made = self.assess(caseworld, *endpoints)
        assert {one.standing for one in made.acceptances} == {Standing.IN_FORCE}
        assert RULE not in {finding.rule for finding in made.findings}
        assert [finding.rule for finding in made.accepted] == [RULE]
        assert RULE in {finding.rule for finding in made.every_finding}
        assert outcome_of(made) != "error"

    def test_what_is_accepted_in_part_counts(self, caseworld: Any) -> None:
        made = self.assess(caseworld, "imaps://mail.example.com", "other.example.com")
        assert [one.standing for one in made.acceptances] == [Standing.PARTLY, Standing.ELSEWHERE]
        assert RULE in {finding.rule for finding in made.findings}
        assert made.accepted == ()

    def test_the_last_day_is_one_of_them(self, caseworld: Any) -> None:
        assert [one.standing for one in self.assess(caseworld, "*", days=0).acceptances] == [Standing.IN_FORCE]
        over = self.assess(caseworld, "*", days=-1)
        assert [one.standing for one in over.acceptances] == [Standing.RAN_OUT]
        assert over.acceptances[0].findings == tuple(one.id for one in over.findings if one.rule == RULE)
        assert outcome_of(over) == "error"

    def test_an_acceptance_that_is_over_covers_nothing_for_another(self, caseworld: Any) -> None:
        day = caseworld.now.date()
        accepted = (
            Accepted(RULE, "mail.example.com:993", "x", day),
            Accepted(RULE, "mail.example.com:465", "x", day - timedelta(days=1)),
        )
        evidence = incomplete(caseworld, 993, 465, settings=Settings(accepted=accepted))
        results = judge_all(evidence)
        assert [one.standing for one in settle(evidence, results)] == [Standing.PARTLY, Standing.RAN_OUT]

    @pytest.mark.parametrize("days", [-1, 5])
    def test_what_is_mended_needs_no_acceptance(self, caseworld: Any, days: int) -> None:
        made = self.assess(caseworld, "mail.example.com:443", ports=(), days=days)
        assert [one.standing for one in made.acceptances] == [Standing.UNNEEDED]

    def test_of_what_could_not_be_looked_at_nothing_is_known(self, caseworld: Any) -> None:
        accepted = (Accepted(RULE, "mail.example.com:993", "x", date.max),)
        evidence = caseworld.judge(caseworld.seen(caseworld.failure(), 993), settings=Settings(accepted=accepted))
        assert [one.standing for one in settle(evidence, judge_all(evidence))] == [Standing.UNKNOWN]

    def test_an_accepted_lack_of_tls_was_looked_at_all_the_same(self, caseworld: Any) -> None:
        lacking = caseworld.failure(FailureKind.TLS_NOT_OFFERED, Stage.CAPABILITY)
        accepted = (Accepted("tls-not-offered", "*", "x", date.max),)
        evidence = caseworld.judge(caseworld.seen(lacking, 143), settings=Settings(accepted=accepted))
        results = judge_all(evidence)
        made = Assessment(evidence, results, (), settle(evidence, results))
        assert made.findings == ()
        assert not nothing_seen(made)
        assert outcome_of(made) == "clean"


def test_the_clients_here_are_clients() -> None:
    assert set(BY_DOWNLOAD) <= {client.id for client in CLIENTS}
