"""The answer on the screen and as JSON: it fits, it is tame, it says who, what, what not, and what next."""

import json
import unicodedata
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

from mailtrust.core.messages.explain import explain
from mailtrust.core.report.explanation_json import explanation_to_json
from mailtrust.core.report.explanation_page import render_explanation
from mailtrust.core.report.schemas import schemas

ROOT = Path(__file__).parents[2]
TEXTS = {
    "message": "Certificate not trusted. Contact your email provider about this error, mail.example.com",
    "passed on": "curl: (60) SSL certificate problem: unable to get local issuer certificate",
    "foreign": "Der Zielprinzipalname ist falsch.",
    "symptom": "works in Outlook but not on the phone",
    "recalled": "No se puede verificar la identidad del servidor",
    "perhaps": "Event ID 12014 printer spooler started",
    "unknown": "the cat sat on the mat",
    "hostile": "0x800B0109 \x1b]0;owned\x07 \u202eevil\u2066 https://a.example.com/\x1b[2J " + "漢" * 300,
    "several": "RemoteCertificateNameMismatch, RemoteCertificateChainErrors",
}


def show(text: str, width: int = 80, **more: object) -> str:
    given = {"colour": False, "translate": str} | more
    return render_explanation(explain(text), width=width, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_fits_and_obeys_nobody(name: str, width: int, ascii_only: bool) -> None:
    shown = show(TEXTS[name], width, ascii_only=ascii_only)
    assert shown.endswith("\n")
    for line in shown.splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()
    assert not {one for one in shown if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {"\n"}


def test_it_says_who_what_what_not_and_what_next() -> None:
    shown = show(TEXTS["message"], 120)
    assert "Gmail on Android says this." in shown
    assert shown.index("1. A missing intermediate certificate") < shown.index("2. A self-signed certificate")
    assert "The words are the same for all of these" in shown
    assert "mailtrust check mail.example.com --client gmail-android" in shown


def test_whose_reason_it_is() -> None:
    shown = show(TEXTS["passed on"])
    assert "curl says this." in shown
    assert "The reason in it comes from OpenSSL programs." in shown


def test_a_foreign_message_is_given_in_the_readers_language() -> None:
    assert "→ “The server you are connected to is using a security certificate" in show(TEXTS["foreign"])
    assert "目标主体名称不正确。" in show(TEXTS["foreign"], lang="zh")


def test_what_nobody_could_source_is_said_to_be_recalled() -> None:
    assert "recalled" in show(TEXTS["recalled"])


def test_unknown_is_said_honestly() -> None:
    assert show(TEXTS["unknown"]).startswith("This text is not known here.")
    assert "Perhaps" not in show(TEXTS["unknown"])
    perhaps = show(TEXTS["perhaps"])
    assert perhaps.startswith("This text is not known here.")
    assert "Perhaps" in perhaps
    assert "Exchange, application log" in perhaps


def test_capitals_are_explained_where_they_stand() -> None:
    assert "stands in capitals" in show(TEXTS["symptom"])
    assert "stands in capitals" not in show(TEXTS["message"])


def test_every_sentence_is_translated_where_it_is_shown() -> None:
    shown = show(TEXTS["message"], translate=lambda template: template.upper() if "{" not in template else template)
    assert "A MISSING INTERMEDIATE CERTIFICATE" in shown
    assert "WHAT TO RUN NEXT" in shown


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_json_keeps_to_its_schema(name: str) -> None:
    published = json.loads((ROOT / "docs" / "schemas" / "explanation-1.json").read_bytes())
    assert published == json.loads(schemas()["explanation-1.json"])
    written = explanation_to_json(explain(TEXTS[name]), str, "en")
    assert explanation_to_json(explain(TEXTS[name]), str, "en") == written
    assert not [error.message for error in jsonschema.Draft202012Validator(published).iter_errors(json.loads(written))]


def test_json_says_the_same_as_the_page() -> None:
    told = json.loads(explanation_to_json(explain(TEXTS["message"]), str, "en"))
    assert told["schema"] == "mailtrust/explanation/1"
    assert told["known"] is True
    assert told["place"] == {"target": "mail.example.com", "host": "mail.example.com", "domain": "example.com"}
    first = told["answers"][0]
    assert [speaker["id"] for speaker in first["said_by"]] == ["gmail-android"]
    assert [cause["code"] for cause in first["causes"]] == ["chain-incomplete", "self-signed", "anchor-unknown"]
    assert first["cannot_tell_apart"] == ["chain-incomplete", "self-signed", "anchor-unknown"]
    assert first["commands"] == ["mailtrust check mail.example.com --client gmail-android"]
    symptom = json.loads(explanation_to_json(explain(TEXTS["symptom"]), str, "en"))["answers"][0]
    assert (symptom["symptom"], symptom["said_by"]) == ("Works in Outlook, fails on the phone", [])
    unknown = json.loads(explanation_to_json(explain(TEXTS["unknown"]), str, "en"))
    assert (unknown["known"], unknown["answers"], unknown["perhaps"]) == (False, [], [])


def test_octets_that_are_no_text_are_written_all_the_same() -> None:
    """As a command line hands them over: halves of surrogates."""
    told = json.loads(explanation_to_json(explain("certificate has expired \udcff\ud800"), str, "en"))
    assert told["text"] == "certificate has expired ??"
    assert told["known"]
