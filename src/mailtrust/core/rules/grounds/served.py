"""Which server certificates are served, with which chains, and where: one cause on nine ports is one thing to mend."""

from collections.abc import Callable, Iterable, Iterator

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, RuleResult, Unknown
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import text

Chain = tuple[AnyCertificate, ...]

SUBJECT_LENGTH = 16
"""Hex digits of a fingerprint that tell two certificates of a report apart."""


@frozen
class Served:
    """One server certificate and every observation that shows it."""

    leaf: Certificate
    observations: tuple[Observation, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The observations' ids."""
        return tuple(seen.id for seen in self.observations)

    @property
    def subject(self) -> str:
        """What tells this leaf from another in a report."""
        return self.leaf.fingerprint[:SUBJECT_LENGTH]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names or addresses by which it was met, each once."""
        return tuple(dict.fromkeys(seen.endpoint.host for seen in self.observations))

    def chains(self) -> tuple[tuple[Chain, tuple[Observation, ...]], ...]:
        """Each chain that is sent with this leaf, and where."""
        groups: dict[tuple[str, ...], tuple[Chain, list[Observation]]] = {}
        for seen in self.observations:
            chain = seen.presented_chain
            groups.setdefault(tuple(one.fingerprint for one in chain), (chain, []))[1].append(seen)
        return tuple((chain, tuple(where)) for chain, where in groups.values())


def looked_at(evidence: Evidence) -> tuple[Observation, ...]:
    """What clients of today may meet.

    The default offer's handshake; RSA's and ECDSA's where another leaf came; where the default offer failed, whatever
    handshake was reached. What came without a server name is evidence for `sni-needed` alone.
    """
    return evidence.once(_looked_at)


def _looked_at(evidence: Evidence) -> tuple[Observation, ...]:
    shown = {
        (seen.endpoint.id, seen.presented_chain[0].fingerprint if seen.presented_chain else "")
        for seen, _ in evidence.default_handshakes
    }
    reached = {seen.endpoint.id for seen, _ in evidence.default_handshakes}
    others: dict[tuple[str, str], Observation] = {}
    for seen, _ in evidence.handshakes:
        if seen.offer in (Offer.DEFAULT, Offer.NO_SNI) or not seen.presented_chain:
            continue
        key = (seen.endpoint.id, seen.presented_chain[0].fingerprint)
        if key not in shown and (seen.offer is not Offer.LEGACY or seen.endpoint.id not in reached):
            others.setdefault(key, seen)
    return tuple(
        seen
        for seen in evidence.case.observations
        if (seen.offer is Offer.DEFAULT and isinstance(seen.result, Handshake)) or seen in others.values()
    )


def served_leaves(evidence: Evidence) -> tuple[Served, ...]:
    """Every readable server certificate, in the order met, with all its observations."""
    return evidence.once(_served_leaves)


def _served_leaves(evidence: Evidence) -> tuple[Served, ...]:
    groups: dict[str, tuple[Certificate, list[Observation]]] = {}
    for seen in looked_at(evidence):
        leaf = evidence.leaf(seen)
        if isinstance(leaf, Certificate):
            groups.setdefault(leaf.fingerprint, (leaf, []))[1].append(seen)
    return tuple(Served(leaf, tuple(where)) for leaf, where in groups.values())


@frozen
class Fault:
    """What is wrong in some of the chains that are sent with a leaf."""

    culprits: tuple[Certificate, ...]
    chain: Chain
    """The first chain that has it."""
    observations: tuple[Observation, ...]
    """Where such chains are sent."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The observations' ids."""
        return tuple(seen.id for seen in self.observations)


def fault(served: Served, look: Callable[[Chain], Iterable[Certificate]]) -> Fault | None:
    """Ask `look` about each chain for what is wrong in it, and put the answers together; None when all are well."""
    culprits: dict[str, Certificate] = {}
    chains: list[Chain] = []
    where: list[Observation] = []
    for chain, observations in served.chains():
        if found := tuple(look(chain)):
            culprits.update({one.fingerprint: one for one in found})
            chains.append(chain)
            where.extend(observations)
    return Fault(tuple(culprits.values()), chains[0], tuple(where)) if chains else None


def over_leaves(
    evidence: Evidence, rule: str, look: Callable[[Served], Iterable[Finding | Unknown]]
) -> Iterator[RuleResult]:
    """Ask `look` about every served leaf; no answer means that it passed."""
    leaves = served_leaves(evidence)
    if not leaves:
        yield NotApplicable(rule, text("No server presented a certificate that could be read."))
    for served in leaves:
        found = tuple(look(served))
        yield from found or (Passed(rule, served.subject, served.ids),)


def places(observations: Iterable[Observation]) -> tuple[str, ...]:
    """Where, for people: `mail.example.com:465/993`, each host once."""
    ports: dict[str, dict[int, None]] = {}
    for seen in observations:
        ports.setdefault(_bracketed(seen.endpoint.host), {})[seen.endpoint.port] = None
    return tuple(f"{host}:{'/'.join(map(str, numbers))}" for host, numbers in ports.items())


def place(seen: Observation) -> str:
    """One observation's host and port."""
    return f"{_bracketed(seen.endpoint.host)}:{seen.endpoint.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
