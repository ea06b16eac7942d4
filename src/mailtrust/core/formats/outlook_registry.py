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
from mailtrust.core.model.walk import Setting

READ_SINCE = {
    "ExcludeHttpRedirect": "12.0",
    "ExcludeHttpsAutoDiscoverDomain": "12.0",
    "ExcludeHttpsRootDomain": "12.0",
    "ExcludeScpLookup": "12.0",
    "ExcludeSrvRecord": "12.0",
    "PreferLocalXML": "12.0",
    "ExcludeLastKnownGoodURL": "14.0",  # 14.0.7140.5001
    "ExcludeExplicitO365Endpoint": "16.0",  # 16.0.6741.2017
}
"""Those that take a step out where they are 1, or (PreferLocalXML) in, and the version of Office that first did."""
WITHOUT_PART = (
    "PreferProvidedEmailInAutoDiscoverAuthPrompts",
    "EnableOffice365ConfigService",
    "ZeroConfigExchange",
    "ZeroConfigExchangeOnce",
    "Timeout",
    "ShowCertErrors",
)
"""Outlook knows them; they change nothing of where it looks, or only what is kept on the computer."""
_KNOWN = {name.lower(): name for name in (*READ_SINCE, *WITHOUT_PART)}
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
    """What the file says of the versions of Outlook that it is about."""

    switched: frozenset[Setting]
    """Of READ_SINCE, those that are on, each by the version of Office in whose key it stands."""
    redirect_servers: frozenset[Setting]
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
    settings: dict[tuple[str, str], _Value] = {}
    for one in sorted((one for one in values if not one.redirects), key=lambda value: value.by_policy):
        settings[one.version, one.name.lower()] = one  # A policy's comes later, and wins
    return OutlookRegistry(
        frozenset(
            (version, _KNOWN[name]) for (version, name), one in settings.items() if one.number and _reads(version, name)
        ),
        frozenset((one.version, one.name.lower()) for one in values if one.redirects and one.name),
        tuple(dict.fromkeys(note for one in settings.values() for note in _noted(one))),
    )


def known_value(given: str) -> tuple[str | None, tuple[Text, ...]]:
    """The value of READ_SINCE that a person names, in Outlook's own spelling, or None; and what to say of it."""
    name = _KNOWN.get(given.lower(), given)
    said = tuple(_noted(_Value("", by_policy=False, redirects=False, name=name, number=1)))
    return (name if name in READ_SINCE else None), said


def _reads(version: str, name: str) -> bool:
    """Whether this version of Office heeds the value, which is given in small letters."""
    since = READ_SINCE.get(_KNOWN.get(name, ""))
    return since is not None and float(version) >= float(since)


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
    elif name in _KNOWN and value.version and not _reads(value.version, name):
        yield text(
            "{name} does nothing in the key of Office {version}: Outlook reads it from {since} on.",
            name=shown,
            version=value.version,
            since=READ_SINCE[_KNOWN[name]],
        )
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
