"""One file per client: how it judges (named strategies and citations), what it says, and whether its user can go on.

A file gives PROFILE, the version that is meant when none is named, VERSIONS, and SINCE where its rules are known to
have changed. In the texts `{host}` stands for the
name that the client was told and `{date}` for a day; ` / ` stands between lines that the client shows apart.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from types import ModuleType

from mailtrust.core.clients import (
    apple_mail_ios,
    apple_mail_macos,
    chrome,
    dotnet_windows,
    edge,
    firefox,
    gmail_android,
    gnutls,
    java_mail,
    mailstore_addin,
    mta_dane,
    mta_opportunistic,
    mta_sts,
    mta_verified,
    openssl,
    outlook_mac,
    outlook_mobile,
    outlook_windows,
    thunderbird,
)
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.since import Since
from mailtrust.core.model.text import Text, text

_FILES: tuple[ModuleType, ...] = (
    gmail_android,
    outlook_windows,
    outlook_mobile,
    outlook_mac,
    apple_mail_ios,
    apple_mail_macos,
    thunderbird,
    firefox,
    chrome,
    edge,
    dotnet_windows,
    mailstore_addin,
    java_mail,
    openssl,
    gnutls,
    mta_opportunistic,
    mta_verified,
    mta_sts,
    mta_dane,
)

CLIENTS: tuple[ClientProfile, ...] = tuple(file.PROFILE for file in _FILES)
"""Every client in its default version, in the order of reports."""

BY_ID: Mapping[str, ClientProfile] = {
    profile.id: profile for file in _FILES for profile in (file.PROFILE, *file.VERSIONS)
}
"""Every client in every version."""

SINCE: Mapping[str, tuple[Since, ...]] = {file.PROFILE.id: file.SINCE for file in _FILES if hasattr(file, "SINCE")}
"""From when the rules of each client hold, as far as that is known."""


class UnknownClientError(UserProblem):
    """There is no client of that id."""


def client_by_id(wanted: str) -> ClientProfile:
    """The client of that id, or of `id@version`; UnknownClientError names those whose ids are near."""
    profile = BY_ID.get(wanted.strip().lower())
    if profile is not None:
        return profile
    name, at, version = wanted.strip().lower().partition("@")
    if at and name in BY_ID:
        raise UnknownClientError(_unknown_version(name, version))
    near = [known for known in BY_ID if name and name in known] or get_close_matches(name, BY_ID, n=4)
    if near:
        raise UnknownClientError(
            text("There is no client {wanted}. Near are: {near}.", wanted=wanted, near=tuple(near))
        )
    known = tuple(client.id for client in CLIENTS)
    raise UnknownClientError(text("There is no client {wanted}. There are: {known}.", wanted=wanted, known=known))


def _unknown_version(name: str, version: str) -> Text:
    known = tuple(profile.id for profile in BY_ID.values() if profile.id.startswith(f"{name}@"))
    meant = BY_ID[name].versions
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
