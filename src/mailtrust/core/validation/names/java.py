"""OpenJDK: sun.security.util.HostnameChecker, in its HTTPS and its LDAPS manner."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import is_std3_host, to_u_labels
from mailtrust.core.validation.names.matching import host_or_address, last_common_name


def names_java_https(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """The last commonName where there is no dNSName; `*` stands for any label or part of a label, in every label.

    The numbers of labels are equal; a name with `_` or a final dot is refused whatever the certificate says. Below a
    public root `*` directly over a public suffix is refused (here: over a single label). A-labels are compared as
    U-labels, so no star stands for a part of one. Addresses by iPAddress, in any spelling. OpenJDK 17.0.21, TYPE_TLS.
    """
    return _judge(leaf, reference, anchor, _every_label)


def names_java_ldaps(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """As `names_java_https`, but `*` counts in the left-most label only: what Angus Mail asks JSSE for.

    OpenJDK 17.0.21, TYPE_LDAP; Angus Mail 2.0.3 COMPAT.txt.
    """
    return _judge(leaf, reference, anchor, _left_most_label)


def names_java_off(_leaf: Certificate, _reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """Nothing is compared: JavaMail 1.x and Jakarta Mail 2.0, whose `ssl.checkserveridentity` was off by default."""
    return ()


def _judge(
    leaf: Certificate, reference: str, anchor: TrustAnchor | None, labels: Callable[[str, str], bool]
) -> Iterable[Reason]:
    public = anchor is not None and not anchor.locally_added

    def host(presented: str, name: str) -> bool:
        pattern = presented.lower()
        return (
            is_std3_host(name)
            and is_std3_host(pattern.replace("*", "x"))
            and not _illegal_wildcard(pattern, public=public)
            and labels(to_u_labels(pattern), to_u_labels(name))
        )

    return host_or_address(
        leaf, reference, host=host, common_names=lambda it: () if it.dns_names else last_common_name(it)
    )


def _illegal_wildcard(pattern: str, *, public: bool) -> bool:
    """hasIllegalWildcard: no dot behind the last star, or, below a public root, nothing but a suffix behind it."""
    if "*" not in pattern:
        return False
    _, dot, behind = pattern.rpartition("*")[2].partition(".")
    return not dot or (public and "." not in behind)


def _every_label(pattern: str, name: str) -> bool:
    ours, theirs = pattern.split("."), name.split(".")
    return len(ours) == len(theirs) and all(map(_label, ours, theirs))


def _left_most_label(pattern: str, name: str) -> bool:
    ours, _, our_rest = pattern.partition(".")
    theirs, _, their_rest = name.partition(".")
    return our_rest == their_rest and _label(ours, theirs)


def _label(pattern: str, label: str) -> bool:
    """Each star stands for any number of characters, also for none."""
    first, *parts = pattern.split("*")
    if not parts:
        return pattern == label
    if not label.startswith(first):
        return False
    at = len(first)
    for part, _ in pairwise(parts):
        found = label.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return label.endswith(parts[-1]) and len(label) - len(parts[-1]) >= at
