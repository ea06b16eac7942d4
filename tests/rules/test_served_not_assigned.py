"""What is presented and what was told: each cause has its sentence, and one fault is one finding."""

from datetime import timedelta
from typing import Any

from tests.services.world.making import NOW, issued

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.model.assignment import Assigned, AssignmentEvidence, Served
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.settings import Settings
from mailtrust.core.rules.assigning import served_not_assigned
from mailtrust.core.services.assigned import certificate_of
from mailtrust.core.x509.thumbprint import thumbprint

HERE, FRONT = "imaps://mail.example.com:993@192.0.2.1", "imaps://mail.example.com:993@198.51.100.1"


def leaf(*names: str, age: int = 10, lasts: int = 90) -> Issued:
    return issued(*(names or ("mail.example.com",)), age=age, lasts=lasts, ca="R11", eku=("1.3.6.1.5.5.7.3.1",))


OLD, NEW, OTHER = leaf(age=80, lasts=90), leaf(age=1), leaf("www.example.org")


def told(
    one: Issued, server: str = "imap", *, product: str = "dovecot", services: tuple[str, ...] = ("dovecot",)
) -> Assigned:
    named = ("/etc/dovecot/dovecot.conf:7",) if product == "dovecot" else ()
    return certificate_of(one.certificate, server, product, services=services, named_in=named)


def seen(
    one: Issued, *expected: Issued, server: str = "imap", product: str = "dovecot", service: str = "dovecot"
) -> Served:
    configured = tuple(thumbprint(it.certificate) for it in expected) or None
    place = HERE if server else FRONT
    return Served(place, server, product, service, one.certificate, place, configured)


def judged(assigned: tuple[Assigned, ...], served: tuple[Served, ...], **more: Any) -> tuple[RuleResult, ...]:
    evidence = AssignmentEvidence(NOW, Settings(), {}, assigned=assigned, served=served, **more)
    return tuple(served_not_assigned.judge(evidence))


def found(assigned: tuple[Assigned, ...], served: tuple[Served, ...], **more: Any) -> Finding:
    (finding,) = (one for one in judged(assigned, served, **more) if isinstance(one, Finding))
    assert all(map(str, (finding.title, finding.explanation.manager, finding.explanation.user)))
    return finding


def test_nobody_looked_and_nothing_is_known() -> None:
    assert [type(one) for one in judged((told(NEW),), ())] == [NotApplicable]
    assert [type(one) for one in judged((), (seen(NEW),))] == [NotApplicable]


def test_what_is_told_is_presented() -> None:
    assert judged((told(NEW),), (seen(NEW, NEW),)) == (Passed("served-not-assigned", "imap:dovecot", (HERE,)),)
    # One of two kinds of key.
    assert [type(one) for one in judged((told(NEW), told(OLD)), (seen(OLD, NEW, OLD),))] == [Passed]


def test_files_that_were_not_taken_up() -> None:
    finding = found((told(NEW),), (seen(OLD, NEW),))
    assert "reload it" in str(finding.explanation.admin)
    assert (finding.id, finding.severity) == ("served-not-assigned:imap:dovecot", Severity.WARNING)
    assert finding.certificates == (OLD.certificate.fingerprint, NEW.certificate.fingerprint)
    assert finding.fact("served") == thumbprint(OLD.certificate)
    expired = leaf(age=100, lasts=90)
    assert found((told(NEW),), (seen(expired, NEW),)).severity is Severity.ERROR


def test_what_clients_meet_is_the_servers_own_fault_once() -> None:
    finding = found((told(NEW),), (seen(OLD, NEW), seen(OLD, NEW, server="")))
    assert finding.observations == (HERE, FRONT)


def test_another_server_answers() -> None:
    here = told(NEW), told(OTHER, "web", services=("http server www.example.org",))
    assert "That certificate belongs to web" in str(found(here, (seen(OTHER, NEW),)).explanation.admin)


def test_another_program_has_the_port() -> None:
    assert "another program" in str(found((told(NEW),), (seen(OTHER, NEW),)).explanation.admin)


def test_a_balancer_or_something_unknown_in_front() -> None:
    assigned, served = (told(NEW),), (seen(NEW, NEW), seen(OTHER, NEW, server=""))
    assert "Something else answers" in str(found(assigned, served).explanation.admin)
    assert "load balancer ends TLS" in str(found(assigned, served, balancer="bridging").explanation.admin)
    assert found(assigned, served).subject == "mail.example.com:993"
    assert sum(isinstance(one, Passed) for one in judged(assigned, served)) == 1


def test_exchange_has_it_for_something_else() -> None:
    assigned = (
        told(NEW, "MAIL1", product="exchange", services=("IMAP",)),
        told(OTHER, "MAIL1", product="exchange", services=("SMTP",)),
    )
    finding = found(assigned, (seen(OTHER, server="MAIL1", product="exchange", service="IMAP"),))
    assert "assigned to SMTP" in str(finding.explanation.admin)
    assert finding.id == "served-not-assigned:MAIL1:IMAP"


def test_the_store_has_put_down_another_one() -> None:
    assigned = (told(NEW, "mx", product="postfix", services=("smtp",)),)
    finding = found(assigned, (seen(OTHER, server="mx", product="postfix", service="smtp"),))
    assert "The store has put down another one" in str(finding.explanation.admin)


def test_two_strange_certificates_are_two_findings() -> None:
    older = leaf(age=85, lasts=90)
    findings = [one for one in judged((told(NEW),), (seen(OLD, NEW), seen(older, NEW))) if isinstance(one, Finding)]
    assert len({one.id for one in findings}) == 2
    assert older.certificate.not_after < NOW + timedelta(days=10)
