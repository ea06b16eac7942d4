"""The status line of a monitoring plugin, read as monitors read it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.settings import Settings, Threshold
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.nagios import MOST_CERTIFICATES, State, line, status, write

NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]

# Monitoring Plugins Development Guidelines 2.6: 'label'=value[UOM];[warn];[crit];[min];[max]
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
ITEM = re.compile(
    rf"'(?P<label>[^'=|\s]+)'=(?P<value>{NUMBER})"
    rf"(?:;(?P<warn>{NUMBER}:)?)?(?:;(?P<crit>{NUMBER}:)?)?(?:;(?P<min>{NUMBER})?)?(?:;(?P<max>{NUMBER})?)?"
)


def read(document: bytes) -> tuple[State, str, dict[str, re.Match[str]]]:
    said, _, data = document.decode().partition("|")
    assert document.count(b"\n") == 1
    assert document.endswith(b"\n")
    assert "|" not in data
    head = re.fullmatch(r"MAILTRUST (OK|WARNING|CRITICAL|UNKNOWN) - (.+?) *\n?", said)
    assert head, said
    items = [ITEM.fullmatch(item) for item in data.split()]
    assert all(items), data
    found = {item["label"]: item for item in items if item}
    assert len(found) == len(items)
    return State[head[1]], head[2], found


@pytest.mark.parametrize("name", NAMES)
def test_every_report_is_one_line(samples: dict[str, Assessment], name: str) -> None:
    document = write([samples[name]], Reader())
    state, _, data = read(document)
    assert state == status([samples[name]])
    assert len(document) < 8192
    assert data["connections"]["value"] == str(len(samples[name].evidence.case.observations))


def test_the_state_is_that_of_the_worst_finding(samples: dict[str, Assessment], incomplete: Assessment) -> None:
    assert {name: State(status([sample])).name for name, sample in samples.items()} == {
        "incomplete": "CRITICAL", "healthy": "OK", "alone": "CRITICAL", "untidy": "WARNING", "hostile": "CRITICAL",
        "unreachable": "UNKNOWN",
    }  # fmt: skip
    states = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2, Severity.CRITICAL: 2}
    for severity, expected in states.items():
        assert status([replace(incomplete, results=(replace(incomplete.findings[0], severity=severity),))]) == expected


def test_of_several_targets_the_worst_counts_and_comes_first(samples: dict[str, Assessment]) -> None:
    def together(*names: str) -> State:
        return State(status([samples[name] for name in names]))

    assert together("healthy", "unreachable") is State.UNKNOWN
    assert together("unreachable", "untidy") is State.WARNING
    assert together("untidy", "incomplete", "unreachable") is State.CRITICAL
    state, said, data = read(write([samples["untidy"], samples["incomplete"]], Reader()))
    assert state is State.CRITICAL
    assert said.startswith("mail.example.com: 5 of 6 clients refuse it")
    assert data.keys() >= {"mail.example.com_clients_refused", "example.com_clients_refused"}


def test_each_certificate_has_a_curve_with_its_thresholds(incomplete: Assessment) -> None:
    asked = Settings(warn=Threshold(days=21), critical=Threshold(percent=5))
    _, _, data = read(write([replace(incomplete, evidence=replace(incomplete.evidence, settings=asked))], Reader()))
    curve = data["mail.example.com_days_left"]
    assert (curve["value"], curve["warn"], curve["crit"]) == ("30", "21:", "4.5:")
    assert next(label for label in data if label.endswith("days_left")) == curve["label"]
    other = next(item for label, item in data.items() if label.startswith("Example_Issuing"))
    assert (other["value"], other["warn"], other["crit"]) == ("3000", None, None)
    assert {label: item["value"] for label, item in data.items() if label.startswith("clients_")} == {
        "clients_accepted": "1", "clients_warned": "0", "clients_refused": "5", "clients_unknown": "1",
    }  # fmt: skip


def test_what_is_over_is_below_zero(alone: Assessment) -> None:
    _, _, data = read(write([alone], Reader()))
    (days,) = (item["value"] for label, item in data.items() if label.endswith("days_left"))
    assert days == "-3"
    later = replace(alone, evidence=replace(alone.evidence, now=alone.evidence.now + timedelta(hours=6)))
    _, _, data = read(write([later], Reader()))
    assert [item["value"] for label, item in data.items() if label.endswith("days_left")] == ["-3.25"]


def test_a_curve_goes_on_when_its_certificate_is_renewed(incomplete: Assessment) -> None:
    """A monitor's graphs go by the label: one that changes with each renewal would begin a new one every time."""

    def labels(*leaves: tuple[int, int]) -> set[str]:
        seen = incomplete.evidence.case.observations[0]
        shown = tuple(
            replace(
                seen,
                endpoint=replace(seen.endpoint, port=port),
                result=replace(  # type: ignore[type-var]
                    seen.result, presented_chain=(replace(seen.presented_chain[0], fingerprint=f"{print_:064x}"),)
                ),
            )
            for print_, port in leaves
        )
        case = replace(incomplete.evidence.case, observations=shown)
        _, _, data = read(write([replace(incomplete, evidence=replace(incomplete.evidence, case=case))], Reader()))
        return {label for label in data if label.endswith("days_left")}

    assert labels((1, 993)) == labels((2, 993)) == {"mail.example.com_days_left"}
    assert labels((1, 993), (2, 25)) == {"mail.example.com_993_days_left", "mail.example.com_25_days_left"}
    assert len(labels((1 << 230, 993), (2 << 230, 993))) == 2


def test_many_certificates_do_not_flood_the_line(incomplete: Assessment) -> None:
    seen = incomplete.evidence.case.observations[0]
    chain = [replace(seen.presented_chain[0], fingerprint=f"{number:064x}"[::-1]) for number in range(60)]
    full = replace(seen, result=replace(seen.result, presented_chain=tuple(chain)))  # type: ignore[type-var]
    case = replace(incomplete.evidence.case, observations=(full,))
    _, _, data = read(write([replace(incomplete, evidence=replace(incomplete.evidence, case=case))], Reader()))
    assert sum(label.endswith("days_left") for label in data) == MOST_CERTIFICATES
    assert data["certificates"]["value"] == "60"


@given(st.text(st.characters(), min_size=1, max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # frozen: nothing to reset
def test_no_name_reaches_the_performance_data(healthy: Assessment, name: str) -> None:
    case = replace(healthy.evidence.case, target=f"a{name}")
    hostile = replace(healthy, evidence=replace(healthy.evidence, case=case))
    state, said, data = read(write([hostile, healthy], Reader()))
    assert state is State.OK
    assert said.startswith("a")
    assert len(data) >= 10


def test_a_problem_is_told_in_the_same_form() -> None:
    assert line(State.UNKNOWN, "no | such\n'host'") == b"MAILTRUST UNKNOWN - no / such 'host'\n"
