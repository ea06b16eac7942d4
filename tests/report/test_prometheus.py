"""Prometheus' text format, read by Prometheus' own Python client."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.prometheus import write

NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]


def read(*assessments: Assessment, translate: Callable[[str], str] = str) -> dict[str, Metric]:
    document = write(assessments, Reader(translate=translate)).decode()
    families = list(text_string_to_metric_families(document))
    assert len({family.name for family in families}) == len(families)
    return {family.name.removeprefix("mailtrust_"): family for family in families}


def values(family: Metric, *labels: str) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels[label] for label in labels): sample.value for sample in family.samples}


@pytest.mark.parametrize("name", NAMES)
def test_every_report_is_read(samples: dict[str, Assessment], name: str) -> None:
    document = write([samples[name]], Reader()).decode()
    assert document.endswith("\n")
    for family in text_string_to_metric_families(document):
        assert family.name.startswith("mailtrust_")
        assert family.type == "gauge"
        assert family.documentation
        every = [tuple(sorted(sample.labels.items())) for sample in family.samples]
        assert every
        assert len(every) == len(set(every)), f"{family.name} says something twice"


def test_it_says_what_was_seen(incomplete: Assessment) -> None:
    metrics = read(incomplete)
    evidence = incomplete.evidence
    leaf = evidence.handshakes[0][0].presented_chain[0]
    ends = values(metrics["certificate_not_after_timestamp_seconds"], "fingerprint", "role")
    assert ends[leaf.fingerprint, "leaf"] == evidence.certificates[leaf.fingerprint].not_after.timestamp()
    shaken = values(metrics["handshake"], "endpoint")
    assert sum(shaken.values()) == len(evidence.handshakes)
    assert len(shaken) == len(evidence.case.observations)
    assert values(metrics["outcome"], "outcome")["error",] == 1
    assert sum(values(metrics["outcome"], "outcome").values()) == 1
    assert values(metrics["findings"], "severity") == {("info",): 0, ("warning",): 1, ("error",): 1, ("critical",): 0}
    assert values(metrics["checks"], "result") == {
        ("finding",): 2, ("passed",): 1, ("not-applicable",): 1, ("unknown",): 1,
    }  # fmt: skip
    assert values(metrics["clients"], "outcome")["refused",] == 5


def test_unknown_is_neither_yes_nor_no(incomplete: Assessment) -> None:
    accepts = values(read(incomplete)["client_accepts"], "endpoint", "client")
    for verdict in incomplete.evidence.verdicts:
        key = (verdict.observation, verdict.client)
        if verdict.outcome is Outcome.UNKNOWN:
            assert key not in accepts
        else:
            assert accepts[key] == (verdict.outcome is Outcome.ACCEPTED)


def test_several_targets_share_their_metrics(incomplete: Assessment, untidy: Assessment) -> None:
    metrics = read(incomplete, untidy, incomplete)
    assert values(metrics["judged_timestamp_seconds"], "target").keys() == {("mail.example.com",), ("example.com",)}
    samples = [tuple(sorted(sample.labels.items())) for sample in metrics["client_accepts"].samples]
    assert len(samples) == len(set(samples))


@given(st.text(st.characters(), max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # frozen: nothing to reset
def test_labels_hold_whatever_a_stranger_sends(healthy: Assessment, name: str) -> None:
    case = replace(healthy.evidence.case, target=name)
    metrics = read(replace(healthy, evidence=replace(healthy.evidence, case=case)))
    assert values(metrics["judged_timestamp_seconds"], "target") == {
        (clean(name, 300),): healthy.evidence.now.timestamp()
    }
    assert metrics.keys() == read(healthy).keys()


def test_help_is_translated_and_escaped(healthy: Assessment) -> None:
    metrics = read(healthy, translate=lambda sentence: f"«{sentence}» \\ n\n# TYPE x counter")
    assert metrics["handshake"].documentation.startswith("«Whether")
    assert metrics["handshake"].documentation.endswith("\\ n # TYPE x counter")
    assert all(family.type == "gauge" for family in metrics.values())
