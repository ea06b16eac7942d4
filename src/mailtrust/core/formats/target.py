"""TARGET on the command line: a mail domain, an e-mail address, a host, host:port, or a URL."""

from collections.abc import Mapping
from types import MappingProxyType

from mailtrust.core.formats.host_name import TargetError, is_address, parse_host
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text

__all__ = [
    "SCHEMES",
    "Address",
    "Host",
    "HostPort",
    "Scheme",
    "Target",
    "TargetError",
    "Url",
    "parse_target",
    "scheme_of_port",
]


@frozen
class Scheme:
    """What a URL scheme says of protocol and TLS."""

    protocol: Protocol
    tls_mode: TlsMode
    port: int | None
    """The port when none is written; None: one must be written."""


# RFC 8314 7.3 and IANA's service names; the `s` forms speak TLS from the first byte.
SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "smtp": Scheme(Protocol.SMTP, TlsMode.STARTTLS, 25),
        "submission": Scheme(Protocol.SUBMISSION, TlsMode.STARTTLS, 587),
        "smtps": Scheme(Protocol.SUBMISSION, TlsMode.IMPLICIT, 465),
        "submissions": Scheme(Protocol.SUBMISSION, TlsMode.IMPLICIT, 465),
        "lmtp": Scheme(Protocol.LMTP, TlsMode.STARTTLS, 24),
        "imap": Scheme(Protocol.IMAP, TlsMode.STARTTLS, 143),
        "imaps": Scheme(Protocol.IMAP, TlsMode.IMPLICIT, 993),
        "pop3": Scheme(Protocol.POP3, TlsMode.STARTTLS, 110),
        "pop3s": Scheme(Protocol.POP3, TlsMode.IMPLICIT, 995),
        "sieve": Scheme(Protocol.SIEVE, TlsMode.STARTTLS, 4190),
        "ldap": Scheme(Protocol.LDAP, TlsMode.STARTTLS, 389),
        "ldaps": Scheme(Protocol.LDAP, TlsMode.IMPLICIT, 636),
        "https": Scheme(Protocol.HTTPS, TlsMode.IMPLICIT, 443),
        "tls": Scheme(Protocol.TLS, TlsMode.IMPLICIT, None),
    }
)


@frozen
class Host:
    """A name that DNS shows to be a mail domain or a host, or an IP address (then a host)."""

    host: str

    @property
    def is_address(self) -> bool:
        """Whether it is an IP literal."""
        return is_address(self.host)


@frozen
class HostPort:
    """One port of one host; the port number tells the protocol."""

    host: str
    port: int


@frozen
class Url:
    """One port of one host with its protocol."""

    protocol: Protocol
    tls_mode: TlsMode
    host: str
    port: int


@frozen
class Address:
    """An e-mail address; its domain is what is looked at."""

    local_part: str
    domain: str


Target = Host | HostPort | Url | Address


def scheme_of_port(port: int) -> Scheme:
    """What is spoken on a port by custom; a port without custom is taken for bare TLS."""
    for scheme in SCHEMES.values():
        if scheme.port == port:
            return scheme
    return Scheme(Protocol.TLS, TlsMode.IMPLICIT, port)


def parse_target(given: str) -> Target:
    """Read a TARGET; raises TargetError with a sentence for the person who typed it."""
    bare = given.strip()
    if len(bare) > 2000:
        raise TargetError(text("Expected a host, domain, address or URL, got {count} characters.", count=len(bare)))
    if "://" in bare:
        return _url(bare)
    if "@" in bare:
        return _mail_address(bare)
    if bare.startswith("["):
        host, bracket, port = bare.partition("]")
        if not port:
            return Host(parse_host(host + bracket))
        if not port.startswith(":"):
            raise _not_a_target(given)
        return HostPort(parse_host(host + bracket), parse_port(port[1:], given))
    match bare.count(":"):
        case 0:
            return Host(_name(bare))
        case 1:
            host, _, port = bare.partition(":")
            return HostPort(_name(host), parse_port(port, given))
        case _ if is_address(bare):
            return Host(parse_host(f"[{bare}]"))
        case _:
            raise TargetError(
                text(
                    "Expected host:port, or an IPv6 address in brackets as in [2001:db8::1]:993, got “{given}”.",
                    given=clean(given, 100),
                )
            )


def parse_port(given: str, whole: str) -> int:
    """Read a port number from 1 to 65535; `whole` is what it stood in, for the error's sentence."""
    if given.isascii() and given.isdigit() and len(given) <= 5 and 1 <= int(given) <= 65535:
        return int(given)
    raise TargetError(
        text(
            "Expected a port number from 1 to 65535 in “{whole}”, got “{given}”.",
            whole=clean(whole, 100),
            given=clean(given, 40),
        )
    )


def _name(given: str) -> str:
    if "/" in given:
        raise TargetError(
            text(
                "Expected a host or a URL, got “{given}”; a path needs a URL, as in https://{given}.",
                given=clean(given, 100),
            )
        )
    return parse_host(given)


def _url(given: str) -> Url:
    name, _, rest = given.partition("://")
    scheme = SCHEMES.get(name.lower())
    for end in "/?#":  # A path, as in the address of Outlook on the web, says nothing about TLS.
        rest = rest.partition(end)[0]
    if "@" in rest:
        # The value is not repeated: it may hold a password.
        raise TargetError(
            text("mailtrust needs no user name and no password; give the URL without what stands before the @.")
        )
    if scheme is None:
        raise TargetError(
            text(
                "Expected one of {schemes}, got “{scheme}”.",
                schemes=tuple(f"{known}://" for known in SCHEMES),
                scheme=clean(f"{name}://", 60),
            )
        )
    if rest.startswith("["):
        host, bracket, port = rest.partition("]")
        host += bracket
        if port and not port.startswith(":"):
            raise _not_a_target(given)
        port = port[1:]
    else:
        host, colon, port = rest.partition(":")
        if colon and not port:
            raise _not_a_target(given)
    if port:
        return Url(scheme.protocol, scheme.tls_mode, parse_host(host), parse_port(port, given))
    if scheme.port is None:
        raise TargetError(
            text(
                "tls:// has no port of its own; give one, as in tls://mail.example.com:993. Got “{given}”.",
                given=clean(given, 100),
            )
        )
    return Url(scheme.protocol, scheme.tls_mode, parse_host(host), scheme.port)


def _mail_address(given: str) -> Address:
    if given.lower().startswith("mailto:"):
        given = given[len("mailto:") :].partition("?")[0]
    local_part, _, domain = given.rpartition("@")
    if not local_part or len(local_part.encode("utf-8", "replace")) > 64:  # RFC 5321 4.5.3.1.1
        raise TargetError(
            text(
                "Expected an e-mail address such as user@example.com, with 1 to 64 characters before the @, "
                "got “{given}”.",
                given=clean(given, 100),
            )
        )
    host = parse_host(domain)
    if is_address(host):
        raise TargetError(
            text(
                "Expected a mail domain after the @, got “{given}”; to look at an address, give it alone.",
                given=clean(given, 100),
            )
        )
    return Address(local_part, host)


def _not_a_target(given: str) -> TargetError:
    return TargetError(
        text(
            "Expected a mail domain, an e-mail address, a host, host:port or a URL such as imaps://mail.example.com, "
            "got “{given}”.",
            given=clean(given, 100),
        )
    )
