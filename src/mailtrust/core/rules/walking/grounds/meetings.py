"""Who met which host on which way, and whom it hurt."""

from collections.abc import Collection, Iterable, Iterator

from mailtrust.core.discovery.outcome import for_servers
from mailtrust.core.formats.url import host_of
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.model.walk import Attempt, HttpAnswer, Meets, Method, TlsAnswer, Walk, flat
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.naming import presented_names
from mailtrust.core.rules.grounds.weight import Hurt

MOST_NAMES = 12
_FOR_MAIL_PROGRAMS = frozenset({"thunderbird", "rfc6186"})


@frozen
class Meeting:
    """One client at one candidate."""

    walk: Walk
    attempt: Attempt
    reached: bool
    """Whether the client comes so far."""

    @property
    def host(self) -> str:
        """The host that it goes to."""
        return host_of(self.attempt.url)

    @property
    def failed(self) -> bool:
        """Whether the certificate there does not hold for this client."""
        verdict = self.attempt.verdict
        return verdict is not None and verdict.outcome in (Outcome.WARNED, Outcome.REFUSED)

    @property
    def codes(self) -> frozenset[str]:
        """Why it does not hold."""
        return frozenset(self.attempt.verdict.error_codes) if self.attempt.verdict is not None else frozenset()


def users_walks(evidence: WalkEvidence) -> tuple[Walk, ...]:
    """Those of mail programs whose way can be known."""
    return tuple(one for one in evidence.walks if not for_servers(one) and one.client not in evidence.unknowable)


def exchange_walks(evidence: WalkEvidence) -> tuple[Walk, ...]:
    """Of these, those of programs that look for Exchange."""
    return tuple(one for one in users_walks(evidence) if one.client.partition("@")[0] not in _FOR_MAIL_PROGRAMS)


def servers_walks(evidence: WalkEvidence, *clients: str) -> tuple[Walk, ...]:
    """Those of other mail servers; of these clients alone where some are named."""
    return tuple(one for one in evidence.walks if for_servers(one) and (not clients or one.client in clients))


def meetings(walks: Iterable[Walk], methods: Collection[Method]) -> Iterator[Meeting]:
    """Every candidate that was come upon by one of the methods, with all that it led to."""
    for walk in walks:
        for place, attempt in enumerate(walk.attempts):
            for one in flat(attempt):
                if one.method in methods:
                    yield Meeting(walk, one, for_servers(walk) or place < walk.reached)


def by_host(met: Iterable[Meeting]) -> dict[str, list[Meeting]]:
    """The meetings at each host, in the order of meeting."""
    found: dict[str, list[Meeting]] = {}
    for one in met:
        if one.host:
            found.setdefault(one.host, []).append(one)
    return found


def hurt_at(evidence: WalkEvidence, met: Iterable[Meeting]) -> Hurt:
    """What these meetings do to whom: who finds nothing is stopped, who sees a warning is asked, others go on."""
    met = tuple(met)
    alike = [walk for walk in evidence.walks if walk.client not in evidence.unknowable]
    of_servers = any(for_servers(one.walk) for one in met)
    judged = {walk.client for walk in alike if for_servers(walk) == of_servers}
    refused = {one.walk.client for one in met if one.reached and one.walk.found is None}
    warned = {one.walk.client for one in met if one.reached and one.attempt.meets is Meets.WARNING}
    if not of_servers:
        refused -= warned
    order = dict.fromkeys(walk.client for walk in alike)
    return Hurt(
        refused=tuple(client for client in order if client in refused),
        warned=tuple(client for client in order if client in warned - refused),
        accepted=tuple(client for client in order if client in judged - refused - warned),
        judged=frozenset(judged),
    )


def seen_at(met: Iterable[Meeting]) -> tuple[str, ...]:
    """The observations that were made there."""
    return tuple(dict.fromkeys(one.attempt.observation for one in met if one.attempt.observation))


def leaves_at(evidence: WalkEvidence, observations: Collection[str]) -> tuple[Certificate, ...]:
    """The certificates that were presented in these observations, each once."""
    found: dict[str, Certificate] = {}
    for answer in evidence.book.values():
        match answer:
            case HttpAnswer(observation=Observation() as seen) | TlsAnswer(observation=seen):
                leaf = seen.presented_chain[0] if seen.presented_chain else None
                if seen.id in observations and isinstance(leaf, Certificate):
                    found.setdefault(leaf.fingerprint, leaf)
            case _:
                pass
    return tuple(found.values())


def codes_at(met: Iterable[Meeting]) -> tuple[str, ...]:
    """Why the certificates there do not hold, for any of the clients."""
    return tuple(sorted(frozenset[str]().union(*(one.codes for one in met))))


def names_in(leaves: Iterable[Certificate]) -> tuple[str, ...]:
    """The names that the certificates carry, as many as a sentence holds."""
    return tuple(dict.fromkeys(name for leaf in leaves for name in presented_names(leaf)))[:MOST_NAMES]


def titles(evidence: WalkEvidence, clients: Iterable[str]) -> tuple[str | Text, ...]:
    """What the clients are called."""
    return tuple(Text(evidence.titles.get(client, client)) for client in clients)


def reach(evidence: WalkEvidence, hurt: Hurt) -> Text:
    """Who is hurt, in a sentence without jargon."""
    if hurt.refused and hurt.warned:
        return text(
            "Left without a server: {refused}. Asked by a warning whether to go on: {warned}.",
            refused=titles(evidence, hurt.refused),
            warned=titles(evidence, hurt.warned),
        )
    if hurt.refused:
        return text("Left without a server: {refused}.", refused=titles(evidence, hurt.refused))
    if hurt.warned:
        return text("Asked by a warning whether to go on: {warned}.", warned=titles(evidence, hurt.warned))
    return text("None of those that were asked about notices it today.")
