"""Findings on the server certificate's life."""

from typing import Any

import pytest

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.finding import Passed, Severity
from mailtrust.core.model.settings import Settings, Threshold


def only(found: tuple[Any, ...]) -> Any:
    assert len(found) == 1, found
    return found[0]


def aged(caseworld: Any, *, begins: int, ends: int, settings: Settings | None = None) -> Any:
    chain = (caseworld.leaf(begins=begins, ends=ends), caseworld.intermediate.certificate)
    return caseworld.judge(caseworld.seen(chain), settings=settings or Settings())


def test_expired(caseworld: Any) -> None:
    evidence = aged(caseworld, begins=-90, ends=-1)
    finding = only(caseworld.findings(evidence))
    assert (finding.rule, finding.severity) == ("expired", Severity.CRITICAL)
    assert finding.fact("days") == 1
    assert "2026-05-31" in str(finding.title)


def test_not_yet_valid(caseworld: Any) -> None:
    finding = only(caseworld.findings(aged(caseworld, begins=2, ends=80)))
    assert (finding.rule, finding.severity) == ("not-yet-valid", Severity.CRITICAL)


@pytest.mark.parametrize(
    ("lifetime", "left", "severity"),
    [
        (90, 19, None),
        (90, 17, Severity.WARNING),
        (90, 11, Severity.WARNING),
        (90, 10, Severity.CRITICAL),
        (398, 79, Severity.WARNING),
        (398, 81, None),
        # a certificate of six days: ten days before its end it did not exist
        (6, 5, None),
        (6, 1, Severity.WARNING),
        (6, 0, Severity.CRITICAL),
        (47, 9, Severity.WARNING),
        (47, 4, Severity.CRITICAL),
    ],
)
def test_expiring_by_default(caseworld: Any, lifetime: int, left: int, severity: Severity | None) -> None:
    found = caseworld.findings(aged(caseworld, begins=left - lifetime, ends=left), "expiring")
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_expiring_as_set(caseworld: Any) -> None:
    settings = Settings(warn=Threshold(days=40), critical=Threshold(days=30))
    assert (
        only(caseworld.findings(aged(caseworld, begins=-50, ends=39, settings=settings))).severity is Severity.WARNING
    )
    assert (
        only(caseworld.findings(aged(caseworld, begins=-50, ends=29, settings=settings))).severity is Severity.CRITICAL
    )
    assert caseworld.findings(aged(caseworld, begins=-50, ends=41, settings=settings)) == ()


def test_in_its_time_passes(caseworld: Any) -> None:
    evidence = aged(caseworld, begins=-10, ends=80)
    for rule in ("expired", "not-yet-valid", "expiring"):
        assert isinstance(only(caseworld.results(evidence, rule)), Passed)


def test_expired_is_not_expiring_as_well(caseworld: Any) -> None:
    assert isinstance(only(caseworld.results(aged(caseworld, begins=-90, ends=-1), "expiring")), Passed)


class TestOneOfTwoKinds:
    def judged(self, caseworld: Any, *, other_port: int, other_key: str = "ec-p256") -> Any:
        above = caseworld.intermediate.certificate
        old, new = caseworld.leaf(ends=-1), caseworld.leaf(key=other_key)
        evidence = caseworld.judge(
            caseworld.seen((old, above), 993, offer=Offer.RSA), caseworld.seen((new, above), other_port)
        )
        return only(caseworld.findings(evidence, "expired"))

    def test_the_pair_that_a_renewal_forgot_is_told_from_the_other(self, caseworld: Any) -> None:
        finding = self.judged(caseworld, other_port=993)
        assert str(finding.title).startswith("The RSA certificate mail.example.com expired")
        assert "a key of the kind ECDSA, that lasts until" in str(finding.explanation.admin)

    @pytest.mark.parametrize("elsewhere", [{"other_port": 443}, {"other_port": 993, "other_key": "rsa-3072"}])
    def test_another_port_and_another_of_its_kind_are_no_pair(self, caseworld: Any, elsewhere: dict[str, Any]) -> None:
        finding = self.judged(caseworld, **elsewhere)
        assert str(finding.title).startswith("The certificate mail.example.com expired")
        assert "second certificate" not in str(finding.explanation.admin)
