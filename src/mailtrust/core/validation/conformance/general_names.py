"""Whether a GeneralName, or the base of a subtree, is written as RFC 5280 4.2.1.6 and 4.2.1.10 want it."""

import re

from mailtrust.core.model.certificate import IdentifierType, PresentedIdentifier
from mailtrust.core.validation.checks.subtrees import uri_host
from mailtrust.core.validation.identifiers import AddressReference, is_std3_host, reference_of

# RFC 5321 4.1.2: a dot-string, or a quoted string of printable ASCII
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*|\"(?:[ !#-\[\]-~]|\\[ -~])*\"", re.ASCII)


def malformed_name(name: PresentedIdentifier) -> bool:
    """Whether a subjectAltName entry is no name of its type.

    An address of a wrong size is a problem of the certificate already, and not asked for again.
    """
    match name.type:
        case IdentifierType.DNS:
            return not is_dns_name(name.value.removeprefix("*."))
        case IdentifierType.EMAIL:
            return not is_mailbox(name.value)
        case IdentifierType.URI:
            return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.", name.value) is None
        case _:
            return False


def malformed_subtree(subtree: PresentedIdentifier) -> bool:
    """Whether the base of a subtree is no constraint of its type; an empty one stands for every name."""
    value = subtree.value
    match subtree.type:
        case IdentifierType.DNS:
            return bool(value) and not is_dns_name(value)
        case IdentifierType.EMAIL:
            if "@" in value:
                return not is_mailbox(value)
            return bool(value) and not is_dns_name(value.removeprefix("."))
        case IdentifierType.URI:
            return bool(value) and (not is_dns_name(value.removeprefix(".")) or uri_host(value) is not None)
        case _:
            return False


def is_dns_name(value: str) -> bool:
    """Preferred name syntax (RFC 1034 3.5 as modified by RFC 1123 2.1), and no IP address."""
    return is_std3_host(value) and not isinstance(reference_of(value), AddressReference)


def is_mailbox(value: str) -> bool:
    """Local-part@domain (RFC 5321 4.1.2), domains in preferred name syntax only."""
    local, at, domain = value.rpartition("@")
    return bool(at) and _LOCAL_PART.fullmatch(local) is not None and is_dns_name(domain)
