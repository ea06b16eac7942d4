"""What a dated event is, and what it looks at to say whether it concerns a server."""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import Citation
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.rules.grounds.served import Served
from mailtrust.core.validation.ascents import Ascent
from mailtrust.core.validation.kinds import Kind

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"


class Binds(StrEnum):
    """Who does something from the day on."""

    ISSUERS = "issuers"
    """CAs: they no longer issue it. Certificates that exist already live on, and no client looks at it."""
    CLIENTS = "clients"
    """Programs of users: they refuse it, or their makers' root programmes drop it."""
    SERVICES = "services"
    """Somebody else's service changes what it presents or demands."""


@frozen
class Situation:
    """One server certificate, with everything that an event may look at."""

    evidence: Evidence
    served: Served
    kind: Kind
    ways: tuple[Ascent, ...]
    """Every way up from it, through all that is known."""

    @property
    def leaf(self) -> Certificate:
        """The server's certificate."""
        return self.served.leaf

    @property
    def public(self) -> bool:
        """Whether a public CA issued it: the rules of the CA/Browser Forum and of root programmes hold."""
        return self.kind is Kind.PUBLIC_CA

    @property
    def sent(self) -> tuple[Certificate, ...]:
        """The readable certificates that are sent with it anywhere, each once."""
        chains = (one for seen in self.served.observations for one in seen.presented_chain)
        return tuple({one.fingerprint: one for one in chains if isinstance(one, Certificate)}.values())

    def issued_by(self, *owners: str) -> bool:
        """Whether the issuer's organisation begins with one of these names, whatever the case."""
        return named_like(self.leaf.issuer.organisation, owners)

    def rooted_in(self, *owners: str) -> bool:
        """Whether some way up ends at a root of one of these organisations."""
        return any(way.whole and named_like(way.end.subject.organisation, owners) for way in self.ways)

    def passes(self, fingerprints: Iterable[str]) -> bool:
        """Whether some way up leads through one of these certificates."""
        wanted = frozenset(fingerprints)
        return any(one.fingerprint in wanted for way in self.ways for one in way.certificates)

    def asks(self, *stores: str) -> bool:
        """Whether a client was asked about that trusts one of these stores."""
        return any(client.anchor_store in stores for client in self.evidence.clients.values())

    def usable_for(self, usage: str) -> bool:
        """Whether the certificate names this purpose (RFC 5280 4.2.1.12)."""
        return usage in (self.leaf.extended_key_usage or ())


@frozen
class DatedRule:
    """One dated event: what happens, who is hurt, on what the statement rests, and whom it concerns."""

    id: str
    on: date
    """The first day, in UTC."""
    binds: Binds
    title: Text
    effect: Text
    """What it means for the server, and what to do."""
    hurts: Text
    concerns: Callable[[Situation], bool]
    source: Citation
    certain: bool = True
    """False: announced, and such days have been moved before."""


@frozen
class Notice:
    """A dated event that concerns server certificates of this case."""

    rule: DatedRule
    leaves: tuple[Certificate, ...]


def named_like(organisation: str | None, owners: Iterable[str]) -> bool:
    """Whether an organisation's name begins with one of these."""
    name = (organisation or "").casefold()
    return any(name.startswith(owner.casefold()) for owner in owners)
