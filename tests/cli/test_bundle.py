"""`mailtrust bundle`: from a server and from files, in every form, and what it refuses."""

import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.bundle import SCRIPTS
from mailtrust.core.x509.bundles import FORMS, HOLDS_KEY, NEEDS_KEY
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7

Run = Callable[..., Any]

WITH_KEY = tuple(form for form in FORMS if form in HOLDS_KEY)
WITHOUT_LEAF = ("f5", "issuers")
"""The intermediates alone, for products that keep them in a file of their own."""
WITHOUT_KEY = tuple(form for form in FORMS if form not in NEEDS_KEY and form not in WITHOUT_LEAF)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fingerprints(path: Path, password: bytes | None = None) -> list[str]:
    return [one.fingerprint for one in read_container(path.read_bytes(), path.name, password).certificates]


class TestFromAServer:
    def test_to_standard_output(self, run: Run, incomplete: Any, chain: list[str], tmp_path: Path) -> None:
        done = run("bundle", *incomplete.given)
        assert done.status == 0
        (tmp_path / "bundle.pem").write_bytes(done.out)
        assert fingerprints(tmp_path / "bundle.pem") == chain
        assert "added: Lab Trust Issuing CA, found at http://127.0.0.1:" in done.err
        assert "chain: mail.example.test, Lab Trust Issuing CA; the server's certificate lasts until" in done.err

    @pytest.mark.parametrize("form", WITHOUT_KEY)
    def test_every_form_without_a_key_is_accepted_beforehand(
        self, run: Run, incomplete: Any, chain: list[str], tmp_path: Path, form: str
    ) -> None:
        path = tmp_path / "bundle"
        assert run("bundle", *incomplete.given, "--for", form, "-o", path).status == 0
        assert fingerprints(path) == chain
        assert mode(path) == 0o644
        assert run("check", *incomplete.given, "--with", path).status == 0

    @pytest.mark.parametrize("form", SCRIPTS)
    def test_a_script_brings_the_chain(self, run: Run, incomplete: Any, tmp_path: Path, form: str) -> None:
        path = tmp_path / "install.ps1"
        done = run("bundle", *incomplete.given, "--for", form, "-o", path)
        assert done.status == 0
        assert "-Pfx FILE" in done.err
        script = path.read_text("utf-8-sig")
        assert "$expectedHost = 'mail.example.test'" in script
        assert script.count("'MII") == 1  # the intermediate, and no root
        refused = run("bundle", *incomplete.given, "--for", form, "--with-root")
        assert (refused.status, refused.out) == (2, b"")
        assert "mailtrust trust windows" in refused.err

    @pytest.mark.parametrize("form", WITHOUT_LEAF)
    def test_a_file_of_issuers_holds_them_alone(
        self, run: Run, incomplete: Any, chain: list[str], tmp_path: Path, form: str
    ) -> None:
        path = tmp_path / "bundle"
        assert run("bundle", *incomplete.given, "--for", form, "-o", path).status == 0
        assert fingerprints(path) == chain[1:]

    @pytest.mark.parametrize("form", WITH_KEY)
    def test_every_form_with_a_key_is_accepted_beforehand_and_kept_to_its_owner(
        self, run: Run, incomplete: Any, chain: list[str], key: Path, tmp_path: Path, form: str
    ) -> None:
        path = tmp_path / "bundle"
        path.write_text("from yesterday, and readable by everybody")
        done = run("bundle", *incomplete.given, "--for", form, "--key", key, "-o", path)
        assert done.status == 0
        assert mode(path) == 0o600
        assert "is not encrypted" in done.err
        contents = read_container(path.read_bytes(), "bundle")
        assert [one.fingerprint for one in contents.certificates] == chain
        assert contents.keys[0].matches(contents.certificates[0])
        assert run("check", *incomplete.given, "--with", path).status == 0

    @pytest.mark.parametrize("form", WITH_KEY)
    def test_a_password_encrypts_the_key(
        self, run: Run, incomplete: Any, chain: list[str], key: Path, secret: Path, tmp_path: Path, form: str
    ) -> None:
        path = tmp_path / "bundle"
        given = ("--for", form, "--key", key, "--password-file", secret, "-o", path)
        done = run("bundle", *incomplete.given, *given)
        assert done.status == 0
        assert "is not encrypted" not in done.err
        assert ("cannot read it so" in done.err) is (form in ("postfix", "haproxy", "exim", "courier"))
        assert read_container(path.read_bytes(), "bundle").keys == ()
        opened = read_container(path.read_bytes(), "bundle", b"geheim")
        assert opened.keys[0].matches(opened.certificates[0])
        assert fingerprints(path, b"geheim") == chain

    @pytest.mark.parametrize("form", [form for form in FORMS if form not in HOLDS_KEY])
    def test_forms_that_hold_no_key_say_so(
        self, run: Run, incomplete: Any, key: Path, tmp_path: Path, form: str
    ) -> None:
        done = run("bundle", *incomplete.given, "--for", form, "--key", key, "-o", tmp_path / "bundle")
        assert "The key is not in it" in done.err
        assert b"PRIVATE" not in (tmp_path / "bundle").read_bytes()

    def test_the_root_only_when_asked_for(self, run: Run, incomplete: Any, chain: list[str], tmp_path: Path) -> None:
        path = tmp_path / "bundle.pem"
        assert run("bundle", *incomplete.given, "--with-root", "-o", path).status == 0
        assert fingerprints(path) == [*chain, incomplete.world.pki.root.certificate.fingerprint]

    def test_another_servers_key_is_refused(self, run: Run, incomplete: Any, healthy: Any, tmp_path: Path) -> None:
        other = healthy.world.listener("mail", "imaps").folder / "key.pem"
        done = run("bundle", *incomplete.given, "--for", "haproxy", "--key", other, "-o", tmp_path / "bundle.pem")
        assert done.status == 2
        assert "is not the one of mail.example.test" in done.err
        assert not (tmp_path / "bundle.pem").exists()

    def test_a_chain_with_an_expired_cross_sign_gets_rid_of_it(self, run: Run, lab: Any, tmp_path: Path) -> None:
        world, path = lab("expired-cross-sign"), tmp_path / "bundle.pem"
        done = run("bundle", *world.given, "-o", path)
        assert done.status == 0
        assert "left out: Lab Trust Root, issued by Lab Trust Elder" in done.err
        assert len(fingerprints(path)) == 2

    def test_a_server_that_shows_nothing(self, run: Run, healthy: Any, tmp_path: Path) -> None:
        done = run("bundle", "imaps://nowhere.example.test", *healthy.flags, "-o", tmp_path / "bundle.pem")
        assert done.status == 3
        assert "presented no certificate that could be read" in done.err
        assert not (tmp_path / "bundle.pem").exists()


class TestFromFiles:
    @pytest.fixture
    def parts(self, incomplete: Any, tmp_path: Path) -> dict[str, bytes]:
        """Octets that a CA may send."""
        pki = incomplete.world.pki
        leaf, issuing = pki.issued["mail.example.test"].chain
        return {
            "leaf": to_pem(leaf).encode(),
            "der": leaf.der,
            "issuing": to_pem(issuing).encode(),
            "root": to_pem(pki.root.certificate).encode(),
            "p7b": write_pkcs7((pki.root.certificate, issuing, leaf)),
        }

    @pytest.fixture
    def offline(self, incomplete: Any) -> tuple[str, ...]:
        return ("--roots", str(incomplete.world.folder / "root.pem"), "--no-aia")

    def test_the_zip_of_a_ca_is_told_file_by_file(
        self, run: Run, parts: dict[str, bytes], offline: Any, chain: list[str], tmp_path: Path
    ) -> None:
        path = tmp_path / "from-the-ca.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mail_example_test.crt", parts["leaf"])
            archive.writestr("My_CA_Bundle.ca-bundle", parts["issuing"] + parts["root"])
            archive.writestr("README.txt", "Thank you.")
        done = run("bundle", path, *offline, "-o", tmp_path / "bundle.pem")
        assert done.status == 0
        assert fingerprints(tmp_path / "bundle.pem") == chain
        for said in (
            "from-the-ca.zip/mail_example_test.crt: the server's own certificate, for mail.example.test",
            "from-the-ca.zip/My_CA_Bundle.ca-bundle: an intermediate: Lab Trust Issuing CA, issued by Lab Trust Root",
            "from-the-ca.zip/My_CA_Bundle.ca-bundle: a root: Lab Trust Root",
            "from-the-ca.zip/README.txt: not a certificate",
            "left out: the root Lab Trust Root",
        ):
            assert said in done.err

    @pytest.mark.parametrize("names", [("p7b",), ("leaf", "issuing"), ("issuing", "root", "der")])
    def test_files_of_any_kind_and_order(
        self,
        run: Run,
        parts: dict[str, bytes],
        offline: Any,
        chain: list[str],
        tmp_path: Path,
        names: tuple[str, ...],
    ) -> None:
        for name in names:
            (tmp_path / name).write_bytes(parts[name])
        done = run("bundle", *(tmp_path / name for name in names), *offline, "-o", tmp_path / "bundle.pem")
        assert done.status == 0
        assert fingerprints(tmp_path / "bundle.pem") == chain

    def test_a_pfx_with_its_key(
        self, run: Run, incomplete: Any, offline: Any, chain: list[str], key: Path, secret: Path, tmp_path: Path
    ) -> None:
        pfx, haproxy = tmp_path / "mail.pfx", tmp_path / "haproxy.pem"
        given = ("--for", "pfx", "--key", key, "--password-file", secret, "-o", pfx)
        assert run("bundle", *incomplete.given, *given).status == 0
        closed = run("bundle", pfx, *offline)
        assert closed.status == 2
        assert "needs its password" in closed.err
        done = run("bundle", pfx, *offline, "--for", "haproxy", "--password-file", secret, "-o", haproxy)
        assert done.status == 0
        assert fingerprints(haproxy) == chain
        assert b"ENCRYPTED PRIVATE KEY" in haproxy.read_bytes()
        by_key = run("bundle", *incomplete.given, "--for", "exim", "--key", pfx, "--password-file", secret)
        assert by_key.status == 0

    def test_a_chain_that_may_not_be_whole_is_written_and_says_so(
        self, run: Run, parts: dict[str, bytes], tmp_path: Path
    ) -> None:
        (tmp_path / "leaf.pem").write_bytes(parts["leaf"])
        done = run("bundle", tmp_path / "leaf.pem", "--no-aia")
        assert done.status == 1
        assert done.out == parts["leaf"]
        assert "No root is known above this chain: the certificate of Lab Trust Issuing CA is missing." in done.err
        assert "/issuing-ca.crt" in done.err
        assert "found at" not in done.err

    def test_a_root_that_is_unknown_cannot_be_put_in(self, run: Run, parts: dict[str, bytes], tmp_path: Path) -> None:
        (tmp_path / "chain.pem").write_bytes(parts["leaf"] + parts["issuing"])
        done = run("bundle", tmp_path / "chain.pem", "--no-aia", "--with-root")
        assert done.status == 2
        assert "No root is known for this chain" in done.err

    def test_an_expired_certificate_is_completed_and_said_to_be_expired(
        self, run: Run, lab: Any, tmp_path: Path
    ) -> None:
        world = lab("expired-leaf")
        path = next(world.world.folder.glob("mail.example.test-*/bundle.pem"))
        done = run("bundle", path, "--roots", world.world.folder / "root.pem", "--no-aia")
        assert done.status == 0
        assert "The server's certificate has expired" in done.err

    def test_a_key_is_never_overwritten_by_what_does_not_hold_it(
        self, run: Run, parts: dict[str, bytes], offline: Any, key: Path, secret: Path, tmp_path: Path
    ) -> None:
        chain_file, copy = tmp_path / "chain.pem", tmp_path / "mail.pem"
        chain_file.write_bytes(parts["leaf"] + parts["issuing"])
        shutil.copy(key, copy)
        done = run("bundle", chain_file, *offline, "--for", "nginx", "--key", copy, "-o", copy)
        assert done.status == 2
        assert "a private key that would be lost" in done.err
        assert copy.read_bytes() == key.read_bytes()
        assert run("bundle", chain_file, *offline, "--for", "haproxy", "--key", copy, "-o", copy).status == 0
        encrypted = ("bundle", chain_file, *offline, "--for", "haproxy", "--key", copy, "--password-file", secret)
        assert run(*encrypted, "-o", tmp_path / "closed.pem").status == 0
        assert run("bundle", chain_file, *offline, "-o", tmp_path / "closed.pem").status == 2

    def test_a_link_stays_a_link_and_a_device_a_device(
        self, run: Run, parts: dict[str, bytes], offline: Any, tmp_path: Path
    ) -> None:
        (tmp_path / "p7b").write_bytes(parts["p7b"])
        (tmp_path / "real.pem").write_text("old")
        (tmp_path / "link.pem").symlink_to("real.pem")
        assert run("bundle", tmp_path / "p7b", *offline, "-o", tmp_path / "link.pem").status == 0
        assert (tmp_path / "link.pem").is_symlink()
        assert len(fingerprints(tmp_path / "real.pem")) == 2
        assert run("bundle", tmp_path / "p7b", *offline, "-o", "/dev/null").status == 0
        assert Path("/dev/null").is_char_device()
