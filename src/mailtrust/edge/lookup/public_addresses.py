"""Which addresses a stranger's certificate may send us to: public ones, with nothing in them that leads elsewhere."""

import ipaddress

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 4291 2.4: what is not in here is not (yet) global unicast, whatever a table of special addresses says.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# IPv6 addresses that carry an IPv4 address to which a gateway passes the packet on, and where in them it stands.
_CARRIERS = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # RFC 4291 2.5.5.2: IPv4-mapped
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # RFC 2765 2.1 (historic): IPv4-translated
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # RFC 6052 2.1: NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # RFC 3056 2: 6to4
)
_NEVER = (
    ipaddress.IPv6Network("2001::/23"),  # RFC 2928: special purposes, Teredo among them
    ipaddress.IPv6Network("2001:db8::/32"),  # RFC 3849: documentation
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637: documentation
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # RFC 8215: NAT64 of a site
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890 2.2.2: protocol assignments
    ipaddress.IPv4Network("192.88.99.0/24"),  # RFC 7526: the withdrawn 6to4 relay
)


def is_public(address: str) -> bool:
    """Whether packets to this address go to the public internet: not to this machine, its site or its provider.

    Stricter than `ipaddress.is_global`, which counts multicast as global and does not look into NAT64 and 6to4.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _is_public(parsed)


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        for network, shift in _CARRIERS:
            if address in network:
                return _is_public(ipaddress.IPv4Address(int(address) >> shift & 0xFFFF_FFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
