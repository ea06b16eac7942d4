"""The JSON report: the contract's keys, the same bytes every time, and nothing that a terminal would obey."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.report_json import to_json

# What the contract promises to scripts; more keys may stand beside them.
PROMISED = {
    "": {"schema", "target", "at", "outcome", "endpoints", "certificates", "verdicts", "findings", "remedies",
         "anchor_stores"},
    "endpoints": {"id", "host", "port", "address", "protocol", "tls_mode", "server_name", "offer", "found_by", "result",
                  "tls_version", "presented_chain", "failure"},
    "verdicts": {"endpoint", "client", "reference_identifier", "outcome", "overridable", "path", "reasons", "message",
                 "basis"},
    "findings": {"id", "rule", "severity", "endpoints", "certificates", "clients", "facts", "title", "explanation",
                 "remedies"},
    "remedies": {"id", "kind", "title", "safe", "steps", "cures"},
    "anchor_stores": {"name", "date", "anchors", "provenance", "digest"},
}  # fmt: skip
CERTIFICATE = {"subject", "issuer", "serial", "not_before", "not_after", "dns_names", "ip_addresses", "kind", "sources"}


def report(sample: Assessment, lang: str = "en") -> Any:
    return json.loads(to_json(sample, str, lang))


def test_the_promised_keys_are_there(incomplete: Assessment) -> None:
    made = report(incomplete)
    assert PROMISED[""] <= set(made)
    for place, keys in PROMISED.items():
        for entry in made[place] if place else ():
            assert keys <= set(entry), place
    assert all(set(entry) >= CERTIFICATE for entry in made["certificates"].values())
    assert set(made["findings"][0]["explanation"]) == {"admin", "manager", "user"}
    assert {"code", "severity", "certificate", "facts"} == set(made["verdicts"][0]["reasons"][0])
    assert {"text", "lang", "source"} == set(made["verdicts"][0]["message"])


def test_the_same_bytes_every_time(samples: dict[str, Assessment]) -> None:
    for sample in samples.values():
        assert to_json(sample, str, "en") == to_json(replace(sample), str, "en")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("incomplete", "error"),
        ("healthy", "clean"),
        ("alone", "critical"),
        ("untidy", "warning"),
        ("unreachable", "unknown"),
    ],
)
def test_the_outcome_is_the_worst_finding(samples: dict[str, Assessment], name: str, outcome: str) -> None:
    assert report(samples[name])["outcome"] == outcome


def test_values(incomplete: Assessment) -> None:
    made = report(incomplete)
    assert made["schema"] == "mailtrust/report/1"
    assert made["at"] == "2026-11-22T12:00:00Z"
    by_port = {entry["port"]: entry for entry in made["endpoints"]}
    assert by_port[995]["failure"] == {
        "stage": "greeting",
        "kind": "busy",
        "detail": "421 4.7.0 too many connections",
    }
    assert by_port[995]["tls_version"] is None
    assert by_port[993]["failure"] is None
    assert len(by_port[443]["presented_chain"]) == 2
    leaf = made["certificates"][by_port[993]["presented_chain"][0]]
    assert leaf["serial"] == "1f2e"
    assert leaf["dns_names"] == ["mail.example.com", "autodiscover.example.com"]
    assert leaf["sources"] == ["presented"]
    assert leaf["kind"] == "public-ca"
    middle = made["certificates"][by_port[443]["presented_chain"][1]]
    assert middle["sources"] == ["aia", "elsewhere", "presented"]
    assert middle["origins"] == ["http://ca.example.net/issuing-3.crt"]
    assert made["findings"][0]["facts"] == {
        "missing": ["Example Issuing CA 3"],
        "until": "2026-11-22",
        "at": "2026-11-22T12:00:00Z",
        "deep": True,
    }
    assert [finding["severity"] for finding in made["findings"]] == ["error", "warning"]
    assert made["findings"][0]["remedies"] == [remedy["id"] for remedy in made["remedies"]]
    assert [step["do"]["kind"] for step in made["remedies"][0]["steps"]] == ["write", "run", "human"]
    assert made["remedies"][0]["steps"][2]["undo"] is None
    assert {store["name"]: store["stale"] for store in made["anchor_stores"]} == {"microsoft": False, "mozilla": True}
    assert {check["result"] for check in made["checks"]} == {"passed", "not-applicable", "unknown"}


def fingerprints(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                if key not in ("digest", "certificates"):
                    yield from fingerprints(inner)
                elif isinstance(inner, list):
                    yield from inner
        case list():
            for inner in value:
                yield from fingerprints(inner)
        case str() if len(value) == 64 and set(value) <= set("0123456789abcdef"):
            yield value


def test_every_fingerprint_can_be_looked_up(samples: dict[str, Assessment]) -> None:
    for name, sample in samples.items():
        made = report(sample)
        assert set(fingerprints(made)) <= set(made["certificates"]), name


def test_a_catalogue_is_not_poured_into_the_report(incomplete: Assessment) -> None:
    made = report(incomplete)
    assert "Other Root R2" not in json.dumps(made)


def test_words_are_chosen_by_language(incomplete: Assessment) -> None:
    def gmail(lang: str) -> Any:
        verdicts = report(incomplete, lang)["verdicts"]
        return next(one["message"] for one in verdicts if one["client"] == "gmail-android" and one["message"])

    assert gmail("fr")["text"] == "Certificat non valide."
    assert gmail("en")["lang"] == "en"
    assert gmail("zh")["lang"] == "en"


def test_our_sentences_are_translated_and_values_are_not(incomplete: Assessment) -> None:
    made = json.loads(to_json(incomplete, lambda template: f"<{template}>", "en"))
    assert made["remedies"][0]["title"] == "<Serve the certificate together with its chain>"
    assert made["findings"][0]["title"] == "<The chain is incomplete: the server does not send Example Issuing CA 3>"
    assert made["target"] == "mail.example.com"


def test_hostile_text_is_exact_for_programs_and_harmless_on_a_terminal(hostile: Assessment) -> None:
    shown = to_json(hostile, str, "en").decode()
    assert not {character for character in shown if unicodedata.category(character) in ("Cc", "Cf")} - {"\n"}
    assert json.loads(shown)["target"] == hostile.evidence.case.target
