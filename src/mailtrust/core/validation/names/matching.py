"""What all name rules share: walk the presented names, and say precisely what is wrong when none matches."""

from collections.abc import Callable, Iterable, Sequence

from mailtrust.core.model.certificate import Certificate, IdentifierType
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import AddressReference, HostReference, Reference, reference_of
from mailtrust.core.validation.reasons import error

NAME_CODES = frozenset({"name-mismatch", "name-only-in-common-name", "name-ip-as-dns", "name-wildcard-depth"})
"""Every code of a name that does not match. A verdict has one of them: the most precise one."""

MOST_NAMES_SHOWN = 50

HostMatcher = Callable[[str, str], bool]
"""Whether a presented name (first) stands for a host name in lower-case A-labels (second)."""


def host_or_address(
    leaf: Certificate,
    reference: str,
    *,
    host: HostMatcher,
    common_names: Callable[[Certificate], Sequence[str]] = lambda _: (),
    address: Callable[[AddressReference, Certificate], bool] | None = None,
) -> tuple[Reason, ...]:
    """Compare with dNSName entries (and then with `common_names`), or, for an IP literal, with iPAddress entries."""
    wanted = reference_of(reference)
    if isinstance(wanted, AddressReference):
        found = (address or has_address)(wanted, leaf)
    else:
        found = False
        for name in (*leaf.dns_names, *common_names(leaf)):
            if host(name, wanted.name):
                found = True
                break
    return () if found else (mismatch(leaf, reference, wanted),)


def has_address(wanted: AddressReference, leaf: Certificate) -> bool:
    """Whether an iPAddress entry holds the same octets (RFC 9525 6.4)."""
    return any(
        name.type is IdentifierType.IP and name.raw == wanted.address.packed for name in leaf.subject_alt_names or ()
    )


def whole_label(presented: str, host: str, *, labels_after: int = 1) -> bool:
    """Equal, or `*` stands for exactly one whole left-most label (RFC 9525 6.3).

    `labels_after`: so many labels must follow the `*`; 2 is what engines do instead of, or besides, looking into the
    public suffix list. Only `*.tld` is refused here by it, not `*.co.uk`: this program carries no such list.
    """
    pattern = presented.lower()
    if not pattern.startswith("*."):
        return "*" not in pattern and pattern == host
    parent = pattern[1:]
    first, dot, rest = host.partition(".")
    return bool(first) and dot + rest == parent and "*" not in parent and parent.count(".") >= labels_after


def last_common_name(leaf: Certificate) -> tuple[str, ...]:
    """The most specific commonName: the last of the encoding."""
    return leaf.subject.common_names[-1:]


def mismatch(leaf: Certificate, reference: str, wanted: Reference) -> Reason:
    """The reason for a name that is not there, as precise as it can be told."""
    code, near = _what_is_wrong(leaf, wanted)
    presented = (*leaf.dns_names, *leaf.ip_addresses)
    return error(
        code,
        leaf,
        reference=reference,
        near=near,
        presented=presented[:MOST_NAMES_SHOWN],
        presented_count=len(presented),
        common_names=leaf.subject.common_names[:MOST_NAMES_SHOWN],
        has_subject_alt_name=leaf.subject_alt_names is not None,
    )


def _what_is_wrong(leaf: Certificate, wanted: Reference) -> tuple[str, str | None]:
    names: Iterable[str] = leaf.dns_names
    match wanted:
        case AddressReference(text=text, address=address):
            for name in names:
                if name in (text, str(address)):
                    return "name-ip-as-dns", name
            for name in leaf.subject.common_names:
                if name in (text, str(address)):
                    return "name-only-in-common-name", name
        case HostReference(name=host):
            host = host.removesuffix(".")
            for name in leaf.subject.common_names:
                if not leaf.dns_names and whole_label(name, host):
                    return "name-only-in-common-name", name
            for name in names:
                parent = name[1:].lower()
                if name.startswith("*.") and ("." + host).endswith(parent) and not whole_label(name, host):
                    return "name-wildcard-depth", name
    return "name-mismatch", None
