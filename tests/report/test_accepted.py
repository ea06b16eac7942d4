"""What is accepted is told apart in every format, and alarms nobody."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailtrust.core.model.acceptance import Accepted, Standing
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.formats import FORMATS, Reader, format_by_id
from mailtrust.core.report.headline import headline
from mailtrust.core.report.outcome import outcome_of
from mailtrust.core.rules.grounds.accepting import settle

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json"
NASTY = "ticket \x1b[31m<script>alert(1)</script> | ']]>"

Accepting = Callable[..., Assessment]


@pytest.fixture
def accepting(incomplete: Assessment) -> Accepting:
    """The assessment of the incomplete chain under a file that accepts these rules everywhere."""

    def made(*rules: str, days: int = 30, endpoint: str = "*", reason: str = "so be it", **settings: Any) -> Assessment:
        evidence = incomplete.evidence
        until = evidence.now.date() + timedelta(days=days)
        accepted = tuple(Accepted(rule, endpoint, reason, until, 10 + number) for number, rule in enumerate(rules))
        known = replace(evidence.settings, accepted=accepted, file="mailtrust.toml", **settings)
        weighed = replace(evidence, settings=known)
        return replace(incomplete, evidence=weighed, acceptances=settle(weighed, incomplete.results))

    return made


def told(format_id: str, assessment: Assessment) -> str:
    return format_by_id(format_id).write([assessment], Reader(fail_on="warning", width=100)).decode()


def last(assessment: Assessment) -> date:
    return assessment.evidence.settings.accepted[0].until


class TestOutcome:
    def test_what_is_left_decides(self, accepting: Accepting) -> None:
        assert outcome_of(accepting()) == "error"
        assert outcome_of(accepting("chain-incomplete")) == "warning"
        assert outcome_of(accepting("chain-incomplete", "expiring")) == "clean"
        assert outcome_of(accepting("chain-incomplete", "expiring", days=-1)) == "error"

    def test_the_headline_says_who_is_hurt_all_the_same(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete")
        said = str(headline(made))
        assert "clients refuse it; that is accepted until" in said
        assert last(made).isoformat() in said
        assert "that is accepted" not in str(headline(accepting("expiring")))


class TestText:
    def test_a_section_of_its_own(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete")
        before, heading, after = told("text", made).partition("\nAccepted ")
        assert heading
        assert "The chain is incomplete" not in before
        assert "The chain is incomplete" in after
        assert f"Accepted until {last(made)}: so be it" in after
        assert "Weighed as mailtrust.toml says." in after

    def test_no_section_without_need(self, accepting: Accepting, incomplete: Assessment) -> None:
        for made in (incomplete, accepting(), accepting("name-mismatch")):
            assert "\nAccepted " not in told("text", made)
        assert "Weighed" not in told("text", incomplete)

    def test_clients_that_matter_are_named(self, accepting: Accepting) -> None:
        said = " ".join(told("text", accepting(clients=("openssl", "gmail-android"))).split())
        assert "Weighed as mailtrust.toml says, for these clients: openssl, gmail-android." in said

    def test_an_acceptance_that_ran_out_is_told(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete", days=-1)
        said = " ".join(told("text", made).split())
        assert f"mailtrust.toml:10: chain-incomplete was accepted at * until {last(made)}. That is over, and it" in said

    def test_one_that_is_not_enough_is_told(self, accepting: Accepting) -> None:
        said = " ".join(told("text", accepting("chain-incomplete", endpoint="mail.example.com:25")).split())
        assert "is accepted at mail.example.com:25 and was found elsewhere too, so it counts." in said

    def test_one_that_is_not_needed_is_told(self, accepting: Accepting, incomplete: Assessment) -> None:
        made = accepting("expired", endpoint="mail.example.com")
        (acceptance,) = made.acceptances
        assert acceptance.standing is Standing.UNKNOWN
        unneeded = replace(made, acceptances=(replace(acceptance, standing=Standing.UNNEEDED),))
        said = " ".join(told("text", unneeded).split())
        assert "mailtrust.toml:10: expired is accepted at mail.example.com, where it is found no more: delete" in said


class TestForPrograms:
    def test_json_keeps_to_its_schema(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete", "name-mismatch", clients=("openssl",))
        report = json.loads(told("json", made))
        jsonschema.validate(report, json.loads(PUBLISHED.read_bytes()))
        assert [one["rule"] for one in report["findings"]] == ["expiring"]
        (accepted,) = report["accepted"]
        assert accepted["rule"] == "chain-incomplete"
        assert [(one["standing"], one["line"], one["findings"]) for one in report["acceptances"]] == [
            ("in-force", 10, [accepted["id"]]),
            ("unknown", 11, []),
        ]
        assert (
            report["acceptances"][0] | {"reason": "so be it", "until": last(made).isoformat()}
            == (report["acceptances"][0])
        )
        assert report["weighing"] == {"file": "mailtrust.toml", "clients": ["openssl"]}
        assert set(accepted["certificates"]) <= set(report["certificates"])

    def test_nagios_is_calm(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete", "expiring")
        line = told("nagios", made)
        assert line.startswith("MAILTRUST OK - ")
        assert "accepted: chain-incomplete, accepted: expiring" in line.partition("|")[0]
        assert "'findings_accepted'=2;;;0" in line
        assert "'findings_error'=0;;;0" in line
        assert format_by_id("nagios").status([made]) == 0
        assert format_by_id("nagios").status([accepting("chain-incomplete", "expiring", days=-1)]) == 2

    def test_junit_skips_it(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete", "expiring")
        root = ET.fromstring(told("junit", made))
        assert root.get("failures") == "0"
        cases = {case.get("classname"): case for case in root.iter("testcase")}
        skipped = cases["mailtrust.chain-incomplete"].find("skipped")
        assert skipped is not None
        assert f"Accepted until {last(made)}: so be it" in skipped.attrib["message"]

    def test_prometheus_tells_until_when(self, accepting: Accepting) -> None:
        made = accepting("chain-incomplete")
        samples = [one for family in text_string_to_metric_families(told("prometheus", made)) for one in family.samples]
        (until,) = [one for one in samples if one.name == "mailtrust_finding_accepted_until_timestamp_seconds"]
        assert until.labels["rule"] == "chain-incomplete"
        after = datetime.combine(last(made) + timedelta(days=1), datetime.min.time(), UTC)
        assert 0 <= after.timestamp() - until.value < 1
        assert [one.labels["rule"] for one in samples if one.name == "mailtrust_finding"] == ["expiring"]


def test_html_has_a_section_of_its_own(accepting: Accepting) -> None:
    made = accepting("chain-incomplete", endpoint="*")
    before, heading, after = told("html", made).partition("<h2>Accepted</h2>")
    assert heading
    assert "<h3>The chain is incomplete" not in before
    assert "<h3>The chain is incomplete" in after
    assert f"Accepted until {last(made)}: so be it" in after
    ran_out = told("html", accepting("chain-incomplete", days=-1))
    assert "That is over, and it counts again." in ran_out


@pytest.mark.parametrize("format_id", [known.id for known in FORMATS])
def test_a_reason_cannot_break_out(accepting: Accepting, format_id: str) -> None:
    said = told(format_id, accepting("chain-incomplete", reason=NASTY))
    assert "\x1b" not in said
    if format_id in ("html", "junit"):
        assert "<script" not in said
