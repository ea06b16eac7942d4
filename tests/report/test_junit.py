"""JUnit XML: what build servers read, checked against the schema that they have in common."""

from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xmlschema import XMLSchema10, XMLSchemaValidationError

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.text import text
from mailtrust.core.report.formats import FailOn, Reader
from mailtrust.core.report.junit import write

NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]
SCHEMA = XMLSchema10(Path(__file__).with_name("junit.xsd"))


def parse(document: bytes) -> Element:
    """Read XML with a parser that knows no document types and no entities but the five of XML itself."""
    builder = TreeBuilder()
    parser = expat.ParserCreate("UTF-8")

    def refuse(*_: object) -> None:
        raise AssertionError("a report has no document type and no entity of its own")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.Parse(document, True)
    return builder.close()


def shown(*assessments: Assessment, fail_on: FailOn = "error") -> Element:
    root = parse(write(assessments, Reader(fail_on=fail_on)))
    SCHEMA.validate(root)
    return root


def kind(case: Element) -> str:
    return next((child.tag for child in case), "passed")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fail_on", ["warning", "error", "critical", "never"])
def test_every_report_fits_the_schema(samples: dict[str, Assessment], name: str, fail_on: FailOn) -> None:
    root = shown(samples[name], fail_on=fail_on)
    cases = list(root.iter("testcase"))
    for node in (root, root[0]):
        assert int(node.attrib["tests"]) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(node.attrib[attribute]) == sum(kind(case) == tag for case in cases)


def test_each_answer_of_a_rule_is_a_case(incomplete: Assessment) -> None:
    kinds = {Finding: "failure", Passed: "passed", NotApplicable: "skipped", Unknown: "error"}
    expected = [kinds[type(result)] for result in incomplete.results]
    assert [kind(case) for case in shown(incomplete, fail_on="warning").iter("testcase")] == expected
    assert {*expected} == {"failure", "passed", "skipped", "error"}


def test_the_bar_is_that_of_the_exit_status(incomplete: Assessment) -> None:
    def failing(fail_on: FailOn) -> list[str]:
        cases = shown(incomplete, fail_on=fail_on).iter("testcase")
        return [case.attrib["name"] for case in cases if kind(case) == "failure"]

    assert failing("warning") == ["chain-incomplete [leaf]", "expiring [leaf]"]
    assert failing("error") == ["chain-incomplete [leaf]"]
    assert failing("critical") == failing("never") == []
    told = shown(incomplete, fail_on="never").find(".//system-out")
    assert told is not None
    assert str(told.text).startswith("error: The chain is incomplete")


def test_a_failure_says_what_and_where(incomplete: Assessment) -> None:
    failure = shown(incomplete).find(".//failure")
    assert failure is not None
    assert failure.attrib["type"] == Severity.ERROR
    assert failure.attrib["message"] == str(incomplete.findings[0].title)
    assert str(failure.text).splitlines() == [
        str(incomplete.findings[0].explanation.admin),
        *incomplete.findings[0].observations,
    ]


def test_two_subjects_of_one_rule_are_two_cases(incomplete: Assessment) -> None:
    first = incomplete.findings[0]
    results = (first, replace(first, subject="other"), Passed(first.rule, "third"))
    names = [case.attrib["name"] for case in shown(replace(incomplete, results=results)).iter("testcase")]
    assert names == ["chain-incomplete [leaf]", "chain-incomplete [other]", "chain-incomplete [third]"]


def test_a_build_is_not_green_when_nothing_answered(unreachable: Assessment) -> None:
    (case,) = shown(unreachable).iter("testcase")
    assert kind(case) == "error"


def test_several_targets_are_several_suites(incomplete: Assessment, healthy: Assessment) -> None:
    root = shown(incomplete, healthy)
    assert len(root) == 2
    assert int(root.attrib["tests"]) == sum(int(suite.attrib["tests"]) for suite in root)


@given(st.text(st.characters(), max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # frozen: nothing to reset
def test_no_name_breaks_out(healthy: Assessment, name: str) -> None:
    results = (
        Passed(name or "rule", name),
        Unknown("rule", text("Not seen: {name}", name=name), name),
        NotApplicable("rule", text("{name}", name=name)),
    )
    case = replace(healthy.evidence.case, target=f"t{name}")
    hostile = replace(healthy, results=results, evidence=replace(healthy.evidence, case=case))
    root = shown(hostile)
    assert [kind(case) for case in root.iter("testcase")] == ["passed", "error", "skipped"]


def test_the_schema_and_the_parser_refuse_what_is_wrong(healthy: Assessment) -> None:
    good = write([healthy], Reader())
    for wrong in (
        good.replace(b"<testcase", b"<testcase state='x'"),
        good.replace(b"tests=", b"test="),
        good.replace(b"testsuite", b"suite"),
    ):
        with pytest.raises(XMLSchemaValidationError):
            SCHEMA.validate(parse(wrong))
    bomb = good.replace(b"?>\n", b'?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n', 1)
    with pytest.raises(AssertionError, match="document type"):
        parse(bomb)
