"""Windows: the SSL policy of CertVerifyCertificateChainPolicy, as Outlook and .NET use it."""

from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import AddressReference
from mailtrust.core.validation.names.matching import has_address, host_or_address, whole_label


def names_windows(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """The subjectAltName; only when there is no such extension at all, the subject's commonNames.

    `*` is one whole left-most label, in the subject too. An address matches an iPAddress, or (recalled, not tried) a
    dNSName of the same text. Wine dlls/crypt32/chain.c (01a7cbf), an open reimplementation, for what is looked at;
    Microsoft's own answers of 2012 on Outlook 2010 for the wildcard. Nobody outside has the source.
    """
    return host_or_address(leaf, reference, host=whole_label, common_names=_common_names, address=_address)


def names_outlook_2007(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """As `names_windows`, but of the subjectAltName only the first DNS name is read (KB 958977, POP and IMAP)."""
    first = leaf.dns_names[:1]
    reasons = tuple(names_windows(leaf, reference, anchor))
    if reasons or not first:
        return reasons
    return host_or_address(
        leaf,
        reference,
        host=lambda name, host: name in first and whole_label(name, host),
        common_names=_common_names,
        address=_address,
    )


def _common_names(leaf: Certificate) -> tuple[str, ...]:
    return leaf.subject.common_names if leaf.subject_alt_names is None else ()


def _address(wanted: AddressReference, leaf: Certificate) -> bool:
    texts = (wanted.text, str(wanted.address))
    return has_address(wanted, leaf) or any(name in texts for name in (*leaf.dns_names, *_common_names(leaf)))
