"""What cannot be taken in is told in a sentence that says what to do, and nothing of it is kept."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import NOW, Pki

from mailtrust.core.issuance.keys import make_key
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.conversion import Wanted, convert
from mailtrust.core.x509.pem import to_pem

Run = Callable[..., Any]
Flags = tuple[str, ...]
Write = Callable[..., Path]


@pytest.fixture
def files(tmp_path: Path, pki: Pki, write: Write) -> Path:
    leaf, key = pki.leaf()
    pfx = convert((leaf, pki.issuing.certificate), key, Wanted("pfx", password=b"right"), salt=b"", now=NOW)
    (tmp_path / "mail.pfx").write_bytes(pfx)
    (tmp_path / "torn.pfx").write_bytes(pfx[:-40])
    (tmp_path / "right").write_text("right")
    (tmp_path / "wrong").write_text("wrong")
    (tmp_path / "notes.txt").write_text("to do: buy milk")
    (tmp_path / "torn.pem").write_text(to_pem(leaf.der[:-40]))
    write("mail.pem", leaf)
    write("other.key", make_key("ec-p256"))
    write("locked.key", key, password=b"right")
    return tmp_path


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("mail.pfx", "--password-file", "wrong"), "the password does not open the PKCS#12 file"),
        (("mail.pfx",), "needs its password"),
        (("torn.pfx", "--password-file", "right"), "torn.pfx: the file is cut off: it should have"),
        (("torn.pfx", "mail.pem"), "torn.pfx: the file is cut off"),
        (("mail.pem", "locked.key"), "the private key is encrypted: give its password"),
        (("mail.pem", "locked.key", "--password-file", "wrong"), "its password is another one"),
        (("mail.pem", "other.key"), "belongs to no certificate or request, neither in the files nor in the store"),
        (("mail.pem", "torn.pem"), "torn.pem: not readable as a certificate"),
        (("notes.txt",), "Expected certificates, keys, requests or a case file, found none"),
        (("mail.pem", "none.key"), "Could not read"),
    ],
)
def test_what_cannot_be_taken_in(run: Run, files: Path, given: tuple[str, ...], said: str) -> None:
    flags = ("--store", "s.db")
    done = run("import", *given, *flags)
    assert done.status == 2
    assert said in done.err, done.err
    assert "Nothing was taken in." in done.err or "Could not read" in done.err
    assert run("import", files / "mail.pem", *flags).status == 0
    kinds = [one["kind"] for one in json.loads(run("changes", *flags, "--format", "json").out)["changes"]]
    assert kinds == ["certificate-kept"]


def test_what_means_several_things(run: Run, flags: Flags, pki: Pki, write: Write) -> None:
    first, second = pki.leaf(days=10)[0], pki.leaf(days=90)[0]
    run("import", write("both.pem", first, second), *flags)
    for verb in (("export",), ("remove",), ("assign", "mail.example.com:imap")):
        done = run(*verb, "mail.example.com", *flags[:2])
        assert done.status == 2
        assert "mail.example.com means 2 entries of the store" in done.err
        assert first.fingerprint[:16] in done.err
        assert "Give more of the thumbprint of one." in done.err
    assert run("show", "mail.example.com", *flags[:2]).text.count("SHA-256") == 2
    assert "6 or more digits" in run("show", first.fingerprint[:5], *flags[:2]).err


def test_another_secret_opens_nothing(run: Run, flags: Flags, files: Path, pki: Pki, write: Write) -> None:
    leaf, key = pki.leaf()
    assert run("import", write("k.pem", leaf, key), *flags).status == 0
    more, other = pki.leaf("other.example.com")
    done = run("import", write("more.pem", more, other), *flags[:2], "--key-file", "wrong")
    assert "not the one that the store's keys are encrypted with" in done.err
    done = run("export", leaf.fingerprint, "--form", "key", "--with-key", *flags[:2], "--key-file", "wrong")
    assert (done.status, done.out) == (2, b"")
    done = run("export", leaf.fingerprint, "--form", "key", "--with-key", *flags[:2])
    assert "give the passphrase or the key file with --key-file" in done.err
    assert len(json.loads(run("list", *flags[:2], "--format", "json").out)["certificates"]) == 1
    kinds = [one["kind"] for one in json.loads(run("changes", *flags[:2], "--format", "json").out)["changes"]]
    assert "key-given-out" not in kinds


def test_a_store_that_is_not_there(run: Run, tmp_path: Path) -> None:
    for verb in (
        ("list",),
        ("show", "x"),
        ("choose", "example.com"),
        ("backup", "b.db"),
        ("changes",),
        ("remove", "x"),
    ):
        done = run(*verb, "--store", "none.db")
        assert done.status == 2
        assert "There is no store at none.db yet. `mailtrust store import FILE...` makes it" in done.err
    assert not list(tmp_path.glob("*.db*"))


def test_a_file_that_is_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all, but long enough to look at " * 50)
    done = run("list", "--store", "text.db")
    assert (done.status, "is no store, or is damaged" in done.err) == (2, True)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE music (title TEXT)")
    other.close()
    done = run("import", "--store", "other.db", "text.db")
    done = run("list", "--store", "other.db")
    assert "found the tables of something else: music" in done.err


def test_a_damaged_record(run: Run, flags: Flags, tmp_path: Path, pki: Pki, write: Write) -> None:
    run("import", write("mail.pem", pki.leaf()[0]), "--store", "s.db")
    with sqlite3.connect(tmp_path / "s.db") as inside:
        inside.execute("UPDATE certificates SET der = zeroblob(40)")
    inside.close()
    for verb in (("list",), ("backup", "b.db")):
        done = run(*verb, "--store", "s.db")
        assert done.status == 2
        assert "is damaged. Restore a backup." in done.err
    assert not (tmp_path / "b.db").exists()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mysql://db/x", "got a URL of another kind: mysql"),
        ("postgresql://db", "names no database"),
        ("postgresql://db:99999/x", "cannot be read"),
        ("postgresql://ann:geheim@db/x", "A password on the command line can be read by everybody"),
        ("postgresql://db/x?sslmode=prefer", "what is not verified may be anybody"),
        ("postgresql://db/x?options=-c", "got options"),
        ("postgresql://db/x?sslrootcert=none.pem", "Could not read the certificates that sslrootcert names"),
    ],
)
def test_places_that_cannot_be_used(run: Run, place: str, said: str) -> None:
    done = run("list", "--store", place)
    assert done.status == 2
    assert said in done.err
    assert "geheim" not in done.err


def test_another_secret_from_now_on(run: Run, flags: Flags, tmp_path: Path, pki: Pki, write: Write) -> None:
    (tmp_path / "new").write_text("another passphrase\n")
    rekey = ("rekey", "--new-key-file", "new")
    run("import", write("first.pem", pki.issuing.certificate), *flags)
    assert "nothing to encrypt anew" in run(*rekey, *flags).err
    leaf, key = pki.leaf()
    run("import", write("k.pem", leaf, key), *flags)
    (tmp_path / "wrong").write_text("wrong")
    assert "not the one" in run(*rekey, *flags[:2], "--key-file", "wrong").err
    assert "encrypted anew: 1" in run(*rekey, *flags).err
    export = ("export", leaf.fingerprint, "--form", "key", "--with-key")
    assert "not the one" in run(*export, *flags).err
    done = run(*export, *flags[:2], "--key-file", "new")
    assert read_container(done.out, "k").keys == (key,)
