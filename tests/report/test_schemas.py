"""The published schemas are those that the program writes by."""

import json
from pathlib import Path

import jsonschema
import pytest

from mailtrust.core.formats.case_file import encode
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.report_json import to_json
from mailtrust.core.report.schemas import schemas

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_published_schema_is_current(name: str) -> None:
    assert (PUBLISHED / name).read_bytes() == schemas()[name], "run: python tools/schemas.py"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_schema_is_a_schema(name: str) -> None:
    schema = json.loads(schemas()[name])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:mailtrust:")
    assert schema["title"]


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((PUBLISHED / name).read_bytes()))


def test_reports_and_cases_keep_to_their_schemas(samples: dict[str, Assessment]) -> None:
    for name, sample in samples.items():
        report = json.loads(to_json(sample, str, "en"))
        assert not [error.message for error in validator("report-1.json").iter_errors(report)], name
        case = json.loads(encode(sample.evidence.case))
        assert not [error.message for error in validator("case-1.json").iter_errors(case)], name


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", "mailtrust/report/2"),
        ("outcome", "great"),
        ("endpoints", {}),
        ("at", 5),
        ("certificates", {"ab": {}}),
    ],
)
def test_the_schema_refuses_what_is_no_report(incomplete: Assessment, key: str, value: object) -> None:
    report = json.loads(to_json(incomplete, str, "en"))
    report[key] = value
    assert list(validator("report-1.json").iter_errors(report))
