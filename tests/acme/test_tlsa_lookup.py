"""Which TLSA records are asked for before a renewal."""

from __future__ import annotations

import hashlib
from typing import Any

from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed
from mailtrust.flows.acme_tlsa import NOTHING_PUBLISHED, look_up


def chain_of(caseworld: Any, *names: str) -> tuple[Any, ...]:
    return caseworld.leaf(*names), caseworld.intermediate.certificate


async def test_every_name_but_wildcards_at_every_mail_port(caseworld: Any) -> None:
    resolver = FakeResolver()
    standing = await look_up(resolver, chain_of(caseworld, "a.example.com", "*.example.com"))
    asked = {name for _, name in resolver.asked}
    assert asked >= {"_25._tcp.a.example.com", "_993._tcp.a.example.com"}
    assert not [name for name in asked if "*" in name]
    assert standing.pins == NOTHING_PUBLISHED.pins
    assert not standing.keeps_key


async def test_a_record_of_the_key_or_no_answer_keeps_it(caseworld: Any) -> None:
    chain = chain_of(caseworld)
    record = f"3 1 1 {hashlib.sha256(chain[0].public_key.spki).hexdigest()}"
    place = f"_25._tcp.{caseworld.host}"
    pinned = await look_up(FakeResolver(others={(place, "TLSA"): Found((record,))}), chain)
    assert pinned.pins.key == (place,)
    assert pinned.keeps_key
    silent = await look_up(FakeResolver(others={(place, "TLSA"): LookupFailed(text("no answer"))}), chain)
    assert not silent.pins.key
    assert silent.keeps_key


async def test_records_that_cannot_be_read_hold_on_to_nothing(caseworld: Any) -> None:
    place = f"_25._tcp.{caseworld.host}"
    standing = await look_up(FakeResolver(others={(place, "TLSA"): Found(("rubbish",))}), chain_of(caseworld))
    assert not standing.keeps_key
