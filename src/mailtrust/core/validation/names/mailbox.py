"""E-mail addresses as reference identifiers: certificates of people, not of servers."""

from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate, IdentifierType
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import to_a_labels
from mailtrust.core.validation.names.matching import MOST_NAMES_SHOWN
from mailtrust.core.validation.reasons import error


def names_mailbox(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """One rfc822Name of the subjectAltName is the address: local part exactly, host in any case: `name-mismatch`.

    RFC 5280 7.5; no character of an address stands for others.
    """
    wanted = _parts(reference)
    presented = [
        name.value for name in leaf.subject_alt_names or () if name.type is IdentifierType.EMAIL
    ]  # fmt: skip
    if any(_parts(name) == wanted for name in presented):
        return ()
    shown = tuple(presented[:MOST_NAMES_SHOWN])
    return (error("name-mismatch", leaf, reference=reference, presented=shown, presented_count=len(presented)),)


def _parts(address: str) -> tuple[str, str]:
    local, _, host = address.strip().rpartition("@")
    return local, to_a_labels(host).lower()
