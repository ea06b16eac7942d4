"""A small PKI on demand: roots, intermediates and leaves with any fault, and clients that look at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

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
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.client import (
    ClientProfile,
    Limits,
    NameRules,
    OnFailure,
    PathCheck,
    PathSearch,
    SearchProblem,
)
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_RFC5280
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.validation.search.all_paths import search_all_paths
from mailtrust.core.x509.private_key import PrivateKey

HOST = "mail.example.test"
NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@cache
def key(name: str, kind: KeyKind = "ec-p256") -> PrivateKey:
    """The same key for the same name, within one run."""
    assert name
    return make_key(kind)


@dataclass(frozen=True)
class Case:
    """What is sent, what is trusted, which name was asked for, and when."""

    sent: tuple[Certificate, ...]
    anchors: tuple[Certificate, ...]
    host: str = HOST
    at: datetime = NOW


class Pki:
    """Makes certificates and everything around them. Every default is good; each argument can spoil it."""

    now = NOW
    host = HOST

    def __init__(self) -> None:
        self._serial = 1000

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def key(self, name: str, kind: KeyKind = "ec-p256") -> PrivateKey:
        return key(name, kind)

    def root(
        self,
        name: str = "Test Root",
        *,
        key_name: str | None = None,
        kind: KeyKind = "ec-p256",
        days: tuple[int, int] = (-1000, 3000),
        **recipe: object,
    ) -> Authority:
        return make_root(
            replace(root_recipe(name, "Test"), **recipe),  # type: ignore[arg-type]
            key(key_name or name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        )

    def intermediate(
        self,
        issuer: Issued,
        name: str = "Test Issuing CA",
        *,
        key_name: str | None = None,
        kind: KeyKind = "ec-p256",
        days: tuple[int, int] = (-500, 1000),
        path_length: int | None = None,
        **recipe: object,
    ) -> Authority:
        return make_intermediate(
            issuer,
            replace(intermediate_recipe(name, "Test", path_length=path_length), **recipe),  # type: ignore[arg-type]
            key(key_name or name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        )

    def cross(
        self, issuer: Issued, subject: Authority, *, days: tuple[int, int] = (-500, 1000), **recipe: object
    ) -> Authority:
        """A second certificate for the name and key of `subject`, by another issuer."""
        return cross_sign(
            issuer,
            subject,
            replace(intermediate_recipe("unused", path_length=None), **recipe),  # type: ignore[arg-type]
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        )

    def leaf(
        self,
        issuer: Issued,
        *names: str,
        key_name: str = "leaf",
        kind: KeyKind = "ec-p256",
        days: tuple[float, float] = (-30, 60),
        signing_key: PrivateKey | None = None,
        **recipe: object,
    ) -> Certificate:
        return issue(
            issuer,
            self.server_recipe(*names, **recipe),
            key(key_name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
            signing_key=signing_key,
        ).certificate

    def alone(
        self,
        *names: str,
        key_name: str = "alone",
        kind: KeyKind = "ec-p256",
        days: tuple[float, float] = (-30, 60),
        **recipe: object,
    ) -> Certificate:
        """A self-signed server certificate."""
        return self_signed(
            self.server_recipe(*names, **recipe),
            key(key_name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        ).certificate

    def server_recipe(self, *names: str, **recipe: object) -> Recipe:
        return replace(server_recipe(*(names or (HOST,))), **recipe)  # type: ignore[arg-type]

    def case(
        self, sent: Sequence[Issued | Certificate], anchors: Sequence[Issued | Certificate], **more: object
    ) -> Case:
        def bare(some: Sequence[Issued | Certificate]) -> tuple[Certificate, ...]:
            return tuple(one.certificate if isinstance(one, Issued) else one for one in some)

        return Case(bare(sent), bare(anchors), **more)  # type: ignore[arg-type]

    def good(
        self,
        *names: str,
        root: dict[str, object] | None = None,
        issuing: dict[str, object] | None = None,
        host: str = HOST,
        at: datetime = NOW,
        send_root: bool = False,
        **leaf: object,
    ) -> Case:
        """A plain chain, with something changed in its root, its intermediate or its leaf."""
        anchor = self.root(**(root or {}))  # type: ignore[arg-type]
        by = self.intermediate(anchor, **(issuing or {}))  # type: ignore[arg-type]
        own = self.leaf(by, *names, **leaf)  # type: ignore[arg-type]
        return self.case([own, by, *([anchor] if send_root else [])], [anchor], host=host, at=at)

    def store(self, *anchors: Issued | Certificate | TrustAnchor, local: bool = False) -> AnchorStore:
        trusted = tuple(self.anchor(one, local=local) for one in anchors)
        return AnchorStore("test", NOW, "made by the test", "0" * 64, trusted)

    def anchor(self, one: Issued | Certificate | TrustAnchor, *, local: bool = False) -> TrustAnchor:
        if isinstance(one, TrustAnchor):
            return one
        return TrustAnchor(one if isinstance(one, Certificate) else one.certificate, locally_added=local)

    def chain(self, *certificates: Issued | AnyCertificate) -> tuple[AnyCertificate, ...]:
        return tuple(one.certificate if isinstance(one, Issued) else one for one in certificates)

    def pool(self, *certificates: Issued | Certificate, source: Source = Source.AIA) -> Pool:
        return Pool.merge(
            PoolEntry(one.certificate if isinstance(one, Issued) else one, frozenset({source})) for one in certificates
        )

    def problem(
        self,
        presented: Iterable[Issued | AnyCertificate],
        store: AnchorStore,
        *,
        checks: tuple[PathCheck, ...] = CHECKS_RFC5280,
        more: Pool = Pool(),  # noqa: B008 - frozen
        at: datetime = NOW,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> SearchProblem:
        chain = self.chain(*presented)
        here = [PoolEntry(one, frozenset({Source.PRESENTED})) for one in chain if isinstance(one, Certificate)]
        return SearchProblem(chain, Pool.merge([*here, *more]), store, at, limits, checks)

    def client(
        self,
        *,
        search: PathSearch = search_all_paths,
        checks: tuple[PathCheck, ...] = CHECKS_RFC5280,
        name_rules: NameRules = names_rfc9525,
        on_failure: OnFailure = OnFailure(Outcome.REFUSED),  # noqa: B008 - frozen
        sources: frozenset[Source] = frozenset({Source.PRESENTED}),
        **more: object,
    ) -> ClientProfile:
        profile = ClientProfile(
            id="test",
            title="Test",
            versions="",
            speaks=frozenset({Protocol.IMAP}),
            anchor_store="test",
            issuer_sources=sources,
            path_search=search,
            path_checks=checks,
            name_rules=name_rules,
            handshake_checks=(),
            on_failure=on_failure,
            words=(),
            citations=(),
            basis=Basis.SOURCE,
        )
        return replace(profile, **more)  # type: ignore[arg-type]

    def handshake(self, *chain: Issued | AnyCertificate, **changes: object) -> Handshake:
        good = Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", self.chain(*chain), None, key_proven=True, completed=True)
        return replace(good, **changes)  # type: ignore[arg-type]

    def observation(self, *chain: Issued | AnyCertificate, host: str = HOST, **changes: object) -> Observation:
        endpoint = Endpoint(host, 993, Protocol.IMAP, TlsMode.IMPLICIT, "192.0.2.1", host, "given")
        return Observation(endpoint, Offer.DEFAULT, NOW, self.handshake(*chain, **changes))


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()
