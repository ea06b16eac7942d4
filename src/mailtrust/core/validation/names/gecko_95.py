"""Firefox before 101: below a root of somebody's own, the common name still counted."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import AddressReference, reference_of
from mailtrust.core.validation.names.browsers import names_mozilla, valid_for_mozilla
from mailtrust.core.validation.names.matching import last_common_name, whole_label


def names_gecko_95(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """As today, and below an added root the last commonName of a certificate without dNSName and iPAddress.

    An IPv4 address in it counts too, an IPv6 address does not. mozpkix pkixnames.cpp SearchNames and MatchAVA of that
    time; measured with Firefox 95 (Netflix/bettertls, 2021-12).
    """
    reasons = tuple(names_mozilla(leaf, reference, anchor))
    private = anchor is not None and anchor.locally_added
    if not reasons or not private or leaf.dns_names or leaf.ip_addresses:
        return reasons
    wanted = reference_of(reference)
    for name in last_common_name(leaf):
        if isinstance(wanted, AddressReference):
            found = isinstance(wanted.address, IPv4Address) and name == str(wanted.address)
        else:
            host = wanted.name.removesuffix(".")
            found = valid_for_mozilla(name) and whole_label(name, host, labels_after=2)
        if found:
            return ()
    return reasons
