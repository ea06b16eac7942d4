"""Names and addresses that mean something inside one network only."""

from ipaddress import ip_address, ip_network

INTERNAL_DOMAINS = frozenset(
    {
        "local",  # RFC 6762 3: multicast DNS
        "internal",  # reserved by ICANN for private use, July 2024
        "home.arpa",  # RFC 8375
        "corp", "home", "mail",  # never to be delegated (ICANN, February 2018)
        "lan", "intranet", "private", "localdomain",  # RFC 6762 appendix G: in private use, not in the root
    }
)  # fmt: skip
"""What private names end with. Public CAs certify none of them since November 2015 (TLS Baseline Requirements)."""

INTERNAL_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # RFC 1918
        "100.64.0.0/10",  # RFC 6598
        "169.254.0.0/16",  # RFC 3927
        "fc00::/7",  # RFC 4193
        "fe80::/10",  # RFC 4291 2.5.6
    )
)  # fmt: skip


def is_internal(name: str) -> bool:
    """Whether a name or address means something inside one network only; `localhost` is no client's server at all."""
    bare = name.strip("[]").rstrip(".").lower()
    try:
        address = ip_address(bare)
    except ValueError:
        labels = bare.split(".")
        if len(labels) == 1:
            return bare not in ("", "localhost", "*")
        return labels[-1] in INTERNAL_DOMAINS or ".".join(labels[-2:]) in INTERNAL_DOMAINS
    return any(address in network for network in INTERNAL_NETWORKS)
