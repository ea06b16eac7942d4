"""Name constraints: what lies in a subtree, and where constraints reach (RFC 5280 4.2.1.10)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.issuance.recipe import dns_subtree
from mailtrust.core.model.certificate import IdentifierType, NameConstraints, PresentedIdentifier
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation import checks
from mailtrust.core.validation.checks.subtrees import (
    uri_host,
    wildcard_reaches,
    within,
    within_domain,
    within_mailboxes,
)


def codes(check: Any, pki: Any, *chain: Any) -> list[str]:
    links = tuple(Link(getattr(one, "certificate", one), Source.PRESENTED) for one in chain)
    return [reason.code for reason in check(CandidatePath(links, None), pki.now)]


def test_more_names_than_anybody_needs_end_the_comparison(pki: Any) -> None:
    many = tuple(dns_subtree(f"zone{number}.test") for number in range(1000))
    issuing = pki.intermediate(pki.root(), name_constraints=NameConstraints((), many))
    leaf = pki.leaf(issuing, *(f"host{number}.example.test" for number in range(300)))
    assert codes(checks.name_constraints(), pki, leaf, issuing) == ["path-budget-exceeded"]


def test_self_issued_intermediates_are_passed_over(pki: Any) -> None:
    limited = NameConstraints((dns_subtree("example.test"),), ())
    first = pki.intermediate(pki.root(), "Same", name_constraints=limited)
    itself = pki.intermediate(first, "Same", key_name="Same, rolled over", dns_names=("ca.example.org",))
    other = pki.intermediate(first, "Other", dns_names=("ca.example.org",))
    check = checks.name_constraints()
    assert codes(check, pki, pki.leaf(itself), itself, first) == []
    assert codes(check, pki, pki.leaf(other), other, first) == ["name-constraint-violated"]
    assert codes(checks.name_constraints(leaf_only=True), pki, pki.leaf(other), other, first) == []


def test_mozilla_wants_dns_names_well_formed_only_where_they_are_constrained(pki: Any) -> None:
    free, bound = pki.intermediate(pki.root(), "Free"), NameConstraints((dns_subtree("example.test"),), ())
    limited = pki.intermediate(pki.root(), "Limited", name_constraints=bound)
    check = checks.constrained_dns_names_are_valid
    assert codes(check, pki, pki.leaf(free, "mail.example.test."), free) == []
    assert codes(check, pki, pki.leaf(limited, "mail.example.test"), limited) == []
    assert codes(check, pki, pki.leaf(limited, "mail.example.test."), limited) == ["certificate-unparsable"]


def test_a_form_that_cannot_be_compared_is_refused_when_it_is_there(pki: Any) -> None:
    srv = PresentedIdentifier(IdentifierType.SRV, "_imaps.example.test", b"_imaps.example.test")
    issuing = pki.intermediate(pki.root())
    leaf = pki.leaf(issuing)
    with_service = replace(leaf, subject_alt_names=(*(leaf.subject_alt_names or ()), srv))
    issuer = replace(issuing.certificate, name_constraints=NameConstraints((srv,), ()))
    assert codes(checks.name_constraints(), pki, with_service, issuer) == ["name-constraint-violated"]
    assert codes(checks.name_constraints(), pki, leaf, issuer) == []


@pytest.mark.parametrize(
    ("name", "subtree", "inside"),
    [
        ("example.test", "example.test", True),
        ("MAIL.example.test", "Example.TEST", True),
        ("badexample.test", "example.test", False),
        ("mail.example.test", ".example.test", True),
        ("example.test", ".example.test", False),
        ("anything.test", "", True),
    ],
)
def test_domains(name: str, subtree: str, inside: bool) -> None:
    assert within_domain(name, subtree) is inside


@pytest.mark.parametrize(
    ("address", "subtree", "inside"),
    [
        ("a@example.test", "example.test", True),
        ("a@Example.TEST", "example.test", True),
        ("a@mx.example.test", "example.test", False),
        ("a@mx.example.test", ".example.test", True),
        ("a@example.test", ".example.test", False),
        ("a@example.test", "a@example.test", True),
        ("A@example.test", "a@example.test", False),
        ("no mailbox", "example.test", False),
    ],
)
def test_mailboxes(address: str, subtree: str, inside: bool) -> None:
    assert within_mailboxes(address, subtree) is inside


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://user@Mail.Example.test:8443/x?y#z", "mail.example.test"),
        ("https://[2001:db8::1]:443/", "2001:db8::1"),
        ("urn:uuid:1", None),
        ("https://", None),
        ("nothing", None),
        ("sip://mail.example.test", "mail.example.test"),
    ],
)
def test_hosts_of_uris(uri: str, host: str | None) -> None:
    assert uri_host(uri) == host


def test_wildcards_that_reach_into_a_subtree() -> None:
    assert wildcard_reaches("*.example.test", "mail.example.test")
    assert not wildcard_reaches("*.example.test", "a.mail.example.test")
    assert not wildcard_reaches("mail.example.test", "mail.example.test")


@given(st.binary(max_size=40), st.binary(max_size=40), st.sampled_from(list(IdentifierType)))
def test_no_subtree_upsets_the_comparison(name: bytes, subtree: bytes, kind: IdentifierType) -> None:
    one = PresentedIdentifier(kind, name.decode("latin-1"), name)
    other = PresentedIdentifier(kind, subtree.decode("latin-1"), subtree)
    assert within(one, other) in (True, False)
