"""Bundles, read back by the programs that will read them."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from mailtrust.cli.bundle import FORMS as COMMAND_FORMS
from mailtrust.core.issuance.authority import Authority, Issued, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.x509.bundles import (
    FORMS,
    HOLDS_KEY,
    NEEDS_KEY,
    BundleProblem,
    suffix_of,
    write_bundle,
)
from mailtrust.core.x509.containers import Form, read_container
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem, to_pem, to_pem_chain

PKCS12_FORMS = ("exchange", "mailstore", "pfx")
ISSUERS_ONLY = ("f5", "issuers")
PEM_FORMS = tuple(form for form in FORMS if form not in (*PKCS12_FORMS, *ISSUERS_ONLY))


def labels(data: bytes) -> list[str]:
    return [block.label for block in find_pem(data)]


@pytest.mark.parametrize("form", PEM_FORMS)
def test_chains_are_leaf_first_without_root(
    form: str, server: Issued, intermediate: Authority, root: Authority
) -> None:
    written = write_bundle(form, server.certificate, [intermediate.certificate])
    assert written == to_pem_chain((server.certificate, intermediate.certificate)).encode()
    assert written == write_bundle(form, server.certificate, [intermediate.certificate])
    with_root = write_bundle(form, server.certificate, [intermediate.certificate], root=root.certificate)
    assert with_root == written + to_pem(root.certificate).encode()


@pytest.mark.parametrize(
    ("form", "order"),
    [
        ("pem", ["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]),
        ("haproxy", ["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]),
        ("kemp", ["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]),
        ("exim", ["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]),
        ("postfix", ["PRIVATE KEY", "CERTIFICATE", "CERTIFICATE"]),
        ("courier", ["PRIVATE KEY", "CERTIFICATE", "CERTIFICATE"]),
    ],
)
def test_the_key_stands_where_the_product_wants_it(
    form: str, order: list[str], server: Issued, intermediate: Authority, tmp_path: Path
) -> None:
    written = write_bundle(form, server.certificate, [intermediate.certificate], key=server.key)
    assert labels(written) == order
    path = tmp_path / "bundle.pem"
    path.write_bytes(written)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    locked = write_bundle(form, server.certificate, [intermediate.certificate], key=server.key, password=b"secret")
    assert "ENCRYPTED PRIVATE KEY" in labels(locked)
    assert read_container(locked, "x", b"secret").keys == (server.key,)


def test_which_forms_hold_a_key() -> None:
    assert {"pem", "postfix", "haproxy", "exim", "courier", "kemp", *PKCS12_FORMS} == HOLDS_KEY
    assert {"mailstore", "pfx"} == NEEDS_KEY
    assert set(FORMS) >= HOLDS_KEY


def test_the_command_names_the_same_forms() -> None:
    assert FORMS == COMMAND_FORMS


@pytest.mark.parametrize("form", sorted(set(FORMS) - HOLDS_KEY))
def test_a_form_without_key_never_holds_one(form: str, server: Issued, intermediate: Authority) -> None:
    written = write_bundle(form, server.certificate, [intermediate.certificate], key=server.key)
    assert set(labels(written)) == {"CERTIFICATE"}


@pytest.mark.parametrize("form", ISSUERS_ONLY)
def test_issuers_alone(form: str, server: Issued, intermediate: Authority, root: Authority) -> None:
    written = write_bundle(form, server.certificate, [intermediate.certificate])
    assert written == to_pem(intermediate.certificate).encode()
    with_root = write_bundle(form, server.certificate, [intermediate.certificate], root=root.certificate)
    assert with_root == written + to_pem(root.certificate).encode()
    with pytest.raises(BundleProblem, match="there is none to write"):
        write_bundle(form, server.certificate, [])


def test_pkcs12_for_old_windows(server: Issued) -> None:
    written = write_bundle("pfx", server.certificate, [], key=server.key, password=b"pw", legacy=True)
    arguments = ["openssl", "pkcs12", "-info", "-noout", "-passin", "pass:pw"]
    told = subprocess.run(arguments, input=written, capture_output=True, check=True).stderr
    assert told.count(b"pbeWithSHA1And3-KeyTripleDES-CBC") == 2
    assert b"MAC: sha1" in told


@pytest.mark.parametrize("form", PKCS12_FORMS)
@pytest.mark.parametrize("password", [b"pass word", None])
def test_pkcs12_is_read_by_openssl(
    form: str, password: bytes | None, server: Issued, intermediate: Authority, root: Authority
) -> None:
    written = write_bundle(
        form, server.certificate, [intermediate.certificate], root=root.certificate, key=server.key, password=password
    )
    read = subprocess.run(
        ["openssl", "pkcs12", "-info", "-nodes", "-passin", f"pass:{(password or b'').decode()}"],
        input=written,
        capture_output=True,
        check=True,
    )
    assert b"mail.example.org 2026-04-01" in read.stdout  # the friendly name
    if password:
        assert read.stderr.count(b"AES-256-CBC") == 2
        assert b"MAC: sha256" in read.stderr
    contents = read_container(read.stdout, "out")
    wanted = {made.certificate.fingerprint for made in (server, intermediate, root)}
    assert {certificate.fingerprint for certificate in contents.certificates} == wanted
    assert contents.keys == (server.key,)
    ours = read_container(written, "a.pfx", password)
    assert (ours.form, ours.keys) == (Form.PKCS12, (server.key,))
    assert ours.certificates == (server.certificate, intermediate.certificate, root.certificate)


@pytest.mark.skipif(shutil.which("pk12util") is None, reason="needs pk12util: apt install libnss3-tools")
def test_pkcs12_is_read_by_nss(tmp_path: Path, server: Issued, intermediate: Authority) -> None:
    path = tmp_path / "a.pfx"
    path.write_bytes(
        write_bundle("pfx", server.certificate, [intermediate.certificate], key=server.key, password=b"pw")
    )
    listed = subprocess.run(["pk12util", "-l", str(path), "-W", "pw"], capture_output=True, text=True, check=True)
    assert listed.stdout.count("Certificate(has private key)") == 1
    assert "mail.example.org" in listed.stdout


@pytest.mark.skipif(shutil.which("keytool") is None, reason="needs keytool: apt install openjdk-17-jre-headless")
def test_pkcs12_is_read_by_java(tmp_path: Path, server: Issued, intermediate: Authority) -> None:
    path = tmp_path / "a.pfx"
    path.write_bytes(
        write_bundle("pfx", server.certificate, [intermediate.certificate], key=server.key, password=b"secret")
    )
    arguments = ["-list", "-v", "-keystore", str(path), "-storepass", "secret"]
    listed = subprocess.run(["keytool", *arguments], capture_output=True, text=True, check=True)
    assert "Certificate chain length: 2" in listed.stdout


def test_exchange_without_key_is_pkcs7(server: Issued, intermediate: Authority) -> None:
    written = write_bundle("exchange", server.certificate, [intermediate.certificate])
    read = subprocess.run(
        ["openssl", "pkcs7", "-inform", "DER", "-print_certs"], input=written, capture_output=True, check=True
    )
    fingerprints = [certificate.fingerprint for certificate in read_container(read.stdout, "x").certificates]
    assert fingerprints == [server.certificate.fingerprint, intermediate.certificate.fingerprint]
    assert (suffix_of("exchange", with_key=False), suffix_of("exchange", with_key=True)) == (".p7b", ".pfx")
    assert suffix_of("nginx", with_key=False) == ".pem"


def test_what_cannot_be_written_says_why(server: Issued, intermediate: Authority) -> None:
    with pytest.raises(BundleProblem, match="pem, nginx, apache"):
        write_bundle("iis", server.certificate, [])
    with pytest.raises(BundleProblem, match="--key FILE"):
        write_bundle("pfx", server.certificate, [])
    with pytest.raises(BundleProblem, match=r"belongs to another certificate than the one for mail\.example\.org"):
        write_bundle("haproxy", server.certificate, [], key=intermediate.key)


def test_a_certificate_that_pkcs12_cannot_hold(server: Issued) -> None:
    key = make_key("ec-p256")
    recipe = server_recipe("a.example")
    certificate = self_signed(
        recipe, key, serial=1, not_before=server.certificate.not_before, not_after=server.certificate.not_after
    ).certificate
    broken = certificate.der + b"\0"
    odd = read_certificate(broken)
    with pytest.raises(BundleProblem, match="one of them breaks the rules"):
        write_bundle("pfx", odd, [], key=key)  # type: ignore[arg-type]


def test_the_same_certificate_is_written_once(server: Issued, intermediate: Authority) -> None:
    twice = [intermediate.certificate, server.certificate, intermediate.certificate]
    assert len(find_pem(write_bundle("pem", server.certificate, twice))) == 2
