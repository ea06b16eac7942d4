"""The ways out beside the best one, and why each stands where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.finding.bonds import NOTHING_HOLDS, Bonds
from mailtrust.core.remedies.finding.changes import (
    RISKS,
    AddAlias,
    AddNames,
    AddRedirectHost,
    AddSrv,
    CloseHttps,
    RemoveHost,
    SetRegistry,
)
from mailtrust.core.remedies.finding.planner import Cure, Ground, Memory, Unasked, plan
from mailtrust.core.remedies.finding.server import MailServer


@dataclass(frozen=True, slots=True)
class Cures:
    """The ways out, and the server that they lead to."""

    server: MailServer
    cures: tuple[Cure, ...]
    """Best first; one at least."""
    bonds: Bonds = NOTHING_HOLDS
    """What holds on to the server's certificate of today."""

    @property
    def best(self) -> Cure:
        """The first."""
        return self.cures[0]


KNOWN_WAYS: tuple[frozenset[type], ...] = (
    # SRV records lead to a name that the certificate carries, and hosts that stand before them go.
    frozenset({AddNames, AddAlias, AddRedirectHost, SetRegistry}),
    # One certificate carries every name.
    frozenset({AddSrv, AddRedirectHost, SetRegistry}),
    # A host without a certificate sends clients to one that has it.
    frozenset({AddNames, AddSrv, SetRegistry}),
)
"""By what each does without: what administrators are advised most, and will look for among the ways."""

_RISK_TOLD: dict[type, Text] = {
    CloseHttps: text("whoever opens that web site by https is shut out"),
    SetRegistry: text("a policy reaches managed computers alone, and stays when mailboxes move"),
    AddRedirectHost: text("a further web server has to be kept up"),
    RemoveHost: text("clients that follow no SRV record lose the host"),
}


def alternatives(ground: Ground, memory: Memory | None = None) -> tuple[Cure, ...] | Unasked:
    """The best cure, the best without each kind of change that it makes, and the best of each known way; best first.

    One that helps nobody whom doing nothing would not help is none. `memory`: of a time when the books said less.
    """
    memory = {} if memory is None else memory
    for key in [key for key, found in memory.items() if isinstance(found, Unasked)]:
        del memory[key]
    first = plan(ground, memory)
    if isinstance(first, Unasked):
        return first
    found = {first.changes: first}
    today = plan(replace(ground, forbidden=frozenset(RISKS)), memory)
    withouts = dict.fromkeys((*(frozenset({kind}) for kind in map(type, first.changes)), *KNOWN_WAYS))
    for without in withouts:
        other = plan(replace(ground, forbidden=ground.forbidden | without), memory)
        if isinstance(other, Unasked):
            return other
        if isinstance(today, Cure) and len(other.left_out) < len(today.left_out):
            found.setdefault(other.changes, other)
    return tuple(sorted(found.values(), key=lambda cure: cure.rank))


def weighed(cure: Cure, best: Cure, travellers: Mapping[str, Traveller]) -> tuple[Text, ...]:
    """What speaks against a cure, and for it, beside the best one; whom it leaves out is told elsewhere."""
    told: list[Text] = []
    if cure.asked:
        named = _titles((client for _, client, _ in cure.asked), travellers)
        told.append(text("Its users are asked whether the server may set the account up: {clients}.", clients=named))
    more = len(cure.changes) - len(best.changes)
    if more > 0:
        told.append(text("It takes more changes: {count} instead of {fewest}.",
                         count=len(cure.changes), fewest=len(best.changes)))  # fmt: skip
    elif more < 0:
        told.append(text("It takes fewer changes: {count} instead of {most}.",
                         count=len(cure.changes), most=len(best.changes)))  # fmt: skip
    kinds = dict.fromkeys(map(type, cure.changes))
    if cure.risk > best.risk:
        told += [text("Risk: {what}.", what=said) for kind, said in _RISK_TOLD.items() if kind in kinds]
    if AddNames in map(type, best.changes) and AddNames not in kinds:
        told.append(text("It needs no new certificate for the mail server."))
    return tuple(told)


def _titles(clients: Iterable[str], travellers: Mapping[str, Traveller]) -> tuple[Text, ...]:
    return tuple(Text(travellers[client].title) for client in dict.fromkeys(clients))
