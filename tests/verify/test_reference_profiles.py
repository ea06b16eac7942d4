"""The reference profiles: each demand of RFC 5280 and of the Baseline Requirements, met and not met."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailtrust.core.clients import BY_ID, CLIENTS
from mailtrust.core.clients.reference import REFERENCE_BY_ID, REFERENCES
from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import dns_subtree, email_subtree, root_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import BasicConstraints, IdentifierType, NameConstraints, PresentedIdentifier
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.report.reason_sentences import sentence
from mailtrust.core.validation.conformance import BREACHES, lifetime_baseline
from mailtrust.core.validation.names.webpki import names_webpki
from mailtrust.core.validation.public_suffixes import is_public_suffix
from mailtrust.core.x509 import der
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows.verify import verify

CA = BasicConstraints(ca=True, path_length=None)
EMPTY = b"\x30\x00"
ODD = "1.2.3.4.5"


def breaches(pki: Any, *chain: Any, client: str = "rfc5280", **asked: Any) -> list[tuple[str, str]]:
    """Field and kind of every demand that is not met, and any other error by its code."""
    (verdict,) = pki.ask(*chain, client=client, **asked).verdicts
    for reason in verdict.reasons:
        if reason.code == "profile-violated":
            assert reason.facts["because"] in BREACHES
            assert str(reason.facts["requirement"]) in reason.message
    errors = [reason for reason in verdict.reasons if reason.severity == "error"]
    return [
        (str(one.facts["field"]), str(one.facts["because"])) if one.code == "profile-violated" else (one.code, "")
        for one in errors
    ]


def of_leaf(pki: Any, client: str = "rfc5280", **changes: Any) -> list[tuple[str, str]]:
    return breaches(pki, pki.server(**changes).certificate, pki.issuing.certificate, client=client)


def of_issuer(pki: Any, client: str = "rfc5280", **changes: Any) -> list[tuple[str, str]]:
    issuing = pki.intermediate(name="Odd CA", **changes)
    return breaches(pki, pki.server(issuing).certificate, issuing.certificate, client=client)


def of_root(pki: Any, client: str = "rfc5280", **changes: Any) -> list[tuple[str, str]]:
    key = make_key("ec-p256")
    root = make_root(
        replace(root_recipe("Odd Root"), **changes),
        key,
        serial=77,
        not_before=pki.now - timedelta(days=100),
        not_after=pki.now + timedelta(days=100),
    )
    leaf = pki.server(root).certificate
    return breaches(pki, leaf, client=client, roots=to_pem(root.certificate))


def test_a_plain_chain_is_in_order(pki: Any) -> None:
    for reference in REFERENCES:
        assert breaches(pki, client=reference.id) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"authority_key_identifier": None}, [("authorityKeyIdentifier", "missing")]),
        ({"subject": EMPTY}, [("subjectAltName", "not-critical")]),
        ({"subject": EMPTY, "alt_names_critical": True}, []),
        ({"subject_key_identifier": None}, []),
        ({"key_usage": frozenset({"digitalSignature", "keyCertSign"})}, [("keyUsage", "inconsistent")]),
        ({"name_constraints": NameConstraints((dns_subtree("example.com"),), ())}, [("nameConstraints", "forbidden")]),
        ({"extensions": (("1.3.6.1.5.5.7.1.11", True, b"\x30\x00"),)}, [("subjectInfoAccess", "critical")]),
        ({"extensions": ((ODD, True, b"\x05\x00"),)}, [("critical-extension-unknown", "")]),
        ({"extensions": ((ODD, False, b"\x05\x00"),)}, []),
        ({"extended_key_usage": ()}, [("eku-no-server-auth", ""), ("extKeyUsage", "malformed")]),
        ({"signature_hash": "sha1"}, [("signature-weak", "")]),
    ],
)
def test_what_a_server_certificate_is(pki: Any, changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert of_leaf(pki, **changes) == found


@pytest.mark.parametrize(
    ("names", "good"),
    [
        (("mail.example.com", "*.example.com"), True),
        (("mail.example.com", "foo_bar.example.com"), False),
        (("mail.example.com", ".example.com"), False),
        (("mail.example.com", "example.com."), False),
        (("mail.example.com", "192.0.2.1"), False),
        (("mail.example.com", "a.*.example.com"), False),
        (("mail.example.com", "-a.example.com"), False),
        (("mail.example.com", "xn--e1afmkfd.example.com"), True),
    ],
)
def test_dns_names_are_in_preferred_syntax(pki: Any, names: tuple[str, ...], good: bool) -> None:
    assert of_leaf(pki, dns_names=names) == ([] if good else [("subjectAltName", "malformed")])


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("ann@example.com", True),
        ('"ann b"@example.com', True),
        ("*@example.com", True),
        ("ann@bob@example.com", False),
        ("ann..b@example.com", False),
        ("example.com", False),
        ("ann@exa_mple.com", False),
    ],
)
def test_mailboxes_are_in_their_syntax(pki: Any, address: str, good: bool) -> None:
    assert of_leaf(pki, emails=(address,)) == ([] if good else [("subjectAltName", "malformed")])


def test_uris_have_a_scheme(pki: Any) -> None:
    assert of_leaf(pki, uris=("spiffe://example.com/a",)) == []
    assert of_leaf(pki, uris=("/a",)) == [("subjectAltName", "malformed")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"subject_key_identifier": None}, [("subjectKeyIdentifier", "missing")]),
        ({"authority_key_identifier": None}, [("authorityKeyIdentifier", "missing")]),
        ({"basic_constraints": replace(CA, critical=False)}, [("basicConstraints", "not-critical")]),
        ({"extensions": (("2.5.29.36", False, b"\x30\x03\x80\x01\x09"),)}, [("policyConstraints", "not-critical")]),
        ({"extensions": (("2.5.29.54", False, b"\x02\x01\x09"),)}, [("inhibitAnyPolicy", "not-critical")]),
        ({"key_usage": frozenset({"cRLSign"})}, [("issuer-not-ca", "")]),
        ({"extended_key_usage": ("1.3.6.1.5.5.7.3.4",)}, [("eku-no-server-auth", "")]),
    ],
)
def test_what_an_authoritys_certificate_is(pki: Any, changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert of_issuer(pki, **changes) == found
    assert of_root(pki, **changes) == ([] if changes == {"authority_key_identifier": None} else found) or (
        "extended_key_usage" in changes
    )


def test_an_authority_has_a_name(pki: Any) -> None:
    assert ("subject", "empty") in of_root(pki, subject=EMPTY)
    assert ("issuer", "empty") in of_root(pki, subject=EMPTY)


def test_a_root_that_another_key_signed_names_that_key(pki: Any) -> None:
    """Only what its own key has signed may leave the authority key identifier out (RFC 5280 4.2.1.1)."""
    crossed = pki.intermediate(name="Crossed", authority_key_identifier=None)
    leaf = pki.server(crossed).certificate
    assert breaches(pki, leaf, roots=to_pem(crossed.certificate)) == [("authorityKeyIdentifier", "missing")]


@pytest.mark.parametrize(
    ("subtree", "good"),
    [
        (dns_subtree("example.com"), True),
        (dns_subtree(""), True),
        (dns_subtree(".example.com"), False),
        (dns_subtree("*.example.com"), False),
        (email_subtree("example.com"), True),
        (email_subtree(".example.com"), True),
        (email_subtree("ann@example.com"), True),
        (email_subtree("a@b@example.com"), False),
        (PresentedIdentifier(IdentifierType.URI, ".example.com", b".example.com"), True),
        (PresentedIdentifier(IdentifierType.URI, "http://example.com", b"http://example.com"), False),
        (PresentedIdentifier(IdentifierType.IP, "", bytes((192, 0, 2, 0, 255, 255, 255, 0))), True),
        (PresentedIdentifier(IdentifierType.IP, "", bytes((192, 0, 2, 0, 255, 0, 255, 0))), False),
    ],
)
def test_name_constraints_are_in_their_syntax(pki: Any, subtree: PresentedIdentifier, good: bool) -> None:
    excluded = NameConstraints((), (subtree,))
    issuing = pki.intermediate(name="Constrained CA", name_constraints=excluded)
    leaf = pki.server(issuing, "mail.example.net").certificate
    found = breaches(pki, leaf, issuing.certificate, name="mail.example.net")
    malformed = ("nameConstraints", "malformed")
    if subtree.value == "" and subtree.type is IdentifierType.DNS:
        assert found == [("name-constraint-violated", "")]
    else:
        assert (malformed not in found) is good


def test_the_web_lets_name_constraints_be_not_critical(pki: Any) -> None:
    loose = NameConstraints((dns_subtree("example.com"),), (), critical=False)
    assert of_issuer(pki, name_constraints=loose) == [("nameConstraints", "not-critical")]
    assert of_issuer(pki, client="webpki", name_constraints=loose) == []


def test_a_wildcard_does_not_open_what_is_excluded(pki: Any) -> None:
    closed = pki.intermediate(
        name="Closed CA", name_constraints=NameConstraints((), (dns_subtree("secret.example.com"),))
    )
    for name, good in (("*.example.com", False), ("*.example.org", True), ("*.sub.example.com", True)):
        leaf = pki.server(closed, name).certificate
        asked = name.replace("*", "any")
        assert (breaches(pki, leaf, closed.certificate, name=asked) == []) is good, name


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"common_name": None, "organisation": "Example"}, []),
        ({"common_name": "other.example.com"}, [("commonName", "inconsistent")]),
        ({"common_name": "Mail.example.com"}, [("commonName", "inconsistent")]),
        ({"common_name": "192.0.2.1", "ip_addresses": ("192.0.2.1",)}, []),
        ({"common_name": "192.000.2.1", "ip_addresses": ("192.0.2.1",)}, [("commonName", "inconsistent")]),
        ({"common_name": "2001:DB8::1", "ip_addresses": ("2001:db8::1",)}, [("commonName", "inconsistent")]),
        ({"alt_names_critical": True}, [("subjectAltName", "critical")]),
        ({"emails": ("ann@example.com",)}, [("subjectAltName", "forbidden")]),
        ({"extended_key_usage": None}, [("extKeyUsage", "missing")]),
        ({"extended_key_usage_critical": True}, [("extKeyUsage", "critical")]),
        (
            {"extended_key_usage": ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")},
            [("extKeyUsage", "forbidden")],
        ),
        ({"basic_constraints": CA}, [("leaf-is-ca", "")]),
        ({"extensions": (("1.3.6.1.5.5.7.1.1", False, b"\x30\x00"),)}, [("authorityInfoAccess", "empty")]),
        ({"policies": ("2.23.140.1.2.1",)}, []),
    ],
)
def test_what_the_web_asks_of_a_server(pki: Any, changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert of_leaf(pki, client="webpki", **changes) == found


def test_what_the_web_asks_of_a_root(pki: Any) -> None:
    assert of_root(pki, client="webpki", authority_key_identifier="right") == []
    assert of_root(pki, client="webpki", authority_key_identifier=b"another") == [
        ("authorityKeyIdentifier", "inconsistent")
    ]
    assert of_root(pki, client="webpki", extended_key_usage=("1.3.6.1.5.5.7.3.1",)) == [("extKeyUsage", "forbidden")]


@pytest.mark.parametrize(
    ("kind", "good"), [("rsa-1024", False), ("rsa-2048", True), ("ec-p384", True), ("ed25519", False)]
)
def test_keys_of_the_web(pki: Any, kind: Any, good: bool) -> None:
    leaf = issue(
        pki.issuing,
        replace(server_recipe("mail.example.com"), key_usage=frozenset({"digitalSignature"})),
        make_key(kind),
        serial=pki.serial(),
        not_before=pki.now,
        not_after=pki.now + timedelta(days=30),
    ).certificate
    found = breaches(pki, leaf, pki.issuing.certificate, client="webpki")
    assert found == ([] if good else [("subjectPublicKeyInfo", "unsuitable")])


@pytest.mark.parametrize(
    ("issued", "days", "good"),
    [
        ("2026-01-01", 398, True),
        ("2026-01-01", 399, False),
        ("2026-03-15", 200, True),
        ("2026-03-15", 201, False),
        ("2027-03-15", 100, True),
        ("2027-03-15", 101, False),
        ("2029-03-15", 47, True),
        ("2029-03-15", 48, False),
        ("2017-01-01", 1000, True),
    ],
)
def test_lifetimes_of_the_web(pki: Any, issued: str, days: int, good: bool) -> None:
    begins = datetime.fromisoformat(issued).replace(tzinfo=UTC)
    ends = begins + timedelta(days=days) - timedelta(seconds=1)
    leaf = replace(pki.leaf.certificate, not_before=begins, not_after=ends)
    links = (Link(leaf, Source.PRESENTED),)
    public = CandidatePath(links, TrustAnchor(pki.issuing.certificate))
    assert [reason.code for reason in lifetime_baseline(public, begins)] == ([] if good else ["validity-too-long"])
    added = CandidatePath(links, TrustAnchor(pki.issuing.certificate, locally_added=True))
    assert not list(lifetime_baseline(added, begins))


@pytest.mark.parametrize(
    ("name", "host", "good"),
    [
        ("*.example.com", "a.example.com", True),
        ("*.com", "example.com", False),
        ("*.co.uk", "example.co.uk", False),
        ("*.github.io", "someone.github.io", False),
        ("*.example.co.uk", "a.example.co.uk", True),
        ("*.internal", "mail.internal", False),
        ("mail.example.com", "mail.example.com.", True),
    ],
)
def test_no_wildcard_spans_strangers(pki: Any, name: str, host: str, good: bool) -> None:
    leaf = pki.server(None, name).certificate
    assert (not list(names_webpki(leaf, host, None))) is good


def test_public_suffixes() -> None:
    assert all(map(is_public_suffix, ("com", "COM.", "co.uk", "s3.amazonaws.com", "nosuchtld")))
    assert not any(map(is_public_suffix, ("example.com", "www.ck", "", "a.nosuchtld")))


def test_a_reference_is_nobodys_client(pki: Any) -> None:
    assert not {reference.id for reference in REFERENCES} & set(BY_ID)
    assert not {reference.id for reference in REFERENCES} & {client.id for client in CLIENTS}
    assert list(REFERENCE_BY_ID) == ["rfc5280", "webpki"]
    for reference in REFERENCES:
        assert reference.citations
        assert reference.basis == "document"


def test_without_roots_the_references_trust_what_mozilla_does(pki: Any) -> None:
    asked = []

    def store(name: str) -> AnchorStore:
        asked.append(name)
        return pki.store(name)

    request = VerifyRequest(chain=(pki.leaf.certificate, pki.issuing.certificate), clients=("rfc5280", "webpki"))
    verdicts = verify(request, store_named=store, now=pki.now)
    assert set(asked) == {"mozilla"}
    assert [verdict.valid for verdict in verdicts] == [True, True]
    assert [str(sentence(reason)) for verdict in verdicts for reason in verdict.reasons] == []


def test_serial_numbers(pki: Any) -> None:
    for serial, good in ((0, False), (-5, False), (2**159 - 1, True), (2**160, False)):
        leaf = issue(
            pki.issuing,
            server_recipe("mail.example.com"),
            pki.leaf.key,
            serial=serial,
            not_before=pki.now,
            not_after=pki.now + timedelta(days=30),
        ).certificate
        found = breaches(pki, leaf, pki.issuing.certificate)
        assert found == ([] if good else [("serialNumber", "malformed")]), serial


def test_an_extension_comes_once(pki: Any) -> None:
    twice = (("2.5.29.17", False, der.encode(der.SEQUENCE, der.encode(0x82, b"mail.example.com"))),)
    assert ("subjectAltName", "malformed") in of_leaf(pki, extensions=twice)
