"""OpenSSL's X509_check_host, as s_client uses it and as Postfix narrows it."""

import re
from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.names.matching import host_or_address

# v3_utl.c valid_star: one star, in the first label, at an end of it; two dots at least; no label begins or ends with
# a hyphen, none but letters, digits and hyphens
_WITH_STAR = re.compile(
    r"(?P<prefix>[a-z0-9-]*)\*(?P<suffix>(?:[a-z0-9-]*)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){2,})", re.ASCII
)
_STARRED = re.compile(r"[a-z0-9-]*", re.ASCII)


def names_openssl(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """Any commonName where the subjectAltName has no dNSName; `w*.example.com` and `*w.example.com` are wildcards.

    `*` covers letters, digits and hyphens only, so no label with `_`; a reference that begins with a dot stands for
    every name below. An address is compared with iPAddress alone (X509_check_ip). OpenSSL 3.0.22, v3_utl.c
    do_x509_check; seen in `openssl verify -verify_hostname`.
    """
    return host_or_address(leaf, reference, host=_partial, common_names=_common_names)


def names_postfix(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """As `names_openssl`, with whole-label wildcards only.

    Postfix src/tls/tls_client.c sets X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS.
    """
    return host_or_address(leaf, reference, host=_whole, common_names=_common_names)


def _common_names(leaf: Certificate) -> tuple[str, ...]:
    return () if leaf.dns_names else leaf.subject.common_names


def _partial(presented: str, host: str) -> bool:
    return _match(presented, host, partial=True)


def _whole(presented: str, host: str) -> bool:
    return _match(presented, host, partial=False)


def _match(presented: str, host: str, *, partial: bool) -> bool:
    pattern = presented.lower()
    if host.startswith(".") and len(host) > 1:
        return pattern.endswith(host) and len(pattern) > len(host)
    star = _star(pattern, partial=partial)
    if star is None:
        return pattern == host
    prefix, suffix = star
    covered = host[len(prefix) : len(host) - len(suffix)]
    if len(host) < len(prefix) + len(suffix) or not host.startswith(prefix) or not host.endswith(suffix):
        return False
    if not prefix and suffix.startswith("."):
        return bool(covered) and (covered == "*" or _STARRED.fullmatch(covered) is not None)
    # A part of a label is never a part of an A-label
    return not host[len(prefix) :].startswith("xn--") and _STARRED.fullmatch(covered) is not None


def _star(pattern: str, *, partial: bool) -> tuple[str, str] | None:
    """What stands before and behind the star; None where the pattern is no wildcard for OpenSSL."""
    found = _WITH_STAR.fullmatch(pattern)
    if found is None:
        return None
    prefix, suffix = found["prefix"], found["suffix"]
    inner = suffix.partition(".")[0]
    if (prefix and inner) or prefix.startswith(("-", "xn--")) or inner.endswith("-"):
        return None
    return None if (prefix or inner) and not partial else (prefix, suffix)
