"""Chains with staged ends, the stores that trust them, and forecasts made of them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.forecast.courses import Course, Track
from mailtrust.core.forecast.forecast import Forecast, forecast
from mailtrust.core.forecast.turns import Change, Turn
from mailtrust.core.issuance.authority import Authority, Issued, cross_sign, issue, make_intermediate, make_root
from mailtrust.core.issuance.authority import self_signed as sign_itself
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.settings import Settings
from mailtrust.core.x509 import der
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.assess import assess

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HOST = "mail.example.com"
STORES = ("mozilla", "microsoft", "chrome", "apple", "android", "java", "system")
PORTS = {
    25: (Protocol.SMTP, TlsMode.STARTTLS),
    443: (Protocol.HTTPS, TlsMode.IMPLICIT),
    993: (Protocol.IMAP, TlsMode.IMPLICIT),
}
DOMAIN_VALIDATED = "2.23.140.1.2.1"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"


def timestamps() -> tuple[str, bool, bytes]:
    # RFC 6962 3.2 historic, as certificates still carry them: version 1, log, time, no extensions, an ECDSA signature
    one = struct.pack(">B32sQHBBH", 0, b"log", 1_700_000_000_000, 0, 4, 3, 8) + b"\x30\x06\x02\x01\x01\x02\x01\x01"
    entries = (struct.pack(">H", len(one)) + one) * 2
    return SCT_LIST, False, der.encode(der.OCTET_STRING, struct.pack(">H", len(entries)) + entries)


@cache
def key(label: str) -> PrivateKey:
    """The key of that label."""
    assert label
    return make_key("ec-p256")


class Sky:
    """Makes authorities, certificates and cases in which everything has a day."""

    now = NOW
    host = HOST

    def __init__(self) -> None:
        self._serial = 1000

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def root(
        self,
        name: str,
        begins: datetime = NOW - 2000 * DAY,
        ends: datetime = NOW + 4000 * DAY,
        owner: str | None = None,
    ) -> Authority:
        return make_root(root_recipe(name, owner), key(name), serial=self.serial(), not_before=begins, not_after=ends)

    def ca(
        self,
        issuer: Issued,
        name: str,
        ends: datetime = NOW + 4000 * DAY,
        begins: datetime = NOW - 1000 * DAY,
        **changes: Any,
    ) -> Authority:
        recipe = replace(intermediate_recipe(name, changes.pop("owner", None), path_length=None), **changes)
        return make_intermediate(issuer, recipe, key(name), serial=self.serial(), not_before=begins, not_after=ends)

    def cross(
        self, issuer: Issued, subject: Authority, ends: datetime, begins: datetime = NOW - 1000 * DAY
    ) -> Certificate:
        recipe = intermediate_recipe("-", path_length=None)
        signed = cross_sign(issuer, subject, recipe, serial=self.serial(), not_before=begins, not_after=ends)
        return signed.certificate

    def leaf(
        self,
        issuer: Issued,
        ends: datetime = NOW + 80 * DAY,
        begins: datetime = NOW - 10 * DAY,
        names: tuple[str, ...] = (HOST,),
        **changes: Any,
    ) -> Certificate:
        """As public CAs make them; the stores of the case decide whether it is one's."""
        recipe = replace(server_recipe(*names), extensions=(timestamps(),), policies=(DOMAIN_VALIDATED,))
        return issue(
            issuer,
            replace(recipe, **changes),
            key("leaf"),
            serial=self.serial(),
            not_before=begins,
            not_after=ends,
        ).certificate

    def own(self, ends: datetime, begins: datetime = NOW - 10 * DAY) -> Certificate:
        """A self-signed server certificate."""
        return sign_itself(
            server_recipe(HOST), key("own"), serial=self.serial(), not_before=begins, not_after=ends
        ).certificate

    def seen(self, *chain: Certificate, port: int = 993, host: str = HOST, staple: bytes | None = None) -> Observation:
        protocol, mode = PORTS[port]
        endpoint = Endpoint(host, port, protocol, mode, "192.0.2.1", host, "given")
        shake = Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", chain, staple, key_proven=True, completed=True)
        return Observation(endpoint, Offer.DEFAULT, NOW, shake)

    def refused(self, port: int = 993) -> Observation:
        protocol, mode = PORTS[port]
        endpoint = Endpoint(HOST, port, protocol, mode, "192.0.2.1", HOST, "given")
        return Observation(endpoint, Offer.DEFAULT, NOW, ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "refused"))

    def stores(
        self,
        *anchors: Authority | TrustAnchor,
        date: datetime = NOW - 30 * DAY,
        **by_store: Sequence[Authority | TrustAnchor],
    ) -> dict[str, AnchorStore]:
        return {
            name: AnchorStore(name, date, "made here", "0" * 64, tuple(map(_anchor, by_store.get(name, anchors))))
            for name in STORES
        }

    def case(
        self, *observations: Observation, known: Iterable[tuple[Certificate, Source]] = (), **more: Any
    ) -> CaseFile:
        presented = [
            PoolEntry(one, frozenset({Source.ELSEWHERE}), (seen.id,))
            for seen in observations
            for one in seen.presented_chain
            if isinstance(one, Certificate)
        ]
        pool = Pool.merge((*presented, *(PoolEntry(one, frozenset({source})) for one, source in known)))
        return CaseFile(**({"target": HOST, "at": NOW, "version": "0"} | more), observations=observations, pool=pool)

    def evidence(
        self,
        *observations: Observation,
        stores: Mapping[str, AnchorStore],
        clients: Sequence[ClientProfile] = CLIENTS,
        now: datetime = NOW,
        **case: Any,
    ) -> Evidence:
        return assess(
            self.case(*observations, **case), stores=stores, clients=tuple(clients), settings=Settings(), now=now
        ).evidence

    def forecast(
        self,
        *observations: Observation,
        stores: Mapping[str, AnchorStore],
        until: datetime | None = None,
        **more: Any,
    ) -> Forecast:
        evidence = self.evidence(*observations, stores=stores, **more)
        return forecast(evidence, until or evidence.now + 1000 * DAY)

    def course(
        self, made: Forecast, client: str, track: Track = Track.AS_IT_STANDS, device: str | None = None
    ) -> Course:
        (found,) = [
            course
            for course in made.courses
            if course.client.id == client
            and course.track is track
            and (course.device.id if course.device else None) == device
        ]
        return found

    def change(self, made: Forecast, turn: Turn, track: Track = Track.AS_IT_STANDS, *, already: bool = False) -> Change:
        """The only one of its kind."""
        (found,) = [one for one in made.of(track) if one.turn is turn and one.already is already]
        return found


def _anchor(one: Authority | TrustAnchor) -> TrustAnchor:
    return one if isinstance(one, TrustAnchor) else TrustAnchor(one.certificate)


@pytest.fixture
def sky() -> Sky:
    return Sky()


@pytest.fixture(scope="session")
def staged() -> Forecast:
    """A public chain: the leaf ends in 80 days, its intermediate in 400; a cross-sign saves nobody."""
    sky = Sky()
    root = sky.root("Example Root", owner="Example Trust")
    middle = sky.ca(root, "Example Issuing CA", NOW + 400 * DAY, owner="Example Trust")
    leaf = sky.leaf(middle)
    seen = [sky.seen(leaf, middle.certificate, port=port) for port in PORTS]
    return sky.forecast(*seen, stores=sky.stores(root))


EVIL = "\x1b[31mred\x1b[0m \u202elive\u2069 \x9b2J <b>&\"';,\\n " + "very-" * 60


@pytest.fixture(scope="session")
def samples(staged: Forecast) -> dict[str, Forecast]:
    """Forecasts of every kind, by name."""
    sky = Sky()
    old, new = sky.root("Go Old Root", begins=datetime(2009, 9, 1, tzinfo=UTC)), sky.root("New Root")
    middle = sky.ca(new, "Issuing CA")
    cross = sky.cross(old, new, NOW + 50 * DAY)
    leaf = sky.leaf(middle, NOW + 300 * DAY, extended_key_usage=("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"))
    saved = sky.forecast(sky.seen(leaf, middle.certificate, cross), stores=sky.stores(new, java=(old,), chrome=(old,)))
    trap = TrustAnchor(new.certificate, distrust_after=NOW - 5 * DAY, disallowed_from=NOW + 60 * DAY)
    traps = sky.forecast(sky.seen(leaf, middle.certificate), stores=sky.stores(new, mozilla=(trap,)))
    own = sky.forecast(sky.seen(sky.own(NOW + 100 * DAY)), stores=sky.stores())
    over = sky.leaf(middle, NOW - DAY, NOW - 80 * DAY)
    two = sky.forecast(
        sky.seen(leaf, middle.certificate), sky.seen(over, middle.certificate, port=25), stores=sky.stores(new)
    )
    hostile = sky.forecast(
        sky.seen(sky.leaf(sky.ca(new, EVIL[:60]), NOW + 30 * DAY, common_name=EVIL[:60])),
        stores=sky.stores(new),
        target=EVIL,
    )
    calm = sky.forecast(sky.seen(leaf, middle.certificate), stores=sky.stores(new), until=NOW + 30 * DAY)
    nothing = sky.forecast(sky.refused(), stores=sky.stores(new))
    return {
        "staged": staged,
        "saved": saved,
        "traps": traps,
        "own": own,
        "two": two,
        "hostile": hostile,
        "calm": calm,
        "nothing": nothing,
    }
