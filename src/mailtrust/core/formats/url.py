"""URLs of strangers, taken apart without trusting them (RFC 3986)."""

from urllib.parse import quote, unquote, urljoin, urlsplit

LONGEST = 2048
"""Characters; longer ones are nobody's."""
PORTS = {"http": 80, "https": 443}
CONTENTS_OF_URL = "%!$&'()*+,;=:@/?~"  # RFC 3986 3.3 and 3.4


def host_of(url: str) -> str:
    """The host, in lower case; empty when there is none or the URL can't be read."""
    try:
        return (urlsplit(url[:LONGEST]).hostname or "").lower()
    except ValueError:
        return ""


def parts_of(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and request target (RFC 9112 3.2.1) of an http or https URL; no host where it is none."""
    try:
        parts = urlsplit(url[:LONGEST])
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "https", "", 443, "/"
    if parts.scheme not in PORTS or not host.isascii():
        return "https", "", 443, "/"
    target = quote(parts.path or "/", safe=CONTENTS_OF_URL)
    if parts.query:
        target += "?" + quote(parts.query, safe=CONTENTS_OF_URL)
    return parts.scheme, host, port or PORTS[parts.scheme], target


def is_https(url: str) -> bool:
    """Whether it is an https URL with a host."""
    return len(url) <= LONGEST and url.lower().startswith("https://") and bool(host_of(url))


def resolved(base: str, reference: str) -> str:
    """Where a Location leads that was read at `base` (RFC 3986 5); the reference itself when it can't be read."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def percent_encoded(value: str) -> str:
    """A text as a part of a URL in which no sign has a meaning (RFC 3986 2.1)."""
    return quote(value, safe="")


def percent_decoded(part: str) -> str:
    """What `percent_encoded` was given."""
    return unquote(part)
