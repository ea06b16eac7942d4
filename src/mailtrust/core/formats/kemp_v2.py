"""The second version of the LoadMaster's interface: JSON, posted to one address, from LMOS 7.2.50 on.

Kemp Support, "JSON-based Input and Output for the LoadMaster RESTful API"; the answers' form by kreemer/loadmaster-go-
client (api/) and acmesh-official/acme.sh (deploy/kemplm.sh). It knows no client certificates.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from mailtrust.core.formats.kemp_services import MOST_NAME, services_of
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.load_master import Accepted, Asked, Call, Login, NotTheInterface, Refused, Reply
from mailtrust.core.model.text import text

ADDRESS = "/accessv2"
LARGEST = 4 * 2**20
MOST_WORDS = 300
MOST_NAMES = 10_000
REFUSALS = 400
SUCCESS = frozenset({"ok", "success"})
"""Both words were seen; where there is a code, it decides."""


def request(call: Call, login: Login) -> Asked:
    """The call: a file that comes with it is Base64 in `data`."""
    said: dict[str, object] = {"cmd": call.command}
    if login.api_key:
        said["apikey"] = login.api_key
    else:
        said |= {"apiuser": login.user, "apipass": login.password}
    said |= dict(call.parameters)
    if call.data:
        said["data"] = b64encode(call.data).decode("ascii")
    return Asked(ADDRESS, msgspec.json.encode(said), "application/json")


def read_reply(octets: bytes, status: int) -> Reply:
    """An answer. The body decides; the status line counts only where the body does not say."""
    if len(octets) > LARGEST:
        return _no_json(status, f"{len(octets)} octets")
    try:
        said = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _no_json(status, str(error))
    if not isinstance(said, dict) or not {"code", "status"} & said.keys():
        return _no_json(status, type(said).__name__)
    code = _code(said, status)
    if code >= REFUSALS:
        return Refused(code, clean(_text(said.get("message")), MOST_WORDS) or f"code {code}")
    certificates = [one for one in _list(said.get("cert")) if isinstance(one, dict)][:MOST_NAMES]
    records = _list(said["VS"]) if "VS" in said else [said]
    return Accepted(
        names=tuple(dict.fromkeys(clean(name, MOST_NAME) for one in certificates if (name := _text(one.get("name"))))),
        certificate=_text(said.get("certificate")),
        services=services_of(_record(one) for one in records if isinstance(one, dict)),
    )


def _code(said: Mapping[str, Any], status: int) -> int:
    code = said.get("code")
    if isinstance(code, int) and not isinstance(code, bool) and 0 < code < 1000:
        return code
    if _text(said.get("status")).lower() in SUCCESS:
        return 200
    return max(status, REFUSALS)


def _record(one: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): _text(value) for name, value in one.items()}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "y" if value else "n"
        case int():
            return str(value) if abs(value) < 10**9 else ""
        case list():
            return " ".join(one for one in value[:MOST_NAMES] if isinstance(one, str))
        case _:
            return ""


def _no_json(status: int, detail: str) -> Reply:
    if status in (401, 403):
        return Refused(status, "Unauthorized")
    return NotTheInterface(
        text(
            "Expected JSON with the keys code and status, got HTTP status {status} and something else ({detail}).",
            status=status,
            detail=clean(detail, 200),
        )
    )
