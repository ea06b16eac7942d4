"""Which names a new certificate must carry: those by which the server is reached, and those it carries already."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.frozen import frozen
from mailtrust.core.rules.grounds.hosts import is_address
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.core.validation.names.matching import whole_label


@frozen
class WantedNames:
    """The names of a certificate to be ordered."""

    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...]


def wanted_names(
    leaf: Certificate, hosts: tuple[str, ...], findings: tuple[Finding, ...], *, public: bool
) -> WantedNames:
    """The names for the certificate that replaces `leaf`, which was met at `hosts`.

    Names that no public CA certifies are left out when it is to come from one; misspelt ones (`name-near-miss`) are set
    right; those of a certificate that is somebody else's (a hoster's) are not taken over.
    """
    slips = {
        str(finding.fact("written")).lower(): str(finding.fact("wanted")).lower()
        for finding in findings
        if finding.rule == "name-near-miss"
    }
    reached = [host.rstrip(".").lower() for host in hosts]
    carried = [slips.get(name.lower(), name.lower()) for name in leaf.dns_names if not is_address(name)]
    if not any(_neighbours(host, name) for host in reached for name in carried):
        # Who comes by an address says nothing about whose certificate it is, nor who comes by a name of the inside.
        silent = all(is_address(host) or (not public and is_internal(host)) for host in reached)
        carried = carried if silent else []
    names = [name for name in (*reached, *slips.values(), *carried) if not is_address(name)]
    addresses = [host.strip("[]") for host in reached if is_address(host)] + list(leaf.ip_addresses)
    if public:
        names = [name for name in names if not is_internal(name.removeprefix("*."))]
        addresses = []
    unique = tuple(dict.fromkeys(names))
    return WantedNames(tuple(name for name in unique if not _covered(name, unique)), tuple(dict.fromkeys(addresses)))


def _covered(name: str, names: tuple[str, ...]) -> bool:
    return any(other != name and other.startswith("*.") and whole_label(other, name) for other in names)


def _neighbours(one: str, other: str) -> bool:
    """Whether two names share their last two labels: near enough to be one organisation's."""
    return one.split(".")[-2:] == other.split(".")[-2:]
