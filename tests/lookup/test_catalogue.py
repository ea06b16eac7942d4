"""Certificates seen before: kept, found by subject, bounded, and never trusted to be what their file says."""

import csv
import io
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mailtrust.core.formats.ccadb_csv import CcadbProblem, read_ccadb
from mailtrust.core.model.pool import Source
from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.lookup import catalogue as catalogue_module
from mailtrust.edge.lookup.catalogue import Catalogue, cache_folder


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path / "cache" / "certificates")


@pytest.fixture
def chain(party):
    root = party("Root")
    intermediate = party("Intermediate", root)
    issuing = party("Issuing", intermediate)
    return root, intermediate, issuing, party("leaf", issuing, ca=False)


def files(catalogue):
    return sorted(catalogue._folder.rglob("*.der"))


def test_what_was_remembered_is_found_by_its_name(catalogue, chain):
    root, intermediate, _issuing, leaf = chain
    assert catalogue.remember(party.certificate for party in chain) == 3
    (entry,) = catalogue.named(intermediate.certificate.subject)
    assert entry.certificate == intermediate.certificate
    assert entry.sources == {Source.CATALOGUE}
    assert catalogue.named(leaf.certificate.subject) == ()
    again = Catalogue(catalogue._folder)
    assert again.named(root.certificate.subject)[0].certificate == root.certificate
    assert len(files(catalogue)) == 3


def test_issuers_of_issuers_are_found_and_what_is_known_is_left_out(catalogue, chain):
    root, intermediate, issuing, leaf = chain
    catalogue.remember([root.certificate, intermediate.certificate, issuing.certificate])
    found = catalogue.issuers_of([leaf.certificate])
    assert [entry.certificate for entry in found] == [issuing.certificate, intermediate.certificate, root.certificate]
    found = catalogue.issuers_of([leaf.certificate, issuing.certificate])
    assert [entry.certificate for entry in found] == [intermediate.certificate, root.certificate]


def test_issuers_in_a_circle_end(catalogue, party):
    a_key, b_key = party("A"), party("B")
    a, b = party("A", b_key, key=a_key.key), party("B", a_key, key=b_key.key)
    catalogue.remember([a.certificate, b.certificate])
    assert len(catalogue.issuers_of([party("leaf", a, ca=False).certificate])) == 2


def test_the_same_certificate_is_kept_once(catalogue, chain):
    certificates = [party.certificate for party in chain]
    assert catalogue.remember(certificates) == 3
    assert catalogue.remember(certificates) == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
        lambda path: path.write_bytes(b"\0" * 10_000_000),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: path.unlink(),
    ],
    ids=["emptied", "cut", "changed", "swollen", "a folder", "gone"],
)
def test_a_damaged_file_is_passed_over(catalogue, chain, damage):
    root, intermediate, *_ = chain
    catalogue.remember([root.certificate, intermediate.certificate])
    for path in files(catalogue):
        damage(path)
    assert catalogue.named(root.certificate.subject) == ()
    assert catalogue.issuers_of([intermediate.certificate]) == ()


def test_a_file_under_another_subjects_name_is_passed_over(catalogue, chain):
    root, intermediate, *_ = chain
    catalogue.remember([root.certificate, intermediate.certificate])
    root_file = next(path for path in files(catalogue) if path.name.endswith(f"-{root.certificate.fingerprint}.der"))
    other = next(path for path in files(catalogue) if path != root_file)
    prefix = root_file.name.partition("-")[0]
    (root_file.parent / f"{prefix}-{intermediate.certificate.fingerprint}.der").write_bytes(other.read_bytes())
    assert [entry.certificate for entry in catalogue.named(root.certificate.subject)] == [root.certificate]


def test_strange_files_do_not_hurt(catalogue, chain):
    root = chain[0]
    catalogue.remember([root.certificate])
    folder = files(catalogue)[0].parent
    prefix = files(catalogue)[0].name.partition("-")[0]
    for name in (f"{prefix}-", f"{prefix}-.der", f"{prefix}-zz.der", ".new-abc", "README"):
        (folder / name).write_bytes(b"x")
    assert len(catalogue.named(root.certificate.subject)) == 1


def test_a_full_folder_loses_its_oldest(catalogue, party, monkeypatch):
    monkeypatch.setattr(catalogue_module, "MOST_IN_A_FOLDER", 3)
    made = [party("Same Name") for _ in range(6)]
    for age, one in enumerate(made):
        catalogue.remember([one.certificate])
        for path in files(catalogue):
            if path.name.endswith(f"-{one.certificate.fingerprint}.der"):
                os.utime(path, (1000 + age, 1000 + age))
    kept = {entry.certificate.fingerprint for entry in catalogue.named(made[0].certificate.subject)}
    assert kept == {one.certificate.fingerprint for one in made[3:]}


def test_a_folder_that_is_not_full_loses_nothing(catalogue, party, monkeypatch):
    made = [party("Same Name") for _ in range(5)]
    assert catalogue.remember([one.certificate for one in made]) == 5
    assert len(files(catalogue)) == 5


def test_a_place_that_cannot_be_written_is_no_failure(tmp_path, chain):
    (tmp_path / "file").write_text("in the way")
    catalogue = Catalogue(tmp_path / "file" / "certificates")
    assert catalogue.remember([chain[0].certificate]) == 0
    assert catalogue.named(chain[0].certificate.subject) == ()
    nothing = Catalogue(None)
    assert nothing.remember([chain[0].certificate]) == 0
    assert nothing.issuers_of([chain[1].certificate]) == ()


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, "/home/ann/.cache/mailtrust"),
        ("linux", {"XDG_CACHE_HOME": "/var/cache/ann"}, "/var/cache/ann/mailtrust"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ann/.cache/mailtrust"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/home/ann/Library/Caches/mailtrust"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/mailtrust/Cache"),
        ("win32", {}, "/home/ann/AppData/Local/mailtrust/Cache"),
    ],
)
def test_the_users_cache_folder(platform, environment, expected):
    assert cache_folder(platform, environment, Path("/home/ann")) == Path(expected)


def test_this_users_catalogue(monkeypatch, tmp_path, chain):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(catalogue_module.sys, "platform", "linux")
    Catalogue.of_this_user().remember([chain[0].certificate])
    assert len(list((tmp_path / "mailtrust" / "certificates").rglob("*.der"))) == 1

    def homeless():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert Catalogue.of_this_user().named(chain[0].certificate.subject) == ()


def report(titles, *rows, newline="\r\n"):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=newline).writerows([titles, *rows])
    return out.getvalue()


def pem(party):
    return x509.load_der_x509_certificate(party.der).public_bytes(Encoding.PEM).decode()


MOZILLA = ["CA Owner", "Certificate Issuer Common Name", "SHA-256 Fingerprint", "Revocation Status", "PEM Info"]


@pytest.fixture
def mozillas(chain, party):
    root, intermediate, issuing, leaf = chain
    upper = intermediate.certificate.fingerprint.upper()
    return report(
        MOZILLA,
        ["Ann's CA", "Root", upper, "Not Revoked", f"'{pem(intermediate)}'"],
        ["Ann's CA", "Intermediate", "", "", f"'{pem(issuing)}'"],
        ["Ann's CA", "Root", "", "Parent Cert Revoked", f"'{pem(party('Revoked'))}'"],
        ["Ann's CA", "Root", "00" * 32, "", f"'{pem(root)}'"],
        ["Ann's CA", "Root", "", "", "'no certificate'"],
        ["Ann's CA", "Issuing", "", "", f"'{pem(leaf)}'"],
        ["short row"],
    )


def test_ccadbs_report_is_loaded_into_the_catalogue(catalogue, chain, mozillas, tmp_path):
    file = tmp_path / "PublicAllIntermediateCertsWithPEM.csv"
    file.write_bytes(b"\xef\xbb\xbf" + mozillas.encode())
    loaded = catalogue.load_ccadb(file)
    assert (loaded.kept, loaded.skipped) == (2, 5)
    found = catalogue.issuers_of([chain[3].certificate])
    assert [entry.certificate for entry in found] == [chain[2].certificate, chain[1].certificate]


def test_ccadbs_other_report_has_other_titles(chain):
    lines = report(["SHA-256 Fingerprint", "X.509 Certificate (PEM)"], ["", pem(chain[1])], newline="\n")
    (certificate,) = read_ccadb(io.StringIO(lines)).certificates
    assert certificate.der == chain[1].der
    assert not certificate.revoked


def test_rows_say_owner_and_revocation(mozillas):
    certificates = read_ccadb(io.StringIO(mozillas)).certificates
    assert [certificate.revoked for certificate in certificates] == [False, False, True, False]
    assert {certificate.owner for certificate in certificates} == {"Ann's CA"}


@pytest.mark.parametrize("text", ["", "\n", "CA Owner,Certificate Name\nAnn,Root\n", "<html>", "\0\0\0"])
def test_a_file_that_is_no_report_with_pem(text, catalogue, tmp_path):
    with pytest.raises(CcadbProblem) as caught:
        read_ccadb(io.StringIO(text))
    assert "PEM" in str(caught.value) or "CSV" in str(caught.value)
    file = tmp_path / "report.csv"
    file.write_text(text)
    with pytest.raises(UserProblem):
        catalogue.load_ccadb(file)


def test_titles_of_a_strange_table_are_shown_clean():
    with pytest.raises(CcadbProblem) as caught:
        read_ccadb(["\x1b[2J\x9b1m\u202eowner,x\n"])
    assert r"\x1b[2j\x9b1m\u202eowner" in str(caught.value)


def test_a_report_that_cannot_be_read(catalogue, tmp_path):
    with pytest.raises(UserProblem) as caught:
        catalogue.load_ccadb(tmp_path / "missing.csv")
    assert "missing.csv" in str(caught.value)
