"""`mailtrust store` as people use it: the same on SQLite and on PostgreSQL."""

import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import NOW, Pki

from mailtrust.core.formats.case_file import encode
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.issuance.request import make_request
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.conversion import Wanted, convert
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7

Run = Callable[..., Any]
Flags = tuple[str, ...]
Write = Callable[..., Path]


def held(run: Run, flags: Flags, *more: str) -> dict[str, Any]:
    """Certificates that are listed, by fingerprint."""
    done = run("list", *flags[:2], "--format", "json", *more)
    assert done.status == 0, done.err
    return {one["sha256"]: one for one in json.loads(done.out)["certificates"]}


def test_the_life_of_a_certificate(run: Run, flags: Flags, pki: Pki, write: Write) -> None:
    leaf, key = pki.leaf("mail.example.com", "imap.example.com")
    done = run(
        "import", write("mail.pem", leaf, pki.issuing.certificate, pki.root.certificate), write("k", key), *flags
    )
    assert done.status == 0, done.err
    assert leaf.fingerprint in done.err
    one = held(run, flags)[leaf.fingerprint]
    assert one["key"]
    assert one["issuers"] == [pki.issuing.certificate.fingerprint, pki.root.certificate.fingerprint]
    again = run("import", "mail.pem", "k", *flags)
    assert "there already: 4" in again.err
    assert "kept" not in again.err

    chosen = run("choose", "imap.example.com:imap", *flags[:2], "--format", "json")
    assert (chosen.status, json.loads(chosen.out)["best"]) == (0, leaf.fingerprint)
    assert run("choose", "other.example.com", *flags[:2]).status == 1
    assert run("assign", "imap.example.com:imap", *flags[:2], "--product", "dovecot").status == 0
    assert "already" in run("assign", "imap.example.com:imap", leaf.fingerprint[:12], *flags[:2]).err
    assert held(run, flags)[leaf.fingerprint]["assigned"][0]["service"] == "imap"
    refused = run("remove", "mail.example.com", *flags[:2])
    assert (refused.status, "assigned to imap.example.com:imap" in refused.err) == (2, True)
    refused = run("remove", pki.issuing.certificate.fingerprint, *flags[:2])
    assert "stands in the chain of mail.example.com" in refused.err
    assert run("assign", "imap.example.com:imap", "--nothing", *flags[:2]).status == 0
    assert run("remove", "mail.example.com", *flags[:2]).status == 0
    assert leaf.fingerprint not in held(run, flags)
    assert run("remove", "Issuing", *flags[:2]).status == 0

    told = json.loads(run("changes", *flags[:2], "--format", "json").out)["changes"]
    assert [one["kind"] for one in told] == [
        *["certificate-kept"] * 3, "key-kept", "assigned", "released", "removed", "removed",
    ]  # fmt: skip
    assert [one["number"] for one in told] == [*range(1, 9)]
    assert "gave" not in run("changes", *flags[:2]).text


def test_a_request_waits_for_its_answer(run: Run, flags: Flags, pki: Pki, write: Write, tmp_path: Path) -> None:
    key = make_key("ec-p256")
    der = make_request(Recipe(common_name="mail.example.com", dns_names=("mail.example.com",)), key)
    (tmp_path / "mail.csr").write_text(to_pem(der, "CERTIFICATE REQUEST"))
    assert run("import", "mail.csr", write("k", key), *flags).status == 0
    listed = json.loads(run("list", *flags[:2], "--format", "json").out)
    assert [(one["names"], one["key"]) for one in listed["requests"]] == [(["mail.example.com"], True)]
    assert "a request for mail.example.com" in run("list", *flags[:2]).text
    leaf, _ = pki.leaf(key=key)
    (tmp_path / "answer.p7b").write_bytes(write_pkcs7((leaf,)))
    assert run("import", "answer.p7b", *flags[:2]).status == 0  # nothing secret comes in: no key file is needed
    assert held(run, flags)[leaf.fingerprint]["key"]
    request = listed["requests"][0]["sha256"]
    assert "a request" in run("remove", request, *flags[:2]).err
    done = run("export", leaf.fingerprint, "--form", "key", "--with-key", *flags)
    assert read_container(done.out, "k").keys == (key,), "the certificate still has the key"


def test_a_chain_grows_when_its_issuers_come(run: Run, flags: Flags, pki: Pki, write: Write) -> None:
    leaf, key = pki.leaf()
    run("import", write("mail.pem", leaf), write("k", key), *flags)
    chosen = json.loads(run("choose", "mail.example.com", *flags[:2], "--format", "json").out)
    assert "Issuing is missing" in chosen["candidates"][0]["drawbacks"][0]
    assert "Issuing is missing" in run("choose", "mail.example.com", *flags[:2]).text
    run("import", write("root.pem", pki.root.certificate), *flags)
    run("import", write("issuing.pem", pki.issuing.certificate), *flags)
    assert held(run, flags)[leaf.fingerprint]["issuers"] == [
        pki.issuing.certificate.fingerprint,
        pki.root.certificate.fingerprint,
    ]


def test_every_form_of_file(run: Run, local: Flags, pki: Pki, write: Write, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("password")
    leaves = []
    for form in ("pfx", "jks", "zip", "der"):
        leaf, key = pki.leaf(f"{form}.example.com")
        chain = (leaf, pki.issuing.certificate)
        path = tmp_path / f"mail.{form}"
        if form == "zip":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr("mail.crt", to_pem(leaf))
                archive.writestr("readme.txt", "Thank you for your order.")
            path.write_bytes(packed.getvalue())
            more = [write("zip.key", key, password=b"password")]
        elif form == "der":
            path.write_bytes(leaf.der)
            more = [write("der.key", key)]
        else:
            wanted = Wanted("pfx" if form == "pfx" else "jks", password=b"password")
            path.write_bytes(convert(chain, key, wanted, salt=bytes(20), now=NOW))
            more = []
        done = run("import", path, *more, "--password-file", "pw", *local)
        assert done.status == 0, (form, done.err)
        leaves.append(leaf)
    have = held(run, local)
    assert all(have[leaf.fingerprint]["key"] for leaf in leaves)


def test_what_is_given_out(run: Run, local: Flags, pki: Pki, write: Write, tmp_path: Path) -> None:
    leaf, key = pki.leaf()
    run("import", write("mail.pem", leaf, pki.issuing.certificate, pki.root.certificate), write("k", key), *local)
    public = run("export", pki.root.certificate.fingerprint[:10].upper(), "--form", "der", *local[:2])
    assert public.out == pki.root.certificate.der, "the public part, as a group policy takes it"
    pem = run("export", "mail.example.com", *local[:2]).text
    assert pem == to_pem(leaf) + to_pem(pki.issuing.certificate), "as a server presents it, and no key"
    assert run("export", "mail.example.com", "--alone", *local[:2]).text == to_pem(leaf)
    assert run("export", "mail.example.com", "--with-root", *local[:2]).text.count("BEGIN") == 3
    assert "--with-key" in run("export", "mail.example.com", "--form", "key", *local).err
    assert "no private key" in run("export", "mail.example.com", "--form", "der", "--with-key", *local).err
    (tmp_path / "pw").write_text("geheim")
    made = run("export", "mail.example.com", "--form", "pfx", "--with-key", "--password-file", "pw", "-o", "m.pfx",
               *local)  # fmt: skip
    assert made.status == 0, made.err
    assert (tmp_path / "m.pfx").stat().st_mode & 0o777 == 0o600
    opened = subprocess.run(
        ["openssl", "pkcs12", "-in", "m.pfx", "-passin", "file:pw", "-nodes"], capture_output=True, check=True
    ).stdout
    assert read_container(opened, "opened").keys == (key,)
    assert "gave out a private key" in run("changes", *local[:2]).text
    kinds = [one["kind"] for one in json.loads(run("changes", *local[:2], "--format", "json").out)["changes"]]
    assert kinds.count("key-given-out") == 1
    assert "no private key for" in run("export", "Issuing", "--form", "key", "--with-key", *local).err


def test_what_ends_soon_and_for_whom(run: Run, local: Flags, pki: Pki, write: Write) -> None:
    soon, late = pki.leaf("a.example.com", days=20)[0], pki.leaf("*.example.com", days=80)[0]
    gone = pki.leaf("a.example.com", begins=-9, days=-2)[0]
    run("import", write("all.pem", soon, late, gone), *local)
    assert list(held(run, local)) == [gone.fingerprint, soon.fingerprint, late.fingerprint]
    assert list(held(run, local, "--expiring", "30d")) == [gone.fingerprint, soon.fingerprint]
    assert list(held(run, local, "--name", "b.example.com")) == [late.fingerprint]
    assert set(held(run, local, "--name", "a.example.com")) == {soon.fingerprint, late.fingerprint, gone.fingerprint}
    assert "expired on" in run("list", *local[:2]).text
    assert "Nothing that was asked for" in run("list", "--name", "example.org", *local[:2]).text
    shown = run("show", soon.fingerprint, *local[:2]).text
    assert soon.fingerprint in shown.replace("\n", "")
    assert "It has expired." in run("show", gone.fingerprint, *local[:2]).text
    windows = json.loads(run("show", soon.fingerprint, *local[:2], "--format", "json").out)["certificates"][0]["sha1"]
    spaced = " ".join(windows[at : at + 2] for at in range(0, 40, 2))
    assert soon.fingerprint in run("show", f"\u200e{spaced}", *local[:2], "--format", "json").text


def test_what_was_seen(run: Run, flags: Flags, pki: Pki, write: Write, caseworld: Any, tmp_path: Path) -> None:
    leaf, key = pki.leaf()
    case = caseworld.judge(caseworld.seen([leaf], 993), caseworld.seen(caseworld.failure(), 25)).case
    (tmp_path / "case.json").write_bytes(encode(case))
    done = run("import", write("mail.pem", leaf), write("k", key), "case.json", *flags)
    assert "observations kept: 2" in done.err
    assert held(run, flags)[leaf.fingerprint]["seen"][0]["endpoint"].startswith("imaps://mail.example.com:993@")
    assert "seen at imaps://" in run("show", leaf.fingerprint, *flags[:2]).text
    assert "observations kept" not in run("import", "case.json", *flags).err


@pytest.mark.parametrize("given", ["mail.example.com", "mail.example.com:telnet", "mail example:imap"])
def test_places_that_are_none(run: Run, local: Flags, pki: Pki, write: Write, given: str) -> None:
    run("import", write("mail.pem", pki.leaf()[0]), *local)
    done = run("assign", given, *local[:2])
    assert done.status == 2
    assert "Expected" in done.err or "expected" in done.err


def test_only_what_can_serve_is_assigned(run: Run, local: Flags, pki: Pki, write: Write) -> None:
    leaf = pki.leaf()[0]
    run("import", write("mail.pem", leaf), *local)
    assert "No certificate in the store can serve" in run("assign", "mail.example.com:imap", *local[:2]).err
    assert "not for example.org" in run("assign", "example.org:imap", leaf.fingerprint, *local[:2]).err
    assert "Nothing is assigned" in run("assign", "example.org:imap", "--nothing", *local[:2]).err
    assert "--nothing takes" in run("assign", "example.org:imap", "x", "--nothing", *local[:2]).err
    assert "--product" in run("assign", "mail.example.com:imap", "--product", "qmail", *local[:2]).err
