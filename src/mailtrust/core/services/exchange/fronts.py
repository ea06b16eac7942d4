"""Where clients are told to look for Exchange: the URLs of its virtual directories, its connection settings."""

from collections.abc import Iterator
from typing import Literal

from mailtrust.core.formats.exchange.connection_settings import read_connections
from mailtrust.core.formats.host_name import TargetError, parse_host
from mailtrust.core.formats.url import is_https, parts_of
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.exchange import ClientService, ExchangeServer
from mailtrust.core.model.frozen import frozen

FrontService = ClientService | Literal["IIS"]


@frozen
class Front:
    """A name and port that clients are given, and what serves it."""

    host: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode
    service: FrontService


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
        for one in read_connections(settings.connection_settings):
            if one.tls_mode is not None:
                yield Front(one.host, one.port, protocol, one.tls_mode, settings.service)
