"""Which TLSA records are looked at: of every port that was seen, and of the certificate's other names."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from tests.renew.small_world import authority

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.problem import CouldNotLook
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed
from mailtrust.edge.lookup.dns_update import RecordSet
from mailtrust.flows.renewal_dns import places_of

MAIL, MX = "mail.example.com", "mx.example.com"
RECORD = "3 1 1 " + "ab" * 32


@dataclass
class Editor:
    """The zone's own server, which knows of some names only."""

    zone: dict[str, str]
    asked: list[str] = field(default_factory=list)

    def seen(self, name: str, record_type: str) -> RecordSet:
        self.asked.append(name)
        if name not in self.zone:
            raise CouldNotLook(text("That is not my zone."))
        return RecordSet(name, record_type, (self.zone[name],), 300)

    def add(self, name: str, record_type: str, value: str, ttl: int) -> None:
        raise AssertionError(name)

    def remove(self, name: str, record_type: str, value: str) -> None:
        raise AssertionError(name)


def seen(port: int) -> Observation:
    endpoint = Endpoint(MAIL, port, Protocol.SMTP, TlsMode.STARTTLS, "192.0.2.1", MAIL, "given")
    shown = Handshake("TLSv1.3", "", (authority().certificate,), None, key_proven=True, completed=True)
    return Observation(endpoint, Offer.DEFAULT, datetime.now(UTC), shown)


async def test_every_port_and_every_name() -> None:
    resolver = FakeResolver(others={(f"_25._tcp.{MX}", "TLSA"): Found((RECORD,), ttl=60)})
    editor = Editor({f"_2525._tcp.{MAIL}": RECORD})
    found = {
        place.name: place for place in await places_of([seen(2525)], (MAIL, MX, "*.example.com"), resolver, editor)
    }
    assert (found[f"_2525._tcp.{MAIL}"].ttl, len(found[f"_2525._tcp.{MAIL}"].records)) == (300, 1)
    assert (found[f"_25._tcp.{MX}"].ttl, len(found[f"_25._tcp.{MX}"].records)) == (60, 1)
    assert f"_25._tcp.{MAIL}" in found
    assert not any("*" in name for name in found)
    assert set(editor.asked) == set(found)


async def test_nobody_knows() -> None:
    resolver = FakeResolver(others={(f"_465._tcp.{MX}", "TLSA"): LookupFailed(text("SERVFAIL"))})
    with pytest.raises(CouldNotLook, match="SERVFAIL"):
        await places_of([seen(25)], (MX,), resolver, None)
