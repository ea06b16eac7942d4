"""By which names servers are met, and what is wrong with the names in their certificates."""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address, ip_network

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.served import looked_at
from mailtrust.core.rules.grounds.weight import Hurt, observations_with, weigh
from mailtrust.core.validation.names.rfc9525 import names_rfc9525

INTERNAL_DOMAINS = frozenset(
    {
        "local",  # RFC 6762 3: multicast DNS
        "internal",  # reserved by ICANN for private use, July 2024
        "home.arpa",  # RFC 8375
        "corp", "home", "mail",  # never to be delegated (ICANN, February 2018)
        "lan", "intranet", "private", "localdomain",  # RFC 6762 appendix G: in private use, not in the root
    }
)  # fmt: skip
"""What private names end with. Public CAs certify none of them since November 2015 (TLS Baseline Requirements)."""

INTERNAL_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # RFC 1918
        "100.64.0.0/10",  # RFC 6598
        "169.254.0.0/16",  # RFC 3927
        "fc00::/7",  # RFC 4193
        "fe80::/10",  # RFC 4291 2.5.6
    )
)  # fmt: skip


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


def is_internal(name: str) -> bool:
    """Whether a name or address means something inside one network only; `localhost` is no client's server at all."""
    bare = name.strip("[]").rstrip(".").lower()
    try:
        address = ip_address(bare)
    except ValueError:
        labels = bare.split(".")
        if len(labels) == 1:
            return bare not in ("", "localhost", "*")
        return labels[-1] in INTERNAL_DOMAINS or ".".join(labels[-2:]) in INTERNAL_DOMAINS
    return any(address in network for network in INTERNAL_NETWORKS)
