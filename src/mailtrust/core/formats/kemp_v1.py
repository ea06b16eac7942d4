"""The first version of the LoadMaster's interface: the command in the URL, the answer in XML.

Kemp's "RESTful API" guide (LMOS 7.2): commands in 3.6.1 and 3.12.1, errors in 2.6, API keys in 2.3.2. The answers' form
is also in Keyfactor/kemp-orchestrator (Client/Models) and mathlu/loadmaster-go-client (test_data).
"""

from base64 import b64encode

from mailtrust.core.formats.kemp_services import MOST_NAME, services_of
from mailtrust.core.formats.url import percent_encoded
from mailtrust.core.formats.xml_tree import Element, XmlError, read_xml
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.load_master import Accepted, Asked, Call, Login, NotTheInterface, Refused, Reply
from mailtrust.core.model.text import text

LARGEST = 4 * 2**20
"""Octets of an answer; a virtual service takes three thousand of them."""
MOST_ELEMENTS = 200_000
MOST_WORDS = 300
MOST_NAMES = 10_000
REFUSALS = 400
"""The first code that says no."""


def request(call: Call, login: Login) -> Asked:
    """The call: a file that comes with it is posted as it is."""
    key = (("apikey", login.api_key),) if login.api_key else ()
    query = "&".join(f"{name}={percent_encoded(str(value))}" for name, value in (*call.parameters, *key))
    return Asked(
        target=f"/access/{call.command}{'?' if query else ''}{query}",
        content=call.data,
        content_type="application/octet-stream" if call.data else "",
        authorization=_basic(login) if login.user and not login.api_key else "",
    )


def read_reply(octets: bytes, status: int) -> Reply:
    """An answer. The body decides; the status line counts only where the body does not say."""
    try:
        root = read_xml(octets, largest=LARGEST, most_elements=MOST_ELEMENTS)
    except XmlError as error:
        return _no_xml(octets, status, str(error))
    if root.name.lower() != "response":
        return _no_xml(octets, status, f"<{root.name}>")
    said = {name.lower(): value for name, value in root.attributes.items()}.get("stat", "").strip()
    code = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else status
    if code >= REFUSALS or root.first("Error") is not None:
        words = clean(root.said("Error"), MOST_WORDS)
        return Refused(max(code, REFUSALS), words or f"stat={clean(said, 20)}")
    data = root.first("Success", "Data")
    return _accepted(data) if data is not None else Accepted()


def _accepted(data: Element) -> Accepted:
    # One item is told as several are.
    certificates = data.all("cert")[:MOST_NAMES]
    records = data.all("VS") or [data]
    return Accepted(
        names=tuple(dict.fromkeys(clean(name, MOST_NAME) for one in certificates if (name := one.said("name")))),
        certificate=data.said("certificate"),
        services=services_of({child.name.lower(): child.text.strip() for child in one.children} for one in records),
    )


def _no_xml(octets: bytes, status: int, detail: str) -> Reply:
    """A login page, or no LoadMaster at all."""
    # "Missing auth: 401 with HTML login page" (seen by users of 7.2.54)
    if status in (401, 403):
        return Refused(status, "Unauthorized")
    if status >= REFUSALS and status != 404:
        return Refused(status, clean(octets[:MOST_WORDS].decode("latin-1"), MOST_WORDS))
    return NotTheInterface(
        text(
            "Expected XML with the element Response, got HTTP status {status} and something else ({detail}).",
            status=status,
            detail=clean(detail, 200),
        )
    )


def _basic(login: Login) -> str:
    credentials = f"{login.user}:{login.password}".encode()
    return "Basic " + b64encode(credentials).decode("ascii")  # RFC 7617 2
