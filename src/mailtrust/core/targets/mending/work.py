"""What a remedy comes to on servers that are known: which place serves which chain, which setting changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Cannot, ConfiguredCertificate, Files
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.plan import KeySource, OnServer
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    ServeChain,
    ServeSameCertificate,
    Step,
    TrustAnchorOnClients,
    UseName,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.hosts import met_under
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.taking_up import waiting
from mailtrust.core.targets.configured import Balancer
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.x509.withheld_keys import mark_of

Chain = tuple[Certificate, ...]
"""Leaf first, without the root."""


@frozen
class Material:
    """A certificate that somebody has got already, with its chain and the place of its key."""

    chain: Chain
    key: KeySource | None
    """None: it is on the servers already, if anywhere."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is for."""
        return *self.chain[0].dns_names, *self.chain[0].ip_addresses


@dataclass(frozen=True)
class ServeThis:
    """A place shall serve this chain."""

    server: Surveyed
    place: ConfiguredCertificate
    chain: Chain
    key: KeySource | None
    """None: the key that it has stays."""


@dataclass(frozen=True)
class NameThese:
    """A place shall name files that are there already."""

    server: Surveyed
    place: ConfiguredCertificate
    files: Files


@dataclass(frozen=True)
class SetUp:
    """A setting of the product."""

    server: Surveyed
    goal: ConfigureServer
    places: tuple[ConfiguredCertificate, ...]
    ports: tuple[int, ...]


@dataclass(frozen=True)
class TakeUp:
    """What is configured is right; the program has not taken it up."""

    server: Surveyed


Task = ServeThis | NameThese | SetUp | TakeUp


@dataclass(frozen=True)
class Work:
    """One cure, carried out."""

    cures: tuple[str, ...]
    """Finding ids, as the remedy promises it."""
    tasks: tuple[Task, ...]
    presented: Mapping[str, Chain] = field(default_factory=dict)
    """What each observation will show then, by its id."""
    declared: tuple[str, ...] = ()
    """Findings that it cures, though no supposed chain can show it."""
    by_people: tuple[Step, ...] = ()
    """What people do instead, where mailtrust reaches no file."""


@frozen
class NotFromHere:
    """Why a remedy cannot be carried out by mailtrust: it stays with people."""

    cures: tuple[str, ...]
    """The findings that it would cure."""
    why: Text


def work_of(
    remedy: Remedy, evidence: Evidence, servers: Sequence[Surveyed], material: Material | None
) -> Work | NotFromHere:
    """What the remedy comes to, or why nothing can be done from here."""
    seen = [one for one in evidence.case.observations if one.id in remedy.observations]
    match remedy.goal:
        case TrustAnchorOnClients():
            return NotFromHere(remedy.cures, text("This is done at the clients: mailtrust trust makes what they need."))
        case UseName():
            return NotFromHere(remedy.cures, text("This is done in the settings of the clients, not on a server."))
    covered = [(one, server) for one in seen for server in servers if server.serves(one.endpoint)]
    if not covered or {one.id for one, _ in covered} != {one.id for one in seen}:
        return _by_people(remedy, evidence, seen, material)
    if (through := passed_through(covered)) is not None:
        return NotFromHere(remedy.cures, through)
    if material is not None and _replaces(remedy, seen, material, evidence):
        return _replaced(remedy, evidence, covered, material)
    if not isinstance(remedy.goal, ConfigureServer) and (ready := _not_taken_up(remedy, evidence, covered)):
        return ready
    match remedy.goal:
        case ServeChain(leaf=leaf, intermediates=intermediates) if remedy.safe:
            chain = tuple(evidence.certificates[one] for one in (leaf, *intermediates))
            return _chained(remedy, evidence, covered, chain)
        case ServeSameCertificate(leaf=leaf):
            return _same(remedy, evidence, covered, evidence.certificates[leaf], servers)
        case ConfigureServer():
            return _set_up(remedy, remedy.goal, evidence, covered)
        case ReplaceCertificate():
            return NotFromHere(
                remedy.cures,
                text("It needs another certificate: give it with --with FILE, and its key with --key FILE."),
            )
    return NotFromHere(remedy.cures, remedy.decision or text("It needs a decision first."))


def _by_people(
    remedy: Remedy, evidence: Evidence, seen: Sequence[Observation], material: Material | None
) -> Work | NotFromHere:
    """The steps of the report, for a person at the console, with what will be presented then."""
    match remedy.goal:
        case ConfigureServer() if remedy.safe:
            return Work(remedy.cures, (), declared=remedy.cures, by_people=remedy.steps)
        case ServeChain(leaf=leaf, intermediates=intermediates) if remedy.safe:
            chain = tuple(evidence.certificates[one] for one in (leaf, *intermediates))
        case ReplaceCertificate() if material is not None and _replaces(remedy, seen, material, evidence):
            chain = material.chain
        case _:
            return NotFromHere(
                remedy.cures, remedy.decision or text("No server of which files can be reached serves this.")
            )
    return Work(remedy.cures, (), dict.fromkeys(remedy.observations, chain), by_people=remedy.steps)


Covered = Sequence[tuple[Observation, Surveyed]]


def _replaces(remedy: Remedy, seen: Sequence[Observation], material: Material, evidence: Evidence) -> bool:
    """Whether what was given is meant for this: it has the names by which these ports are met."""
    if isinstance(remedy.goal, ConfigureServer):
        return False
    old = {leaf.fingerprint for one in seen if isinstance(leaf := evidence.leaf(one), Certificate)}
    return old != {material.chain[0].fingerprint} and all(met_under(one.endpoint.host, material.names) for one in seen)


def _replaced(remedy: Remedy, evidence: Evidence, covered: Covered, material: Material) -> Work | NotFromHere:
    tasks: list[Task] = []
    for one, server in covered:
        key = material.key
        if key is None:
            path = server.keys.get(mark_of(material.chain[0]))
            if path is None:
                return NotFromHere(
                    remedy.cures,
                    text(
                        "The key of the new certificate is in none of the files of {server}: give it with --key FILE.",
                        server=server.server.name,
                    ),
                )
            key = OnServer(path)
        tasks += [
            ServeThis(server, place, material.chain, key)
            for place in server.places_at(one.endpoint, _readable(evidence, one))
        ]
    return _done(remedy, evidence, covered, tasks, material.chain)


def _not_taken_up(remedy: Remedy, evidence: Evidence, covered: Covered) -> Work | None:
    """Where every port has another certificate, or another chain, in its files than on the wire, and a better one."""
    presented: dict[str, Chain] = {}
    for one, server in covered:
        if server.product.take_up(server.server) is None:
            return None
        here = server.places_at(one.endpoint, None)
        files = [chain for place in here if (chain := server.chain_of(place))]
        better = waiting(files, one.presented_chain, evidence.now)
        if better is None:
            return None
        presented[one.id] = better
    servers = dict.fromkeys(server for _, server in covered)
    return Work(remedy.cures, tuple(map(TakeUp, servers)), presented)


def _chained(remedy: Remedy, evidence: Evidence, covered: Covered, chain: Chain) -> Work | NotFromHere:
    tasks = [
        ServeThis(server, place, chain, None)
        for one, server in covered
        for place in server.places_at(one.endpoint, chain[0])
        if server.leaf_of(place) == chain[0]
    ]
    return _done(remedy, evidence, covered, tasks, chain)


def _same(
    remedy: Remedy, evidence: Evidence, covered: Covered, leaf: Certificate, servers: Sequence[Surveyed]
) -> Work | NotFromHere:
    """The files that serve the right certificate elsewhere on the same machine, named here too."""
    tasks: list[Task] = []
    chain: Chain = (leaf,)
    for one, server in covered:
        found = next(
            (
                (other, place)
                for other in servers
                if other.server.reach == server.server.reach
                for place in other.places
                if other.leaf_of(place) == leaf
            ),
            None,
        )
        if found is None:
            return NotFromHere(
                remedy.cures,
                text(
                    "No file of {server} holds {leaf}: give it with --with FILE, and its key with --key FILE.",
                    server=server.server.name,
                    leaf=called_leaf(leaf),
                ),
            )
        other, source = found
        chain = other.chain_of(source)
        for place in server.places_at(one.endpoint, _readable(evidence, one)):
            together = place.key_file == place.chain_file, source.key_file == source.chain_file
            apart = place.issuers_file or source.issuers_file or place.in_place
            if together[0] == together[1] and not apart:
                tasks.append(NameThese(server, place, Files(source.chain_file, source.key_file)))
            else:
                tasks.append(ServeThis(server, place, chain, OnServer(source.key_file)))
    return _done(remedy, evidence, covered, tasks, chain)


def _set_up(remedy: Remedy, goal: ConfigureServer, evidence: Evidence, covered: Covered) -> Work | NotFromHere:
    by_server: dict[Surveyed, list[Observation]] = {}
    for one, server in covered:
        by_server.setdefault(server, []).append(one)
    tasks: list[Task] = []
    for server, seen in by_server.items():
        places = tuple(dict.fromkeys(place for one in seen for place in _concerned(goal, server, one, evidence)))
        ports = tuple(dict.fromkeys(one.endpoint.connect_port or one.endpoint.port for one in seen))
        answer = server.product.set_up(server.server, server.facts, goal, places, ports)
        if isinstance(answer, Cannot):
            return NotFromHere(remedy.cures, answer.why)
        if not answer:
            return NotFromHere(
                remedy.cures, text("{server} is configured like that already.", server=server.server.name)
            )
        tasks.append(SetUp(server, goal, places, ports))
    return Work(remedy.cures, tuple(tasks), declared=remedy.cures)


def _concerned(
    goal: ConfigureServer, server: Surveyed, one: Observation, evidence: Evidence
) -> tuple[ConfiguredCertificate, ...]:
    if goal.setting == "send-sni-certificate":  # the place that shall speak for all, not the one that does today
        return server.places_at(one.endpoint, None)
    return server.places_at(one.endpoint, _readable(evidence, one))


def _readable(evidence: Evidence, one: Observation) -> Certificate | None:
    leaf = evidence.leaf(one)
    return leaf if isinstance(leaf, Certificate) else None


def passed_through(covered: Covered) -> Text | None:
    """What to do where a balancer ends no TLS at one of these ports."""
    for one, server in covered:
        if isinstance(server.product, Balancer):
            through = server.product.passes_through(server.server, server.facts, one.endpoint)
            if through is not None:
                return through
    return None


def _done(
    remedy: Remedy, evidence: Evidence, covered: Covered, tasks: Sequence[Task], chain: Chain
) -> Work | NotFromHere:
    if not tasks:
        return NotFromHere(
            remedy.cures,
            text(
                "In the configuration of {servers} no place was found that serves these ports.",
                servers=tuple(dict.fromkeys(server.server.name for _, server in covered)),
            ),
        )
    # What other ports show from the same place changes with it.
    leaves = {evidence.leaf(one) for one, _ in covered}
    hosts = {server for _, server in covered}
    shown = {
        one.id: chain
        for one in evidence.case.observations
        if one.id in remedy.observations
        or (evidence.leaf(one) in leaves and any(server.serves(one.endpoint) for server in hosts))
    }
    return Work(remedy.cures, tuple(dict.fromkeys(tasks)), shown)
