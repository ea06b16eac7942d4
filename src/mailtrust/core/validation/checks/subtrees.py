"""Whether a name lies in a subtree of name constraints, one function for each form of name (RFC 5280 4.2.1.10)."""

from mailtrust.core.model.certificate import IdentifierType, PresentedIdentifier
from mailtrust.core.x509.names import read_name

COMPARABLE = frozenset(
    {IdentifierType.DNS, IdentifierType.IP, IdentifierType.EMAIL, IdentifierType.URI, IdentifierType.DIRECTORY}
)
"""Forms with a meaning of "within" that is known here; a constraint of another form can only be refused."""


def within(name: PresentedIdentifier, subtree: PresentedIdentifier) -> bool:
    """Whether `name` lies in `subtree`, which is of the same type; False for a type without a known meaning."""
    match name.type:
        case IdentifierType.DNS:
            return within_domain(name.value, subtree.value)
        case IdentifierType.IP:
            return _within_addresses(name.raw, subtree.raw)
        case IdentifierType.EMAIL:
            return within_mailboxes(name.value, subtree.value)
        case IdentifierType.URI:
            return _within_uris(name.value, subtree.value)
        case IdentifierType.DIRECTORY:
            return _within_directory(name.raw, subtree.raw)
        case _:
            return False


def within_domain(name: str, subtree: str) -> bool:
    """`example.com` holds itself and everything below; `.example.com` only what is below; empty holds all.

    The leading dot is not in RFC 5280 for DNS names, but OpenSSL, GnuTLS, NSS and Schannel agree on it.
    """
    host, base = name.lower().removesuffix("."), subtree.lower()
    if base.startswith("."):
        return host.endswith(base) and len(host) > len(base)
    return not base or host == base or host.endswith("." + base)


def wildcard_reaches(name: str, subtree: str) -> bool:
    """Whether `*.example.com` can stand for a name in `subtree`, such as `host.example.com` or what lies below it."""
    if not name.startswith("*."):
        return False
    parent = name[2:].lower().removesuffix(".")
    return subtree.lower().removeprefix(".").partition(".")[2] == parent


def within_mailboxes(address: str, subtree: str) -> bool:
    """A whole mailbox, all mailboxes of one host, or with a leading dot those of every host below a domain."""
    local, at, host = address.rpartition("@")
    if not at:
        return False
    wanted_local, wanted_at, base = subtree.rpartition("@")
    if wanted_at:
        return local == wanted_local and host.lower() == base.lower()  # RFC 5321 2.4: local parts keep their case
    if subtree.startswith("."):
        return host.lower().endswith(subtree.lower())
    return not subtree or host.lower() == subtree.lower()


def _within_addresses(address: bytes, subtree: bytes) -> bool:
    """Address and mask, as in RFC 4632; an IPv4 subtree holds no IPv6 address."""
    half = len(subtree) // 2
    if len(subtree) % 2 or len(address) != half:
        return False
    base, mask = subtree[:half], subtree[half:]
    return all((octet ^ wanted) & bits == 0 for octet, wanted, bits in zip(address, base, mask, strict=True))


def _within_uris(uri: str, subtree: str) -> bool:
    """By the host: exactly this one, or with a leading dot every one below. A URI without a host is outside."""
    host = uri_host(uri)
    if host is None:
        return False
    base = subtree.lower()
    return host.endswith(base) and len(host) > len(base) if base.startswith(".") else host == base


def uri_host(uri: str) -> str | None:
    """The host in the authority of a URI (RFC 3986 3.2), lower-case; None when there is none."""
    scheme, colon, rest = uri.partition(":")
    if not colon or not scheme or not rest.startswith("//"):
        return None
    authority = rest[2:]
    for end in "/?#":
        authority = authority.partition(end)[0]
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return host.partition("]")[0][1:].lower() or None
    return host.partition(":")[0].lower() or None


def _within_directory(name: bytes, subtree: bytes) -> bool:
    """The subtree's RDNs are the first ones of the name (RFC 5280 7.1 compares them)."""
    base = read_name(subtree)[0].match_key
    return read_name(name)[0].match_key[: len(base)] == base
