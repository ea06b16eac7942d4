"""OpenSSL, GnuTLS and Java, and the strategies that bear their names: name constraints (RFC 5280 4.2.1.10)."""

from collections.abc import Callable
from typing import Any

import pytest

from mailtrust.core.issuance.recipe import directory_subtree, dns_subtree, email_subtree, ip_subtree
from mailtrust.core.model.certificate import IdentifierType, NameConstraints, PresentedIdentifier
from mailtrust.core.x509 import der

HOST = "mail.example.test"


def constrained(*permitted: PresentedIdentifier, excluded: tuple[PresentedIdentifier, ...] = ()) -> NameConstraints:
    return NameConstraints(permitted, excluded)


def uri_subtree(host: str) -> PresentedIdentifier:
    return PresentedIdentifier(IdentifierType.URI, host, host.encode())


def organisation(pki: Any, name: str) -> bytes:
    """A Name that is one organizationName."""
    whole = der.children(der.read(pki.alone(common_name=None, organisation=name).subject.der)[1])
    return der.encode(der.SEQUENCE, *(der.encode(*part) for part in whole[:1]))


CONSTRAINTS: dict[str, Callable[[Any], Any]] = {
    "dns inside": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree("example.test"))}),
    "dns equal": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree(HOST))}),
    "dns outside": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree("example.org"))}),
    "dns half a label": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree("ample.test"))}),
    "dns leading dot": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree(".example.test"))}),
    "dns leading dot, equal": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree("." + HOST))}),
    "dns empty": lambda pki: pki.good(issuing={"name_constraints": constrained(dns_subtree(""))}),
    "dns excluded": lambda pki: pki.good(
        issuing={"name_constraints": constrained(excluded=(dns_subtree("example.test"),))}
    ),
    "dns another excluded": lambda pki: pki.good(
        issuing={"name_constraints": constrained(excluded=(dns_subtree("example.org"),))}
    ),
    "dns all excluded": lambda pki: pki.good(issuing={"name_constraints": constrained(excluded=(dns_subtree(""),))}),
    "dns one of two outside": lambda pki: pki.good(
        *(HOST, "mail.example.org"), issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "wildcard inside": lambda pki: pki.good(
        *("*.example.test",), issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "dns in the root": lambda pki: pki.good(root={"name_constraints": constrained(dns_subtree("example.org"))}),
    "dns, both must hold": lambda pki: pki.good(
        root={"name_constraints": constrained(dns_subtree("example.test"))},
        issuing={"name_constraints": constrained(dns_subtree("example.org"))},
    ),
    "common name outside": lambda pki: pki.good(
        dns_names=(), common_name=HOST, issuing={"name_constraints": constrained(dns_subtree("example.org"))}
    ),
    "common name inside": lambda pki: pki.good(
        dns_names=(), common_name=HOST, issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "common name that is no host": lambda pki: pki.good(
        common_name="A mail server", issuing={"name_constraints": constrained(dns_subtree("example.test"))}
    ),
    "address inside": lambda pki: pki.good(
        ip_addresses=("10.1.2.3",), issuing={"name_constraints": constrained(ip_subtree("10.0.0.0/8"))}
    ),
    "address outside": lambda pki: pki.good(
        ip_addresses=("192.0.2.3",), issuing={"name_constraints": constrained(ip_subtree("10.0.0.0/8"))}
    ),
    "address excluded": lambda pki: pki.good(
        ip_addresses=("10.1.2.3",), issuing={"name_constraints": constrained(excluded=(ip_subtree("10.0.0.0/8"),))}
    ),
    "IPv6 outside": lambda pki: pki.good(
        ip_addresses=("2001:db8::1",), issuing={"name_constraints": constrained(ip_subtree("fd00::/8"))}
    ),
    "IPv6 inside": lambda pki: pki.good(
        ip_addresses=("fd00::1",), issuing={"name_constraints": constrained(ip_subtree("fd00::/8"))}
    ),
    "mailbox outside": lambda pki: pki.good(
        emails=("postmaster@example.org",),
        issuing={"name_constraints": constrained(email_subtree("example.test"))},
    ),
    "mailbox inside": lambda pki: pki.good(
        emails=("postmaster@example.test",),
        issuing={"name_constraints": constrained(email_subtree("example.test"))},
    ),
    "one mailbox": lambda pki: pki.good(
        emails=("a@example.test",), issuing={"name_constraints": constrained(email_subtree("b@example.test"))}
    ),
    "mailbox below": lambda pki: pki.good(
        emails=("a@mx.example.test",), issuing={"name_constraints": constrained(email_subtree(".example.test"))}
    ),
    "mailbox below, host wanted": lambda pki: pki.good(
        emails=("a@mx.example.test",), issuing={"name_constraints": constrained(email_subtree("example.test"))}
    ),
    "intermediate's own names": lambda pki: pki.good(
        root={"name_constraints": constrained(dns_subtree("example.test"))},
        issuing={"dns_names": ("ca.example.org",)},
    ),
    "no name of that form": lambda pki: pki.good(
        issuing={"name_constraints": constrained(email_subtree("example.org"))}
    ),
}


WHERE_GNUTLS_COMPARES_NOTHING: dict[str, Callable[[Any], Any]] = {
    # GnuTLS can't compare these forms; what it does instead is said in its own test
    "uri inside": lambda pki: pki.good(
        uris=("https://mail.example.test/x",),
        issuing={"name_constraints": constrained(uri_subtree(".example.test"))},
    ),
    "uri outside": lambda pki: pki.good(
        uris=("https://mail.example.org/x",),
        issuing={"name_constraints": constrained(uri_subtree(".example.test"))},
    ),
    "directory inside": lambda pki: pki.good(
        organisation="Test",
        issuing={"name_constraints": constrained(directory_subtree(organisation(pki, "Test")))},
    ),
    "directory outside": lambda pki: pki.good(
        organisation="Else",
        issuing={"name_constraints": constrained(directory_subtree(organisation(pki, "Test")))},
    ),
    "directory, other case": lambda pki: pki.good(
        organisation="Test",
        issuing={"name_constraints": constrained(directory_subtree(organisation(pki, "TEST")))},
    ),
    "directory excluded": lambda pki: pki.good(
        organisation="Test",
        issuing={"name_constraints": constrained(excluded=(directory_subtree(organisation(pki, "Test")),))},
    ),
}


@pytest.mark.parametrize("engine", ["openssl", "gnutls", "java"])
@pytest.mark.parametrize("name", CONSTRAINTS)
def test_they_constrain_the_same(name: str, engine: str, pki: Any, agree: Callable[[str, Any], None]) -> None:
    agree(engine, CONSTRAINTS[name](pki))


@pytest.mark.parametrize("engine", ["openssl", "java"])
@pytest.mark.parametrize("name", WHERE_GNUTLS_COMPARES_NOTHING)
def test_two_of_them_compare_more(name: str, engine: str, pki: Any, agree: Callable[[str, Any], None]) -> None:
    agree(engine, WHERE_GNUTLS_COMPARES_NOTHING[name](pki))
