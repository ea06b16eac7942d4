"""What Apple's devices are handed: the profile as a plist, stable, and signed as OpenSSL verifies it."""

import plistlib
import shutil
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.rollout.serving import Company

from mailtrust.core.formats.apple_profile import PLAIN, ROOT
from mailtrust.core.issuance.authority import issue
from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.issuance.signed_message import sign_message
from mailtrust.core.model.rollout import Anchors, Wish
from mailtrust.core.rollout import apple
from mailtrust.core.x509.pem import to_pem


def profile_of(wish: Wish) -> Any:
    return plistlib.loads(next(one.data for one in apple.install(wish).files if one.path.endswith(".mobileconfig")))


def test_roots_are_trusted_and_intermediates_known(wish: Wish) -> None:
    profile = profile_of(wish)
    assert profile["PayloadType"] == "Configuration"
    assert profile["PayloadIdentifier"] == "mailtrust.trust.example-mail"
    kinds = [(part["PayloadType"], part["PayloadContent"]) for part in profile["PayloadContent"]]
    assert kinds == [(ROOT, wish.anchors.roots[0].der), (PLAIN, wish.anchors.intermediates[0].der)]


def test_uuids_follow_from_what_they_name(wish: Wish) -> None:
    """So a later profile replaces this one, and nothing in it is there twice."""
    one, later = profile_of(wish), profile_of(replace(wish, anchors=Anchors(wish.anchors.roots)))
    assert one == profile_of(wish)
    assert one["PayloadIdentifier"] == later["PayloadIdentifier"]
    assert one["PayloadUUID"] != later["PayloadUUID"]
    assert one["PayloadContent"][0] == later["PayloadContent"][0]
    uuids = [one["PayloadUUID"], *(part["PayloadUUID"] for part in one["PayloadContent"])]
    assert len(set(uuids)) == len(uuids)


def test_any_name_is_shown_as_it_is(wish: Wish) -> None:
    name = "</string><key>PayloadType</key> & O'Neil “Post”"
    assert profile_of(replace(wish, name=name))["PayloadDisplayName"] == name


def test_the_second_switch_is_told(wish: Wish) -> None:
    kit = apple.install(wish)
    clicks = [str(click) for step in kit.steps for click in getattr(step.do, "path", ())]
    assert any("Certificate Trust Settings" in click for click in clicks)


@pytest.mark.real_server
@pytest.mark.parametrize("kind", ["rsa-2048", "ec-p256", "ec-p384"])
def test_a_signed_profile_is_verified_by_openssl(tmp_path: Path, kind: KeyKind) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("not installed: openssl")
    company = Company()
    signer = issue(
        company.issuing, server_recipe("mdm.example.com"), make_key(kind), serial=2**100 + 1,
        not_before=company.now, not_after=company.issuing.certificate.not_after,
    )  # fmt: skip
    chain = (signer.certificate, company.issuing.certificate)
    wish = company.wish(sign=partial(sign_message, chain=chain, key=signer.key, now=company.now))
    signed = next(one.data for one in apple.install(wish).files if one.path.endswith(".mobileconfig"))
    (tmp_path / "signed").write_bytes(signed)
    (tmp_path / "root.pem").write_text(to_pem(company.root.certificate), "ascii")
    verify = ["openssl", "cms", "-verify", "-inform", "der", "-purpose", "any", "-CAfile", str(tmp_path / "root.pem")]
    done = subprocess.run([*verify, "-in", str(tmp_path / "signed")], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert plistlib.loads(done.stdout)["PayloadDisplayName"] == "Example Mail"
    (tmp_path / "signed").write_bytes(signed.replace(b"Example Mail", b"Exemple Mail"))
    done = subprocess.run([*verify, "-in", str(tmp_path / "signed")], check=False, capture_output=True, timeout=60)
    assert done.returncode != 0
