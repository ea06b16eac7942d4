"""JUnit XML for build servers: a suite for each target, a case for each rule and subject.

A finding at or above `--fail-on` is a failure and one below it a passed case that tells of it; *not applicable* and
what is accepted are skipped; *unknown* is an error, for what could not be looked at has not passed.
"""

from collections.abc import Sequence
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text
from mailtrust.core.report.accepted import because, reasons
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.headline import headline
from mailtrust.core.report.outcome import nothing_seen
from mailtrust.version import __version__

LONGEST = 4000
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def write(assessments: Sequence[Assessment], reader: Reader) -> bytes:
    """The whole file, in UTF-8."""
    root = Element("testsuites", {"name": "mailtrust"})
    for assessment in assessments:
        _add_suite(root, assessment, reader)
    for attribute in ("tests", *_COUNTED):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    indent(root)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n").encode()


def _add_suite(root: Element, assessment: Assessment, reader: Reader) -> None:
    evidence = assessment.evidence
    seconds = sum(seen.duration_ms for seen in evidence.case.observations) / 1000
    suite = SubElement(root, "testsuite", {
        "name": _fit(evidence.case.target),
        # ISO 8601 without a zone, as the readers of this format want it; it is UTC.
        "timestamp": f"{evidence.now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        "time": f"{seconds:.3f}",
    })  # fmt: skip
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", {"name": "version", "value": __version__})
    SubElement(properties, "property", {"name": "headline", "value": _say(headline(assessment), reader)})
    for result in assessment.results:
        _add_case(suite, result, reader, _lived_with(assessment, result, reader))
    if nothing_seen(assessment):
        # Rules that had nothing to look at are skipped; a build must not turn green because the network was away.
        case = SubElement(suite, "testcase", {"classname": "mailtrust.handshake", "name": "handshake"})
        SubElement(case, "error", {"type": "unknown", "message": _say(headline(assessment), reader)})
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, element in _COUNTED.items():
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))


def _lived_with(assessment: Assessment, result: RuleResult, reader: Reader) -> str:
    """Until when a finding is accepted, and why; empty for everything else."""
    accepted = reasons(assessment.acceptances, result) if isinstance(result, Finding) else ()
    return " ".join(_say(because(one), reader) for one in accepted)


def _add_case(suite: Element, result: RuleResult, reader: Reader, accepted: str) -> None:
    subject = "" if isinstance(result, NotApplicable) else result.subject
    name = f"{result.rule} [{subject}]" if subject else result.rule
    case = SubElement(suite, "testcase", {"classname": f"mailtrust.{_fit(result.rule)}", "name": _fit(name)})
    match result:
        case Finding() if accepted:
            SubElement(case, "skipped", {"message": f"{_say(result.title, reader)} {accepted}"})
        case Finding():
            told = {"type": result.severity.value, "message": _say(result.title, reader)}
            if _fails(result.severity, reader):
                SubElement(case, "failure", told).text = _explained(result, reader)
            else:
                SubElement(
                    case, "system-out"
                ).text = f"{result.severity}: {told['message']}\n{_explained(result, reader)}"
        case NotApplicable(why=why):
            SubElement(case, "skipped", {"message": _say(why, reader)})
        case Unknown(why=why):
            SubElement(case, "error", {"type": "unknown", "message": _say(why, reader)})
        case Passed():
            pass


def _fails(severity: Severity, reader: Reader) -> bool:
    return reader.fail_on != "never" and severity.rank >= Severity(reader.fail_on).rank


def _explained(finding: Finding, reader: Reader) -> str:
    """What the administrator is told, and where it was seen."""
    where = (_fit(seen) for seen in finding.observations)
    return "\n".join([_say(finding.explanation.admin, reader), *where])


def _say(sentence: Text, reader: Reader) -> str:
    return _fit(sentence.render(reader.translate))


def _fit(value: str) -> str:
    """XML 1.0 2.2: no control characters, surrogates or noncharacters; `clean` spells them all out."""
    return clean(value, LONGEST)
