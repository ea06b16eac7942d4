"""By which names servers are met, and what is wrong with the names in their certificates."""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.served import looked_at
from mailtrust.core.rules.grounds.weight import Hurt, observations_with, weigh
from mailtrust.core.validation.names.rfc9525 import names_rfc9525


@frozen
class Met:
    """One name (or address) by which servers were met, with every observation that showed a readable leaf."""

    host: str
    observations: tuple[tuple[Observation, Certificate], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The observations' ids."""
        return tuple(seen.id for seen, _ in self.observations)

    def leaves(self) -> tuple[Certificate, ...]:
        """The server certificates, each once."""
        return tuple({leaf.fingerprint: leaf for _, leaf in self.observations}.values())

    def only(self, ids: Iterable[str]) -> "Met":
        """The same, narrowed to some observations."""
        wanted = set(ids)
        return Met(self.host, tuple((seen, leaf) for seen, leaf in self.observations if seen.id in wanted))


def met_under(host: str, names: Iterable[str]) -> bool:
    """Whether a certificate for these names is one for this host."""
    wanted, known = host.lower(), {name.lower() for name in names}
    return wanted in known or f"*.{wanted.partition('.')[2]}" in known


def hosts_met(evidence: Evidence) -> tuple[Met, ...]:
    """Every host, in the order met."""
    hosts: dict[str, list[tuple[Observation, Certificate]]] = {}
    for seen in looked_at(evidence):
        leaf = evidence.leaf(seen)
        if isinstance(leaf, Certificate):
            hosts.setdefault(seen.endpoint.reference_identifier, []).append((seen, leaf))
    return tuple(Met(host, tuple(where)) for host, where in hosts.items())


def over_hosts(evidence: Evidence, rule: str, look: Callable[[Met], Iterable[RuleResult]]) -> Iterator[RuleResult]:
    """Ask `look` about every host; no answer means that it passed."""
    hosts = hosts_met(evidence)
    if not hosts:
        yield NotApplicable(rule, text("No server presented a certificate that could be read."))
    for met in hosts:
        found = tuple(look(met))
        yield from found or (Passed(rule, met.host, met.ids),)


def wrongly_named(evidence: Evidence, met: Met, code: str) -> Met | None:
    """Where the name is not in the certificate, in the way that `code` says, to the standard or to some client."""
    by_standard = {
        seen.id
        for seen, leaf in met.observations
        for reason in names_rfc9525(leaf, met.host, None)
        if reason.code == code
    }
    by_clients = observations_with(evidence, {code}, met.ids)
    narrowed = met.only(by_standard.union(by_clients))
    return narrowed if narrowed.observations else None


def weigh_name(met: Met, hurt: Hurt) -> Severity:
    """As `weigh`; but a name that nobody named, only guessed from custom, hurts no more than a warning's worth."""
    severity = weigh(hurt)
    guessed = all(seen.endpoint.found_by == "usual-name" for seen, _ in met.observations)
    return Severity.WARNING if guessed and severity.rank > Severity.WARNING.rank else severity


def is_address(name: str) -> bool:
    """Whether a name is an IP literal."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
