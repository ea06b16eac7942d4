"""curl's `--resolve HOST:PORT:ADDR` and `--connect-to HOST1:PORT1:HOST2:PORT2`: look elsewhere under the same name."""

import re

from mailtrust.core.formats.host_name import TargetError, parse_address, parse_host
from mailtrust.core.formats.target import parse_port
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text

_PART = re.compile(r"\[[^\[\]]*\]|[^:\[\]]*")


@frozen
class Resolve:
    """Addresses to use for a host and port instead of asking DNS."""

    host: str | None
    """None: any host (`*`)."""
    port: int
    addresses: tuple[str, ...]


@frozen
class ConnectTo:
    """Where to connect to instead; names are still compared with the host that was asked for."""

    host: str | None
    """None: any host."""
    port: int | None
    """None: any port."""
    to_host: str | None
    """None: the same host."""
    to_port: int | None
    """None: the same port."""


@frozen
class Detours:
    """All `--connect-to` and `--resolve` of one command line."""

    connect_to: tuple[ConnectTo, ...] = ()
    resolve: tuple[Resolve, ...] = ()

    def destination(self, host: str, port: int) -> tuple[str, int]:
        """Where to connect to for this host and port: the first `--connect-to` that fits decides, as in curl."""
        for detour in self.connect_to:
            if detour.host in (None, host) and detour.port in (None, port):
                return detour.to_host or host, detour.to_port or port
        return host, port

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses given for this destination, empty where DNS is to be asked.

        The last `--resolve` for a name counts, and one for the very name before one for `*`, as in curl.
        """
        for wanted in (host, None):
            for entry in reversed(self.resolve):
                if entry.host == wanted and entry.port == port:
                    return entry.addresses
        return ()


def parse_resolve(given: str) -> Resolve:
    """Read `HOST:PORT:ADDR[,ADDR...]`; HOST may be `*`, IPv6 stands in brackets or bare. Raises TargetError."""
    host, port, addresses = _parts(given.removeprefix("+"), 3, "HOST:PORT:ADDR")
    return Resolve(
        None if host == "*" else parse_host(host),
        parse_port(port, given),
        tuple(parse_address(address.strip()) for address in addresses.split(",")),
    )


def parse_connect_to(given: str) -> ConnectTo:
    """Read `HOST1:PORT1:HOST2:PORT2`; an empty part stands for any, or for the same. Raises TargetError."""
    host, port, to_host, to_port = _parts(given, 4, "HOST1:PORT1:HOST2:PORT2")
    return ConnectTo(
        parse_host(host) if host not in ("", "*") else None,
        parse_port(port, given) if port else None,
        parse_host(to_host) if to_host else None,
        parse_port(to_port, given) if to_port else None,
    )


def _parts(given: str, count: int, form: str) -> list[str]:
    """Cut at colons outside brackets; what is left over belongs to the last part (a bare IPv6 address)."""
    parts: list[str] = []
    rest = given.strip()
    while len(parts) < count - 1:
        match = _PART.match(rest)
        end = match.end() if match else 0
        if rest[end : end + 1] != ":":
            break
        parts.append(rest[:end])
        rest = rest[end + 1 :]
    parts.append(rest)
    if len(parts) != count:
        raise TargetError(text("Expected {form}, got “{given}”.", form=form, given=clean(given, 100)))
    return parts
