"""A format is one file and one line, and every one of them writes for everybody."""

import ast
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import mailtrust.core.report
from mailtrust.cli.main import main
from mailtrust.core.formats.case_file import encode
from mailtrust.core.model.acceptance import Acceptance, Accepted, Standing
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.formats import FORMATS, Reader, format_by_id
from mailtrust.core.report.nagios import State

ROOT = Path(__file__).parents[2]
FOLDER = Path(mailtrust.core.report.__path__[0])
NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]


def writes(source: str) -> bool:
    """Whether a file offers what a format is: `write(assessments, reader)`."""
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name == "write"
        and [argument.arg for argument in node.args.args] == ["assessments", "reader"]
        for node in ast.parse(source).body
    )


def test_every_file_that_writes_stands_in_the_tuple() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if writes(path.read_text(encoding="utf-8"))}
    listed = {known.file for known in FORMATS}
    assert not files - listed, "add to FORMATS in core/report/formats.py: " + ", ".join(sorted(files - listed))
    assert not listed - files, "in FORMATS, but no file: " + ", ".join(sorted(listed - files))


def test_the_contract_names_them() -> None:
    assert [known.id for known in FORMATS] == ["text", "json", "html", "nagios", "junit", "prometheus"]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.id)
@pytest.mark.parametrize("name", NAMES)
def test_the_same_assessment_gives_the_same_bytes(samples: dict[str, Assessment], name: str, form: object) -> None:
    known = next(one for one in FORMATS if one is form)
    written = known.write([samples[name]], Reader())
    assert written == known.write([samples[name]], Reader())
    assert written.endswith(b"\n")
    written.decode("utf-8")


def test_the_page_about_formats_is_whole(incomplete: Assessment) -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    for known in FORMATS:
        assert f"| `{known.id}` |" in page
    lived_with = Acceptance(Accepted("expiring", "*", "x", date(2030, 1, 1)), Standing.IN_FORCE, ("expiring:leaf",))
    accepting = replace(incomplete, acceptances=(lived_with,))
    written = format_by_id("prometheus").write([incomplete, accepting], Reader()).decode()
    metrics = set(re.findall(r"^# TYPE (\w+)", written, re.MULTILINE))
    assert metrics == set(re.findall(r"^\| `(mailtrust_\w+)` \|", page, re.MULTILINE))
    labels = set(re.findall(r"'([\w.]+)'=", format_by_id("nagios").write([incomplete], Reader()).decode()))
    told = set(re.findall(r"`([a-z_]+)`", page))
    assert {label for label in labels if not label.endswith("_days_left")} <= told
    for state in State:
        assert f"| {state.value} | {state.name} |" in page


def test_the_command_writes_every_format(incomplete: Assessment, tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_bytes(encode(incomplete.evidence.case))
    statuses = {}
    for known in FORMATS:
        written = tmp_path / known.id
        statuses[known.id] = main(["check", "--from", str(case), "--format", known.id, "-o", str(written)])
        assert written.stat().st_size > 100
    # The made-up root stands in no store: every client refuses.
    assert statuses == {known.id: State.CRITICAL if known.id == "nagios" else 1 for known in FORMATS}


def test_a_plugin_answers_whatever_happens(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--lang", "en", "--format", "nagios"]) == State.UNKNOWN
    said = capfd.readouterr()
    assert said.out.startswith("MAILTRUST UNKNOWN - Expected a TARGET")
    assert said.err == ""
    assert main(["check", "--lang", "en", "--format", "junit"]) == 2


def test_only_monitoring_plugins_have_an_exit_status_of_their_own(healthy: Assessment) -> None:
    assert {known.id: known.status([healthy]) for known in FORMATS if known.id != "nagios"} == {
        "text": None, "json": None, "html": None, "junit": None, "prometheus": None,
    }  # fmt: skip
    assert format_by_id("nagios").status([healthy]) == 0


def test_other_functions_are_no_formats() -> None:
    assert not writes("def write(page): ...")
    assert not writes("def render(assessments, reader): ...")
