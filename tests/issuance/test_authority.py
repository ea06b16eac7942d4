"""What recipes ask for is what certificates say, and what OpenSSL and cryptography read in them."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.issuance.authority import (
    Authority,
    Issued,
    cross_sign,
    issue,
    make_intermediate,
    make_root,
    self_signed,
)
from mailtrust.core.issuance.keys import KEY_KINDS, KeyKind, make_key
from mailtrust.core.issuance.recipe import (
    CLIENT_AUTH,
    SERVER_AUTH,
    Recipe,
    directory_subtree,
    dns_subtree,
    email_subtree,
    intermediate_recipe,
    ip_subtree,
    root_recipe,
    server_recipe,
)
from mailtrust.core.issuance.signing import SignatureHash
from mailtrust.core.model.certificate import BasicConstraints, Certificate, CertificateSpec, NameConstraints
from mailtrust.core.x509.extensions import KEY_USAGES
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.signatures import SignatureResult, signed_by
from mailtrust.core.x509.strict import encoding_problems

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=90)

key_of = cache(make_key)


@cache
def spare_key(kind: KeyKind, number: int) -> PrivateKey:
    assert number
    return make_key(kind)


@cache
def root(kind: KeyKind = "ec-p256") -> Authority:
    return make_root(root_recipe("Root CA", "Example"), key_of(kind), serial=1, not_before=START, not_after=END)


@cache
def intermediate() -> Authority:
    recipe = intermediate_recipe("Issuing CA", "Example")
    return make_intermediate(root(), recipe, spare_key("ec-p256", 1), serial=2, not_before=START, not_after=END)


def server(issuer: Issued | None = None, recipe: Recipe | None = None, **more: object) -> Certificate:
    recipe = recipe or server_recipe("mail.example.org")
    key = spare_key("ec-p256", 2)
    made = issue(issuer or intermediate(), recipe, key, serial=3, not_before=START, not_after=END, **more)  # type: ignore[arg-type]
    return made.certificate


def openssl(*arguments: str, stdin: str = "") -> str:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("kind", KEY_KINDS)
def test_keys_are_what_they_are_called(kind: KeyKind) -> None:
    key = key_of(kind)
    family, _, size = kind.partition("-")
    assert key.public_key.algorithm == family
    if size:
        assert key.public_key.bits == int(size.removeprefix("p"))
    openssl("pkey", "-check", "-noout", stdin=key.to_pem())
    assert "pkcs8" not in repr(key)
    assert key.pkcs8.hex() not in repr(key)


def test_keys_differ() -> None:
    assert make_key("rsa-512").spki != make_key("rsa-512").spki


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ["rsa-1024", "rsa-2048", "ec-p256", "ec-p384", "ed25519"])
def test_every_signature_verifies_and_wrong_ones_do_not(kind: KeyKind, digest: SignatureHash) -> None:
    recipe = replace(server_recipe("mail.example.org"), signature_hash=digest)
    if (kind, digest) in (("ec-p256", "md5"), ("ec-p384", "md5")):
        with pytest.raises(ValueError, match="no signature algorithm"):
            server(root(kind), recipe)
        return
    made = server(root(kind), recipe)
    assert signed_by(made, root(kind).certificate.public_key) is SignatureResult.VALID
    assert signed_by(made, spare_key(kind, 1).public_key) is SignatureResult.INVALID
    assert made.signature_algorithm.hash == (None if kind == "ed25519" else digest)
    forged = server(root(kind), recipe, signing_key=spare_key(kind, 1))
    assert signed_by(forged, root(kind).certificate.public_key) is SignatureResult.INVALID


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256", "sha384"])
def test_pss_signatures_verify(digest: SignatureHash, tmp_path: Path) -> None:
    made = server(root("rsa-2048"), replace(server_recipe("mail.example.org"), signature_hash=digest, pss=True))
    assert (made.signature_algorithm.kind, made.signature_algorithm.hash) == ("rsa-pss", digest)
    assert signed_by(made, root("rsa-2048").certificate.public_key) is SignatureResult.VALID
    assert signed_by(made, spare_key("rsa-2048", 1).public_key) is SignatureResult.INVALID
    anchor, leaf = tmp_path / "root.pem", tmp_path / "leaf.pem"
    anchor.write_text(to_pem(root("rsa-2048").certificate))
    leaf.write_text(to_pem(made))
    options = ("-no_check_time", "-auth_level", "0")
    assert openssl("verify", *options, "-CAfile", str(anchor), str(leaf)).endswith("OK\n")


def test_a_key_too_short_for_the_hash_is_told_by_the_library() -> None:
    made = server(root("rsa-512"))
    assert signed_by(made, root("rsa-512").certificate.public_key) is SignatureResult.VALID
    assert root("rsa-512").certificate.public_key.bits == 512
    with pytest.raises(ValueError, match=r".+"):
        server(root("rsa-512"), replace(server_recipe("a.example"), signature_hash="sha512"))


def test_a_whole_chain_satisfies_openssl(tmp_path: Path) -> None:
    for name, text in (
        ("root", to_pem(root().certificate)),
        ("intermediate", to_pem(intermediate().certificate)),
        ("leaf", to_pem(server())),
    ):
        (tmp_path / name).write_text(text)
    moment = str(int((START + timedelta(days=1)).timestamp()))
    options = ["-x509_strict", "-purpose", "sslserver", "-verify_hostname", "mail.example.org", "-attime", moment]
    files = ["-CAfile", str(tmp_path / "root"), "-untrusted", str(tmp_path / "intermediate"), str(tmp_path / "leaf")]
    assert openssl("verify", *options, *files).endswith("OK\n")


def test_a_cross_sign_has_the_name_and_key_of_the_other() -> None:
    other = make_root(root_recipe("Old Root"), spare_key("ec-p256", 3), serial=9, not_before=START, not_after=END)
    recipe = root_recipe("ignored")
    crossed = cross_sign(other, root(), replace(recipe, authority_key_identifier="right"), serial=10,
                         not_before=START, not_after=END)  # fmt: skip
    certificate = crossed.certificate
    assert certificate.subject == root().certificate.subject
    assert certificate.public_key == root().certificate.public_key
    assert certificate.subject_key_identifier == root().certificate.subject_key_identifier
    assert certificate.issuer == other.certificate.subject
    assert signed_by(certificate, other.certificate.public_key) is SignatureResult.VALID
    assert signed_by(intermediate().certificate, certificate.public_key) is SignatureResult.VALID
    assert encoding_problems(certificate) == ()


def test_identifiers_of_keys_are_right_absent_or_wrong() -> None:
    assert server().authority_key_identifier is not None
    assert server().authority_key_identifier.key_id == intermediate().certificate.subject_key_identifier  # type: ignore[union-attr]
    assert openssl("x509", "-noout", "-ext", "subjectKeyIdentifier", stdin=to_pem(server()))
    recipe = replace(server_recipe("a.example"), subject_key_identifier=None, authority_key_identifier=b"wrong")
    made = server(recipe=recipe)
    assert made.subject_key_identifier is None
    assert made.authority_key_identifier is not None
    assert made.authority_key_identifier.key_id == b"wrong"


def test_subject_key_identifiers_are_the_ones_openssl_computes(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(spare_key("ec-p256", 2).to_pem())
    arguments = ("req", "-x509", "-key", str(tmp_path / "key"), "-subj", "/CN=x")
    text = openssl("x509", "-noout", "-ext", "subjectKeyIdentifier", stdin=openssl(*arguments))
    assert (server().subject_key_identifier or b"").hex(":").upper() in text


def test_self_signed_with_and_without_identifiers() -> None:
    key = spare_key("rsa-2048", 1)
    made = self_signed(server_recipe("a.example"), key, serial=5, not_before=START, not_after=END).certificate
    assert made.self_issued
    assert signed_by(made, made.public_key) is SignatureResult.VALID
    assert made.authority_key_identifier is not None
    assert made.authority_key_identifier.key_id == made.subject_key_identifier
    bare = self_signed(Recipe(common_name="a"), key, serial=5, not_before=START, not_after=END).certificate
    assert bare.subject_alt_names is None
    assert bare.key_usage is None


def test_a_version_1_certificate_has_no_extensions() -> None:
    made = server(recipe=replace(server_recipe("a.example"), version=1))
    assert (made.version, made.extensions, encoding_problems(made)) == (1, (), ())
    assert "Version: 1 (0x0)" in openssl("x509", "-noout", "-text", stdin=to_pem(made))


def test_odd_certificates_on_purpose() -> None:
    recipe = replace(
        server_recipe("m\xfcller.example"),
        raw_names=(b"\x87\x03\x7f\0\0",),
        extensions=(("1.2.3.4", True, b"\5\0"), ("2.5.29.17", False, b"\x30\0")),
    )
    made = issue(root(), recipe, key_of("ec-p256"), serial=-7, not_before=END, not_after=START).certificate
    assert made.serial == -7
    assert made.not_before > made.not_after
    assert made.unknown_critical == ("1.2.3.4",)
    assert {problem.field for problem in encoding_problems(made)} == {"serialNumber", "subjectAltName"}


def test_a_specification_becomes_a_server_certificate() -> None:
    spec = CertificateSpec(("mail.example.org", "autodiscover.example.org"), ("192.0.2.1",), "mail.example.org", "Org")
    made = issue(root(), spec, key_of("rsa-2048"), serial=8, not_before=START, not_after=END,
                 ca_issuers=("http://a.example/i.cer",)).certificate  # fmt: skip
    assert made.dns_names == spec.dns_names
    assert made.ip_addresses == spec.ip_addresses
    assert made.subject.text == "CN=mail.example.org,O=Org"
    assert made.extended_key_usage == (SERVER_AUTH,)
    assert made.key_usage == {"digitalSignature", "keyEncipherment"}
    assert made.ca_issuers == ("http://a.example/i.cer",)


def test_moments_after_2049_and_before_1950_are_written_in_full() -> None:
    late, early = datetime(2050, 1, 1, tzinfo=UTC), datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC)
    made = issue(root(), Recipe("x"), key_of("ec-p256"), serial=1, not_before=early, not_after=late).certificate
    assert (made.not_before, made.not_after, encoding_problems(made)) == (early, late, ())


labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)
urls = hosts.map(lambda host: f"http://{host}/x")
few = {"max_size": 3}
recipes = st.builds(
    Recipe,
    common_name=st.none()
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=16),
    organisation=st.none() | st.just("Example, Inc."),
    dns_names=st.lists(hosts, **few).map(tuple),
    ip_addresses=st.lists(st.ip_addresses().map(str), **few).map(tuple),
    emails=st.lists(hosts.map("a@{}".format), **few).map(tuple),
    uris=st.lists(urls, **few).map(tuple),
    alt_names_critical=st.booleans(),
    basic_constraints=st.none()
    | st.builds(BasicConstraints, st.just(True), st.none() | st.integers(0, 300), st.booleans())
    | st.builds(BasicConstraints, st.just(False), st.none(), st.booleans()),
    key_usage=st.none() | st.frozensets(st.sampled_from(KEY_USAGES[:7]), min_size=1),
    extended_key_usage=st.none() | st.just((SERVER_AUTH,)) | st.just((CLIENT_AUTH, "2.5.29.37.0", "1.2.3.999999")),
    subject_key_identifier=st.sampled_from(("right", None, b"1234")),
    authority_key_identifier=st.sampled_from(("right", None, b"1234")),
    ca_issuers=st.lists(urls, **few).map(tuple),
    ocsp_urls=st.lists(urls, **few).map(tuple),
    crl_urls=st.lists(urls, **few).map(tuple),
    policies=st.lists(st.sampled_from(("2.23.140.1.2.1", "2.23.140.1.2.2")), unique=True, **few).map(tuple),
    must_staple=st.booleans(),
    name_constraints=st.none()
    | st.builds(
        NameConstraints,
        st.lists(hosts.map(dns_subtree), min_size=1, max_size=2).map(tuple),
        st.lists(
            hosts.map(email_subtree)
            | st.sampled_from((ip_subtree("10.0.0.0/8"), ip_subtree("2001:db8::/32"), directory_subtree(b"\x30\0"))),
            **few,
        ).map(tuple),
        st.booleans(),
    ),
)


@settings(max_examples=60)
@given(recipes, st.integers(1, 2**158))
def test_what_a_recipe_asks_for_is_read_back_without_a_problem(recipe: Recipe, serial: int) -> None:
    made = issue(root(), recipe, key_of("ec-p256"), serial=serial, not_before=START, not_after=END).certificate
    assert encoding_problems(made) == ()
    assert made.serial == serial
    assert made.subject.common_names == (() if recipe.common_name is None else (recipe.common_name,))
    assert made.subject.organisation == recipe.organisation
    assert made.dns_names == recipe.dns_names
    assert made.ip_addresses == recipe.ip_addresses
    named = recipe.dns_names or recipe.ip_addresses or recipe.emails or recipe.uris
    assert (made.subject_alt_names is not None) == bool(named)
    assert made.basic_constraints == recipe.basic_constraints
    assert made.key_usage == recipe.key_usage
    assert made.extended_key_usage == recipe.extended_key_usage
    assert made.name_constraints == recipe.name_constraints
    assert made.ca_issuers == recipe.ca_issuers
    assert made.ocsp_urls == recipe.ocsp_urls
    assert made.crl_urls == recipe.crl_urls
    assert made.policies == recipe.policies
    assert made.must_staple == recipe.must_staple
    assert made.unknown_critical == ()
    assert signed_by(made, root().certificate.public_key) is SignatureResult.VALID
