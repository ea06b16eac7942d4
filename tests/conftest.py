"""A whole case made by hand: certificates, servers that present them, stores, clients, and the judged evidence."""

from __future__ import annotations

import os
import struct
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import settings

from mailtrust.core.clients import CLIENTS
from mailtrust.core.issuance.authority import (
    Authority,
    Issued,
    cross_sign,
    issue,
    make_intermediate,
    make_root,
    self_signed,
)
from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.issuance.recipe import Recipe, intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding, RuleResult
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.rules import judge_all
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.x509 import der
from mailtrust.core.x509.private_key import PrivateKey

pytest_plugins = ["tests.programs.exchange_at_hand"]

# The same examples on every machine, and no stop-watch: speed is measured in benchmarks/, chance is for fuzzing.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "mail.example.com"
PORTS = {
    25: (Protocol.SMTP, TlsMode.STARTTLS),
    465: (Protocol.SUBMISSION, TlsMode.IMPLICIT),
    587: (Protocol.SUBMISSION, TlsMode.STARTTLS),
    143: (Protocol.IMAP, TlsMode.STARTTLS),
    993: (Protocol.IMAP, TlsMode.IMPLICIT),
    443: (Protocol.HTTPS, TlsMode.IMPLICIT),
}
DOMAIN_VALIDATED = "2.23.140.1.2.1"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"


@cache
def _key(name: str, kind: KeyKind) -> PrivateKey:
    assert name
    return make_key(kind)


def _timestamps(count: int) -> tuple[str, bool, bytes]:
    # RFC 6962 3.2 historic, as certificates still carry them: version 1, log, time, no extensions, an ECDSA signature
    one = struct.pack(">B32sQHBBH", 0, b"log", 1_700_000_000_000, 0, 4, 3, 8) + b"\x30\x06\x02\x01\x01\x02\x01\x01"
    entries = (struct.pack(">H", len(one)) + one) * count
    return SCT_LIST, False, der.encode(der.OCTET_STRING, struct.pack(">H", len(entries)) + entries)


class CaseWorld:
    """Makes certificates and cases. Every default is good; each argument can spoil it."""

    now = NOW
    host = HOST

    def __init__(self) -> None:
        self._serial = 100
        self.root = self.make_root("Public Root", "Public CA Ltd")
        self.intermediate = self.make_intermediate(self.root, "Public Issuing CA", "Public CA Ltd")

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def make_root(self, name: str, organisation: str | None = None, *, key: KeyKind = "rsa-2048") -> Authority:
        recipe = root_recipe(name, organisation)
        span = {"not_before": NOW - 3000 * DAY, "not_after": NOW + 3000 * DAY}
        return make_root(recipe, _key(name, key), serial=self.serial(), **span)

    def make_intermediate(
        self,
        issuer: Issued,
        name: str,
        organisation: str | None = None,
        *,
        begins: int = -1000,
        ends: int = 1000,
        recipe: Recipe | None = None,
        **changes: Any,
    ) -> Authority:
        recipe = replace(recipe or intermediate_recipe(name, organisation), **changes)
        return make_intermediate(
            issuer,
            recipe,
            _key(name, "rsa-2048"),
            serial=self.serial(),
            not_before=NOW + begins * DAY,
            not_after=NOW + ends * DAY,
        )

    def cross(self, issuer: Issued, subject: Authority, *, begins: int = -1000, ends: int = 1000) -> Authority:
        recipe = intermediate_recipe("-", path_length=None)
        return cross_sign(
            issuer,
            subject,
            recipe,
            serial=self.serial(),
            not_before=NOW + begins * DAY,
            not_after=NOW + ends * DAY,
        )

    def leaf(
        self,
        *names: str,
        issuer: Issued | None = None,
        public: bool = True,
        begins: int = -10,
        ends: int = 80,
        key: KeyKind = "rsa-2048",
        ca_issuers: tuple[str, ...] = (),
        signing_key: PrivateKey | None = None,
        recipe: Recipe | None = None,
        **changes: Any,
    ) -> Certificate:
        recipe = recipe or server_recipe(*(names or (HOST,)))
        if public:
            recipe = replace(recipe, extensions=(_timestamps(2),), policies=(DOMAIN_VALIDATED,))
        return issue(
            issuer or self.intermediate,
            replace(recipe, **changes),
            _key("leaf", key),
            serial=self.serial(),
            not_before=NOW + begins * DAY,
            not_after=NOW + ends * DAY,
            ca_issuers=ca_issuers,
            signing_key=signing_key,
        ).certificate

    def own(self, *names: str, begins: int = -10, ends: int = 300, **changes: Any) -> Certificate:
        """A self-signed server certificate."""
        return self_signed(
            replace(server_recipe(*(names or (HOST,))), **changes),
            _key("own", "rsa-2048"),
            serial=self.serial(),
            not_before=NOW + begins * DAY,
            not_after=NOW + ends * DAY,
        ).certificate

    def seen(
        self,
        chain: Sequence[AnyCertificate] | ProbeFailure,
        port: int = 993,
        host: str = HOST,
        *,
        address: str = "192.0.2.1",
        offer: Offer = Offer.DEFAULT,
        found_by: str = "given",
        tls_version: str = "TLSv1.3",
        key_proven: bool = True,
        note: str = "",
        bytes_before_tls: bytes = b"",
    ) -> Observation:
        protocol, mode = PORTS[port]
        endpoint = Endpoint(host, port, protocol, mode, address, host, found_by)
        if isinstance(chain, ProbeFailure):
            return Observation(endpoint, offer, NOW, chain, bytes_before_tls=bytes_before_tls)
        cipher = "TLS_AES_128_GCM_SHA256" if tls_version == "TLSv1.3" else "ECDHE-RSA-AES128-GCM-SHA256"
        shake = Handshake(tls_version, cipher, tuple(chain), None, key_proven, completed=key_proven, note=note)
        return Observation(endpoint, offer, NOW, shake, bytes_before_tls=bytes_before_tls)

    def failure(
        self, kind: FailureKind = FailureKind.REFUSED, stage: Stage = Stage.CONNECT, detail: str = "told so"
    ) -> ProbeFailure:
        return ProbeFailure(stage, kind, detail)

    def pool(self, *entries: tuple[Certificate, Source, str]) -> tuple[PoolEntry, ...]:
        return tuple(PoolEntry(one, frozenset({source}), (origin,)) for one, source, origin in entries)

    def judge(
        self,
        *observations: Observation,
        pool: Iterable[PoolEntry] = (),
        anchors: Iterable[TrustAnchor | Certificate] | None = None,
        by_store: dict[str, Iterable[TrustAnchor | Certificate]] | None = None,
        local_roots: tuple[Certificate, ...] = (),
        deployed: tuple[str, ...] = (),
        clients: Sequence[ClientProfile] = CLIENTS,
        settings: Settings = Settings(),  # noqa: B008 - frozen
        now: datetime = NOW,
    ) -> Evidence:
        """All clients' verdicts on all handshakes with the default offer."""
        trusted = tuple(anchors) if anchors is not None else (self.root.certificate,)
        stores = {
            name: AnchorStore(
                name, now, "made here", "0" * 64, tuple(_anchor(one) for one in (by_store or {}).get(name, trusted))
            )
            for name in dict.fromkeys(client.anchor_store for client in clients)
        }
        presented = (
            PoolEntry(one, frozenset({Source.PRESENTED}), (seen.id,))
            for seen in observations
            for one in seen.presented_chain
            if isinstance(one, Certificate)
        )
        case = CaseFile(
            HOST,
            now,
            "0",
            tuple(observations),
            Pool.merge((*presented, *pool)),
            local_roots=local_roots,
            deployed=deployed,
        )
        verdicts = tuple(
            evaluate(
                seen,
                pool=case.pool,
                store=stores[client.anchor_store],
                client=client,
                now=now,
                local_anchors=case.local_anchors() if client.reached(deployed) else (),
            )
            for seen in observations
            if seen.offer is Offer.DEFAULT and isinstance(seen.result, Handshake)
            for client in clients
        )
        return Evidence(case, now, settings, {client.id: client for client in clients}, stores, verdicts)

    def results(self, evidence: Evidence, rule: str) -> tuple[RuleResult, ...]:
        return tuple(result for result in judge_all(evidence) if result.rule == rule)

    def findings(self, evidence: Evidence, rule: str | None = None) -> tuple[Finding, ...]:
        return tuple(
            result for result in judge_all(evidence) if isinstance(result, Finding) and rule in (None, result.rule)
        )

    def accepting(self, evidence: Evidence) -> set[str]:
        return {verdict.client for verdict in evidence.verdicts if verdict.outcome is Outcome.ACCEPTED}


def _anchor(one: TrustAnchor | Certificate) -> TrustAnchor:
    return one if isinstance(one, TrustAnchor) else TrustAnchor(one)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """In CI nothing is left out: a test that skips itself there has failed."""
    del call
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and item.get_closest_marker("may_be_left_out") is None:
        report.outcome = "failed"
        report.longrepr = f"left out, but in CI nothing is: {report.longrepr}"
    return report


@pytest.fixture
def caseworld() -> CaseWorld:
    return CaseWorld()
