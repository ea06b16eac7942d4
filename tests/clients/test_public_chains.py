"""Real public chains: what holds below public roots alone (lifetime, transparency, stores) no engine tells of ours.

Recorded in March 2026 from well-known sites, by way of x509-limbo's online cases (C2SP, Apache-2.0); each is judged as
of the moment of its recording, with the stores that this program reads.
"""

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.x509.extensions import SCT_LIST
from mailtrust.core.x509.parse import read_certificate
from mailtrust.edge.anchors import load_stores

CHAINS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "public_chains.json").read_text())
by_name = pytest.mark.parametrize("recorded", CHAINS, ids=[one["name"] for one in CHAINS])
known = [client for client in CLIENTS if not client.unknown_because]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def stores() -> dict[str, AnchorStore]:
    return dict(load_stores({client.anchor_store for client in known}))


def judged(
    recorded: dict[str, Any], client: ClientProfile, stores: dict[str, AnchorStore], *, at: datetime, host: str = ""
) -> Verdict:
    chain = tuple(read_certificate(base64.b64decode(one)) for one in recorded["chain"])
    name = host or recorded["name"]
    endpoint = Endpoint(name, 443, Protocol.HTTPS, TlsMode.IMPLICIT, "192.0.2.1", name, "given")
    shake = Handshake("TLSv1.3", "", chain, None, key_proven=True, completed=True)
    seen = Observation(endpoint, Offer.DEFAULT, at, shake)
    return evaluate(seen, pool=Pool(()), store=stores[client.anchor_store], client=client, now=at)


def leaf_of(recorded: dict[str, Any]) -> Certificate:
    leaf = read_certificate(base64.b64decode(recorded["chain"][0]))
    assert isinstance(leaf, Certificate)
    return leaf


@by_name
def test_every_client_accepts_what_the_public_uses(recorded: dict[str, Any], stores: dict[str, AnchorStore]) -> None:
    at = datetime.fromisoformat(recorded["at"])
    refused = {
        verdict.client: sorted(verdict.error_codes)
        for client in known
        for verdict in [judged(recorded, client, stores, at=at)]
        if verdict.outcome is not Outcome.ACCEPTED
    }
    assert refused == {}


@by_name
def test_they_carry_what_the_rules_for_public_roots_ask(recorded: dict[str, Any]) -> None:
    leaf = leaf_of(recorded)
    assert any(oid == SCT_LIST for oid, _, _ in leaf.extensions)
    assert leaf.not_after - leaf.not_before <= 398 * DAY


@by_name
def test_a_day_after_its_end_nobody_but_the_opportunistic_takes_it(
    recorded: dict[str, Any], stores: dict[str, AnchorStore]
) -> None:
    at = leaf_of(recorded).not_after + DAY
    for client in known:
        verdict = judged(recorded, client, stores, at=at)
        if client.id == "mta-opportunistic":
            assert verdict.outcome is Outcome.ACCEPTED
        else:
            assert "expired" in verdict.error_codes


def test_there_are_certificates_that_no_ca_may_issue_any_more_and_that_clients_take(
    stores: dict[str, AnchorStore],
) -> None:
    """CA/B SC-081: 200 days since 2026-03-15; clients keep to 398."""
    long = [one for one in CHAINS if (leaf := leaf_of(one)).not_after - leaf.not_before > 200 * DAY]
    assert len(long) >= 4
    for recorded in long:
        at = datetime.fromisoformat(recorded["at"]) + 30 * DAY
        for client in known:
            assert "validity-too-long" not in judged(recorded, client, stores, at=at).error_codes


def test_another_name_is_refused(stores: dict[str, AnchorStore]) -> None:
    at = datetime.fromisoformat(CHAINS[0]["at"])
    for client in known:
        verdict = judged(CHAINS[0], client, stores, at=at, host="mail.example.com")
        assert (verdict.outcome is Outcome.ACCEPTED) == (client.id == "mta-opportunistic")
