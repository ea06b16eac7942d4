"""How IMAP and POP are set on a server: what Get-ImapSettings and Get-PopSettings show, and Set-... changes."""

from typing import Literal

from mailtrust.core.model.exchange import ClientAccessSettings, ClientService, ExchangeServer, ExchangeService


def settings_of(server: ExchangeServer, service: ExchangeService) -> ClientAccessSettings | None:
    """How IMAP or POP is set there, where the export says it."""
    return next((one for one in server.client_access if one.service == service), None)


def connected_to(settings: ClientAccessSettings) -> tuple[str, ...]:
    """The hosts of InternalConnectionSettings and ExternalConnectionSettings, `mail.example.com:993:SSL`."""
    hosts = (one.strip().partition(":")[0].lower() for one in settings.connection_settings)
    return tuple(dict.fromkeys(host for host in hosts if host))


def settings_cmdlet(verb: Literal["Get", "Set"], service: ClientService) -> str:
    """`Get-ImapSettings`, `Set-PopSettings`."""
    return f"{verb}-ImapSettings" if service == "IMAP" else f"{verb}-PopSettings"
