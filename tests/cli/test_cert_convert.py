"""`mailtrust cert convert`: every form to every other, as OpenSSL, keytool and certtool read them."""

import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.cert import convert
from mailtrust.core.issuance.authority import issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.x509 import conversion
from mailtrust.core.x509.containers import Form, read_container
from mailtrust.core.x509.pem import to_pem, to_pem_chain

Run = Callable[..., Any]

NOW = datetime.now(UTC)
DATES = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=90)}
ROOT = make_root(root_recipe("Convert Root"), make_key("ec-p256"), serial=make_serial(), **DATES)
ISSUING = make_intermediate(ROOT, intermediate_recipe("Convert CA"), make_key("ec-p256"), serial=make_serial(), **DATES)
SERVER = issue(ISSUING, server_recipe("mail.example.com"), make_key("rsa-2048"), serial=make_serial(), **DATES)
CHAIN = (SERVER.certificate, ISSUING.certificate, ROOT.certificate)
PRINTS = [one.fingerprint for one in CHAIN]
PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    # The order of the file is not that of the chain.
    (tmp_path / "all.pem").write_text(to_pem_chain(CHAIN[::-1]) + SERVER.key.to_pem())
    (tmp_path / "pw").write_text(f"{PASSWORD}\nsecond line\n")
    return tmp_path


def said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=False)
    told = (done.stdout + done.stderr).decode("latin-1")
    assert done.returncode == 0, told
    return told


def test_what_the_command_line_repeats_is_what_the_program_means() -> None:
    assert convert.TARGETS == conversion.TARGETS
    assert convert.PARTS == conversion.PARTS


@pytest.mark.parametrize("first", ["pem", "pfx", "jks"])
@pytest.mark.parametrize("second", ["pem", "pfx", "jks"])
def test_there_and_back_with_the_key(run: Run, folder: Path, first: str, second: str) -> None:
    assert run("cert", "convert", "all.pem", "--to", first, "--password-file", "pw", "-o", "one").status == 0
    assert run("cert", "convert", "one", "--to", second, "--password-file", "pw", "-o", "two").status == 0
    for name in ("one", "two"):
        contents = read_container((folder / name).read_bytes(), name, PASSWORD.encode())
        assert [one.fingerprint for one in contents.certificates] == PRINTS
        assert [key.spki for key in contents.keys] == [SERVER.key.spki]
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_without_key(run: Run, folder: Path) -> None:
    done = run("cert", "convert", "all.pem", "--to", "pkcs7", "-o", "chain.p7b")
    assert done.status == 0
    assert (
        said("openssl", "pkcs7", "-inform", "DER", "-in", "chain.p7b", "-print_certs").count("BEGIN CERTIFICATE") == 3
    )
    done = run("cert", "convert", "chain.p7b", "--only", "root", "--to", "der", "-o", "root.cer")
    assert done.status == 0
    assert (folder / "root.cer").read_bytes() == ROOT.certificate.der
    assert stat.S_IMODE((folder / "root.cer").stat().st_mode) == 0o644
    done = run("cert", "convert", "all.pem", "--only", "issuers", "--to", "pem", "-o", "ca.pem")
    assert (folder / "ca.pem").read_text() == to_pem(ISSUING.certificate)
    done = run("cert", "convert", "all.pem", "--no-key", "--to", "pem", "-o", "public.pem")
    assert (folder / "public.pem").read_text() == to_pem_chain(CHAIN)


def test_the_key_alone(run: Run, folder: Path) -> None:
    assert run("cert", "convert", "all.pem", "--to", "key", "-o", "mail.key").status == 0
    assert (folder / "mail.key").read_text() == SERVER.key.to_pem()
    assert run("cert", "convert", "mail.key", "--to", "key", "--password-file", "pw", "-o", "mail2.key").status == 0
    said("openssl", "pkey", "-in", "mail2.key", "-passin", f"pass:{PASSWORD}", "-noout")


def test_a_pfx_for_old_windows_and_one_for_new(run: Run) -> None:
    common = ("cert", "convert", "all.pem", "--to", "pfx", "--password-file", "pw")
    provider = "Microsoft RSA SChannel Cryptographic Provider"
    home = ("--provider", provider, "--machine", "--friendly-name", "Mail 2026")
    assert run(*common, *home, "--legacy", "-o", "old.pfx").status == 0
    assert run(*common, *home, "-o", "new.pfx").status == 0
    look = ("openssl", "pkcs12", "-passin", f"pass:{PASSWORD}", "-info", "-nodes")
    old, new = said(*look, "-legacy", "-in", "old.pfx"), said(*look, "-in", "new.pfx")
    assert old.count("pbeWithSHA1And3-KeyTripleDES-CBC") == 2
    assert "MAC: sha1" in old
    assert new.count("PBES2, PBKDF2, AES-256-CBC") == 2
    assert "MAC: sha256" in new
    for told in (old, new):
        assert f"Microsoft CSP Name: {provider}" in told
        assert "friendlyName: Mail 2026" in told
        assert "localKeyID" in told
    listed = said("keytool", "-list", "-keystore", "new.pfx", "-storepass", PASSWORD)
    assert "mail 2026" in listed
    certtool = said("certtool", "--p12-info", "--inder", "--infile", "old.pfx", "--password", PASSWORD)
    assert certtool.count("BEGIN CERTIFICATE") == 3


def test_a_trust_store_for_java(run: Run) -> None:
    run("cert", "convert", "all.pem", "--only", "root", "--no-key", "--to", "pem", "-o", "root.pem")
    assert run("cert", "convert", "root.pem", "--to", "jks", "--password-file", "pw", "-o", "roots.jks").status == 0
    assert "trustedCertEntry" in said("keytool", "-list", "-keystore", "roots.jks", "-storepass", PASSWORD)


def test_passwords_change_and_vanish_on_demand(run: Run, folder: Path) -> None:
    (folder / "new").write_text("another one\n")
    run("cert", "convert", "all.pem", "--to", "pfx", "--password-file", "pw", "-o", "a.pfx")
    change = ("cert", "convert", "a.pfx", "--to", "pfx", "--password-file", "pw")
    assert run(*change, "--new-password-file", "new", "-o", "b.pfx").status == 0
    assert read_container((folder / "b.pfx").read_bytes(), "b", b"another one").keys
    done = run(*change, "--no-new-password", "-o", "c.pfx")
    assert done.status == 0
    assert "The PFX has no password" in done.err
    assert read_container((folder / "c.pfx").read_bytes(), "c").keys
    assert read_container((folder / "c.pfx").read_bytes(), "c").form is Form.PKCS12


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("all.pem", "--to", "der"), "DER holds one certificate, and there are 3"),
        (("all.pem", "--to", "jks"), "needs a password of 6 characters"),
        (("all.pem", "--to", "pem", "--legacy"), "--legacy is for --to pfx"),
        (("pw", "--to", "pem"), "found none"),
        (("locked.key", "all.pem", "--to", "pfx"), "give its password"),
        (("other.key", "root.pem", "--to", "pfx"), "belongs to none of the certificates"),
        (("root.pem", "--to", "key"), "hold no private key"),
        (("root.pem", "--to", "der", "--only", "leaf"), "no certificate of the kind that --only leaf"),
        (("absent.pem", "--to", "der"), "Could not read absent.pem"),
        (("all.pem", "--to", "xyz"), "Expected one of pem, der"),
        (("locked.pfx", "--to", "pem"), "needs its password"),
    ],
)  # fmt: skip
def test_mistakes_write_nothing(run: Run, folder: Path, given: tuple[str, ...], said: str) -> None:
    (folder / "locked.key").write_text(SERVER.key.to_pem(b"secret"))
    (folder / "other.key").write_text(make_key("ec-p256").to_pem())
    (folder / "root.pem").write_text(to_pem(ROOT.certificate))
    if "locked.pfx" in given:
        run("cert", "convert", "all.pem", "--to", "pfx", "--password-file", "pw", "-o", "locked.pfx")
    done = run("cert", "convert", *given, "-o", "out")
    assert done.status == 2
    assert said in done.err
    assert not (folder / "out").exists()


def test_a_key_that_would_be_lost_is_not_replaced(run: Run, folder: Path) -> None:
    (folder / "mail.key").write_text(make_key("ec-p256").to_pem())
    before = (folder / "mail.key").read_bytes()
    done = run("cert", "convert", "all.pem", "--to", "key", "-o", "mail.key")
    assert done.status == 2
    assert "holds a private key that would be lost" in done.err
    assert (folder / "mail.key").read_bytes() == before


def test_a_request_of_exchange_becomes_what_cas_take(run: Run, folder: Path) -> None:
    run("cert", "request", "mail.example.com", "--form", "utf16", "--out", "exchange")
    assert run("cert", "convert", "exchange.req", "--to", "csr", "-o", "mail.csr").status == 0
    assert "DNS:mail.example.com" in said("openssl", "req", "-in", "mail.csr", "-noout", "-text", "-verify")
    assert run("cert", "convert", "mail.csr", "--to", "csr-utf16", "-o", "back.req").status == 0
    assert (folder / "back.req").read_bytes() == (folder / "exchange.req").read_bytes()
    done = run("cert", "convert", "all.pem", "--to", "csr")
    assert done.status == 2
    assert "Expected one request (PKCS#10) in the files, found 0." in done.err
