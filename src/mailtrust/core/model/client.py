"""A client profile: data and citations that pick named strategies, and the client's words; no code path of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import NamedTuple
from typing import Protocol as Interface

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake
from mailtrust.core.model.pool import Pool, Source
from mailtrust.core.model.status import StatusEvidence, StatusQuestion
from mailtrust.core.model.verdict import Basis, Link, Outcome, PathAttempt, Reason, ReasonSeverity, Utterance


@frozen
class Citation:
    """Where a statement about a client was read: repository and path, document, or run; and when."""

    where: str
    says: str = ""


@frozen
class CandidatePath:
    """A chain of names and signatures from the leaf up, before anything else was asked of it."""

    links: tuple[Link, ...]
    anchor: TrustAnchor | None
    """None when no anchor was reached."""
    certificates: tuple[Certificate, ...] = field(init=False, repr=False, compare=False)
    """Those of the links, leaf first."""
    with_anchor: tuple[Certificate, ...] = field(init=False, repr=False, compare=False)
    """As `certificates`, and the anchor's own behind them, where it is another one."""

    def __post_init__(self) -> None:
        chain = whole = tuple([link.certificate for link in self.links])
        if self.anchor is not None and self.anchor.certificate.fingerprint != chain[-1].fingerprint:
            whole = (*chain, self.anchor.certificate)
        object.__setattr__(self, "certificates", chain)
        object.__setattr__(self, "with_anchor", whole)

    @property
    def leaf(self) -> Certificate:
        """The server's own certificate."""
        return self.certificates[0]


@frozen
class Limits:
    """How far a client's path search goes before it gives up."""

    max_certificates: int = 12
    """Certificates in a path, leaf and anchor included."""
    budget: int = 2000
    """Signature checks and candidate looks per judgement; when it is spent the answer is `refused` (fail closed)."""


@frozen
class Memory:
    """What was found out about one chain at one moment, for the next client that asks the same. It decides nothing."""

    offered: frozenset[Source] = frozenset(Source)
    """The sources that occur at all: clients that differ in others only see the same."""
    visible: dict[frozenset[Source], Pool] = field(default_factory=dict)
    """What clients with these sources can see."""
    checked: "dict[object, tuple[CandidatePath, dict[PathCheck, tuple[Reason, ...]]]]" = field(default_factory=dict)
    """What checks have said of a path."""
    ways: dict[object, object] = field(default_factory=dict)
    """What searches keep for others of their kind, in forms of their own."""


@frozen
class SearchProblem:
    """What a path search is given. `pool` holds only what this client can see."""

    presented: tuple[AnyCertificate, ...]
    pool: Pool
    store: AnchorStore
    at: datetime
    limits: Limits
    path_checks: "tuple[PathCheck, ...]"
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)


class SearchResult(NamedTuple):
    """Every path tried, the decisive one first; never empty unless nothing readable was presented."""

    attempts: tuple[PathAttempt, ...]
    budget_exceeded: bool = False


class PathSearch(Interface):
    """How a client looks for a path: order of candidates, backtracking, what stops it."""

    def __call__(self, problem: SearchProblem, /) -> SearchResult:
        """Search; checks run on each candidate path as the engine would run them."""
        ...


class PathCheck(Interface):
    """One demand on a path (dates, constraints, keys, usages); an empty answer means that it is met."""

    def __call__(self, path: CandidatePath, at: datetime, /) -> Iterable[Reason]:
        """Give a reason for each thing that does not hold."""
        ...


class NameRules(Interface):
    """How a client compares the name it was told with the names in the certificate."""

    def __call__(self, leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
        """Give a reason for each thing that does not hold; none when one name matches."""
        ...


class HandshakeCheck(Interface):
    """What a client demands of the handshake itself: version, key usage bits for the key exchange, key proven."""

    def __call__(self, handshake: Handshake, leaf: Certificate, /) -> Iterable[Reason]:
        """Give a reason for each thing that does not hold."""
        ...


class RevocationRules(Interface):
    """What a client asks about revocation, and what it makes of the answers, of lists and of silence."""

    def __call__(self, path: CandidatePath, evidence: StatusEvidence, at: datetime, /) -> Iterable[Reason]:
        """Give a reason for each thing that does not hold; `path` ends at an anchor."""
        ...


class StatusFetching(Interface):
    """Where a client asks by itself, over the network, whether the certificates of a path were revoked."""

    def __call__(self, path: CandidatePath, /) -> Iterable[StatusQuestion]:
        """Every question that it asks, or may come to ask; `path` ends at an anchor."""
        ...


@frozen
class OnFailure:
    """What the client does when something does not hold."""

    outcome: Outcome
    """WARNED: it asks and its ordinary button goes on. REFUSED: it does not connect. ACCEPTED: it does not care."""
    overridable: frozenset[str] = frozenset()
    """The reason codes past which its user can go; `*` stands for all."""
    never: frozenset[str] = frozenset()
    """Codes past which nobody can go, although `*` stands in `overridable`."""


@frozen
class Words:
    """What the client says when one of `codes` is among its reasons; an empty set stands for any reason."""

    codes: frozenset[str]
    utterances: tuple[Utterance, ...]
    """`{host}` stands for the name that the client was told, `{date}` for the day that a certificate ends or begins."""
    protocols: frozenset[Protocol] = frozenset()
    """Over which it is said; empty: over any."""
    unless: str = ""
    """Of a reason that has a fact of this name, it is not said."""

    def fit(self, reasons: Iterable[Reason], protocol: Protocol) -> bool:
        """Whether this is said when `reasons` stop the client."""
        codes = {reason.code for reason in reasons if not self.unless or reason.fact(self.unless) is None}
        return (not self.codes or bool(self.codes & codes)) and (not self.protocols or protocol in self.protocols)

    def spoken(self, host: str, reasons: Iterable[Reason]) -> tuple[Utterance, ...]:
        """The utterances with their placeholders filled. What fills them is data and is not read as a format."""
        dates = [
            value
            for reason in reasons
            if reason.code in self.codes or not self.codes
            for _, value in reason.facts
            if isinstance(value, datetime)
        ]
        date = f"{dates[0]:%Y-%m-%d}" if dates else "?"
        return tuple(
            Utterance(said.text.replace("{date}", date).replace("{host}", host), said.lang, said.source)
            for said in self.utterances
        )


@frozen
class ClientProfile:
    """A client, as far as it is known how it judges a server's certificate."""

    id: str
    """outlook-windows, or with its version outlook-windows@2007."""
    title: str
    """What people call it; in English, and a gettext msgid."""
    versions: str
    """For which versions this holds, in words."""
    speaks: frozenset[Protocol]
    anchor_store: str
    """Name of the AnchorStore it trusts."""
    issuer_sources: frozenset[Source]
    path_search: PathSearch
    path_checks: tuple[PathCheck, ...]
    name_rules: NameRules
    handshake_checks: tuple[HandshakeCheck, ...]
    on_failure: OnFailure
    words: tuple[Words, ...]
    """In the order of precedence: the first that fits is what the user reads."""
    citations: tuple[Citation, ...]
    basis: Basis
    limits: Limits = Limits()
    basis_of: Mapping[str, Basis] | None = None
    """Where single reason codes rest on less (or more) than the profile as a whole."""
    unknown_because: str = ""
    """Not empty: nobody outside can know what it decides; the verdict is always `unknown`, with this reason."""
    trusts_local_anchors: bool = True
    """Whether an anchor added by an administrator on the device counts for this client."""
    revocation: RevocationRules | None = None
    """None: it neither asks nor looks at what is sent to it."""
    fetches: StatusFetching | None = None
    """Whom it asks about revocation by itself. None: nobody; then it never sees what others were told."""
    reached_by: frozenset[str] = frozenset()
    """The ways (gpo, firefox, android, ...) that bring an anchor to this client; `--deployed` names them."""
    beyond_reach: str = ""
    """Where no way brings one to it: why; a gettext msgid."""

    def reached(self, deployed: Iterable[str]) -> bool:
        """Whether an anchor that is brought out by these ways comes to it; where no way is named, it does."""
        ways = frozenset(deployed)
        return not ways or not self.reached_by.isdisjoint(ways)

    def say(self, host: str, reasons: Iterable[Reason], protocol: Protocol) -> tuple[Utterance, ...]:
        """What its user reads when `reasons` stop it, in every language that is known; none when nothing does."""
        stopping = tuple(reason for reason in reasons if reason.severity is ReasonSeverity.ERROR)
        if not stopping:
            return ()
        return next((words.spoken(host, stopping) for words in self.words if words.fit(stopping, protocol)), ())
