"""What holds for every rule."""

import pkgutil
import string
from typing import Any

from mailtrust.core import rules
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.text import Text
from mailtrust.core.rules import RULES, judge_all


def test_a_file_is_called_as_its_rule() -> None:
    for rule in RULES:
        assert rule.__name__.rpartition(".")[2] == rule.ID.replace("-", "_")  # type: ignore[attr-defined]


def test_tuple_and_folder_agree() -> None:
    files = {module.name for module in pkgutil.iter_modules(rules.__path__) if not module.ispkg}
    assert {rule.ID.replace("-", "_") for rule in RULES} == files
    assert len({rule.ID for rule in RULES}) == len(RULES)


def test_a_good_server_has_no_finding_and_every_rule_answers(caseworld: Any) -> None:
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    evidence = caseworld.judge(*(caseworld.seen(chain, port) for port in (25, 465, 993, 443)))
    results = judge_all(evidence)
    assert [result for result in results if isinstance(result, Finding | Unknown)] == []
    assert {result.rule for result in results} == {rule.ID for rule in RULES}
    assert {"gmail-android", "apple-mail-ios", "chrome", "outlook-windows"} <= caseworld.accepting(evidence)


def test_without_any_handshake_nothing_passes_about_certificates(caseworld: Any) -> None:
    evidence = caseworld.judge(caseworld.seen(caseworld.failure()))
    for result in judge_all(evidence):
        assert isinstance(result, NotApplicable) or result.rule == "network-blocked", result


def test_with_nothing_at_all_every_rule_says_so(caseworld: Any) -> None:
    assert all(isinstance(result, NotApplicable) for result in judge_all(caseworld.judge()))


def test_a_rule_that_fails_hides_no_other(caseworld: Any) -> None:
    class Broken:
        ID = "broken"

        def judge(self, evidence: object) -> list[Passed]:
            raise ZeroDivisionError("by mistake")

    class Sound:
        ID = "sound"

        def judge(self, evidence: object) -> list[Passed]:
            return [Passed("sound")]

    failed, passed = judge_all(caseworld.judge(), (Broken(), Sound()))
    assert isinstance(failed, Unknown)
    assert failed.rule == "broken"
    assert "ZeroDivisionError: by mistake" in str(failed.why)
    assert passed == Passed("sound")


def test_what_is_said_is_whole(caseworld: Any) -> None:
    """Every placeholder has its value, in every voice, for a case with as many faults as fit into one."""
    stranger = caseworld.make_root("Stranger").certificate
    leaf = caseworld.leaf("mail.exmaple.com", "10.0.0.1", "exch.corp.local", ends=-1)
    evidence = caseworld.judge(
        caseworld.seen((leaf, stranger, stranger), 993),
        caseworld.seen((caseworld.own(),), 465, address="192.0.2.2"),
        caseworld.seen((caseworld.own(),), 465),
        caseworld.seen(caseworld.failure(), 443),
        caseworld.seen((leaf,), 25, bytes_before_tls=b"250 injected\r\n", tls_version="TLSv1"),
    )
    findings = caseworld.findings(evidence)
    assert len({finding.rule for finding in findings}) >= 10
    for finding in findings:
        for said in (finding.title, finding.explanation.admin, finding.explanation.manager, finding.explanation.user):
            _whole(said)
        assert isinstance(finding.severity, Severity)
        assert finding.observations
        assert set(finding.observations) <= {seen.id for seen in evidence.case.observations}
        assert set(finding.certificates) <= set(evidence.certificates)


def _whole(said: Text) -> None:
    wanted = {name for _, name, _, _ in string.Formatter().parse(said.template) if name}
    assert wanted == {name for name, _ in said.values}, said.template
    for _, value in said.values:
        if isinstance(value, Text):
            _whole(value)
    shown = str(said)
    assert "{" not in shown
    assert "  " not in shown
    assert shown
