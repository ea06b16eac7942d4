"""What a domain publishes for mail servers, as a book of answers has it."""

from mailtrust.core.formats.mta_sts import Fault, Policy, policy_url, read_policy
from mailtrust.core.formats.srv import read_mx
from mailtrust.core.formats.tlsa import Tlsa, read_tlsa
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.walk import DnsAnswer, DnsQuestion, HttpAnswer, HttpQuestion, TlsAnswer, TlsQuestion
from mailtrust.core.model.walk_evidence import WalkEvidence


@frozen
class Published:
    """The TLSA records of one MX host, and what DNSSEC makes of the way to them."""

    host: str
    records: tuple[Tlsa, ...]
    ttl: int
    """Seconds; see `ttl_by`."""
    secure: bool
    """DNSSEC vouches for MX, address and TLSA records (RFC 7672 2.2)."""
    claimed: bool
    """A resolver says so whose word does not count."""
    unsigned: tuple[str, ...]
    """The names for whose answers nobody vouches."""
    ttl_by: str
    """The zone's own server that said the TTL; empty: it is what is left of it in a resolver's memory."""


def dns(evidence: WalkEvidence, name: str, kind: str) -> DnsAnswer | None:
    """The answer in the book, or None where nobody asked."""
    answer = evidence.book.get(DnsQuestion(name, kind))  # type: ignore[arg-type]
    return answer if isinstance(answer, DnsAnswer) else None


def mx_hosts(evidence: WalkEvidence) -> tuple[str, ...]:
    """The hosts that take the domain's mail, best first (RFC 5321 5.1); none where it takes none (RFC 7505)."""
    answer = dns(evidence, evidence.domain, "MX")
    if answer is None or answer.status == "failed":
        return ()
    if answer.status == "no-data":
        return (evidence.domain,)
    return tuple(dict.fromkeys(one.exchange for one in read_mx(answer.records) if one.exchange != "."))


def published(evidence: WalkEvidence) -> tuple[Published, ...]:
    """The TLSA records of every MX host that has some."""
    found = []
    mx = dns(evidence, evidence.domain, "MX")
    for host in mx_hosts(evidence):
        name = f"_25._tcp.{host}"
        tlsa, address = dns(evidence, name, "TLSA"), dns(evidence, host, "A")
        records = read_tlsa(tlsa.records) if tlsa is not None else ()
        if not records or mx is None or tlsa is None or address is None:
            continue
        ways = ((evidence.domain, mx), (host, address), (name, tlsa))
        unsigned = tuple(where for where, answer in ways if not answer.secure)
        claimed = bool(unsigned) and all(answer.secure or answer.claimed for _, answer in ways)
        found.append(Published(host, records, tlsa.ttl or 0, not unsigned, claimed, unsigned, tlsa.ttl_by))
    return tuple(found)


def at_port_25(evidence: WalkEvidence, host: str) -> Observation | None:
    """The handshake with an MX host."""
    for question, answer in evidence.book.items():
        if isinstance(question, TlsQuestion) and isinstance(answer, TlsAnswer):
            met = (question.host, question.port) == (host, 25)
            if met and isinstance(answer.observation.result, Handshake):
                return answer.observation
    return None


def policy(evidence: WalkEvidence) -> Policy | None:
    """The MTA-STS policy that can be read where it should stand, whatever the certificate there."""
    answer = evidence.book.get(HttpQuestion(policy_url(evidence.domain)))
    if not isinstance(answer, HttpAnswer) or answer.status != 200:
        return None
    read = read_policy(answer.body)
    return None if isinstance(read, Fault) else read
