"""Which servers of nginx's configuration speak TLS, where, and with which certificates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from mailtrust.core.model.configured import Listening
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.server_facts import ServerFacts
from mailtrust.core.targets.configured.parts.nginx_tree import Node, included_from, read_tree

DEFAULT = frozenset({"default_server", "default"})
_EVERY_ADDRESS = ("", "*", "0.0.0.0")  # noqa: S104 - read, not bound
_LISTEN = re.compile(r"(?:(?P<address>\[[^\]]*\]|[^:\[\]]*):)?(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?\Z", re.ASCII)
_MOST_PORTS = 100
"""Of a range (`listen 20000-20099`)."""

Socket = tuple[str, str, int]
"""http, mail or stream; the address as it is written, or `*`; the port."""


@record
class Pair:
    """A certificate and its key, and the servers that they count for."""

    chain: Node
    key: Node
    heirs: list[Node] = field(default_factory=list)


@frozen
class Served:
    """The configuration, and what follows from all of it."""

    main: str
    root: Node
    tls: frozenset[Socket]
    """Where TLS is spoken, from the start or after STARTTLS."""
    default: Mapping[Socket, Node]
    """The server that answers whoever gives no name, or one that nobody has."""

    def pairs(self) -> list[Pair]:
        """Every certificate that somebody may see."""
        found: dict[tuple[tuple[str, int], tuple[str, int]], Pair] = {}
        for server in self.root.servers():
            if not self._is_met(server):
                continue
            # nginx joins certificates and keys in their order, each inherited by itself
            together = zip(server.inherited("ssl_certificate"), server.inherited("ssl_certificate_key"), strict=False)
            for chain, key in together:
                found.setdefault((chain.where, key.where), Pair(chain, key)).heirs.append(server)
        return list(found.values())

    def sockets_of(self, server: Node) -> list[Socket]:
        """Where a server speaks TLS."""
        return [one for said in server.own("listen") for one in sockets(said) if one in self.tls]

    def file_of(self, named: Node) -> str:
        """The file that is named; empty: a variable, or something that is no file."""
        said = named.argument
        if not said or "$" in said or said.startswith(("data:", "engine:", "store:")):
            return ""
        return included_from(self.main, said)

    def _is_met(self, server: Node) -> bool:
        """Whether there is a way to see its certificate: by TLS, and by a name or for want of one."""
        there = self.sockets_of(server)
        return bool(there) and (bool(server_names(server)) or any(self.default[one] is server for one in there))


def read_served(main: str, facts: ServerFacts) -> Served:
    """All that is known of the configuration. Raises NginxConfError."""
    root = read_tree(main, facts)
    tls: set[Socket] = set()
    first: dict[Socket, Node] = {}
    declared: dict[Socket, Node] = {}
    for server in root.servers():
        switched = any(said.argument == "on" for said in server.inherited("ssl"))
        for said in server.own("listen"):
            for socket in sockets(said):
                # An address and port with `ssl` in one server speaks TLS for all of them.
                if switched or server.kind == "mail" or "ssl" in said.directive.arguments:
                    tls.add(socket)
                first.setdefault(socket, server)
                if DEFAULT.intersection(said.directive.arguments[1:]):
                    declared.setdefault(socket, server)
    return Served(main, root, frozenset(tls), {**first, **declared})


def server_names(server: Node) -> tuple[str, ...]:
    """As nginx writes them: `*.example.com`, `.example.com`, `~regular expression`."""
    said = (name for one in server.own("server_name") for name in one.directive.arguments)
    return tuple(name for name in said if name and name != "_")


def sockets(said: Node) -> Iterator[Socket]:
    """What a `listen` stands for; nothing for a socket that is a file."""
    word = said.argument
    if not word or word.startswith("unix:"):
        return
    match = _LISTEN.match(word)
    if match is None:
        yield said.kind, word, 80
        return
    address = "*" if (match["address"] or "") in _EVERY_ADDRESS else match["address"]
    first = int(match["first"])
    last = min(int(match["last"] or first), first + _MOST_PORTS - 1)
    for port in range(first, last + 1):
        yield said.kind, address, port


def listening(socket: Socket) -> Listening:
    """The same as everybody says it."""
    _, address, port = socket
    return Listening(port, "" if address in ("*", "[::]") else address.strip("[]"))
