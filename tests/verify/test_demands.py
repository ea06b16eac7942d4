"""What can be asked beyond a client's own demands: purposes, lengths, names of people, other moments."""

from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.issuance.recipe import CLIENT_AUTH, EMAIL_PROTECTION, SERVER_AUTH
from mailtrust.core.validation.demands import NO_DEMANDS, Demands, with_demands
from mailtrust.core.x509.pem import to_pem

ANY_USAGE = "2.5.29.37.0"


def usages(pki: Any, *purposes: str, ca: tuple[str, ...] | None = None, **asked: Any) -> list[str]:
    issuing = pki.intermediate(name="Purpose CA", extended_key_usage=ca)
    leaf = pki.server(issuing, extended_key_usage=purposes or None)
    found: list[str] = pki.codes(leaf.certificate, issuing.certificate, **asked)
    return found


@pytest.mark.parametrize(
    ("purpose", "oid", "code"),
    [
        ("tls-server", SERVER_AUTH, "eku-no-server-auth"),
        ("tls-client", CLIENT_AUTH, "client-auth-missing"),
        ("email", EMAIL_PROTECTION, "eku-no-email-protection"),
    ],
)
def test_a_key_is_meant_for_the_purpose(pki: Any, purpose: str, oid: str, code: str) -> None:
    assert usages(pki, oid, purpose=purpose) == []
    assert usages(pki, purpose=purpose) == []
    assert usages(pki, ANY_USAGE, purpose=purpose) == []
    assert usages(pki, "1.3.6.1.5.5.7.3.3", purpose=purpose) == [code]
    assert usages(pki, oid, ca=("1.3.6.1.5.5.7.3.3",), purpose=purpose) == [code]
    assert usages(pki, oid, ca=(oid,), purpose=purpose) == []


def test_any_purpose_asks_for_none(pki: Any) -> None:
    assert usages(pki, "1.3.6.1.5.5.7.3.3", ca=("1.3.6.1.5.5.7.3.8",), purpose="any") == []
    codes = {client.id: usages(pki, "1.3.6.1.5.5.7.3.3", purpose="any", client=client.id) for client in CLIENTS}
    assert not any("eku" in code for found in codes.values() for code in found)


def test_every_engine_can_be_asked_for_another_purpose(pki: Any) -> None:
    for client in CLIENTS:
        if not client.unknown_because and client.id != "mta-opportunistic":
            assert usages(pki, CLIENT_AUTH, purpose="tls-client", client=client.id) == [], client.id
            assert "client-auth-missing" in usages(pki, SERVER_AUTH, purpose="tls-client", client=client.id), client.id


def test_the_requirements_for_servers_are_for_servers(pki: Any) -> None:
    leaf = pki.server(extended_key_usage=(CLIENT_AUTH,))
    chain = (leaf.certificate, pki.issuing.certificate)
    (verdict,) = pki.ask(*chain, client="webpki", purpose="tls-client").verdicts
    assert (verdict.valid, verdict.unsupported) == (True, ["purpose"])


@pytest.mark.parametrize(("most", "held"), [(0, False), (1, False), (2, True), (500, True)])
def test_only_so_many_intermediates(pki: Any, most: int, held: bool) -> None:
    second = pki.intermediate(pki.issuing, "Second CA")
    leaf = pki.server(second).certificate
    chain = (leaf, second.certificate, pki.issuing.certificate)
    for client in ("rfc5280", "openssl", "gnutls", "java-mail"):
        found = pki.codes(*chain, client=client, max_intermediates=most)
        assert found == ([] if held else ["path-length-exceeded"]), client


def test_self_issued_intermediates_do_not_count(pki: Any) -> None:
    renewed = pki.intermediate(pki.issuing, "Verify Issuing CA")
    chain = (pki.server(renewed).certificate, renewed.certificate, pki.issuing.certificate)
    assert pki.codes(*chain, max_intermediates=1) == []


def test_long_paths_are_found_when_they_are_asked_for(pki: Any) -> None:
    chain = []
    issuer = pki.root
    for number in range(30):
        issuer = pki.intermediate(issuer, f"CA {number}")
        chain.append(issuer.certificate)
    leaf = pki.server(issuer).certificate
    assert pki.codes(leaf, *reversed(chain)) == ["path-budget-exceeded"]
    assert pki.codes(leaf, *reversed(chain), max_intermediates=30) == []
    assert "path-length-exceeded" in pki.codes(leaf, *reversed(chain), max_intermediates=29)


def person(pki: Any, *addresses: str) -> tuple[Any, Any]:
    issuing = pki.intermediate(name="People CA", extended_key_usage=None)
    own = pki.server(issuing, emails=addresses, dns_names=(), extended_key_usage=(EMAIL_PROTECTION,))
    return own.certificate, issuing.certificate


def test_names_of_people(pki: Any) -> None:
    chain = person(pki, "Ann@Example.com", "*@example.org")
    asked = {"purpose": "email"}
    assert pki.codes(*chain, name="Ann@example.COM", **asked) == []
    assert pki.codes(*chain, name=["Ann@example.com", "*@example.org"], **asked) == []
    for name in ("ann@example.com", "Ann@example.org", "bob@example.org", "@example.com", "Ann@"):
        assert pki.codes(*chain, name=name, **asked) == ["name-mismatch"], name
    assert pki.codes(name="postmaster@mail.example.com") == ["name-mismatch"]


def test_names_of_people_in_other_scripts(pki: Any) -> None:
    assert pki.codes(*person(pki, "ann@xn--exmple-cua.com"), name="ann@exämple.com", purpose="email") == []


def test_all_of_several_names_must_match(pki: Any) -> None:
    leaf = pki.server(None, "a.example.com", "b.example.com", ip_addresses=("192.0.2.1",)).certificate
    chain = (leaf, pki.issuing.certificate)
    assert pki.codes(*chain, name=["a.example.com", "b.example.com", "192.0.2.1"]) == []
    (verdict,) = pki.ask(*chain, name=["a.example.com", "c.example.com", "192.0.2.2"]).verdicts
    assert [reason.facts["reference"] for reason in verdict.reasons] == ["c.example.com", "192.0.2.2"]


def test_without_a_name_none_is_compared(pki: Any) -> None:
    assert pki.codes(name=None) == []
    assert pki.codes(name=[]) == []


def test_the_moment_counts_in_whole_seconds(pki: Any) -> None:
    end = pki.leaf.certificate.not_after
    assert pki.codes(at=(end + timedelta(milliseconds=999)).isoformat()) == []
    assert pki.codes(at=(end + timedelta(seconds=1)).isoformat()) == ["expired"]
    begin = pki.leaf.certificate.not_before
    assert pki.codes(at=(begin - timedelta(milliseconds=1)).isoformat()) == ["not-yet-valid"]


def test_exactly_the_given_roots_are_trusted(pki: Any) -> None:
    assert pki.codes(roots=[]) == ["chain-incomplete"]
    other = pki.intermediate(name="Somebody").certificate
    assert pki.codes(roots=to_pem(other)) == ["chain-incomplete"]
    assert pki.codes(pki.leaf.certificate, roots=to_pem(pki.issuing.certificate)) == []
    assert pki.codes(roots=[to_pem(other), to_pem(pki.root.certificate)]) == []


def test_given_roots_are_nobodys_public_roots(pki: Any) -> None:
    """No transparency and no 398 days are asked below them; below a client's own store they are."""
    long = pki.server()
    chain = (long.certificate, pki.issuing.certificate)
    assert pki.codes(*chain, client="chrome") == []
    assert pki.codes(*chain, client="chrome", roots=None) == ["ct-missing"]


def test_nothing_asked_changes_nothing() -> None:
    for client in CLIENTS:
        assert with_demands(client, NO_DEMANDS) == (client, ())
        asked, disregarded = with_demands(client, Demands(purpose="tls-client"))
        assert asked.words == client.words
        assert disregarded == ()
