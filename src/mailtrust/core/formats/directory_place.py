"""Which directory is asked: one server by its LDAP URL, or the controllers of an Active Directory domain."""

from mailtrust.core.formats.host_name import TargetError, is_address
from mailtrust.core.formats.target import Host, HostPort, Url, parse_target
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text

LDAP_PORT = 389


@frozen
class DirectoryServer:
    """One server."""

    host: str
    port: int = LDAP_PORT
    implicit_tls: bool = False
    """ldaps."""


@frozen
class DirectoryDomain:
    """A domain of Active Directory, whose controllers DNS names."""

    name: str

    @property
    def controllers(self) -> str:
        """The name of their SRV records ([MS-ADTS] 6.3.2.3)."""
        return f"_ldap._tcp.dc._msdcs.{self.name}"


DirectoryPlace = DirectoryServer | DirectoryDomain


def parse_directory(given: str) -> DirectoryPlace:
    """Read `ldap[s]://HOST[:PORT]`, or the name of a domain. Raises TargetError."""
    match parse_target(given):
        case Url(protocol=Protocol.LDAP, tls_mode=mode, host=host, port=port):
            return DirectoryServer(host, port, mode is TlsMode.IMPLICIT)
        case Host(host=host) if not is_address(host):
            return DirectoryDomain(host)
        case _:
            raise TargetError(
                text(
                    "Expected a directory such as ldap://dc1.example.com or ldaps://192.0.2.1, or the name of an "
                    "Active Directory domain, got “{given}”.",
                    given=clean(given, 100),
                )
            )


def pointed_at(binding: str) -> str:
    """`host` or `host:port` of a pointer such as LDAP://dc.example.com (MS-OXDISCO 3.1.5.1); empty: it names none."""
    try:
        place = parse_directory(binding)
    except TargetError:
        return ""
    if not isinstance(place, DirectoryServer):
        return ""
    host = f"[{place.host}]" if ":" in place.host else place.host
    return host if place.port == LDAP_PORT else f"{host}:{place.port}"


def server_named(place: str) -> DirectoryServer | None:
    """`host` or `host:port`, as a pointer names another forest's server; None where it is neither."""
    try:
        match parse_target(place):
            case Host(host=host):
                return DirectoryServer(host)
            case HostPort(host=host, port=port):
                return DirectoryServer(host, port)
    except TargetError:
        pass
    return None
