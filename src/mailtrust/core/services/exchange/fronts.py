"""Where clients are told to look for Exchange: the URLs of its virtual directories, its connection settings."""

from collections.abc import Iterator
from typing import Literal

from mailtrust.core.formats.host_name import TargetError, parse_host
from mailtrust.core.formats.target import HostPort, parse_target
from mailtrust.core.formats.url import is_https, parts_of
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.exchange import ClientAccessSettings, ClientService, ExchangeServer
from mailtrust.core.model.frozen import frozen


@frozen
class Front:
    """A name and port that clients are given, and what serves it."""

    host: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode
    service: ClientService | Literal["IIS"]


def fronts_of(server: ExchangeServer) -> tuple[Front, ...]:
    """Everything with TLS that a server tells clients, each once."""
    return tuple(dict.fromkeys((*_directories(server), *_connections(server))))


def _directories(server: ExchangeServer) -> Iterator[Front]:
    for directory in server.directories or ():
        for url in directory.urls if directory.site == "front" else ():
            _, host, port, _ = parts_of(url.strip())
            try:
                if is_https(url.strip()):
                    yield Front(parse_host(host), port, Protocol.HTTPS, TlsMode.IMPLICIT, "IIS")
            except TargetError:
                continue  # What is no URL leads nobody here.


def _connections(server: ExchangeServer) -> Iterator[Front]:
    for settings in server.client_access:
        protocol = Protocol.IMAP if settings.service == "IMAP" else Protocol.POP3
        for host, port, tls_mode in connections_of(settings):
            yield Front(host, port, protocol, tls_mode, settings.service)


def connections_of(settings: ClientAccessSettings) -> Iterator[tuple[str, int, TlsMode]]:
    """`mail.example.com:993:SSL`, `mail.example.com:143:TLS`; those without TLS are left out (Set-ImapSettings)."""
    modes: dict[str, TlsMode] = {"SSL": TlsMode.IMPLICIT, "TLS": TlsMode.STARTTLS}
    for written in settings.connection_settings:
        place, _, how = written.strip().rpartition(":")
        try:
            target = parse_target(place)
        except TargetError:
            continue
        if isinstance(target, HostPort) and how.strip().upper() in modes:
            yield target.host, target.port, modes[how.strip().upper()]
