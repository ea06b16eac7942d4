"""The Group Policy: what is in it, in each of its forms; what was there before stays byte for byte."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from mailtrust.core.formats.certificate_blob import CERTIFICATE, FRIENDLY_NAME, SHA1_HASH, properties_in
from mailtrust.core.formats.gpo_backup import EXTENSIONS, MANIFEST, OPERATIONS
from mailtrust.core.formats.preg import Entry, PolicyFileProblem, dword, read_policy, string, write_policy
from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.rollout import Anchors, Kit, Wish
from mailtrust.core.rollout import gpo

STORES = r"Software\Policies\Microsoft\SystemCertificates"
OTHERS = (
    Entry(r"Software\Policies\Microsoft\SystemCertificates\Disallowed\Certificates", "", 0, b""),
    dword(r"SOFTWARE\Policies\Microsoft\Windows\System", "GroupPolicyRefreshTime", 60),
    string(r"Software\Policies\Example", "caf\u00e9 \ud83d", "x"),
)


def file_of(kit: Kit, ending: str) -> bytes:
    (found,) = (file for file in kit.files if file.path.endswith(ending) and not file.path.startswith("backup/"))
    return found.data


def policy_of(kit: Kit) -> dict[tuple[str, str], Entry]:
    return {(one.key, one.name): one for one in read_policy(file_of(kit, "registry.pol"))}


def test_each_certificate_stands_in_its_store(wish: Wish) -> None:
    policy = policy_of(gpo.install(wish))
    for store, one in (("Root", wish.anchors.roots[0]), ("CA", wish.anchors.intermediates[0])):
        sha1 = hashlib.sha1(one.der).digest()
        blob = policy[rf"{STORES}\{store}\Certificates\{sha1.hex().upper()}", "Blob"]
        assert blob.type == 3
        assert properties_in(blob.data) == {
            SHA1_HASH: sha1,
            FRIENDLY_NAME: "Example Mail\0".encode("utf-16-le"),
            CERTIFICATE: one.der,
        }
        # The certificate stands last, as in what Windows writes.
        assert blob.data.endswith(one.der)


def test_a_server_that_vouches_for_itself_is_trusted_as_itself(wish: Wish, server: Anchors) -> None:
    keys = {key for key, name in policy_of(gpo.install(replace(wish, anchors=server))) if name == "Blob"}
    (one,) = server.servers
    assert keys == {rf"{STORES}\Root\Certificates\{hashlib.sha1(one.der).hexdigest().upper()}"}


def test_the_settings_of_the_article_and_of_mozilla(wish: Wish) -> None:
    policy = policy_of(gpo.install(wish))
    enrolment = r"Software\Policies\Microsoft\Cryptography\AutoEnrollment"
    assert policy[enrolment, "AEPolicy"].data == b"\x07\0\0\0"
    assert policy[enrolment, "OfflineExpirationPercent"].data == b"\x0a\0\0\0"
    assert policy[enrolment, "OfflineExpirationStoreNames"].data == b"M\0Y\0\0\0"
    for program in ("Firefox", "Thunderbird"):
        place = rf"Software\Policies\Mozilla\{program}\Certificates", "ImportEnterpriseRoots"
        assert (policy[place].type, policy[place].data) == (4, b"\x01\0\0\0")
    only = policy_of(gpo.install(replace(wish, certificates_only=True)))
    assert {name for _, name in only} == {"Blob"}
    assert set(only) < set(policy)


def test_what_was_in_the_file_stays_as_it_was(wish: Wish) -> None:
    existing = write_policy(OTHERS)
    whole = file_of(gpo.install(replace(wish, existing={gpo.POLICY: existing})), "registry.pol")
    assert whole.startswith(existing)
    assert whole[8:] == existing[8:] + file_of(gpo.install(wish), "registry.pol")[8:]
    # Once more changes nothing; taken away, only the settings are left.
    again = gpo.install(replace(wish, existing={gpo.POLICY: whole}))
    assert file_of(again, "registry.pol") == whole
    only = replace(wish, certificates_only=True, existing={gpo.POLICY: existing})
    merged = file_of(gpo.install(only), "registry.pol")
    away = gpo.remove(replace(only, existing={gpo.POLICY: merged}))
    assert file_of(away, "registry.pol") == existing


def test_an_older_value_gives_way(wish: Wish) -> None:
    place = r"SOFTWARE\policies\Mozilla\firefox\certificates"
    existing = write_policy((dword(place, "importenterpriseroots", 0), *OTHERS))
    whole = read_policy(
        file_of(gpo.install(replace(wish, existing={gpo.POLICY: existing})), "registry.pol"),
    )
    meant = [one for one in whole if one.name.lower() == "importenterpriseroots" and "firefox" in one.key.lower()]
    assert [one.data for one in meant] == [b"\x01\0\0\0"]
    assert whole[: len(OTHERS)] == OTHERS


def test_a_damaged_file_is_refused(wish: Wish) -> None:
    for make in (gpo.install, gpo.remove):
        with pytest.raises(PolicyFileProblem):
            make(replace(wish, existing={gpo.POLICY: write_policy(OTHERS)[:-1]}))


def backup_of(wish: Wish) -> dict[str, bytes]:
    return {file.path: file.data for file in gpo.install(wish).files if file.path.startswith("backup/")}


@pytest.mark.parametrize("name", ["Example Mail", "O'Neil & <Söhne> ]]> \u90f5"])
def test_the_backup_is_consistent(wish: Wish, name: str) -> None:
    files = backup_of(replace(wish, name=name, domain="ad.example.com"))
    manifest = ElementTree.fromstring(files["backup/manifest.xml"])
    (instance,) = manifest
    told = {element.tag.removeprefix(f"{{{MANIFEST}}}"): element.text for element in instance}
    folder = f"backup/{told['ID']}"
    assert set(files) == {
        "backup/manifest.xml",
        f"{folder}/bkupInfo.xml",
        f"{folder}/Backup.xml",
        f"{folder}/gpreport.xml",
        f"{folder}/DomainSysvol/GPO/Machine/registry.pol",
    }
    assert {one.tag: one.text for one in ElementTree.fromstring(files[f"{folder}/bkupInfo.xml"])} == {
        one.tag: one.text for one in instance
    }
    scheme = ElementTree.fromstring(files[f"{folder}/Backup.xml"])
    space = {"o": OPERATIONS}
    core = scheme.find("o:GroupPolicyObject/o:GroupPolicyCoreSettings", space)
    assert core is not None
    assert core.findtext("o:DisplayName", None, space) == told["GPODisplayName"] == name
    assert core.findtext("o:ID", None, space) == told["GPOGuid"]
    assert core.findtext("o:Domain", None, space) == told["GPODomain"] == "ad.example.com"
    assert core.findtext("o:MachineExtensionGuids", None, space) == EXTENSIONS
    located = scheme.find("o:GroupPolicyObject/o:GroupPolicyExtension/o:FSObjectFile", space)
    assert located is not None
    path = located.attrib[f"{{{OPERATIONS}}}Location"].replace("\\", "/")
    assert files[f"{folder}/{path}"] == file_of(gpo.install(replace(wish, name=name)), "registry.pol")
    report = ElementTree.fromstring(files[f"{folder}/gpreport.xml"])
    assert name in "".join(report.itertext())


def test_extensions_stand_in_ascending_order() -> None:
    groups = [re.findall(r"\{[^}]+\}", group) for group in re.findall(r"\[([^\]]+)\]", EXTENSIONS)]
    assert groups == sorted(groups)
    assert all(tools == sorted(tools) for _, *tools in groups)


def test_each_wish_has_its_own_numbers(wish: Wish, server: Anchors) -> None:
    def numbers(asked: Wish) -> set[str]:
        return set(re.findall(r"\{[0-9A-F-]{36}\}", "\n".join(backup_of(asked))))

    assert numbers(wish) == numbers(wish)
    assert len(numbers(wish) | numbers(replace(wish, name="Other")) | numbers(replace(wish, anchors=server))) == 3


def test_lgpo_text_has_four_lines_a_value(wish: Wish) -> None:
    kit = gpo.install(wish)
    head, *values = file_of(kit, "lgpo.txt").decode("ascii").removesuffix("\r\n").split("\r\n\r\n")
    assert head.startswith(";")
    shown = [value.split("\r\n") for value in values]
    entries = read_policy(file_of(kit, "registry.pol"))
    assert [(line[1], line[2]) for line in shown] == [(one.key, one.name) for one in entries]
    assert {line[0] for line in shown} == {"Computer"}
    actions = {line[2]: line[3] for line in shown}
    assert actions["AEPolicy"] == "DWORD:7"
    assert actions["OfflineExpirationStoreNames"] == "SZ:MY"
    away = file_of(gpo.remove(wish), "lgpo-remove.txt").decode("ascii")
    assert away.count("DELETE") == away.count("Blob") == len(wish.anchors.certificates)


def test_the_script_sets_what_the_file_sets(wish: Wish) -> None:
    kit = gpo.install(wish)
    script = file_of(kit, "install.ps1").decode("utf-8-sig")
    for one in read_policy(file_of(kit, "registry.pol")):
        assert f"Key = 'HKLM\\{one.key}'; ValueName = '{one.name}'" in script
        if one.name == "Blob":
            assert base64.b64encode(one.data).decode() in script


def test_only_the_certificates_are_taken_out_of_somebody_elses_object(wish: Wish) -> None:
    script = file_of(gpo.remove(wish), "remove.ps1").decode("utf-8-sig")
    assert script.count("ValueName = 'Blob'") == len(wish.anchors.certificates)
    assert "FromBase64String" not in script
    assert "AEPolicy" not in script
    assert "ImportEnterpriseRoots" not in script


def test_a_certificate_too_large_for_a_policy_is_refused(wish: Wish) -> None:
    names = tuple(f"{number}.a-long-name-for-a-host.example.com" for number in range(2000))
    dates = {"not_before": wish.now, "not_after": wish.now + timedelta(days=9)}
    large = self_signed(server_recipe(*names), make_key("ec-p256"), serial=1, **dates)
    with pytest.raises(UserProblem, match="more than a policy can hold"):
        gpo.install(replace(wish, anchors=Anchors((), (), (large.certificate,))))
