"""What is told about TLSA records before the next certificate comes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.discovery.worldlet import NOW

from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.finding import Finding, Severity
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.walk import DnsAnswer, DnsQuestion, Situation, TlsAnswer, TlsQuestion, Walk
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.walking import tlsa_rollover_missing
from mailtrust.core.validation.tlsa_rollover import advised

DATES: Any = {"not_before": NOW - timedelta(days=10), "not_after": NOW + timedelta(days=80)}
ROOT = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, **DATES)
LEAF = issue(ROOT, server_recipe("mx.b.test"), make_key("ec-p256"), serial=2, **DATES).certificate
OTHER = issue(ROOT, server_recipe("mx.b.test"), make_key("ec-p256"), serial=3, **DATES).certificate
KEY, NEXT_KEY = (advised(one).text for one in (LEAF, OTHER))
WHOLE = f"3 0 0 {LEAF.der.hex()}"
ANCHOR = f"2 0 0 {ROOT.certificate.der.hex()}"


def evidence(*records: str, **more: Any) -> WalkEvidence:
    endpoint = Endpoint("mx.b.test", 25, Protocol.SMTP, TlsMode.STARTTLS, "192.0.2.1", "mx.b.test", "walk")
    shake = Handshake("TLSv1.3", "x", (LEAF, ROOT.certificate), None, key_proven=True, completed=True, note="")
    seen = Observation(endpoint, Offer.DEFAULT, NOW, shake)
    book = {
        DnsQuestion("b.test", "MX"): DnsAnswer("found", ("10 mx.b.test",), secure=True),
        DnsQuestion("mx.b.test", "A"): DnsAnswer("found", ("192.0.2.1",), secure=True),
        DnsQuestion("_25._tcp.mx.b.test", "TLSA"): DnsAnswer("found", records, ttl=300, secure=True),
        TlsQuestion("mx.b.test", 25, Protocol.SMTP, TlsMode.STARTTLS): TlsAnswer(seen),
    }
    walk = Walk("b.test", "mta-dane", Situation(), (), 0)
    return replace(WalkEvidence("b.test", NOW, (walk,), book, {}), **more)


@pytest.mark.parametrize(
    ("records", "more", "severity"),
    [
        ((KEY,), {}, None),
        ((KEY,), {"now": NOW + timedelta(days=60)}, Severity.INFO),
        ((KEY,), {"replaced": LEAF.fingerprint}, Severity.WARNING),
        ((KEY, NEXT_KEY), {"replaced": LEAF.fingerprint}, None),
        ((WHOLE,), {}, Severity.WARNING),
        ((WHOLE, KEY), {}, None),
        ((WHOLE, ANCHOR), {"now": NOW + timedelta(days=60)}, None),
        ((NEXT_KEY,), {}, None),
    ],
)
def test_what_must_be_done_before(records: tuple[str, ...], more: Any, severity: Severity | None) -> None:
    (result,) = tlsa_rollover_missing.judge(evidence(*records, **more))
    assert (result.severity if isinstance(result, Finding) else None) is severity
    if isinstance(result, Finding):
        told = result.explanation.admin.render(str)
        assert "600 seconds" in told, "two TTLs"
        assert ("Renew with the same key" in told) is (records == (KEY,))


def test_what_nobody_vouches_for_is_not_looked_at() -> None:
    found = evidence(WHOLE)
    mx = DnsQuestion("b.test", "MX")
    unsigned = replace(found, book={**found.book, mx: DnsAnswer("found", ("10 mx.b.test",))})
    (result,) = tlsa_rollover_missing.judge(unsigned)
    assert not isinstance(result, Finding)
