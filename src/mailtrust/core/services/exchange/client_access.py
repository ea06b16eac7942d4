"""How IMAP and POP are set on a server: what Get-ImapSettings and Get-PopSettings show, and Set-... changes."""

from collections.abc import Iterator, Mapping
from typing import Literal

from mailtrust.core.formats.host_name import TargetError
from mailtrust.core.formats.target import HostPort, parse_target
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.exchange import ClientAccessSettings, ClientService, ExchangeServer, ExchangeService
from mailtrust.core.model.frozen import frozen


def settings_of(server: ExchangeServer, service: ExchangeService) -> ClientAccessSettings | None:
    """How IMAP or POP is set there, where the export says it."""
    return next((one for one in server.client_access if one.service == service), None)


@frozen
class Connection:
    """Where users' mail programs are told to connect to."""

    host: str
    port: int
    tls_mode: TlsMode | None
    """None: without TLS."""


_MODES: Mapping[str, TlsMode] = {"SSL": TlsMode.IMPLICIT, "TLS": TlsMode.STARTTLS}


def connections_of(settings: ClientAccessSettings) -> Iterator[Connection]:
    """InternalConnectionSettings and ExternalConnectionSettings: `mail.example.com:993:SSL`, `...:143:TLS`.

    `mail.example.com:143`, with a colon behind it or not, is without TLS (Set-ImapSettings.md).
    """
    for written in map(str.strip, settings.connection_settings):
        place, _, how = written.rpartition(":")
        mode = _MODES.get(how.strip().upper())
        try:
            target = parse_target(place if mode is not None or not how else written)
        except TargetError:
            continue
        if isinstance(target, HostPort):
            yield Connection(target.host, target.port, mode)


def connected_to(settings: ClientAccessSettings) -> tuple[str, ...]:
    """The hosts of these, each once."""
    return tuple(dict.fromkeys(one.host for one in connections_of(settings)))


def settings_cmdlet(verb: Literal["Get", "Set"], service: ClientService) -> str:
    """`Get-ImapSettings`, `Set-PopSettings`."""
    return f"{verb}-ImapSettings" if service == "IMAP" else f"{verb}-PopSettings"
