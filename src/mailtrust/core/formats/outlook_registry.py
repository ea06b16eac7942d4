r"""Outlook's values under AutoDiscover, from an export of regedit (.reg) or what `reg query KEY /s` prints.

Which values there are, and that those of a policy win over the user's own: Microsoft SupportArticles-docs, Unexpected
Autodiscover behavior when you have registry settings under the \Autodiscover key.
"""

import re
from collections.abc import Iterator

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

EXCLUSIONS = (
    "ExcludeHttpRedirect",
    "ExcludeHttpsAutoDiscoverDomain",
    "ExcludeHttpsRootDomain",
    "ExcludeScpLookup",
    "ExcludeSrvRecord",
    "ExcludeLastKnownGoodURL",
    "ExcludeExplicitO365Endpoint",
)
"""Those that take a step out where they are 1."""
WITHOUT_PART = (
    "PreferLocalXML",
    "PreferProvidedEmailInAutoDiscoverAuthPrompts",
    "EnableOffice365ConfigService",
    "ZeroConfigExchange",
    "ZeroConfigExchangeOnce",
    "Timeout",
    "ShowCertErrors",
)
"""Outlook knows them; they change nothing of where it looks, or only what is kept on the computer."""
_KNOWN = {name.lower(): name for name in (*EXCLUSIONS, *WITHOUT_PART)}
_MISTAKEN = {"excludesrvlookup": "ExcludeSrvRecord"}
"""Names that go round in documents, and what Outlook reads instead."""

MOST_LINES = 100_000
_SECTION = re.compile(r"\[?-?(?P<path>(?:HKEY_[A-Z_]+|HKCU|HKLM|HKU)\\[^\]]*)\]?", re.IGNORECASE)
_OURS = re.compile(
    r"\\Office\\(?P<version>\d+\.\d)\\Outlook\\AutoDiscover(?P<below>\\RedirectServers)?\\?$", re.IGNORECASE
)
_EXPORTED = re.compile(r'"(?P<name>(?:[^"\\]|\\.)*)"=(?P<value>.*)')
_QUERIED = re.compile(r"\s+(?P<name>\S.*?)\s+(?P<type>REG_[A-Z_]+)(?:\s+(?P<value>.*))?")


class RegistryFileError(UserProblem):
    """It is nothing that regedit or reg writes about Outlook's Autodiscover."""


@frozen
class OutlookRegistry:
    """What the file says of one version of Outlook."""

    version: str
    """Office's own number, such as 16.0; the newest one in the file."""
    excluded: frozenset[str]
    """Of EXCLUSIONS, those that are on."""
    redirect_servers: frozenset[str]
    notes: tuple[Text, ...]
    """What its reader should know: values that are none, and others that were left aside."""


@frozen
class _Value:
    version: str
    by_policy: bool
    redirects: bool
    name: str
    number: int | None
    """None: no number."""


def read_outlook_registry(octets: bytes) -> OutlookRegistry:
    """What an export or a query says. Raises RegistryFileError."""
    lines = decode(octets)[0].splitlines()
    if len(lines) > MOST_LINES:
        raise RegistryFileError(text("The registry file has more than {most} lines.", most=MOST_LINES))
    values = tuple(_values(lines))
    if not values:
        raise RegistryFileError(
            text(
                "Expected an export of the key {key} by regedit, or what reg query prints of it; no value of such a "
                "key was found.",
                key=r"HKCU\Software\Microsoft\Office\16.0\Outlook\AutoDiscover",
            )
        )
    versions = sorted({one.version for one in values}, key=float)
    newest = versions[-1]
    notes = []
    if len(versions) > 1:
        notes.append(
            text(
                "The file is about several versions of Office ({all}); {one} is walked with.",
                all=tuple(versions),
                one=newest,
            )
        )
    settings: dict[str, _Value] = {}
    for one in sorted((one for one in values if one.version == newest), key=lambda value: value.by_policy):
        if not one.redirects:
            settings[one.name.lower()] = one  # A policy's comes later, and wins
    notes += [note for one in settings.values() for note in _noted(one)]
    return OutlookRegistry(
        newest,
        frozenset(name for name in EXCLUSIONS if name.lower() in settings and settings[name.lower()].number),
        frozenset(one.name.lower() for one in values if one.redirects and one.version == newest and one.name),
        tuple(notes),
    )


def known_value(given: str) -> tuple[str | None, tuple[Text, ...]]:
    """The exclusion that a person names, in Outlook's own spelling, or None; and what there is to say of it."""
    name = _KNOWN.get(given.lower(), given)
    said = tuple(_noted(_Value("", by_policy=False, redirects=False, name=name, number=1)))
    return (name if name in EXCLUSIONS else None), said


def _noted(value: _Value) -> Iterator[Text]:
    name = value.name.lower()
    shown = clean(value.name, 100)
    if name in _MISTAKEN:
        yield text("{name} is no value of Outlook and does nothing; {meant} is meant.", name=shown,
                   meant=_MISTAKEN[name])  # fmt: skip
    elif name in _KNOWN and value.number is None:
        yield text("{name} is no number (REG_DWORD) and does nothing.", name=shown)
    elif name in _KNOWN and _KNOWN[name] in WITHOUT_PART:
        yield text("{name} changes nothing of this walk.", name=shown)
    elif name not in _KNOWN and value.number is None:
        yield text("{name} names a local file of settings, which is not looked at from here.", name=shown)
    elif name not in _KNOWN:
        yield text("{name} is no value of Outlook that is known; it is left aside.", name=shown)


def _values(lines: list[str]) -> Iterator[_Value]:
    place: tuple[str, bool, bool] | None = None
    for line in lines:
        if section := _SECTION.fullmatch(line.strip()):
            path = section["path"]
            ours = _OURS.search(path)
            removed = line.lstrip().startswith("[-")
            place = (
                (ours["version"], "\\policies\\" in path.lower(), ours["below"] is not None)
                if ours is not None and not removed
                else None
            )
        elif place is not None:
            read = _exported(line) or _queried(line)
            if read is not None:
                yield _Value(*place, *read)


def _exported(line: str) -> tuple[str, int | None] | None:
    match = _EXPORTED.fullmatch(line.strip())
    if match is None or match["value"] == "-":  # which takes the value away
        return None
    kind, _, digits = match["value"].partition(":")
    name = re.sub(r"\\(.)", r"\1", match["name"])
    return name, _number(digits, 16) if kind.lower() == "dword" else None


def _queried(line: str) -> tuple[str, int | None] | None:
    match = _QUERIED.fullmatch(line.rstrip())
    if match is None:
        return None
    return match["name"], _number(match["value"] or "", 0) if match["type"] == "REG_DWORD" else None


def _number(digits: str, base: int) -> int | None:
    try:
        return int(digits.strip()[:20], base)
    except ValueError:
        return None
