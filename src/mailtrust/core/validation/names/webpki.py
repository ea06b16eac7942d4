"""The public web's names: RFC 9525 without wildcards that span strangers."""

from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.names.matching import host_or_address, whole_label
from mailtrust.core.validation.public_suffixes import is_public_suffix


def names_webpki(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """As `names_rfc9525`; and no wildcard stands directly over a public suffix (RFC 9525 7.1, BR 3.2.2.6).

    The private part of the list counts too. The BR advise CAs to look at the registries' part only; but who relies on
    a name can't know that one owner stands behind all of it. A wildcard that nobody needs for the match does no harm.
    """
    return host_or_address(leaf, reference, host=_match)


def _match(presented: str, host: str) -> bool:
    if not whole_label(presented, host.removesuffix(".")):
        return False
    return not presented.startswith("*.") or not is_public_suffix(presented[2:])
