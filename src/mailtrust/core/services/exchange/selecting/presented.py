"""What the protocol log says was presented, beside what the search foretells."""

from collections.abc import Iterable, Sequence
from typing import Literal

from mailtrust.core.formats.exchange.protocol_log import Presented
from mailtrust.core.model.frozen import frozen
from mailtrust.core.services.exchange.selecting.selection import Chosen, Selection, SelectionKind, SelectionUnknown

Agreement = Literal["agrees", "differs", "answers", "not-exported"]
"""The same certificate; another one; what the search left open; a connector that the export does not know."""


@frozen
class Compared:
    """One connector of the log."""

    presented: Presented
    """What it presented last."""
    selection: Selection | None
    agreement: Agreement


def compare(
    selections: Sequence[Selection], presented: Iterable[Presented], server: str | None
) -> tuple[Compared, ...]:
    """What each connector presented last, beside the selection of the same place.

    `server`: whose log it is; a log of Send connectors does not say. None: any server's selection may be meant.
    """
    last: dict[tuple[str, str, str], Presented] = {}
    for one in presented:
        key = (one.direction, one.connector.casefold(), one.verb)
        if key not in last or last[key].last < one.last:
            last[key] = one
    return tuple(_compared(selections, one, server) for one in last.values())


def _compared(selections: Sequence[Selection], one: Presented, server: str | None) -> Compared:
    alike = [selection for selection in selections if _same_place(selection, one, server)]
    agreeing = (selection for selection in alike if thumbprint_of(selection) == one.thumbprint)
    if (selection := next(agreeing, None)) is not None:
        return Compared(one, selection, "agrees")
    if not alike:
        return Compared(one, None, "not-exported")
    open_ = isinstance(alike[0].outcome, SelectionUnknown)
    return Compared(one, alike[0], "answers" if open_ else "differs")


def thumbprint_of(selection: Selection) -> str:
    """Of what is presented; empty: nothing is, or it is not known."""
    return selection.outcome.certificate.thumbprint if isinstance(selection.outcome, Chosen) else ""


_KINDS: dict[tuple[str, bool], SelectionKind] = {
    ("receive", False): "receive",
    ("receive", True): "anonymous-in",
    ("send", False): "send",
    ("send", True): "anonymous-out",
}


def _same_place(selection: Selection, one: Presented, server: str | None) -> bool:
    anonymous = one.verb == "X-ANONYMOUSTLS"
    if selection.kind != _KINDS[one.direction, anonymous]:
        return False
    owner, backslash, _ = one.connector.partition("\\")
    whose = owner if backslash and one.direction == "receive" else server
    if whose is not None and selection.server.casefold() != whose.casefold():
        return False
    return anonymous or selection.name.casefold() == one.connector.casefold()
