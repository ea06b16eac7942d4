"""PKCS#12 and JKS as written: what OpenSSL, keytool and certtool find in them, with and without password."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.core.issuance.authority import Authority, Issued
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.java_keystore import write_java_keystore
from mailtrust.core.x509.pkcs12 import write_pkcs12
from mailtrust.core.x509.pkcs12_attributes import KeyHome

START = datetime(2026, 1, 1, tzinfo=UTC)
PROVIDER = "Microsoft RSA SChannel Cryptographic Provider"
NAME = "Mail é 2026"


def said(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    told = (done.stdout + done.stderr).decode("latin-1")  # as OpenSSL shows names
    assert done.returncode == 0, told
    return told


@pytest.mark.parametrize("legacy", [False, True], ids=["modern", "legacy"])
@pytest.mark.parametrize("password", ["correct horse", "pä€w", ""])
def test_what_windows_notes_is_there_and_the_mac_is_right(
    tmp_path: Path, server: Issued, intermediate: Authority, password: str, legacy: bool
) -> None:
    file = tmp_path / "mail.pfx"
    home = KeyHome(PROVIDER, machine=True)
    chain = [intermediate.certificate]
    file.write_bytes(
        write_pkcs12(
            server.certificate, chain, server.key, friendly_name=NAME, password=password.encode() or None,
            legacy=legacy, home=home,
        )
    )  # fmt: skip
    options = ("-legacy",) if legacy else ()
    told = said("openssl", "pkcs12", *options, "-in", file, "-passin", f"pass:{password}", "-info", "-nodes")
    assert f"Microsoft CSP Name: {PROVIDER}" in told
    assert "Microsoft Local Key set: <No Values>" in told
    assert told.count("localKeyID: ") == 2
    assert f"friendlyName: {NAME}" in told
    if password:
        method = "pbeWithSHA1And3-KeyTripleDES-CBC" if legacy else "PBES2, PBKDF2, AES-256-CBC"
        assert told.count(method) == 2
        assert f"MAC: {'sha1' if legacy else 'sha256'}," in told
    contents = read_container(file.read_bytes(), "mail.pfx", password.encode() or None)
    assert [one.fingerprint for one in contents.certificates] == [
        server.certificate.fingerprint,
        intermediate.certificate.fingerprint,
    ]
    assert contents.keys[0].spki == server.key.spki


def test_keytool_and_certtool_read_it_too(tmp_path: Path, server: Issued, intermediate: Authority) -> None:
    file = tmp_path / "mail.pfx"
    file.write_bytes(
        write_pkcs12(
            server.certificate, [intermediate.certificate], server.key, friendly_name=NAME, password=b"correct horse",
            home=KeyHome(PROVIDER),
        )
    )  # fmt: skip
    told = said("keytool", "-list", "-v", "-storetype", "PKCS12", "-keystore", file, "-storepass", "correct horse")
    assert "Entry type: PrivateKeyEntry" in told
    assert "Certificate chain length: 2" in told
    told = said("certtool", "--p12-info", "--inder", "--infile", file, "--password", "correct horse")
    assert PROVIDER in told or "PKCS #8" in told or "BEGIN" in told


def test_keytool_reads_a_java_key_store_with_a_key(tmp_path: Path, server: Issued, intermediate: Authority) -> None:
    file = tmp_path / "mail.jks"
    chain = [server.certificate, intermediate.certificate]
    made = write_java_keystore(
        chain, server.key, alias="mail", password=b"correct horse", salt=bytes(range(20)), created=START
    )
    file.write_bytes(made)
    told = said("keytool", "-list", "-v", "-keystore", file, "-storepass", "correct horse")
    assert "Keystore type: JKS" in told
    assert "Alias name: mail" in told
    assert "Certificate chain length: 2" in told
    request = said(
        "keytool", "-certreq", "-alias", "mail", "-keystore", file, "-storepass", "correct horse", "-keypass",
        "correct horse",
    )  # fmt: skip
    assert "BEGIN NEW CERTIFICATE REQUEST" in request
    contents = read_container(made, "mail.jks", b"correct horse")
    assert [key.spki for key in contents.keys] == [server.key.spki]
    assert not contents.problems


def test_keytool_reads_a_java_trust_store(tmp_path: Path, root: Authority, intermediate: Authority) -> None:
    file = tmp_path / "roots.jks"
    trusted = [root.certificate, intermediate.certificate]
    file.write_bytes(write_java_keystore(trusted, None, alias="roots", password=b"changeit", salt=b"", created=START))
    told = said("keytool", "-list", "-keystore", file, "-storepass", "changeit")
    assert told.count("trustedCertEntry") == 2
