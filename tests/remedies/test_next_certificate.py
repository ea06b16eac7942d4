"""A plan that asks for a new certificate keeps what TLSA records and MTA-STS policies hold on to."""

from datetime import timedelta
from typing import Any

import pytest
from tests.discovery.worldlet import NOW

from mailtrust.core.formats.tlsa import Tlsa, read_tlsa
from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.remedy import Run, Step, Write
from mailtrust.core.model.walk import (
    Answer,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    TlsAnswer,
    TlsQuestion,
)
from mailtrust.core.remedies.finding import bonds
from mailtrust.core.remedies.finding.changes import AddNames, AddSrv
from mailtrust.core.remedies.finding.server import MailServer
from mailtrust.core.targets.parts.finding_servers import steps_for
from mailtrust.core.validation.tlsa_rollover import advised, before_the_next

DATES: Any = {"not_before": NOW - timedelta(days=10), "not_after": NOW + timedelta(days=80)}
ROOT = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, **DATES)
LEAF = issue(ROOT, server_recipe("mx.b.test", "corp.local"), make_key("ec-p256"), serial=2, **DATES).certificate
OTHER = issue(ROOT, server_recipe("mx.b.test"), make_key("ec-p256"), serial=3, **DATES).certificate
SERVER = MailServer("mx.b.test", (LEAF, ROOT.certificate))
PLACE = "_25._tcp.mx.b.test"
KEY, WHOLE = advised(LEAF).text, f"3 0 0 {LEAF.der.hex()}"
CA = f"2 0 0 {ROOT.certificate.der.hex()}"


def book(*records: str, mode: str = "none", ttl_by: str = "") -> dict[Question, Answer]:
    endpoint = Endpoint("mx.b.test", 25, Protocol.SMTP, TlsMode.STARTTLS, "192.0.2.1", "mx.b.test", "walk")
    shake = Handshake("TLSv1.3", "x", SERVER.chain, None, key_proven=True, completed=True, note="")
    policy = f"version: STSv1\nmode: {mode}\nmx: mx.b.test\nmax_age: 86400\n".encode()
    seen = Observation(endpoint, Offer.DEFAULT, NOW, shake)
    return {
        DnsQuestion("mx.b.test", "A"): DnsAnswer("found", ("192.0.2.1",)),
        DnsQuestion("b.test", "MX"): DnsAnswer("found", ("10 mx.b.test",)),
        DnsQuestion(PLACE, "TLSA"): DnsAnswer("found", records, ttl=300, ttl_by=ttl_by),
        HttpQuestion("https://mta-sts.b.test/.well-known/mta-sts.txt"): HttpAnswer(status=200, body=policy),
        TlsQuestion("mx.b.test", 25, Protocol.SMTP, TlsMode.STARTTLS): TlsAnswer(seen),
    }


def steps(*records: str, **more: str) -> tuple[Step, ...]:
    held = bonds.bonds_of(SERVER, {False: book(*records, **more)}, ("b.test",))
    return steps_for(AddNames(frozenset({"autodiscover.b.test"})), SERVER, held)


def commands(given: tuple[Step, ...]) -> str:
    return "\n".join(one.do.command for one in given if isinstance(one.do, Run))


def test_without_records_a_new_key_is_made() -> None:
    request, service = steps()
    assert commands((request,)) == "mailtrust cert request mx.b.test corp.local autodiscover.b.test"
    assert "No public CA certifies corp.local" in str(request.say)
    assert "TLSA" not in str(request.say) + str(service.say)


@pytest.mark.parametrize(
    ("server", "told"),
    [("192.0.2.53", "600 seconds, as the zone's own server 192.0.2.53 says"), ("", "what a resolver")],
)
def test_a_record_of_the_key_has_it_kept(server: str, told: str) -> None:
    given = steps(KEY, ttl_by=server)
    assert len(given) == 2
    assert commands(given).endswith("autodiscover.b.test --key KEYFILE")
    assert f"So the TLSA records at {PLACE} fit at every moment" in str(given[0].say)
    assert told in str(given[0].say)


def test_a_record_of_the_certificate_is_joined_before_and_taken_away_after() -> None:
    zone, update, wait, request, service, removed = steps(WHOLE)
    assert isinstance(zone.do, Write)
    assert zone.do.content == f"{PLACE}. 300 IN TLSA {KEY}\n"
    assert f"update add {PLACE}. 300 TLSA {KEY}" in commands((update,))
    assert "Wait 600 seconds" in str(wait.say)
    assert "--key KEYFILE" in commands((request,))
    assert service.disruption == "restart"
    assert f"update delete {PLACE}. TLSA {WHOLE}" in commands((removed,))


def test_a_record_of_the_ca_holds_while_that_ca_issues() -> None:
    request, _ = steps(CA)
    assert "--key" not in commands((request,))
    assert "order from the same one" in str(request.say)


def test_a_policy_in_force_is_told_and_one_that_is_not_is_none() -> None:
    assert "The MTA-STS policy of b.test is enforced" in str(steps(mode="enforce")[0].say)
    assert "MTA-STS" not in str(steps(mode="testing")[0].say)


def test_what_is_asked_first() -> None:
    asked = {one.name for one in bonds.questions(SERVER, book()) if isinstance(one, DnsQuestion)}
    assert "_443._tcp.mx.b.test" in asked
    assert PLACE not in asked, "it is known"
    assert not any("corp.local" in name for name in asked), "that name does not exist"


def test_other_changes_need_no_certificate() -> None:
    assert "cert request" not in commands(steps_for(AddSrv("b.test", "mx.b.test"), SERVER))


@pytest.mark.parametrize("records", [(), (advised(OTHER).text,)])
def test_where_nothing_holds_nothing_is_asked_for(records: tuple[str, ...]) -> None:
    before = before_the_next(read_tlsa(records), 300, SERVER.chain)
    assert (before.publish, before.wait, before.remove, before.keep_key) == ((), 0, (), False)
    assert before_the_next((Tlsa(3, 1, 1, b"\0" * 32),), 300, ()) == before


def test_the_next_certificate_of_the_same_key_is_held_at_every_moment() -> None:
    for published in ((KEY,), (WHOLE,), (KEY, WHOLE)):
        records = read_tlsa(published)
        before = before_the_next(records, 300, SERVER.chain)
        assert before.keep_key
        during = (*records, *before.publish)
        after = [one for one in during if one not in before.remove]
        assert advised(LEAF) in during
        assert advised(LEAF) in after
        assert before.wait in (0, 600)
