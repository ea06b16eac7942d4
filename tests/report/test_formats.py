"""A format is one file and one line, and every one of them writes for everybody."""

import ast
from pathlib import Path

import pytest

import mailtrust.core.report
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.formats import FORMATS, Reader, format_by_id

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


def test_only_monitoring_plugins_have_an_exit_status_of_their_own(healthy: Assessment) -> None:
    assert {known.id: known.status([healthy]) for known in FORMATS if known.id != "nagios"} == {
        "text": None, "json": None, "html": None, "junit": None, "prometheus": None,
    }  # fmt: skip
    assert format_by_id("nagios").status([healthy]) == 0


def test_other_functions_are_no_formats() -> None:
    assert not writes("def write(page): ...")
    assert not writes("def render(assessments, reader): ...")
