"""Which certificate Exchange presents in every place that an export knows."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.selecting.by_name import Era
from mailtrust.core.services.exchange.selecting.others import (
    binding,
    client_access,
    front_by_assignment,
    unified_messaging,
)
from mailtrust.core.services.exchange.selecting.selection import Selection, SelectionKind, SelectionUnknown
from mailtrust.core.services.exchange.selecting.smtp import (
    anonymous_inbound,
    anonymous_outbound,
    receive,
    send,
)
from mailtrust.core.services.exchange.serving import is_source
from mailtrust.core.services.exchange.versions import release

_READ_BY: dict[str, tuple[SelectionKind, str]] = {
    "Get-ReceiveConnector": ("receive", "Receive connectors"),
    "Get-SendConnector": ("send", "Send connectors"),
    "Get-ImapSettings": ("imap", "IMAP"),
    "Get-PopSettings": ("pop", "POP"),
    "Get-UMService": ("um", "UM"),
    "Get-UMCallRouterSettings": ("um-call-router", "UMCallRouter"),
}


def select(organisation: ExchangeOrganisation, now: datetime) -> tuple[Selection, ...]:
    """Every place of every server, in the order of the export; what was not read comes last, as unknown."""
    everything: list[Selection] = []
    for server in organisation.servers:
        everything += _of_server(server, organisation, now)
    everything += _not_read(organisation)
    return tuple(everything)


def select_on(server: ExchangeServer, organisation: ExchangeOrganisation, now: datetime) -> tuple[Selection, ...]:
    """Every place of one server of the organisation."""
    unread = (one for one in _not_read(organisation) if one.server == server.name)
    return (*_of_server(server, organisation, now), *unread)


def _of_server(server: ExchangeServer, organisation: ExchangeOrganisation, now: datetime) -> Iterator[Selection]:
    era = era_of(server.version)
    yield from (receive(server, one, now, era) for one in server.receive_connectors)
    yield from (send(server, one, now, era) for one in organisation.send_connectors or () if is_source(one, server))
    for internal in (anonymous_inbound(server, now), anonymous_outbound(server, organisation, now)):
        if internal is not None:
            yield internal
    yield from (client_access(server, one, now) for one in server.client_access)
    if server.bindings is not None:
        # One at all addresses and one at 127.0.0.1 are told once, where they present the same.
        yield from dict.fromkeys(binding(server, one, now) for one in server.bindings)
    elif (front := front_by_assignment(server, now)) is not None:
        yield front
    yield from (unified_messaging(server, one, now) for one in server.um)


def _not_read(organisation: ExchangeOrganisation) -> Iterable[Selection]:
    for one in organisation.not_read:
        if one.part in _READ_BY:
            kind, name = _READ_BY[one.part]
            reason = text("{cmdlet} could not be read: {why}", cmdlet=one.part, why=one.why)
            yield Selection(one.server, kind, name, SelectionUnknown(reason), ())


def era_of(version: str) -> Era:
    """Whether the search of this build is documented: from Exchange 2016 on."""
    known = release(version)
    if known == "unknown":
        return "unknown"
    return "older" if known in ("2007", "2010", "2013") else "documented"
