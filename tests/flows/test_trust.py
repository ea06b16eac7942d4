"""What `trust` takes and refuses: roots, leaves, keys, dates; and folders that are written whole or not at all."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtrust.core.issuance.authority import Authority, Issued, issue, make_intermediate, make_root, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate, IdentifierType, NameConstraints, PresentedIdentifier
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.rollout import Kit, KitFile, Wish
from mailtrust.core.model.text import text
from mailtrust.core.rollout import BY_ID
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.java_keystore import write_java_keystore
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7
from mailtrust.core.x509.pkcs12 import write_pkcs12
from mailtrust.flows.trust import Found, GivenFile, anchors_of, make_kit, write_kit

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DATES = {"not_before": NOW - DAY, "not_after": NOW + 3650 * DAY}


def given(*data: bytes | str, password: bytes | None = None) -> list[GivenFile]:
    return [
        GivenFile(f"file{number}", read_container(one.encode() if isinstance(one, str) else one, "file", password))
        for number, one in enumerate(data)
    ]


def found(*roots: bytes | str, intermediates: tuple[str, ...] = (), **more: bool) -> Found:
    return anchors_of(given(*roots), given(*intermediates), now=NOW, **more)


def pem(*certificates: Certificate) -> str:
    return "".join(map(to_pem, certificates))


@pytest.fixture(scope="module")
def root() -> Authority:
    return make_root(root_recipe("Example Root"), make_key("ec-p256"), serial=1, **DATES)


@pytest.fixture(scope="module")
def issuing(root: Authority) -> Authority:
    return make_intermediate(root, intermediate_recipe("Example Issuing"), make_key("ec-p256"), serial=2, **DATES)


@pytest.fixture(scope="module")
def leaf(issuing: Authority) -> Issued:
    return issue(issuing, server_recipe("mail.example.com"), make_key("ec-p256"), serial=3, **DATES)


@pytest.fixture(scope="module")
def own() -> Issued:
    return self_signed(server_recipe("mailstore.example.com"), make_key("ec-p256"), serial=4, **DATES)


def test_every_form_of_file_gives_the_same_root(root: Authority) -> None:
    one = root.certificate
    jks = write_java_keystore((one,), None, alias="root", password=b"changeit", salt=bytes(20), created=NOW)
    for form in (pem(one), one.der, write_pkcs7((one,)), jks):
        assert found(form).anchors.roots == (one,)


def test_a_chain_is_sorted(root: Authority, issuing: Authority, leaf: Issued) -> None:
    chain = (leaf.certificate, issuing.certificate, root.certificate)
    result = found(pem(*chain))
    assert result.anchors.roots == (root.certificate,)
    assert result.anchors.intermediates == (issuing.certificate,)
    assert result.anchors.servers == ()
    assert any("mail.example.com is left out" in str(remark) for remark in result.remarks)
    apart = found(pem(root.certificate), intermediates=(pem(issuing.certificate),))
    assert apart.anchors == result.anchors
    twice = found(pem(root.certificate), pem(*chain))
    assert twice.anchors == result.anchors


def test_a_leaf_where_a_root_is_needed(leaf: Issued) -> None:
    with pytest.raises(UserProblem, match=r"certificate of the server mail\.example\.com.*issuer is Example Issuing"):
        found(pem(leaf.certificate))


def test_an_intermediate_where_a_root_is_needed(issuing: Authority) -> None:
    with pytest.raises(UserProblem, match="found the intermediate Example Issuing, issued by Example Root"):
        found(pem(issuing.certificate))


def test_a_root_where_an_intermediate_is_needed(root: Authority) -> None:
    with pytest.raises(UserProblem, match="Expected an intermediate in file0"):
        found(pem(root.certificate), intermediates=(pem(root.certificate),))


def test_nothing_where_a_root_is_needed() -> None:
    with pytest.raises(UserProblem, match="found no certificate"):
        found("hello")


def test_what_only_says_that_it_issued_itself_is_no_root(root: Authority) -> None:
    # Issuer and subject are alike, the signature is another key's: a CA that has changed its key.
    other = issue(root, root_recipe("Example Root"), make_key("ec-p256"), serial=9, **DATES)
    with pytest.raises(UserProblem, match="found the intermediate Example Root"):
        found(pem(other.certificate))


@pytest.mark.parametrize("closed", [False, True])
def test_a_private_key_is_refused(root: Authority, leaf: Issued, closed: bool) -> None:
    password = b"secret" if closed else None
    in_pem = pem(root.certificate) + root.key.to_pem(password)
    pfx = write_pkcs12(root.certificate, (), root.key, friendly_name="x", password=password)
    for data, known in ((in_pem, None), (pfx, password)):
        with pytest.raises(UserProblem, match=r"holds a private key.*cert convert"):
            anchors_of(given(data, password=known), [], now=NOW)
    with pytest.raises(UserProblem, match="holds a private key"):
        anchors_of(given(pem(root.certificate)), given(pem(leaf.certificate) + leaf.key.to_pem(None)), now=NOW)


def test_a_closed_file_is_not_guessed_at(root: Authority) -> None:
    closed = write_pkcs12(root.certificate, (), root.key, friendly_name="x", password=b"secret")
    with pytest.raises(UserProblem, match="password"):
        anchors_of(given(closed), [], now=NOW)


def test_a_self_signed_servers_certificate_only_on_demand(own: Issued) -> None:
    with pytest.raises(UserProblem, match="--self-signed"):
        found(pem(own.certificate))
    result = found(pem(own.certificate), self_signed_too=True)
    assert result.anchors.servers == (own.certificate,)
    assert result.anchors.roots == ()
    assert any("trusted as this one certificate" in str(remark) for remark in result.remarks)


def test_a_server_that_says_it_is_a_ca_is_warned_of() -> None:
    recipe = replace(root_recipe("mail.example.com"), dns_names=("mail.example.com",))
    made = self_signed(recipe, make_key("ec-p256"), serial=5, **DATES)
    result = found(pem(made.certificate))
    assert result.anchors.roots == (made.certificate,)
    assert any("says of itself that it is a CA" in str(remark) for remark in result.remarks)


def test_constraints_are_offered_to_a_root_without(root: Authority) -> None:
    assert any("mailtrust ca init" in str(remark) for remark in found(pem(root.certificate)).remarks)
    domain = PresentedIdentifier(IdentifierType.DNS, "example.com", b"example.com")
    recipe = replace(root_recipe("Narrow"), name_constraints=NameConstraints((domain,), ()))
    narrow = make_root(recipe, make_key("ec-p256"), serial=6, **DATES)
    assert found(pem(narrow.certificate)).remarks == ()


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        (-100, -1, "ended on"),
        (-100, 100, "bring its successor out before"),
        (10, 3650, "counts from"),
        (10, 5, "which is never"),
    ],
)
def test_dates(begins: int, ends: int, said: str) -> None:
    dates = {"not_before": NOW + begins * DAY, "not_after": NOW + ends * DAY}
    old = make_root(root_recipe("Dated"), make_key("ec-p256"), serial=7, **dates)
    if said in ("ended on", "which is never"):
        with pytest.raises(UserProblem, match=said):
            found(pem(old.certificate))
    else:
        assert any(said in str(remark) for remark in found(pem(old.certificate)).remarks)
    # What is taken away may be of any age.
    assert found(pem(old.certificate), removing=True).anchors.roots == (old.certificate,)


def test_what_is_taken_away_may_be_a_servers(own: Issued) -> None:
    result = found(pem(own.certificate), removing=True)
    assert result.anchors.servers == (own.certificate,)
    assert result.remarks == ()


def kit_of(*names: str) -> Kit:
    return Kit(tuple(KitFile(name, name.encode(), text("x"), name.endswith(".sh")) for name in names), ())


def test_a_kit_is_written_whole(tmp_path: Path, root: Authority) -> None:
    found_ = found(pem(root.certificate))
    kit = make_kit(BY_ID["gpo"], Wish(found_.anchors, "Example", NOW), remove=False, remarks=found_.remarks)
    write_kit(tmp_path / "kit", kit)
    there = {path.relative_to(tmp_path / "kit").as_posix() for path in (tmp_path / "kit").rglob("*") if path.is_file()}
    assert there == {file.path for file in kit.files}
    for file in kit.files:
        assert (tmp_path / "kit" / file.path).read_bytes() == file.data
    assert "mailtrust ca init" in (tmp_path / "kit" / "README.txt").read_text(encoding="utf-8").replace("\n  ", " ")
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]


def test_a_folder_that_is_empty_is_taken_and_stays_as_open_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "kit"
    folder.mkdir(mode=0o750)
    write_kit(folder, kit_of("a", "b/c", "run.sh"))
    assert {path.name for path in folder.rglob("*")} == {"a", "b", "c", "run.sh"}
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o750
        assert (folder / "run.sh").stat().st_mode & 0o777 == 0o755
        assert (folder / "a").stat().st_mode & 0o777 == 0o644


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "mine").write_text("x")
    with pytest.raises(UserProblem, match="not empty; nothing was written"):
        write_kit(tmp_path / "kit", kit_of("a"))
    assert [path.name for path in (tmp_path / "kit").iterdir()] == ["mine"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserProblem, match="not empty"):
        write_kit(tmp_path / "file", kit_of("a"))


def test_the_folder_that_one_stands_in_is_not_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in (".", "../here"):
        with pytest.raises(UserProblem, match="Nothing was written"):
            write_kit(Path(name), kit_of("a"))
    assert list(tmp_path.rglob("*")) == [tmp_path / "here"]


def test_a_link_leads_to_the_folder_that_is_filled(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_kit(tmp_path / "link", kit_of("a"))
    assert (tmp_path / "real" / "a").is_file()
    assert (tmp_path / "link").is_symlink()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"Could not write .*Nothing was written"):
        write_kit(tmp_path / "nowhere" / "kit", kit_of("a"))


def test_what_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[int], None] = os.fsync
    calls: list[int] = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserProblem, match="No space left on device"):
        write_kit(tmp_path / "kit", kit_of("a", "b", "c"))
    assert list(tmp_path.iterdir()) == []
