"""Where mail programs are told to connect to: InternalConnectionSettings and ExternalConnectionSettings."""

from collections.abc import Iterable, Iterator, Mapping

from mailtrust.core.formats.host_name import TargetError
from mailtrust.core.formats.target import HostPort, parse_target
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.frozen import frozen


@frozen
class Connection:
    """One of them."""

    host: str
    port: int
    tls_mode: TlsMode | None
    """None: without TLS."""


_MODES: Mapping[str, TlsMode] = {"SSL": TlsMode.IMPLICIT, "TLS": TlsMode.STARTTLS}


def read_connections(given: Iterable[str]) -> Iterator[Connection]:
    """`mail.example.com:993:SSL`, `...:143:TLS`; `mail.example.com:143` is without TLS (Set-ImapSettings.md).

    What is none of these leads nobody anywhere, and is left out.
    """
    for written in map(str.strip, given):
        place, _, how = written.rpartition(":")
        mode = _MODES.get(how.strip().upper())
        try:
            target = parse_target(place if mode is not None or not how else written)
        except TargetError:
            continue
        if isinstance(target, HostPort):
            yield Connection(target.host, target.port, mode)
