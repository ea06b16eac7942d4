"""One file per client: how it judges (named strategies and citations), what it says, and whether its user can go on.

A file gives PROFILE, the version that is meant when none is named, VERSIONS, and SINCE where its rules are known to
have changed. In the texts `{host}` stands for the
name that the client was told and `{date}` for a day; ` / ` stands between lines that the client shows apart.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.since import Since
from mailtrust.core.model.text import Text, text

_FILES = (
    "gmail_android",
    "outlook_windows",
    "outlook_mobile",
    "outlook_mac",
    "apple_mail_ios",
    "apple_mail_macos",
    "thunderbird",
    "firefox",
    "chrome",
    "edge",
    "dotnet_windows",
    "mailstore_addin",
    "java_mail",
    "openssl",
    "gnutls",
    "mta_opportunistic",
    "mta_verified",
    "mta_sts",
    "mta_dane",
)
"""In the order of reports; a file is called as its client. Each is imported when it is asked for: a check for one
client need not wait for what the others are made of."""

if TYPE_CHECKING:
    CLIENTS: tuple[ClientProfile, ...]
    """Every client in its default version, in the order of reports."""
    BY_ID: Mapping[str, ClientProfile]
    """Every client in every version."""
    SINCE: Mapping[str, tuple[Since, ...]]
    """From when the rules of each client hold, as far as that is known."""


def __getattr__(name: str) -> object:
    match name:
        case "CLIENTS":
            return _clients()
        case "BY_ID":
            return _by_id()
        case "SINCE":
            return _since()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _clients() -> tuple[ClientProfile, ...]:
    return tuple(_file(one).PROFILE for one in _FILES)


@cache
def _by_id() -> Mapping[str, ClientProfile]:
    return {profile.id: profile for one in _FILES for profile in _profiles(one)}


@cache
def _since() -> Mapping[str, tuple[Since, ...]]:
    return {file.PROFILE.id: file.SINCE for file in map(_file, _FILES) if hasattr(file, "SINCE")}


def _file(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def _profiles(name: str) -> tuple[ClientProfile, ...]:
    return (_file(name).PROFILE, *_file(name).VERSIONS)


class UnknownClientError(UserProblem):
    """There is no client of that id."""


def client_by_id(wanted: str) -> ClientProfile:
    """The client of that id, or of `id@version`; UnknownClientError names those whose ids are near."""
    name, at, version = wanted.strip().lower().partition("@")
    if (file := name.replace("-", "_")) in _FILES:
        for profile in _profiles(file):
            if profile.id == f"{name}{at}{version}":
                return profile
    if at and name in _by_id():
        raise UnknownClientError(_unknown_version(name, version))
    from difflib import get_close_matches

    near = [known for known in _by_id() if name and name in known] or get_close_matches(name, _by_id(), n=4)
    if near:
        raise UnknownClientError(
            text("There is no client {wanted}. Near are: {near}.", wanted=wanted, near=tuple(near))
        )
    known = tuple(client.id for client in _clients())
    raise UnknownClientError(text("There is no client {wanted}. There are: {known}.", wanted=wanted, known=known))


def _unknown_version(name: str, version: str) -> Text:
    known = tuple(profile.id for profile in _by_id().values() if profile.id.startswith(f"{name}@"))
    meant = _by_id()[name].versions
    if not known:
        return text(
            "Versions of {client} are not told apart, so there is no {version}; {client} stands for: {meant}.",
            client=name,
            version=version,
            meant=meant,
        )
    return text(
        "There is no version {version} of {client}. There are: {known}; without a version it stands for: {meant}.",
        version=version,
        client=name,
        known=known,
        meant=meant,
    )
