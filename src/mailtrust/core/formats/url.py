"""URLs of strangers, taken apart without trusting them (RFC 3986)."""

from urllib.parse import urljoin, urlsplit

LONGEST = 2048
"""Characters; longer ones are nobody's."""


def host_of(url: str) -> str:
    """The host, in lower case; empty when there is none or the URL can't be read."""
    try:
        return (urlsplit(url[:LONGEST]).hostname or "").lower()
    except ValueError:
        return ""


def is_https(url: str) -> bool:
    """Whether it is an https URL with a host."""
    return len(url) <= LONGEST and url.lower().startswith("https://") and bool(host_of(url))


def resolved(base: str, reference: str) -> str:
    """Where a Location leads that was read at `base` (RFC 3986 5); the reference itself when it can't be read."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference
