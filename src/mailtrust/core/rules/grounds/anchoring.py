"""Which clients have no anchor for a served certificate, and where its paths end."""

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.rules.grounds.served import Served
from mailtrust.core.rules.grounds.weight import Hurt, hurt_by, verdicts_at
from mailtrust.core.validation.ascents import ascents

CODES = frozenset({"anchor-unknown", "chain-incomplete", "self-signed"})
"""What engines say when they reach no anchor: an issuer that they do not have is to most of them just missing."""

UNMOVED = "refused_as_root"
"""The fact of a finding that names the clients which refuse a certificate although they have it as a root."""


@frozen
class Unanchored:
    """A served certificate whose paths end at nothing that some clients trust."""

    lacking: tuple[str, ...]
    """The clients that trust no end of any path, whatever the server sends."""
    end: Certificate | None
    """The self-signed certificate or the others' anchor at the end; None when the issuer was found nowhere."""
    end_name: Name
    """The root's name, or that of the issuer that was not found."""
    hurt: Hurt
    """Those of the lacking whom it stops or warns."""

    ring: bool = False
    """No way ends in the open: the issuers issued each other."""

    @property
    def found(self) -> tuple[str, ...]:
        """The fingerprint of the end, where it is known."""
        return (self.end.fingerprint,) if self.end else ()


def unanchored(evidence: Evidence, served: Served) -> Unanchored | None:
    """Who lacks an anchor; None when every client whose answer can be known trusts the end of some path."""
    ways = ascents(evidence, served.leaf)
    trusting = frozenset[str]().union(*(way.clients for way in ways))
    asked = {one.client for one in verdicts_at(evidence, served.ids) if one.outcome is not Outcome.UNKNOWN}
    lacking = tuple(client for client in evidence.clients if client in asked - trusting)
    if not lacking:
        return None
    end = next((way.end for way in ways if way.whole), None)
    open_way = next((way for way in ways if not way.ring), ways[0])
    return Unanchored(
        lacking,
        end,
        end.subject if end else open_way.end.issuer,
        hurt_by(evidence, CODES, served.ids, lacking),
        ring=open_way.ring,
    )
