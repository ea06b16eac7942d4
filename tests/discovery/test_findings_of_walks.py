"""What the rules about ways say: each of them finds what is broken, and passes what is not."""

from datetime import timedelta
from typing import Any

import pytest
from tests.discovery.worldlet import NOW

from mailtrust.core.discovery import BY_ID, traveller_by_id
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown, worst_first
from mailtrust.core.model.walk import DnsAnswer, DnsQuestion
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.walking import WALK_RULES, judge_walks, questions_of

OUTLOOKS = ("outlook-windows@2010", "outlook-windows@2016")
SERVERS = ("mta-opportunistic", "mta-sts", "mta-dane")


@pytest.fixture
def judged(guide: Any) -> Any:
    def look(world: Any, *clients: str, address: str = "anna@b.test", **more: Any) -> dict[str, Any]:
        book: dict[Any, Any] = {}
        world.rounds.clear()
        walks = [guide.go(traveller_by_id(client), address, world) for client in clients]
        for asked in world.rounds:
            book |= {question: world.answer(question) for question in asked}
        titles = {one.id: one.title for one in BY_ID.values()}
        evidence = WalkEvidence(address, NOW, tuple(walks), book, titles, **more)
        book |= {question: world.answer(question) for question in questions_of(evidence)}
        results: dict[str, Any] = {}
        for result in judge_walks(evidence):
            # What weighs most stands for its rule.
            weight = {Finding: 3, Unknown: 2, Passed: 1, NotApplicable: 0}
            if weight[type(result)] >= weight[type(results.get(result.rule, NotApplicable("", None)))]:  # type: ignore[arg-type]
                results[result.rule] = result
        assert results.keys() == {rule.ID for rule in WALK_RULES}, "silence proves nothing"
        return results

    return look


def severity(result: Any) -> str:
    return result.severity.value if isinstance(result, Finding) else type(result).__name__


def test_nothing_published_is_a_warning_and_what_leads_nowhere_an_error(judged: Any, worldlet: Any, web: Any) -> None:
    assert severity(judged(worldlet(), *OUTLOOKS)["autodiscover-not-found"]) == "warning"
    lost = judged(worldlet(hosts={"autodiscover.b.test": web(names=("autodiscover.b.test",))}), *OUTLOOKS)
    finding = lost["autodiscover-not-found"]
    assert (severity(finding), finding.clients) == ("error", OUTLOOKS)
    found = judged(worldlet(hosts={"autodiscover.b.test": web(names=("*.b.test",), status=401)}), *OUTLOOKS, "rfc6186")
    assert severity(found["autodiscover-not-found"]) == "info", "only the lesser way is missing"
    assert severity(found["autodiscover-foreign-certificate"]) == "Passed"


def test_a_foreign_certificate_hurts_those_who_are_warned(judged: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={"b.test": web(names=("hoster.test",)), "autodiscover.b.test": web(names=("*.b.test",), status=401)}
    )
    finding = judged(world, *OUTLOOKS)["autodiscover-foreign-certificate"]
    assert (finding.subject, finding.severity) == ("b.test", Severity.WARNING)
    assert finding.clients == ("outlook-windows@2010",), "later ones pass over it"
    assert "Outlook 2010" in finding.explanation.manager.render(str)


def test_an_srv_record_behind_a_warning_is_shadowed(judged: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(
        hosts={
            "autodiscover.b.test": web(names=("webmail.a.test",), status=404),
            "webmail.a.test": web(names=("webmail.a.test",), status=401),
        },
        records={("_autodiscover._tcp.b.test", "SRV"): ("0 0 443 webmail.a.test",)},
    )
    results = judged(world, *OUTLOOKS)
    assert severity(results["autodiscover-srv-shadowed"]) == "warning"
    assert severity(results["srv-name-mismatch"]) == "Passed"
    del world.hosts["autodiscover.b.test"]
    assert severity(judged(world, *OUTLOOKS)["autodiscover-srv-shadowed"]) == "Passed"
    world.hosts["webmail.a.test"].names = ("mail.a.test",)
    wrong = judged(world, *OUTLOOKS)["srv-name-mismatch"]
    assert (wrong.subject, severity(wrong)) == ("webmail.a.test", "warning")


@pytest.mark.parametrize(
    ("there", "weight"),
    [("https://webmail.a.test/autodiscover/autodiscover.xml", "info"), ("http://webmail.a.test/", "error")],
)
def test_redirects_from_port_80(judged: Any, worldlet: Any, web: Any, there: str, weight: str) -> None:
    world = worldlet(
        hosts={
            "autodiscover.b.test": web(https=False, http=(302, there)),
            "webmail.a.test": web(names=("webmail.a.test",), status=401),
        }
    )
    assert severity(judged(world, *OUTLOOKS)["autodiscover-insecure-redirect"]) == weight


def test_thunderbird_does_not_see_a_file_behind_a_bad_certificate(judged: Any, worldlet: Any, web: Any) -> None:
    world = worldlet(hosts={"autoconfig.b.test": web(names=("hoster.test",), status=200)})
    finding = judged(world, "thunderbird")["autoconfig-certificate"]
    assert (finding.severity, finding.subject) == (Severity.ERROR, "autoconfig.b.test")
    assert "does not see" in finding.title.render(str)
    world.hosts["b.test"] = web(names=("b.test",), status=401)
    assert severity(judged(world, "thunderbird")["autoconfig-certificate"]) == "warning"


@pytest.fixture
def domain(worldlet: Any, web: Any) -> Any:
    body = b"version: STSv1\nmode: enforce\nmx: mx.b.test\nmax_age: 86400\n"
    return worldlet(
        hosts={"mta-sts.b.test": web(names=("mta-sts.b.test",), status=200, body=body)},
        records={("b.test", "MX"): ("10 mx.b.test",), ("_mta-sts.b.test", "TXT"): ("v=STSv1; id=1;",)},
        ports={("mx.b.test", 25): ("mx.b.test",)},
    )


def test_a_policy_in_force_makes_a_bad_certificate_an_error(judged: Any, domain: Any) -> None:
    good = judged(domain, *SERVERS, address="b.test")
    assert {severity(good[rule]) for rule in ("mta-sts-certificate", "mta-sts-mx-mismatch", "mx-unreachable")} == {
        "Passed"
    }
    domain.ports["mx.b.test", 25] = ("other.test",)
    assert severity(judged(domain, *SERVERS, address="b.test")["mta-sts-certificate"]) == "error"
    page = domain.hosts["mta-sts.b.test"]
    page.body = page.body.replace(b"enforce", b"testing")
    assert severity(judged(domain, *SERVERS, address="b.test")["mta-sts-certificate"]) == "warning"
    page.names = ("hoster.test",)
    assert judged(domain, *SERVERS, address="b.test")["mta-sts-certificate"].subject == "mta-sts.b.test"


def test_a_policy_that_names_another_host(judged: Any, domain: Any) -> None:
    domain.hosts["mta-sts.b.test"].body = domain.hosts["mta-sts.b.test"].body.replace(b"mx.b.test", b"old.b.test")
    finding = judged(domain, *SERVERS, address="b.test")["mta-sts-mx-mismatch"]
    assert (finding.severity, finding.fact("missing")) == (Severity.CRITICAL, ("mx.b.test",))


def test_tlsa_records_that_fit_nothing(judged: Any, domain: Any) -> None:
    domain.signed = True
    domain.records["_25._tcp.mx.b.test", "TLSA"] = ("3 1 1 " + "00" * 32,)
    finding = judged(domain, *SERVERS, address="b.test")["dane-mismatch"]
    assert (finding.subject, finding.severity) == ("mx.b.test", Severity.ERROR)


def test_tlsa_records_that_nobody_can_use(judged: Any, domain: Any) -> None:
    domain.records["_25._tcp.mx.b.test", "TLSA"] = ("1 1 1 " + "00" * 32,)
    assert severity(judged(domain, *SERVERS, address="b.test")["dane-unusable"]) == "Unknown", "who validates?"
    domain.signed = True
    finding = judged(domain, *SERVERS, address="b.test")["dane-unusable"]
    assert finding.severity is Severity.WARNING
    assert "PKIX-EE" in finding.explanation.admin.render(str)


def test_a_resolver_over_an_open_network_is_not_believed(judged: Any, domain: Any) -> None:
    domain.records["_25._tcp.mx.b.test", "TLSA"] = ("3 1 1 " + "00" * 32,)
    told = domain.answer

    def from_afar(question: Any) -> Any:
        answer = told(question)
        if isinstance(question, DnsQuestion):
            return DnsAnswer(answer.status, answer.records, claimed=True, resolver="9.9.9.9")
        return answer

    domain.answer = from_afar
    results = judged(domain, *SERVERS, address="b.test")
    assert severity(results["dane-mismatch"]) == "NotApplicable"
    assert "--trust-ad" in results["dane-unusable"].why.render(str)


@pytest.mark.parametrize(
    ("records", "ca", "weight"),
    [
        ({}, "", "Passed"),
        ({"b.test": ('0 issue "letsencrypt.org"',)}, "", "info"),
        ({"b.test": ('0 issue "letsencrypt.org"',)}, "letsencrypt.org", "Passed"),
        ({"b.test": ('0 issue "letsencrypt.org; validationmethods=dns-01"',)}, "sectigo.com", "warning"),
        ({"b.test": ('0 issue ";"',)}, "", "warning"),
        ({"b.test": ('0 issue ";"',), "mail.b.test": ('0 issue "sectigo.com"',)}, "sectigo.com", "Passed"),
        ({"b.test": ('0 issue "a.test"',), "c.test": ('0 issue "b.test"',)}, "", "warning"),
        ({"b.test": ('128 tbs "x"', '0 issue "a.test"')}, "a.test", "warning"),
        ({"test": ("failed",)}, "", "Unknown"),
    ],
)
def test_caa_records_are_climbed_to(judged: Any, worldlet: Any, records: Any, ca: str, weight: str) -> None:
    world = worldlet(records={(name, "CAA"): values for name, values in records.items()})
    names = ("mail.b.test", "c.test") if "c.test" in records else ("mail.b.test",)
    results = judged(world, "outlook-windows", new_names=names, ca=ca)
    assert severity(results["caa-forbids"]) == weight


def test_one_rules_mistake_hides_no_other(judged: Any) -> None:
    class Broken:
        ID = "broken"

        def judge(self, _evidence: WalkEvidence) -> Any:
            raise KeyError("x")

    evidence = WalkEvidence("a@b.test", NOW + timedelta(0), (), {}, {})
    (result, *_) = judge_walks(evidence, (Broken(), *WALK_RULES))
    assert isinstance(result, Unknown)
    assert worst_first(judge_walks(evidence)) == ()
