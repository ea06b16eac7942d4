"""How other mail servers find this one, and when they deliver nothing."""

from typing import Any

import pytest

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.model.walk import Meets, Method

POLICY = b"version: STSv1\nmode: %s\nmx: mx.b.test\nmx: *.pool.test\nmax_age: 86400\n"


@pytest.fixture
def domain(worldlet: Any, web: Any) -> Any:
    return worldlet(
        hosts={"mta-sts.b.test": web(names=("mta-sts.b.test",), status=200, body=POLICY % b"enforce")},
        records={("b.test", "MX"): ("10 mx.b.test", "20 a.pool.test"), ("_mta-sts.b.test", "TXT"): ("v=STSv1; id=1;",)},
        ports={("mx.b.test", 25): ("mx.b.test",), ("a.pool.test", 25): ("*.pool.test",)},
    )


def taken(walk: Any) -> list[tuple[str, str, bool]]:
    return [(attempt.url, attempt.meets.value, attempt.leads) for attempt in walk.attempts]


def test_opportunity_looks_at_no_certificate(guide: Any, domain: Any) -> None:
    domain.ports["mx.b.test", 25] = ("anything.test", "!")
    walk = guide.go(traveller_by_id("mta-opportunistic"), "b.test", domain)
    assert taken(walk) == [("smtp://mx.b.test:25", "found", True), ("smtp://a.pool.test:25", "found", True)]
    assert walk.found.verdict is None


def test_without_mx_the_domain_itself_takes_mail_and_a_null_mx_takes_none(guide: Any, worldlet: Any) -> None:
    traveller = traveller_by_id("mta-opportunistic")
    implicit = guide.go(traveller, "b.test", worldlet(ports={("b.test", 25): ("b.test",)}))
    assert implicit.found.url == "smtp://b.test:25"
    null = guide.go(traveller, "b.test", worldlet(records={("b.test", "MX"): ("0 .",)}))
    assert null.found is None
    assert "takes no mail" in null.attempts[0].detail.render(str)


def test_a_policy_in_force_turns_a_bad_certificate_into_no_delivery(guide: Any, domain: Any) -> None:
    traveller = traveller_by_id("mta-sts")
    good = guide.go(traveller, "b.test", domain)
    assert [(one.method, one.meets) for one in good.attempts] == [
        (Method.MTA_STS, Meets.FOUND), (Method.MX, Meets.FOUND), (Method.MX, Meets.FOUND),
        (Method.TLS_RPT, Meets.SILENT),
    ]  # fmt: skip
    domain.ports["mx.b.test", 25] = ("mail.b.test",)
    bad = guide.go(traveller, "b.test", domain)
    assert bad.attempts[1].meets is Meets.WARNING
    assert bad.found.url == "smtp://a.pool.test:25", "the next one takes the mail, and nobody notices"
    domain.hosts["mta-sts.b.test"].body = POLICY % b"testing"
    tested = guide.go(traveller, "b.test", domain)
    assert (tested.attempts[1].meets, tested.attempts[1].leads) == (Meets.SILENT, True)


def test_an_mx_host_that_the_policy_does_not_name_gets_nothing(guide: Any, domain: Any) -> None:
    domain.records["b.test", "MX"] = ("10 deep.a.pool.test",)
    domain.ports["deep.a.pool.test", 25] = ("deep.a.pool.test",)
    walk = guide.go(traveller_by_id("mta-sts"), "b.test", domain)
    assert walk.found is None
    assert "does not name" in walk.attempts[1].detail.render(str)


def test_a_policy_that_cannot_be_had_binds_nobody_new(guide: Any, domain: Any, web: Any) -> None:
    traveller = traveller_by_id("mta-sts")
    domain.ports["mx.b.test", 25] = ("anything.test",)
    for change in (
        {"names": ("b.test",)},
        {"status": 301, "location": "https://b.test/policy"},
        {"body": b"version: STSv1\nmode: enforce\nmax_age: 1\n"},
        {"https": False},
    ):
        domain.hosts["mta-sts.b.test"] = web(
            **{"names": ("mta-sts.b.test",), "status": 200, "body": POLICY % b"enforce", **change}
        )
        walk = guide.go(traveller, "b.test", domain)
        assert walk.found.url == "smtp://mx.b.test:25", change
        assert walk.attempts[0].meets in (Meets.SILENT, Meets.HIDDEN)
    domain.records["_mta-sts.b.test", "TXT"] = ("v=STSv1; id=1;", "v=STSv1; id=2;")
    assert "counts as none" in guide.go(traveller, "b.test", domain).attempts[0].detail.render(str)


@pytest.fixture
def signed(worldlet: Any) -> Any:
    return worldlet(
        records={("b.test", "MX"): ("10 mx.b.test",), ("_25._tcp.mx.b.test", "TLSA"): (f"3 1 1 {b'mx.b.test'.hex()}",)},
        ports={("mx.b.test", 25): ("mx.b.test", "!")},
        signed=True,
    )


def test_tlsa_records_count_only_under_dnssec(guide: Any, signed: Any) -> None:
    traveller = traveller_by_id("mta-dane")
    assert guide.go(traveller, "b.test", signed).found.verdict is not None
    signed.ports["mx.b.test", 25] = ("other.test",)
    assert guide.go(traveller, "b.test", signed).found is None
    signed.signed = False
    walk = guide.go(traveller, "b.test", signed)
    assert walk.found.verdict is None
    assert "DNSSEC does not vouch" in walk.found.detail.render(str)


def test_tlsa_records_that_cannot_be_had_stop_the_mail(guide: Any, signed: Any) -> None:
    signed.records["_25._tcp.mx.b.test", "TLSA"] = ("failed",)
    walk = guide.go(traveller_by_id("mta-dane"), "b.test", signed)
    assert walk.found is None
    assert walk.attempts[0].meets is Meets.WARNING
    del signed.records["_25._tcp.mx.b.test", "TLSA"]
    assert guide.go(traveller_by_id("mta-dane"), "b.test", signed).found is not None
