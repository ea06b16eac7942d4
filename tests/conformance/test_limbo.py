"""x509-limbo, whole: the reference profiles judge every case, through the same door that a user's lines come in by.

The suite is not part of this repository. It is read from where MAILTRUST_LIMBO says (limbo.json or limbo.json.gz), else
from ../shared/conformance beside the checkout; without it these tests are skipped.
"""

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.formats.verify_wire import AnswerWire
from mailtrust.flows.verify import answer_line

REPOSITORY = Path(__file__).parents[2]
PLACES = (
    Path(os.environ["MAILTRUST_LIMBO"]) if "MAILTRUST_LIMBO" in os.environ else None,
    REPOSITORY.parent / "shared" / "conformance" / "limbo.json.gz",
)
pytestmark = pytest.mark.may_be_left_out
"""The suite is Trail of Bits' and Netflix' data, and stands wherever it was put."""

EXCEPTIONS = Path(__file__).with_name("limbo_exceptions.json")

UNDATED = "2026-06-29T00:00:00Z"
"""For cases that hold at any time: when the suite was made."""
OF_THE_PUBLIC_WEB = frozenset({"webpki", "online"})
PURPOSES = {"SERVER": "tls-server", "CLIENT": "tls-client"}

Differences = dict[str, tuple[str, str]]
"""What was expected and what was got, by case."""


def suite_path() -> Path:
    for place in PLACES:
        if place is not None and place.is_file():
            return place
    pytest.skip("no x509-limbo here: set MAILTRUST_LIMBO to its limbo.json (or limbo.json.gz)")


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    path = suite_path()
    data = path.read_bytes()
    suite: list[dict[str, Any]] = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)["testcases"]
    return suite


def request_for(case: Mapping[str, Any]) -> bytes:
    """The case as a line. What limbo leaves open (signature algorithms, key usage) it nowhere fills in."""
    assert not case["signature_algorithms"]
    family = case["id"].partition("::")[0]
    request = {
        "id": case["id"],
        "chain": [case["peer_certificate"], *case["untrusted_intermediates"]],
        "roots": case["trusted_certs"],
        "client": "webpki" if family in OF_THE_PUBLIC_WEB else "rfc5280",
        "purpose": PURPOSES[case["validation_kind"]],
        "at": case["validation_time"] or UNDATED,
        "x-description": case["description"],
    }
    names = [case["expected_peer_name"]] if case["expected_peer_name"] else case["expected_peer_names"]
    if names:
        request["name"] = [name["value"] for name in names]
    if case["max_chain_depth"] is not None:
        request["max_intermediates"] = case["max_chain_depth"]
    if case["crls"]:
        request["crls"] = case["crls"]
        request["revocation"] = "require"
    return json.dumps(request).encode()


def answer_to(line: bytes) -> AnswerWire:
    def no_store(name: str) -> Any:
        raise AssertionError(f"{name}: every case brings its own anchors")

    return answer_line(line, store_named=no_store, now=datetime.now(UTC), translate=str)


@pytest.fixture(scope="module")
def answers(cases: list[dict[str, Any]]) -> dict[str, AnswerWire]:
    return {case["id"]: answer_to(request_for(case)) for case in cases}


def got(answer: AnswerWire) -> str:
    if not answer.verdicts:
        return "ERROR"
    return "SUCCESS" if answer.verdicts[0].valid else "FAILURE"


def complaints(found: Differences, listed: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """What is wrong between the differences found and those that are listed."""
    known = {one["id"]: (one["expected"], one["got"]) for one in listed}
    for case, (expected, came) in found.items():
        if case not in known:
            yield f"{case}: expected {expected}, got {came}; it is not listed"
        elif known[case] != (expected, came):
            yield f"{case}: listed as {known[case]}, found {(expected, came)}"
    for case in known.keys() - found.keys():
        yield f"{case}: it is listed and has healed; take it off the list"


def test_every_case_is_judged_as_the_suite_expects(cases: list[dict[str, Any]], answers: dict[str, AnswerWire]) -> None:
    assert len(cases) > 1000
    found: Differences = {
        case["id"]: (case["expected_result"], got(answers[case["id"]]))
        for case in cases
        if got(answers[case["id"]]) != case["expected_result"]
    }
    listed = json.loads(EXCEPTIONS.read_text(encoding="utf-8"))["exceptions"]
    assert not list(complaints(found, listed))


def test_each_exception_has_its_reason() -> None:
    for one in json.loads(EXCEPTIONS.read_text(encoding="utf-8"))["exceptions"]:
        assert set(one) == {"id", "expected", "got", "reason"}
        assert len(one["reason"]) > 20


def test_the_list_of_exceptions_cannot_go_stale() -> None:
    listed = [{"id": "a", "expected": "SUCCESS", "got": "FAILURE"}, {"id": "b", "expected": "SUCCESS", "got": "ERROR"}]
    assert not list(complaints({"a": ("SUCCESS", "FAILURE"), "b": ("SUCCESS", "ERROR")}, listed))
    assert len(list(complaints({"a": ("SUCCESS", "FAILURE")}, listed))) == 1
    assert len(list(complaints({"a": ("SUCCESS", "ERROR"), "b": ("SUCCESS", "ERROR")}, listed))) == 1
    assert len(list(complaints({"c": ("FAILURE", "SUCCESS")}, []))) == 1


def test_hostile_pools_end_within_the_budget_and_say_so(
    cases: list[dict[str, Any]], answers: dict[str, AnswerWire]
) -> None:
    hostile = [case["id"] for case in cases if "denial-of-service" in case["features"]]
    assert hostile
    for case in hostile:
        verdict = answers[case].verdicts[0]
        assert verdict.valid is False
        assert "path-budget-exceeded" in {reason.code for reason in verdict.reasons}, case


def test_an_answer_depends_on_its_request_alone(cases: list[dict[str, Any]], answers: dict[str, AnswerWire]) -> None:
    for case in cases[::37]:
        again = answer_to(request_for(case))
        again.elapsed_ms = answers[case["id"]].elapsed_ms
        assert again == answers[case["id"]]


def test_valid_means_that_no_reason_is_an_error(answers: dict[str, AnswerWire]) -> None:
    for answer in answers.values():
        for verdict in answer.verdicts:
            assert verdict.valid is not any(reason.severity == "error" for reason in verdict.reasons)
            assert verdict.valid is (verdict.outcome == "accepted")
