"""Apple, Mozilla and Chromium: subjectAltName only, each with its own limits on what a name may look like."""

import re
from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate, IdentifierType
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import AddressReference, reference_of
from mailtrust.core.validation.names.matching import has_address, host_or_address, mismatch, whole_label


def names_apple(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """`*` is the whole left-most label with two labels at least behind it; addresses by their octets.

    A dNSName whose last label has no letter is none. Public suffixes are refused by Apple; here only `*.tld` is.
    Security.framework (db15acb): SecPolicyLeafCallbacks.c SecDNSMatch, SecCertificate.c SecFrameworkIsDNSName.
    """
    return host_or_address(leaf, reference, host=_apple)


def _apple(presented: str, host: str) -> bool:
    last = presented.rpartition(".")[2]
    if not any(character.isalpha() for character in last):
        return False
    return whole_label(presented, host.removesuffix("."), labels_after=2)


def names_chromium(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """`*` is the whole left-most label, not directly over a registry's suffix, not for a name of digits only.

    A suffix that is no known registry's counts as one too; here only `*.tld` is refused, for want of the list. Final
    dots do not matter. net/cert/x509_certificate.cc VerifyHostname (02f11ff).
    """
    return host_or_address(leaf, reference, host=_chromium)


def _chromium(presented: str, host: str) -> bool:
    host = host.removesuffix(".")
    if "*" in presented and not host.strip("0123456789."):
        return False
    return whole_label(presented.removesuffix("."), host, labels_after=2)


# mozpkix IsValidDNSID: letters, digits, `-` and `_`; no hyphen at either end of a label, the last label not of digits
_MOZILLA_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_MOZILLA_NAME = re.compile(rf"(?:\*\.)?(?:{_MOZILLA_LABEL}\.)*(?![0-9]+\Z){_MOZILLA_LABEL}", re.ASCII)


def names_mozilla(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """`*` is the whole left-most label with two labels at least behind it; addresses by their octets.

    Entries that are no DNS name: below a root of Mozilla's own the first one ends the comparison, below others it is
    passed over ("skip invalid SANs for non-built-in roots"). A final dot of the reference does not matter, one in the
    certificate makes the entry invalid. mozpkix pkixnames.cpp (4a62ca7), CertVerifier.cpp (12f78bd).
    """
    wanted = reference_of(reference)
    if isinstance(wanted, AddressReference):
        return () if has_address(wanted, leaf) else (mismatch(leaf, reference, wanted),)
    strict = anchor is not None and not anchor.locally_added
    for name in leaf.subject_alt_names or ():
        if name.type is not IdentifierType.DNS:
            continue
        if not valid_for_mozilla(name.value):
            if strict:
                break
        elif whole_label(name.value, wanted.name.removesuffix("."), labels_after=2):
            return ()
    return (mismatch(leaf, reference, wanted),)


def valid_for_mozilla(presented: str) -> bool:
    """Whether mozpkix takes a dNSName for one (IsValidDNSID)."""
    if len(presented) > 253 or _MOZILLA_NAME.fullmatch(presented) is None:
        return False
    return not presented.startswith("*.") or presented.count(".") >= 2
