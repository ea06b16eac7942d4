"""Under which names registries, and hosts that act like one, hand out names to strangers (publicsuffix.org)."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(name: str) -> bool:
    """Whether `name` (A-labels) is a public suffix: of a registry, of the list's private part, or an unknown TLD."""
    host = name.lower().rstrip(".")
    return bool(host) and _list().publicsuffix(host) == host


def registered_domain(name: str) -> str:
    """The part of a host name that somebody registered (example.co.uk); empty where it is a suffix itself."""
    return str(_list().privatesuffix(name.lower().rstrip(".")) or "")


@lru_cache(maxsize=1)
def _list() -> "PublicSuffixList":
    """The list as it was when the installed package was made: a table like Unicode's, read when it is first needed."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
