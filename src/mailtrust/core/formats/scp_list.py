"""Service connection points as administrators paste or export them.

Understood are what `Get-ClientAccessService | Format-List` (up to Exchange 2013 `Get-ClientAccessServer`) shows, an
LDIF of ldapsearch or ldifde (RFC 2849), and a plain list of URLs.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.formats.exchange.format_list import is_property, read_format_list
from mailtrust.core.formats.exchange.shown import MOST_OBJECTS, Shown
from mailtrust.core.formats.url import is_https
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import SCP_POINTER, SCP_URL, ConnectionPoint

MOST_POINTS = 1_000
MOST_LINES = 100_000

_URI, _SITES, _SERVER = "autodiscoverserviceinternaluri", "autodiscoversitescope", "name"
_LDIF = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9;.-]*):(?P<kind>[:<]?) ?(?P<value>.*)")
_SHOW = "Get-ClientAccessService | Format-List Name,AutoDiscoverServiceInternalUri,AutoDiscoverSiteScope"


class ScpListError(UserProblem):
    """The list cannot be read; the sentence says what was expected, where, and how to get it."""


def read_scp_list(octets: bytes) -> tuple[ConnectionPoint, ...]:
    """The service connection points in a file, in its order. Raises ScpListError."""
    lines = decode(octets)[0].splitlines()
    if len(lines) > MOST_LINES:
        raise _unreadable(text("it has more than {most} lines", most=MOST_LINES))
    written = [line for line in lines if line.strip() and not line.startswith("#")]
    if not written:
        raise _unreadable(text("it is empty"))
    if any(line[:4].lower() in ("dn: ", "dn::") for line in written):
        points = tuple(_from_ldif(lines))
    elif any(line.lower().replace(" ", "").startswith((f"{_URI}:", f"{_SITES}:")) for line in written):
        points = tuple(_from_format_list(lines))
    elif "autodiscoverserviceinternaluri" in written[0].lower().replace(" ", ""):
        raise _unreadable(text("it is a table, in which PowerShell cuts what is long"))
    else:
        points = tuple(_from_urls(lines))
    if not points:
        raise _unreadable(text("no server in it has an address"))
    if len(points) > MOST_POINTS:
        raise _unreadable(text("it has more than {most} entries", most=MOST_POINTS))
    return points


def _unreadable(why: Text) -> ScpListError:
    return ScpListError(
        text(
            "The list of service connection points cannot be read: {why}. Expected what this shows: {command}; or an "
            "LDIF with keywords and serviceBindingInformation; or https addresses, one a line.",
            why=why,
            command=_SHOW,
        )
    )


def _from_format_list(lines: list[str]) -> Iterator[ConnectionPoint]:
    for before, line in pairwise(("", *lines)):
        goes_on = line[:1].isspace() and before.strip()
        if line.strip() and not goes_on and not is_property(line):
            raise _unreadable(text("nobody knows what this line means: {line}", line=clean(line, 100)))
    # Without blank lines a record ends where a name stands again: a mail program may have put one after each line.
    servers = read_format_list("\n".join(line for line in lines if line.strip()))
    if len(servers) > MOST_OBJECTS:
        raise _unreadable(text("it has more than {most} entries", most=MOST_OBJECTS))
    for server in servers:
        yield from _listed(server)


def _listed(server: Shown) -> Iterator[ConnectionPoint]:
    if _SITES in server.cut:
        raise _unreadable(text("it does not show all sites; set $FormatEnumerationLimit = -1 first"))
    # Where it was wrapped a blank may stand, which no address has.
    uri = "".join(server.word(_URI).split())
    if not uri:
        return
    if not uri.lower().startswith(("http://", "https://")):
        raise _unreadable(text("{value} is no address", value=clean(uri, 100)))
    named = (site.strip() for several in server.words(_SITES) for site in several.split(","))
    yield ConnectionPoint((SCP_URL, *(f"Site={site}" for site in named if site)), (uri,), server.word(_SERVER))


def _from_ldif(lines: list[str]) -> Iterator[ConnectionPoint]:
    entry: dict[str, list[str]] = {}
    for line in (*_unfolded(lines), ""):
        if not line.strip():
            yield from _entered(entry)
            entry = {}
            continue
        match = _LDIF.fullmatch(line)
        if match is None:
            raise _unreadable(text("this is no line of LDIF: {line}", line=clean(line, 100)))
        entry.setdefault(match["name"].lower(), []).append(_ldif_value(match["kind"], match["value"]))


def _unfolded(lines: list[str]) -> Iterator[str]:
    """RFC 2849, notes 2 and 3: a line that begins with one space goes on with the one before it."""
    whole: list[str] = []
    for line in lines:
        if line.startswith(" ") and whole:
            whole.append(line[1:])
            continue
        yield from _uncommented(whole)
        whole = [line]
    yield from _uncommented(whole)


def _uncommented(parts: list[str]) -> Iterator[str]:
    # ldapsearch ends with the lines "search: 2" and "result: 0 Success", which look like attributes and do no harm.
    if parts and not parts[0].startswith("#"):
        yield "".join(parts)


def _ldif_value(kind: str, value: str) -> str:
    if kind == "<":
        raise _unreadable(text("its values stand in other files: {line}", line=clean(value, 100)))
    if kind == "":
        return value
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise _unreadable(text("this is no Base64: {line}", line=clean(value, 100))) from None


def _entered(entry: Mapping[str, list[str]]) -> Iterator[ConnectionPoint]:
    keywords = tuple(entry.get("keywords", ()))
    binding = tuple(entry.get("servicebindinginformation", ()))
    if binding and {SCP_URL, SCP_POINTER} & {word.lower() for word in keywords}:
        names = (*entry.get("cn", ()), *entry.get("name", ()), _first_name(entry.get("dn", [""])[0]))
        yield ConnectionPoint(keywords, binding, names[0])


def _first_name(dn: str) -> str:
    kind, _, value = dn.partition(",")[0].partition("=")
    return value if kind.lower() == "cn" else ""


def _from_urls(lines: list[str]) -> Iterator[ConnectionPoint]:
    for line in lines:
        given = line.strip()
        if given and not given.startswith("#"):
            if not is_https(given) or " " in given:
                raise _unreadable(text("{value} is no https address", value=clean(given, 100)))
            yield ConnectionPoint((SCP_URL,), (given,))
