"""What one document says, while it is read: servers by name, in the form of an export."""

from dataclasses import field

from mailtrust.core.formats.exchange.export_wire import SCHEMA, ExchangeWire, ServerWire
from mailtrust.core.model.frozen import record

LONGEST_NETBIOS = 15


def server_key(called: str) -> str:
    """Equal for the NetBIOS name of a server and its full name: the first label, of which NetBIOS has 15 letters."""
    return called.partition(".")[0].lower()[:LONGEST_NETBIOS]


@record
class Draft:
    """An export that grows."""

    wire: ExchangeWire = field(default_factory=lambda: ExchangeWire(schema=SCHEMA, servers=[]))
    by_key: dict[str, ServerWire] = field(default_factory=dict)
    """The same servers, to be found."""
    cut: set[str] = field(default_factory=set)
    """Properties of which PowerShell showed only the beginning."""
    aside: dict[str, int] = field(default_factory=dict)
    """Classes of objects that nobody needs, and how many there were."""
    silent: int = 0
    """Certificates of which nothing says what they serve."""

    def leave_aside(self, kind: str) -> None:
        """Count an object that is of no use."""
        self.aside[kind] = self.aside.get(kind, 0) + 1

    def server(self, called: str) -> ServerWire:
        """The server of that name, NetBIOS or full; the one without a name for the empty text."""
        key = server_key(called)
        one = self.by_key.get(key)
        if one is None:
            one = self.by_key[key] = ServerWire(name=called.partition(".")[0])
            self.wire.servers.append(one)
        if "." in called and not one.fqdn:
            one.fqdn = called
        return one
