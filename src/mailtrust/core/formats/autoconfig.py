"""Autoconfig files, `config-v1.1.xml` (draft-ietf-mailmaint-autoconfig): which servers hold a domain's mail."""

from typing import Literal

from mailtrust.core.formats.xml_tree import Element, XmlError, read_xml
from mailtrust.core.model.frozen import frozen

MOST_SERVERS = 20


@frozen
class MailServer:
    """One server that the file names."""

    type: Literal["imap", "pop3", "smtp"]
    hostname: str
    port: int
    socket: Literal["SSL", "STARTTLS", "plain"]


@frozen
class NoConfig:
    """It is no such file."""

    why: str


def read_config(body: bytes, address: str) -> tuple[MailServer, ...] | NoConfig:
    """The servers, incoming ones first, in the file's order; placeholders are filled in for `address`. Never raises."""
    try:
        root = read_xml(body)
    except XmlError as error:
        return NoConfig(str(error))
    if root.name != "clientConfig":
        return NoConfig(f"the root element is {root.name[:80]}")
    parts = [
        *(server for provider in root.all("emailProvider") for server in provider.all("incomingServer")),
        *(server for provider in root.all("emailProvider") for server in provider.all("outgoingServer")),
    ]
    servers = tuple(server for part in parts[:MOST_SERVERS] if (server := _server(part, address)) is not None)
    return servers or NoConfig("it names no server that can be used")


def _server(part: Element, address: str) -> MailServer | None:
    kind, socket, port = part.attributes.get("type"), part.said("socketType"), part.said("port")
    host = _filled(part.said("hostname"), address).lower()
    if kind not in ("imap", "pop3", "smtp") or socket not in ("SSL", "STARTTLS", "plain") or not host:
        return None
    if not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        return None
    return MailServer(kind, host[:253], int(port), socket)  # type: ignore[arg-type]


def _filled(value: str, address: str) -> str:
    local, _, domain = address.rpartition("@")
    for placeholder, meant in (
        ("%EMAILADDRESS%", address),
        ("%EMAILLOCALPART%", local),
        ("%EMAILDOMAIN%", domain),
    ):
        value = value.replace(placeholder, meant)
    return value
