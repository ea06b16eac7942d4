"""Which virtual hosts of Apache's configuration speak TLS, where, and with which certificates."""

import re
from dataclasses import field

from mailtrust.core.model.configured import Listening
from mailtrust.core.model.frozen import record
from mailtrust.core.targets.configured.parts.apache_tree import ApacheTree, Node, Scope

_ADDRESS = re.compile(r"(?P<address>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>\d{1,5}|\*))?\Z", re.ASCII)
_LISTEN = re.compile(r"(?:(?P<address>\[[^\]]*\]|[^:\[\]]*):)?(?P<port>\d{1,5})\Z", re.ASCII)
_NAME = re.compile(r"(?:\w+://)?(?P<name>[^:/]+)")
_EVERY_ADDRESS = ("*", "_default_", "0.0.0.0", "[::]")  # noqa: S104 - read, not bound

Socket = tuple[str, int]
"""An address as it is written, or `*`; a port, 0: every one."""


@record
class Pair:
    """A certificate, its key and its issuers, and the hosts that they count for."""

    chain: Node
    key: Node | None
    """None: the key stands in the certificate's file."""
    issuers: Node | None
    heirs: list[Scope] = field(default_factory=list)


class Served:
    """What follows from all of the configuration."""

    def __init__(self, tree: ApacheTree) -> None:
        self.tree = tree
        self.listens = [found for node in tree.main.own("listen") if (found := _listen(node))]
        self._https = {port for (_, port), https in self.listens if https}
        self.default: dict[Socket, Scope] = {}
        """The host that answers whoever gives no name, or one that nobody has: the first that is read."""
        for host in tree.hosts:
            for socket in self.sockets_of(host):
                self.default.setdefault(socket, host)

    def sockets_of(self, scope: Scope) -> list[Socket]:
        """What a host stands for; of the main server what no host stands for."""
        if scope.host is not None:
            return [found for word in scope.host.words if (found := _socket(word))]
        return [one for one, _ in self.listens if not self.default.keys() & {one, ("*", one[1]), (one[0], 0), ("*", 0)}]

    def speaks_tls(self, scope: Scope) -> bool:
        """Whether TLS is switched on there."""
        said = scope.own("sslengine") or self.tree.main.own("sslengine")
        if said:
            return said[-1].words[:1] != () and said[-1].words[0].lower() in ("on", "optional")
        # mod_ssl: without a word of it, where the port is for https and a certificate is named
        return bool(self._https & {port for _, port in self.sockets_of(scope)})

    def pairs(self) -> list[Pair]:
        """Every certificate that somebody may see."""
        found: dict[tuple[object, ...], Pair] = {}
        for scope in (*self.tree.hosts, self.tree.main):
            if not (self.speaks_tls(scope) and self._is_met(scope)):
                continue
            keys = self.effective(scope, "sslcertificatekeyfile")
            issuers = (scope.own("sslcertificatechainfile") or self.tree.main.own("sslcertificatechainfile"))[-1:]
            for number, chain in enumerate(self.effective(scope, "sslcertificatefile")):
                key = keys[number] if number < len(keys) else None
                parts = (chain, key, issuers[0] if issuers else None)
                told = tuple((one.path, one.directive.at) if one else None for one in parts)
                found.setdefault(told, Pair(*parts)).heirs.append(scope)
        return list(found.values())

    def effective(self, scope: Scope, name: str) -> list[Node]:
        """The files that count in a host: its own, and of the main server's those beyond their number."""
        own, around = scope.own(name), self.tree.main.own(name)
        said = own if scope.host is None else own + around[len(own) :]
        return [one for one in said if one.words]

    def names_of(self, scope: Scope) -> tuple[str, ...]:
        """ServerName and ServerAlias; a host on every address without a name has the main server's."""
        said = [one.words[0] for one in scope.own("servername")[-1:] if one.words]
        if not said and any(address == "*" for address, _ in self.sockets_of(scope)):
            said = [one.words[0] for one in self.tree.main.own("servername")[-1:] if one.words]
        own = [match["name"] for word in said if (match := _NAME.match(word))]
        return tuple(dict.fromkeys((*own, *(word for one in scope.own("serveralias") for word in one.words))))

    def listening(self, scope: Scope) -> tuple[Listening, ...]:
        """Where a host is met."""
        found: list[Socket] = []
        for address, port in self.sockets_of(scope):
            found += [(address, port)] if port else [(address, other) for (_, other), _ in self.listens]
        return tuple(dict.fromkeys(Listening(port, address.strip("[]*")) for address, port in found))

    def is_default(self, scope: Scope) -> bool:
        """Whether it answers there who gives no name."""
        there = self.sockets_of(scope)
        return scope.host is None or any(self.default[socket] is scope for socket in there)

    def _is_met(self, scope: Scope) -> bool:
        return bool(self.sockets_of(scope)) and (self.is_default(scope) or bool(self.names_of(scope)))


def _listen(node: Node) -> tuple[Socket, bool] | None:
    match = _LISTEN.match(node.words[0]) if node.words else None
    if match is None:
        return None
    port = int(match["port"])
    # httpd: https is what port 443 is for, unless something else is said
    return (_usual(match["address"] or "*"), port), (node.words[1:2] or ("https" if port == 443 else "",))[0] == "https"


def _socket(word: str) -> Socket | None:
    match = _ADDRESS.match(word)
    if match is None or not match["address"]:
        return None
    return _usual(match["address"]), int(match["port"]) if (match["port"] or "*") != "*" else 0


def _usual(address: str) -> str:
    return "*" if address.lower() in _EVERY_ADDRESS else address
