"""`mailtrust ca`: from the root to a revoked certificate, as OpenSSL and GnuTLS see it, and through every crash."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.cli.ca import issue
from mailtrust.core.issuance import ca_policy
from mailtrust.core.issuance.ca_journal import JournalProblem, read_journal, state_of
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import CLIENT_AUTH, CODE_SIGNING, SERVER_AUTH, Recipe
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.certificate import BasicConstraints, Certificate
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows import self_signed

Run = Callable[..., Any]

KEY = make_key("ec-p256")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ca(run: Run, folder: Path) -> Path:
    done = run("ca", "init", "--name", "Example Mail", "--domain", "example.com", "--network", "192.0.2.0/24",
               "--url", "http://ca.example.com/pki/", "--new-key", "ec-p256")  # fmt: skip
    assert done.status == 0, done.err
    return folder / "ca"


def asked(folder: Path, *names: str, name: str = "mail.csr", **more: Any) -> str:
    """A request as a file."""
    recipe = Recipe(common_name=names[0] if names else None, dns_names=names, **more)
    (folder / name).write_text(to_pem(make_request(recipe, KEY), "CERTIFICATE REQUEST"))
    return name


def made(path: Path) -> Certificate:
    return read_container(path.read_bytes(), path.name).certificates[0]


def tool(*command: str | Path, status: int = 0) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def lists(ca: Path) -> Path:
    """Both revocation lists as one PEM file."""
    both = "".join(tool("openssl", "crl", "-inform", "DER", "-in", ca / f"{name}.crl") for name in ("root", "issuing"))
    (ca.parent / "crls.pem").write_text(both)
    return ca.parent / "crls.pem"


def test_what_the_command_line_repeats_is_what_the_program_means() -> None:
    assert issue.PROFILES == ca_policy.PROFILES
    assert issue.LONGEST_DAYS == self_signed.LONGEST_DAYS


def test_the_life_of_a_certificate(run: Run, folder: Path, ca: Path) -> None:
    assert stat.S_IMODE(ca.stat().st_mode) == 0o700
    for private in ("root.key", "issuing.key", "ocsp.pem", "journal.jsonl"):
        assert stat.S_IMODE((ca / private).stat().st_mode) == 0o600
    request = asked(folder, "mail.example.com", "autodiscover.example.com", ip_addresses=("192.0.2.7",))
    done = run("ca", "issue", request, "--out", "mail", "--format", "json")
    assert done.status == 0, done.err
    assert {one["outcome"] for one in json.loads(done.out)["verdicts"]} == {"accepted", "unknown"}
    assert "not granted" not in done.err
    one = made(folder / "mail.pem")
    assert one.dns_names == ("mail.example.com", "autodiscover.example.com")
    assert one.crl_urls == ("http://ca.example.com/pki/issuing.crl",)
    assert one.ocsp_urls == ("http://ca.example.com/pki/ocsp",)
    assert one.ca_issuers == ("http://ca.example.com/pki/issuing.crt",)
    verify = ("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca / "root.pem", "-untrusted",
              ca / "issuing.pem", "-crl_check_all", "-CRLfile")  # fmt: skip
    tool(*verify, lists(ca), "-verify_hostname", "mail.example.com", "mail.pem")
    tool(*verify, lists(ca), "-verify_ip", "192.0.2.7", "mail.pem")
    told = tool("certtool", "--verify", "--load-ca-certificate", ca / "root.pem", "--infile", "mail.pem",
                "--verify-hostname", "mail.example.com")  # fmt: skip
    assert "The certificate is trusted" in told
    assert run("ca", "renew", "mail.example.com", "--out", "mail2", "--days", "30").status == 0
    second = made(folder / "mail2.pem")
    assert second.dns_names == one.dns_names
    assert second.public_key == one.public_key
    assert second.serial != one.serial
    assert run("ca", "revoke", f"{one.serial:x}", "--reason", "keyCompromise").status == 0
    assert "certificate revoked" in tool(*verify, lists(ca), "mail.pem", status=2)
    tool(*verify, lists(ca), "mail2.pem")
    told = tool("openssl", "crl", "-inform", "DER", "-in", ca / "issuing.crl", "-noout", "-text")
    assert "Key Compromise" in told
    listed = json.loads(run("ca", "list", "--format", "json").out)["certificates"]
    assert [(row["status"], row["reason"]) for row in listed] == [("revoked", "keyCompromise"), ("valid", None)]
    assert "revoked" in run("ca", "list").text
    done = run("ca", "audit")
    assert done.status == 0
    assert "revoked" in done.text
    assert "The journal is whole: 8 entries" in done.err


def test_an_address_alone(run: Run, folder: Path, ca: Path) -> None:
    asked(folder, ip_addresses=("192.0.2.7",))
    assert run("ca", "issue", "mail.csr", "--out", "mail").status == 0
    tool("openssl", "verify", "-x509_strict", "-CAfile", "ca/root.pem", "-untrusted", "ca/issuing.pem", "-verify_ip",
         "192.0.2.7", "mail.pem")  # fmt: skip


def test_a_domain_written_as_a_wildcard_is_the_domain(run: Run, folder: Path) -> None:
    run("ca", "init", "--name", "Wild", "--domain", "*.example.com", "--new-key", "ec-p256")
    asked(folder, "mail.example.com", "*.example.com")
    assert run("ca", "issue", "mail.csr", "--out", "mail").status == 0
    tool("openssl", "verify", "-CAfile", "ca/root.pem", "-untrusted", "ca/issuing.pem", "mail.pem")


def test_revoking_the_issuing_ca(run: Run, folder: Path, ca: Path) -> None:
    run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail")
    assert run("ca", "revoke", "issuing", "--reason", "cessationOfOperation").status == 0
    told = tool("openssl", "verify", "-CAfile", ca / "root.pem", "-untrusted", ca / "issuing.pem", "-crl_check_all",
                "-CRLfile", lists(ca), "mail.pem", status=2)  # fmt: skip
    assert "error 23 at 1 depth" in told


def test_what_is_asked_for_and_not_granted(run: Run, folder: Path, ca: Path) -> None:
    asked(
        folder, "mail.example.com", emails=("root@example.com",), organisation="Somebody Else", must_staple=True,
        basic_constraints=BasicConstraints(ca=True, path_length=None), key_usage=frozenset({"keyCertSign"}),
        extended_key_usage=(SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING), extensions=(("1.2.3.4", True, b"\x05\x00"),),
    )  # fmt: skip
    done = run("ca", "issue", "mail.csr", "--out", "mail")
    assert done.status == 0
    for told in (
        "email:root@example.com", "Somebody Else", "stapled", "to be a CA", "clientAuth", "codeSigning", "1.2.3.4",
    ):  # fmt: skip
        assert told in done.err
    one = made(folder / "mail.pem")
    assert not one.is_ca
    assert one.extended_key_usage == (SERVER_AUTH,)
    assert one.key_usage == {"digitalSignature"}
    assert [name.value for name in one.subject_alt_names or ()] == ["mail.example.com"]
    assert one.subject.organisation is None
    assert not one.must_staple
    done = run("ca", "issue", "mail.csr", "--out", "both", "--profile", "server-and-client", "--name", "x.example.com")
    assert made(folder / "both.pem").extended_key_usage == (SERVER_AUTH, CLIENT_AUTH)
    assert made(folder / "both.pem").dns_names == ("mail.example.com", "x.example.com")


def test_a_name_that_stands_in_the_subject_alone(run: Run, folder: Path, ca: Path) -> None:
    (folder / "mail.csr").write_bytes(make_request(Recipe(common_name="mail.example.com"), KEY))
    assert run("ca", "issue", "mail.csr", "--out", "mail").status == 0
    assert made(folder / "mail.pem").dns_names == ("mail.example.com",)


@pytest.mark.parametrize(
    ("request_of", "said"),
    [
        (lambda: make_request(Recipe(dns_names=("mail.example.org",)), KEY), "This CA vouches for example.com"),
        (lambda: make_request(Recipe(dns_names=("badexample.com",)), KEY), "This CA vouches for example.com"),
        (lambda: make_request(Recipe(ip_addresses=("203.0.113.1",)), KEY), "This CA vouches for"),
        (lambda: make_request(Recipe(), KEY), "names no host"),
        (lambda: make_request(Recipe(dns_names=("a b.example.com",)), KEY), "Expected a name of letters"),
        (lambda: make_request(Recipe(dns_names=("mail.example.com",)), make_key("rsa-1024")), "2048 bits or more"),
        (lambda: make_request(Recipe(dns_names=("mail.example.com",)), make_key("ed25519")), "P-256 or P-384"),
        (
            lambda: make_request(Recipe(dns_names=("mail.example.com",)), KEY).replace(b"mail.", b"evil."),
            "not signed by its own key",
        ),
        (lambda: b"no request", "Expected one request"),
    ],
)
def test_requests_that_get_nothing(
    run: Run, folder: Path, ca: Path, request_of: Callable[[], bytes], said: str
) -> None:
    (folder / "mail.csr").write_bytes(request_of())
    before = (ca / "journal.jsonl").read_bytes()
    done = run("ca", "issue", "mail.csr", "--out", "mail")
    assert done.status == 2
    assert said in done.err
    assert (ca / "journal.jsonl").read_bytes() == before
    assert not (folder / "mail.pem").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("list", "--ca", "nowhere"), "There is no nowhere/journal.jsonl"),
        (("init", "--name", "Again"), "is there already"),
        (("init", "--name", "x" * 51, "--ca", "new"), "at most 50 characters"),
        (("init", "--name", "x", "--network", "192.0.2.0/24", "--ca", "new"), "goes with --domain"),
        (("init", "--name", "x", "--domain", "192.0.2.1", "--ca", "new"), "addresses go with --network"),
        (("init", "--name", "x", "--url", "https://ca.example.com", "--ca", "new"), "Expected an address such as"),
        (("init", "--name", "x", "--domain", "example.com", "--network", "x", "--ca", "new"), "Expected a network"),
        (("revoke", "absent.example.com"), "has issued nothing that is called absent.example.com"),
        (("renew", "absent.example.com"), "has issued nothing that is called absent.example.com"),
        (("revoke", "x", "--reason", "boredom"), "Expected one of unspecified"),
        (("audit", "--expect", "0" * 64), "it was cut, or is another CA's"),
    ],
)
def test_mistakes(run: Run, folder: Path, ca: Path, given: tuple[str, ...], said: str) -> None:
    done = run("ca", *given)
    assert done.status == 2
    assert said in done.err
    assert not (folder / "new").exists()


def test_revoking_twice_and_renewing_what_was_revoked(run: Run, folder: Path, ca: Path) -> None:
    run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail")
    serial = f"{made(folder / 'mail.pem').serial:x}"
    assert run("ca", "revoke", serial).status == 0
    assert "was revoked already" in run("ca", "revoke", serial).err
    assert "its key is not to be used again" in run("ca", "renew", serial, "--out", "again").err


class TestKeys:
    def test_they_are_encrypted_and_asked_for(self, run: Run, folder: Path) -> None:
        (folder / "pw").write_text("correct horse\n")
        (folder / "wrong").write_text("wrong\n")
        done = run("ca", "init", "--name", "Locked", "--new-key", "ec-p256", "--password-file", "pw")
        assert done.status == 0
        for name in ("root.key", "issuing.key", "ocsp.pem"):
            assert "ENCRYPTED PRIVATE KEY" in (folder / "ca" / name).read_text()
        asked(folder, "mail.example.com")
        for more, said in (((), "give its password"), (("--password-file", "wrong"), "its password is another one")):
            done = run("ca", "issue", "mail.csr", "--out", "mail", *more)
            assert done.status == 2
            assert said in done.err
        assert run("ca", "issue", "mail.csr", "--out", "mail", "--password-file", "pw").status == 0
        assert "correct horse" not in (folder / "ca" / "journal.jsonl").read_text() + done.err

    def test_the_root_key_may_be_elsewhere(self, run: Run, folder: Path, ca: Path) -> None:
        (ca / "root.key").rename(folder / "safe.key")
        assert run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail").status == 0
        assert run("ca", "crl").status == 0
        done = run("ca", "crl", "--root")
        assert done.status == 2
        assert "root.key is not in the folder" in done.err
        (ca / "root.key").write_text(KEY.to_pem())
        assert "is not the key of this CA" in run("ca", "crl", "--root").err

    def test_no_key_is_ever_shown(self, run: Run, folder: Path, ca: Path) -> None:
        shown = run("ca", "list").text + run("ca", "audit").text + (ca / "journal.jsonl").read_text()
        assert "PRIVATE" not in shown


class TestCrashes:
    def test_a_torn_line_is_of_an_act_that_did_not_take_place(self, run: Run, folder: Path, ca: Path) -> None:
        journal = ca / "journal.jsonl"
        before = journal.read_bytes()
        journal.write_bytes(before + b'{"n":5,"at":"2026-')
        assert run("ca", "audit").status == 0
        assert run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail").status == 0
        assert journal.read_bytes().startswith(before)
        assert run("ca", "audit").status == 0

    def test_files_that_were_not_written_any_more_are_written_next_time(self, run: Run, folder: Path, ca: Path) -> None:
        run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail")
        (file,) = ca.glob("issued-*.pem")
        whole = file.read_bytes()
        file.unlink()
        (ca / "ocsp.pem").unlink()
        assert run("ca", "crl").status == 0
        assert file.read_bytes() == whole
        assert (ca / "ocsp.pem").exists()

    def test_a_revocation_whose_list_was_not_signed_is_finished(self, run: Run, folder: Path, ca: Path) -> None:
        run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail")
        old = (ca / "issuing.crl").read_bytes()
        serial = f"{made(folder / 'mail.pem').serial:x}"
        run("ca", "revoke", serial)
        (ca / "issuing.crl").write_bytes(old)
        assert run("ca", "revoke", serial).status == 0
        assert serial.upper() in tool("openssl", "crl", "-inform", "DER", "-in", ca / "issuing.crl", "-noout", "-text")

    def test_one_writer_at_a_time(self, run: Run, folder: Path, ca: Path) -> None:
        hold = (
            "import fcntl, time; f = open('ca/lock', 'r+'); fcntl.flock(f, fcntl.LOCK_EX); "
            "print('held', flush=True); time.sleep(60)"
        )
        holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True)
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            done = run("ca", "crl")
            assert done.status == 2
            assert "Another mailtrust is writing to this CA" in done.err
            assert run("ca", "list").status == 0, "who only reads need not wait"
        finally:
            holder.kill()
            holder.communicate()
        assert run("ca", "crl").status == 0

    @pytest.mark.parametrize("rounds", [6, pytest.param(200, marks=pytest.mark.long)])
    def test_killed_at_any_moment(self, run: Run, folder: Path, ca: Path, rounds: int) -> None:
        """What was handed out is in the journal, the journal is whole, and no key or list is half there."""
        asked(folder, "mail.example.com")
        chance = random.Random(rounds)
        for number in range(rounds):
            verb = chance.choice([("issue", "mail.csr", "--out", f"made{number}"), ("crl",)])
            process = subprocess.Popen(
                [sys.executable, "-m", "mailtrust", "ca", *verb], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
            time.sleep(chance.uniform(0.2, 0.9))
            process.send_signal(signal.SIGKILL)
            process.wait()
            state = state_of(read_journal((ca / "journal.jsonl").read_bytes().rpartition(b"\n")[0] + b"\n"))
            for file in folder.glob("made*.pem"):
                assert made(file).serial in state.issued
            tool("openssl", "crl", "-inform", "DER", "-in", ca / "issuing.crl", "-noout")
            assert read_container((ca / "issuing.key").read_bytes(), "k").keys
        assert run("ca", "crl").status == 0
        assert run("ca", "audit").status == 0


class TestJournal:
    def test_what_was_changed_is_noticed(self, run: Run, folder: Path, ca: Path) -> None:
        run("ca", "issue", asked(folder, "mail.example.com"), "--out", "mail")
        head = run("ca", "audit").err.rpartition(" ")[2].strip(".\n")
        assert run("ca", "audit", "--expect", head).status == 0
        journal = ca / "journal.jsonl"
        whole = journal.read_bytes()
        journal.write_bytes(whole.replace(b'"number":1', b'"number":2', 1))
        done = run("ca", "issue", "mail.csr", "--out", "again")
        assert done.status == 2
        assert "cannot be believed at line 3" in done.err
        journal.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
        assert run("ca", "audit").status == 0
        assert "it was cut" in run("ca", "audit", "--expect", head).err

    def test_any_change_but_the_last_line_is_noticed(self, run: Run, folder: Path, ca: Path) -> None:
        whole = (ca / "journal.jsonl").read_bytes()
        inner = whole.rindex(b"\n", 0, -1)

        @settings(max_examples=150, deadline=None)
        @given(st.integers(0, inner - 1), st.integers(1, 255))
        def changed(at: int, by: int) -> None:
            octets = bytearray(whole)
            octets[at] ^= by
            with pytest.raises(JournalProblem):
                read_journal(bytes(octets))

        changed()
