"""What Exchange's Autodiscover is asked and answers, in its XML form (MS-OXDSCLI, POX) and for phones (MS-ASCMD)."""

from xml.sax.saxutils import escape

from mailtrust.core.formats.xml_tree import Element, XmlError, read_xml
from mailtrust.core.model.frozen import frozen

# MS-OXDSCLI 2.2.3: the namespaces are http, whatever rendered documentation shows.
_EXCHANGE = "http://schemas.microsoft.com/exchange/autodiscover"

PATH = "/autodiscover/autodiscover.xml"
CONTENT_TYPE = "text/xml; charset=utf-8"


@frozen
class Service:
    """One protocol block of the settings, or the one server that a phone is told."""

    type: str
    """EXCH, EXPR, EXHTTP, WEB, mapiHttp, MobileSync."""
    urls: tuple[tuple[str, str], ...]
    """What is named in it: ASUrl, EwsUrl, OABUrl, Server, ... with its value."""


@frozen
class Settings:
    """The client has found its server."""

    services: tuple[Service, ...]


@frozen
class RedirectAddress:
    """Start again with another address (MS-OXDSCLI 2.2.4.1.1.2.2.2)."""

    address: str


@frozen
class RedirectUrl:
    """Ask there instead."""

    url: str


@frozen
class Refusal:
    """Autodiscover answered with an error. 600, "Invalid Request", is what a bare GET gets: a good sign."""

    code: str
    message: str


@frozen
class Foreign:
    """It is no answer of Autodiscover."""

    why: str


Answer = Settings | RedirectAddress | RedirectUrl | Refusal | Foreign


def request(kind: str, address: str) -> bytes:
    """The body of the POST: `pox` for Outlook (responseschema 2006a), `mobilesync` for phones."""
    asked, wanted = ("mobilesync", "2006") if kind == "mobilesync" else ("outlook", "2006a")
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<Autodiscover xmlns="{_EXCHANGE}/{asked}/requestschema/2006"><Request>'
        f"<EMailAddress>{escape(address)}</EMailAddress>"
        f"<AcceptableResponseSchema>{_EXCHANGE}/{asked}/responseschema/{wanted}</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    ).encode()


def read_answer(body: bytes) -> Answer:
    """What the body says. Never raises."""
    try:
        root = read_xml(body)
    except XmlError as error:
        return Foreign(str(error))
    response = root.first("Response")
    if root.name.lower() != "autodiscover" or response is None:
        return Foreign(f"the root element is {root.name[:80]}")
    refusal = response.first("Error") or response.first("Action", "Error")
    if refusal is not None:
        return Refusal(refusal.said("ErrorCode") or refusal.said("Status"), refusal.said("Message"))
    account = response.first("Account") or response.first("Action")
    if account is None:
        return Foreign("it has neither settings nor an error")
    if url := account.said("RedirectUrl"):
        return RedirectUrl(url)
    if address := account.said("RedirectAddr") or account.said("Redirect"):
        return RedirectAddress(address)
    blocks = [*account.all("Protocol"), *(server for part in account.all("Settings") for server in part.all("Server"))]
    return Settings(tuple(_service(block) for block in blocks)) if blocks else Foreign("it names no server")


def _service(block: Element) -> Service:
    named = [
        (one.name, value)
        for one in (*block.children, *(inner for part in block.children for inner in part.children))
        if (value := one.text.strip()) and one.name != "Type"
    ]
    return Service(block.said("Type") or block.attributes.get("Type", ""), tuple(named[:100]))
