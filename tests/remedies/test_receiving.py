"""What brings the mail of senders back that honour DANE or MTA-STS, walked before it is told."""

from datetime import timedelta
from typing import Any

import pytest
from tests.discovery.worldlet import NOW

from mailtrust.core.clients import client_by_id
from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.remedy import Run, Write
from mailtrust.core.model.walk import (
    Answer,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    Situation,
    TlsAnswer,
    TlsQuestion,
)
from mailtrust.core.remedies.finding.changes import NameInPolicy, PublishTlsa
from mailtrust.core.remedies.finding.receiving import Receiving, Senders, mend_receiving
from mailtrust.core.targets.parts.finding_servers import steps_for
from mailtrust.core.validation.tlsa_rollover import advised
from mailtrust.flows.walking import WalkRequest, judge_for

DATES: Any = {"not_before": NOW - timedelta(days=10), "not_after": NOW + timedelta(days=80)}
ROOT = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, **DATES)


def chain(serial: int, *names: str) -> tuple[Certificate, ...]:
    return issue(ROOT, server_recipe(*names), make_key("ec-p256"), serial=serial, **DATES).certificate, ROOT.certificate


CHAINS = {
    "mx1.b.test": chain(2, "mx1.b.test", "mta-sts.b.test"),
    "mx2.b.test": chain(3, "mx2.b.test"),
    "bad.b.test": chain(4, "x.test"),
}
FOREIGN = "3 1 1 " + "00" * 32


def observed(host: str, port: int, protocol: Protocol, mode: TlsMode, chain: Any) -> Observation:
    shake = Handshake("TLSv1.3", "x", chain, None, key_proven=True, completed=True, note="")
    return Observation(Endpoint(host, port, protocol, mode, "192.0.2.1", host, "walk"), Offer.DEFAULT, NOW, shake)


def book(hosts: tuple[str, ...], named: tuple[str, ...], tlsa: dict[str, tuple[str, ...]]) -> dict[Question, Answer]:
    policy = "version: STSv1\r\nmode: enforce\r\n" + "".join(f"mx: {name}\r\n" for name in named) + "max_age: 86400\r\n"
    web = observed("mta-sts.b.test", 443, Protocol.HTTPS, TlsMode.IMPLICIT, CHAINS["mx1.b.test"])
    answers: dict[Question, Answer] = {
        DnsQuestion("b.test", "MX"): DnsAnswer("found", tuple(f"10 {host}" for host in hosts), secure=True),
        DnsQuestion("mta-sts.b.test", "A"): DnsAnswer("found", ("192.0.2.1",)),
        DnsQuestion("_mta-sts.b.test", "TXT"): DnsAnswer("found", ("v=STSv1; id=1;",)),
        DnsQuestion("_smtp._tls.b.test", "TXT"): DnsAnswer("no-such-name"),
        HttpQuestion("https://mta-sts.b.test/.well-known/mta-sts.txt"): HttpAnswer(
            observation=web, status=200, body=policy.encode()
        ),
    }
    for host in hosts:
        answers[DnsQuestion(host, "A")] = DnsAnswer("found", ("192.0.2.1",), secure=True)
        place = DnsQuestion(f"_25._tcp.{host}", "TLSA")
        answers[place] = DnsAnswer("found" if tlsa.get(host) else "no-data", tlsa.get(host, ()), ttl=300, secure=True)
        seen = observed(host, 25, Protocol.SMTP, TlsMode.STARTTLS, CHAINS[host])
        answers[TlsQuestion(host, 25, Protocol.SMTP, TlsMode.STARTTLS)] = TlsAnswer(seen)
    return answers


def mended(answers: dict[Question, Answer]) -> Receiving | None:
    travellers = tuple(map(traveller_by_id, ("mta-opportunistic", "mta-sts", "mta-dane")))
    request = WalkRequest("u@b.test", travellers)
    store = AnchorStore("any", NOW, "nobody", "", (TrustAnchor(ROOT.certificate),))
    stores = {client_by_id(one.judged_as).anchor_store: store for one in travellers}
    judges = {one.id: judge_for(one, request, Pool(()), stores, NOW) for one in travellers}
    return mend_receiving("u@b.test", Senders(travellers, judges, Situation(), answers))


def test_nothing_is_changed_where_mail_comes() -> None:
    fitting = advised(CHAINS["mx1.b.test"][0]).text
    assert mended(book(("mx1.b.test",), ("mx1.b.test",), {"mx1.b.test": (fitting,)})) is None


def test_the_record_of_the_key_that_is_served() -> None:
    found = mended(book(("mx1.b.test",), ("mx1.b.test",), {"mx1.b.test": (FOREIGN,)}))
    assert found is not None
    record = advised(CHAINS["mx1.b.test"][0]).text
    assert found.changes == (PublishTlsa("_25._tcp.mx1.b.test", record, (FOREIGN,), 300),)
    assert found.left_out == ()
    (zone, update) = steps_for(found.changes[0])
    assert isinstance(zone.do, Write)
    assert zone.do.content == f"_25._tcp.mx1.b.test. 300 IN TLSA {record}\n"
    assert isinstance(update.do, Run)
    assert f"update delete _25._tcp.mx1.b.test. TLSA {FOREIGN}" in update.do.command
    assert "300 seconds" in str(zone.say)


def test_the_policy_names_the_host_that_it_forgot_and_both_are_mended_at_once() -> None:
    found = mended(book(("mx1.b.test", "mx2.b.test"), ("mx1.b.test",), {"mx2.b.test": (FOREIGN,)}))
    assert found is not None
    assert {type(change) for change in found.changes} == {PublishTlsa, NameInPolicy}
    assert found.left_out == ()
    (step,) = steps_for(next(one for one in found.changes if isinstance(one, NameInPolicy)))
    assert isinstance(step.do, Write)
    assert step.do.content == "mx: mx2.b.test\n"


@pytest.mark.parametrize("named", [("bad.b.test",), ("other.b.test",)])
def test_what_a_bad_certificate_breaks_no_policy_mends(named: tuple[str, ...]) -> None:
    assert mended(book(("bad.b.test",), named, {})) is None
