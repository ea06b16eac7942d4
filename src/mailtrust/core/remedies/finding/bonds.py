"""What holds on to the mail server's certificate of today: TLSA records, and MTA-STS policies in force.

A new certificate must not come into service before these have been thought of: senders that honour them stay away
otherwise (RFC 7672 2.2, RFC 8461 5), which no client's user ever sees.
"""

from collections.abc import Iterator, Mapping, Sequence

from mailtrust.core.formats.mta_sts import Policy, policy_url, read_policy
from mailtrust.core.formats.srv import read_mx
from mailtrust.core.formats.tlsa import Tlsa, read_tlsa
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.walk import (
    Book,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    TlsAnswer,
    TlsQuestion,
)
from mailtrust.core.remedies.finding.server import MailServer
from mailtrust.core.validation.dane_renewal import places_of
from mailtrust.core.validation.tlsa_rollover import Rollover, before_the_next, fits


@frozen
class Pinned:
    """TLSA records at one place that fit the certificate of today, or its chain."""

    place: str
    """Such as _25._tcp.mail.example.com."""
    records: tuple[Tlsa, ...]
    """All that stand there."""
    ttl: int
    """Seconds."""
    ttl_by: str
    """The zone's own server that said it; empty: it is what a resolver had left of it."""
    before: Rollover
    """What is done around a new certificate that keeps the key."""


@frozen
class Bonds:
    """All of it."""

    pinned: tuple[Pinned, ...] = ()
    enforced: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Domains whose MTA-STS policy is enforced, each with the MX hosts at which this certificate is seen."""


NOTHING_HOLDS = Bonds()


def questions(server: MailServer, book: Book) -> tuple[Question, ...]:
    """What has to be asked first: TLSA records for the names of the certificate that exist."""
    names = [name.lower() for name in server.leaf.dns_names]
    there = [name for name in names if getattr(book.get(DnsQuestion(name, "A")), "status", "") == "found"]
    asked = (DnsQuestion(place, "TLSA") for place in places_of(there))
    return tuple(one for one in asked if one not in book)


def bonds_of(server: MailServer, books: Mapping[bool, Book], domains: Sequence[str]) -> Bonds:
    """What the books say of it; what they do not know holds nothing."""
    # Who sends mail from elsewhere sees what is published outside.
    book = books.get(False) or books.get(True, {})
    return Bonds(tuple(_pinned(server, book)), tuple(_enforced(server, book, domains)))


def _pinned(server: MailServer, book: Book) -> Iterator[Pinned]:
    for question, answer in book.items():
        if isinstance(question, DnsQuestion) and question.type == "TLSA" and isinstance(answer, DnsAnswer):
            records = read_tlsa(answer.records)
            if any(fits(record, server.chain) for record in records):
                ttl = answer.ttl or 0
                before = before_the_next(records, ttl, server.chain)
                yield Pinned(question.name, records, ttl, answer.ttl_by, before)


def _enforced(server: MailServer, book: Book, domains: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    showing = {
        question.host
        for question, answer in book.items()
        if isinstance(question, TlsQuestion) and isinstance(answer, TlsAnswer) and _shown(server.leaf, answer)
    }
    for domain in domains:
        answer = book.get(HttpQuestion(policy_url(domain)))
        policy = read_policy(answer.body) if isinstance(answer, HttpAnswer) and answer.status == 200 else None
        mx = book.get(DnsQuestion(domain, "MX"))
        if isinstance(policy, Policy) and policy.mode == "enforce" and isinstance(mx, DnsAnswer):
            hosts = tuple(dict.fromkeys(one.exchange for one in read_mx(mx.records) if one.exchange in showing))
            if hosts:
                yield domain, hosts


def _shown(leaf: Certificate, answer: TlsAnswer) -> bool:
    chain = answer.observation.presented_chain
    return bool(chain) and chain[0].fingerprint == leaf.fingerprint
