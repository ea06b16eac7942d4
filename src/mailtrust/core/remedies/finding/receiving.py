"""What brings the mail of senders back that honour DANE or MTA-STS, walked in the world as it would be."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from mailtrust.core.discovery.asking import Asking, Judge
from mailtrust.core.discovery.outcome import is_well
from mailtrust.core.discovery.traveller import Traveller, Trip, walk
from mailtrust.core.formats.mta_sts import Policy, policy_url, read_policy
from mailtrust.core.formats.srv import read_mx
from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.walk import (
    Book,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Situation,
    TlsAnswer,
    TlsQuestion,
    Walk,
)
from mailtrust.core.remedies.finding.changes import Change, NameInPolicy, PublishTlsa, SupposedBook
from mailtrust.core.validation.tlsa_rollover import advised, fits

MOST_CHANGES = 4
MOST_HOSTS = 10


@frozen
class Receiving:
    """The fewest changes after which the fewest senders stay away."""

    address: str
    changes: tuple[Change, ...]
    walks: tuple[Walk, ...]
    """The senders' ways afterwards."""
    left_out: tuple[str, ...]
    """Senders that stay away all the same, as by an expired certificate: what a policy demands no record changes."""


@frozen
class Senders:
    """The mail servers that walk, and over what."""

    travellers: tuple[Traveller, ...]
    judges: Mapping[str, Judge]
    """Of each, by id."""
    situation: Situation
    book: Book


def mend_receiving(address: str, senders: Senders) -> Receiving | None:
    """The least that helps; None where nothing is wrong, or no record and no policy is to blame. Pure."""
    today = _outcome(address, senders, ())
    if today is None or not today.left_out:
        return None
    possible = tuple(_possible(address.rpartition("@")[2], senders.book))[: 2 * MOST_HOSTS]
    best = today
    for size in range(1, min(len(possible), MOST_CHANGES) + 1):
        for changes in combinations(possible, size):
            found = _outcome(address, senders, changes)
            if found is not None and len(found.left_out) < len(best.left_out):
                best = found
    return best if best.changes else None


def _possible(domain: str, book: Book) -> Iterator[Change]:
    mx = book.get(DnsQuestion(domain, "MX"))
    hosts = tuple(dict.fromkeys(one.exchange for one in read_mx(mx.records if isinstance(mx, DnsAnswer) else ())))[
        :MOST_HOSTS
    ]
    for host in hosts:
        place = f"_25._tcp.{host}"
        answer, chain = book.get(DnsQuestion(place, "TLSA")), _shown_at(host, book)
        records = read_tlsa(answer.records) if isinstance(answer, DnsAnswer) else ()
        if isinstance(answer, DnsAnswer) and records and chain and not any(fits(one, chain) for one in records):
            yield PublishTlsa(place, advised(chain[0]).text, answer.records, answer.ttl or 0)
    page = book.get(HttpQuestion(policy_url(domain)))
    policy = read_policy(page.body) if isinstance(page, HttpAnswer) and page.status == 200 else None
    if isinstance(policy, Policy) and (missing := tuple(host for host in hosts if not policy.names(host))):
        yield NameInPolicy(domain, missing)


def _shown_at(host: str, book: Book) -> tuple[Certificate, ...]:
    for question, answer in book.items():
        if isinstance(question, TlsQuestion) and isinstance(answer, TlsAnswer):
            chain = answer.observation.presented_chain
            if (question.host, question.port) == (host, 25) and chain and isinstance(chain[0], Certificate):
                return tuple(one for one in chain if isinstance(one, Certificate))
    return ()


def _outcome(address: str, senders: Senders, changes: tuple[Change, ...]) -> Receiving | None:
    """None where the book does not reach."""
    walks = []
    left_out = []
    supposed = SupposedBook(senders.book, changes)
    for sender in senders.travellers:
        found = walk(Trip(sender, Asking(supposed, senders.judges[sender.id]), senders.situation, address))
        if found is None:
            return None
        walks.append(found)
        if is_well(found, sender) is False:
            left_out.append(sender.id)
    return Receiving(address, changes, tuple(walks), tuple(left_out))
