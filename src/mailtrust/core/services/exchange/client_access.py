"""How IMAP and POP are set on a server: what Get-ImapSettings and Get-PopSettings show, and Set-... changes."""

from typing import Literal

from mailtrust.core.formats.exchange.connection_settings import read_connections
from mailtrust.core.model.exchange import ClientAccessSettings, ClientService, ExchangeServer, ExchangeService


def settings_of(server: ExchangeServer, service: ExchangeService) -> ClientAccessSettings | None:
    """How IMAP or POP is set there, where the export says it."""
    return next((one for one in server.client_access if one.service == service), None)


def connected_to(settings: ClientAccessSettings) -> tuple[str, ...]:
    """The hosts to which users' mail programs are told to connect, each once."""
    return tuple(dict.fromkeys(one.host for one in read_connections(settings.connection_settings)))


def settings_cmdlet(verb: Literal["Get", "Set"], service: ClientService) -> str:
    """`Get-ImapSettings`, `Set-PopSettings`."""
    return f"{verb}-ImapSettings" if service == "IMAP" else f"{verb}-PopSettings"
