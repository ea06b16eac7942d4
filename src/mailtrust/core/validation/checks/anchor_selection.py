"""Which anchors OpenJDK's path validator takes for a certificate: AdaptableX509CertSelector."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal
from mailtrust.core.validation.paths import leaf_is_anchor, missing_issuer


def spans(anchor: Certificate, child: Certificate) -> bool:
    """An anchor of version 1 or 2 is valid for as long as what it issued: so the builder, not the validator."""
    return anchor.version >= 3 or (anchor.not_before <= child.not_before and child.not_after <= anchor.not_after)


def identified(child: Certificate, anchor: Certificate) -> bool:
    """The key identifiers agree where both have one, and so does the serial number for anchors of version 3."""
    authority = child.authority_key_identifier
    if authority is None:
        return True
    subject_key = anchor.subject_key_identifier
    if authority.key_id is not None and subject_key is not None and authority.key_id != subject_key:
        return False
    return authority.serial is None or anchor.version < 3 or authority.serial == anchor.serial


@impersonal
def anchor_selected(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """The validator would take the anchor that the search has found: `chain-incomplete` where it would not.

    Android's validator is OpenJDK's; seen in Conscrypt 2.6.3 on OpenJDK 17 ("Path does not chain with any of the trust
    anchors").
    """
    if path.anchor is None or leaf_is_anchor(path):
        return
    last, anchor = path.links[-1].certificate, path.anchor.certificate
    if not identified(last, anchor):
        yield missing_issuer(last, anchor)
