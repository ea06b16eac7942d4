"""Android's own verifier, and the one that Thunderbird for Android and K-9 bring along."""

import re
from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.identifiers import AddressReference, is_std3_host, reference_of
from mailtrust.core.validation.names.matching import host_or_address, last_common_name, mismatch, whole_label

_LIKE_AN_ADDRESS = re.compile(r"[0-9a-fA-F]*:[0-9a-fA-F:.]*|[\d.]+", re.ASCII)


def names_android(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """The subjectAltName only; `*` is the whole left-most label, `*.tld` too, never alone; final dots do not matter.

    Addresses are compared as text, so another spelling of the same IPv6 address does not match. What looks like an
    address is never compared with DNS names. A name with `_` fails before anything is compared: the platform puts it
    into an SNIHostName, which takes letters, digits and hyphens only (platform/.../Platform.java getSSLParameters;
    google/conscrypt issue 821, open since 2020). Conscrypt OkHostnameVerifier (3869db7), not in its strict mode.
    """
    wanted = reference_of(reference)
    text = wanted.text if isinstance(wanted, AddressReference) else wanted.name
    if _LIKE_AN_ADDRESS.fullmatch(text):
        found = any(text.lower() == address.lower() for address in leaf.ip_addresses)
    else:
        found = not _no_server_name(text) and any(_match(name, text) for name in leaf.dns_names)
    return () if found else (mismatch(leaf, reference, wanted),)


def _no_server_name(host: str) -> bool:
    """AddressUtils.isValidSniHostname says that it is to be sent, and SNIHostName refuses it."""
    return "." in host and not host.endswith(".") and not is_std3_host(host)


def _match(presented: str, host: str) -> bool:
    if not presented or presented.startswith(".") or presented.endswith("..") or host.startswith("."):
        return False
    return whole_label(presented.removesuffix("."), host.removesuffix("."))


def names_k9(leaf: Certificate, reference: str, _anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """The last commonName where there is no dNSName; one `*` in any place of any label, which may not span a dot.

    Apache HttpClient 5.6.4 DefaultHostnameVerifier without a public suffix list, as Thunderbird for Android sets it up.
    """
    return host_or_address(
        leaf, reference, host=_one_star, common_names=lambda it: () if it.dns_names else last_common_name(it)
    )


def _one_star(presented: str, host: str) -> bool:
    pattern = presented.lower()
    before, star, behind = pattern.partition("*")
    if not star:
        return pattern == host
    covered = host[len(before) : len(host) - len(behind)]
    fits = len(host) >= len(before) + len(behind) and host.startswith(before) and host.endswith(behind)
    return fits and "." not in covered
