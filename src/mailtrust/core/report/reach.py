"""Whom the ways of a roll-out reach, whom they do not, and why."""

from collections.abc import Collection, Iterable

from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text


@frozen
class Unreached:
    """Clients to which no anchor comes, for one and the same reason."""

    clients: tuple[ClientProfile, ...]
    why: Text


def unreached(clients: Iterable[ClientProfile], ways: Collection[str]) -> tuple[Unreached, ...]:
    """Those that none of these ways reaches; none where no way is named."""
    groups: dict[Text, list[ClientProfile]] = {}
    for client in clients:
        if not client.reached(ways):
            groups.setdefault(_why(client), []).append(client)
    return tuple(Unreached(tuple(some), why) for why, some in groups.items())


def unreached_by(evidence: Evidence) -> tuple[Unreached, ...]:
    """Of the clients that were judged, those that what was assumed (--roots, --deployed) does not come to."""
    case = evidence.case
    if not case.local_roots:
        return ()
    judged = {verdict.client for verdict in evidence.verdicts}
    return unreached((profile for client, profile in evidence.clients.items() if client in judged), case.deployed)


def _why(client: ClientProfile) -> Text:
    if client.beyond_reach:
        return Text(client.beyond_reach)
    return text("Reached by other ways: {ways}.", ways=tuple(sorted(client.reached_by)))
