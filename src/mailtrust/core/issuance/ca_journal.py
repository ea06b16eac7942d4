"""The journal of a private CA: lines of JSON, each with the hash of the one before. It is the truth; files follow it.

An act counts from the moment that its line is on the disk, and no certificate leaves the CA before. Nothing is ever
changed or removed. A changed line breaks the chain; a journal that was cut shows only to who knows its head.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from msgspec import Struct

from mailtrust.core.formats.hash_chain import ChainBroken, Link, moment, read_chain, write_link
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.private_ca import AuthorityName, CaSettings, CaState, IssuedRecord, RevocationRecord
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.parse import read_certificate

MOST_OCTETS = 256 * 2**20


class Created(Struct, tag="created", tag_field="event", kw_only=True):
    """The CA was made."""

    title: str
    organisation: str | None
    domains: list[str]
    networks: list[str]
    url: str | None
    root: bytes
    issuing: bytes


class Issued(Struct, tag="issued", tag_field="event", kw_only=True):
    """A certificate was issued."""

    certificate: bytes
    profile: str
    request: str | None
    """SHA-256 of the request; None for a renewal with the same key."""
    renews: str | None = None
    """Serial number of the one before, in hex."""


class Revoked(Struct, tag="revoked", tag_field="event", kw_only=True):
    """A certificate was taken back."""

    serial: str
    authority: AuthorityName
    reason: str


class Listed(Struct, tag="listed", tag_field="event", kw_only=True):
    """A revocation list was signed."""

    authority: AuthorityName
    number: int
    next_update: datetime
    sha256: str


class Entrusted(Struct, tag="entrusted", tag_field="event", kw_only=True):
    """An OCSP responder was given a certificate."""

    certificate: bytes


Event = Created | Issued | Revoked | Listed | Entrusted


class Entry(Link, kw_only=True):
    """One line."""

    act: Event


@frozen
class Journal:
    """A journal that was read and whose chain holds."""

    created: Created
    """What its first entry tells."""
    entries: tuple[Entry, ...]
    head: str


class JournalProblem(UserProblem):
    """The journal cannot be believed; the message names the line."""


def read_journal(data: bytes) -> Journal:
    """Read whole lines, of which each must fit the one before. Raises JournalProblem."""
    try:
        entries, head = read_chain(data, Entry)
    except ChainBroken as broken:
        raise _broken(broken.number, broken.why) from None
    for entry in entries:
        if (entry.n == 1) is not isinstance(entry.act, Created):
            raise _broken(entry.n, text("it stands in the wrong place"))
    created = entries[0].act if entries else None
    if not isinstance(created, Created):
        raise _broken(1, text("there is none"))
    return Journal(created, entries, head)


def write_entry(act: Event, *, number: int, at: datetime, by: str, head: str) -> bytes:
    """One line, its line feed included."""
    return write_link(Entry(n=number, at=moment(at), by=by, prev=head, act=act))


def state_of(journal: Journal) -> CaState:
    """What the entries add up to. Raises JournalProblem where a certificate in them cannot be read."""
    act = journal.created
    state = CaState(
        settings=CaSettings(act.title, act.organisation, tuple(act.domains), tuple(act.networks), act.url),
        root=_certificate(act.root, 1),
        issuing=_certificate(act.issuing, 1),
        issued={},
        revoked={},
        list_numbers={},
        responder=None,
        entries=len(journal.entries),
        head=journal.head,
    )
    for entry in journal.entries:
        state = _after(state, entry)
    return state


def describe(entry: Entry) -> Text:
    """An entry for people."""
    match entry.act:
        case Created(title=title):
            return text("made the CA {title}", title=title)
        case Issued(certificate=octets, profile=profile):
            one = _certificate(octets, entry.n)
            return text(
                "issued {serial} ({profile}) for {names}, until {date}",
                serial=f"{one.serial:x}",
                profile=profile,
                names=(*one.dns_names, *one.ip_addresses),
                date=one.not_after.date(),
            )
        case Revoked(serial=serial, reason=reason):
            return text("revoked {serial}: {reason}", serial=serial, reason=reason)
        case Listed(authority=authority, number=number, next_update=until):
            return text(
                "signed revocation list {number} of the {authority} CA, until {until}",
                number=number,
                authority=authority,
                until=until,
            )
        case Entrusted(certificate=octets):
            return text("gave the OCSP responder a certificate, until {date}",
                        date=_certificate(octets, entry.n).not_after.date())  # fmt: skip


def _after(state: CaState, entry: Entry) -> CaState:
    match entry.act:
        case Issued(certificate=octets, profile=profile):
            one = _certificate(octets, entry.n)
            state.issued[one.serial] = IssuedRecord(one, profile, entry.at)
        case Revoked(serial=serial, authority=authority, reason=reason):
            number = int(serial, 16)
            state.revoked.setdefault(number, RevocationRecord(number, authority, entry.at, reason))
        case Listed(authority=authority, number=number):
            state.list_numbers[authority] = number
        case Entrusted(certificate=octets):
            return replace(state, responder=_certificate(octets, entry.n))
        case Created():
            pass
    return state


def _certificate(octets: bytes, number: int) -> Certificate:
    read = read_certificate(octets)
    if not isinstance(read, Certificate):
        raise _broken(number, text("its certificate cannot be read"))
    return read


def _broken(number: int, why: Text) -> JournalProblem:
    return JournalProblem(
        text(
            "The journal of the CA cannot be believed at line {number}: {why}. Nothing was done. Take the folder from "
            "a backup, and find out what happened to it.",
            number=number,
            why=why,
        )
    )


def revoked_by(state: CaState, authority: AuthorityName) -> Iterable[RevocationRecord]:
    """What an authority has taken back."""
    return (one for one in state.revoked.values() if one.by == authority)
