"""RFC 9525, the reference."""

from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.names.matching import host_or_address, whole_label


def names_rfc9525(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """The subjectAltName only; `*` is the whole left-most label and stands for one label; addresses by their octets.

    RFC 9525 6.3 and 6.4. A final dot of the reference is not part of its name.
    """
    return host_or_address(leaf, reference, host=lambda name, host: whole_label(name, host.removesuffix(".")))
