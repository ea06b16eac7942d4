"""Policy files of browsers: what is in them stays, ours comes and goes, and nonsense is told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rollout.serving import Company

from mailtrust.core.formats import chrome_policies, mozilla_policies
from mailtrust.core.model.problem import UserProblem

KEYS = st.sampled_from(["Certificates", "DisableTelemetry", "Proxy", "é", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PATHS = st.lists(st.sampled_from(["/etc/a.pem", "b.crt", r"\\server\c.cer"]), unique=True)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(st.text(max_size=5), VALUES, max_size=3))
def test_mozilla_keeps_whatever_else_is_there(policies: dict[str, Any], beside: dict[str, Any]) -> None:
    whole = {**beside, "policies": policies}
    data = json.dumps(whole).encode()
    try:
        read = mozilla_policies.read_policies(data)
    except UserProblem:
        certificates = policies["Certificates"]
        assert not isinstance(certificates, dict) or not isinstance(certificates.get("Install", []), list)
        return
    installed = mozilla_policies.with_installed(read, ["/ours.pem"])
    assert mozilla_policies.with_installed(installed, ["/ours.pem"]) == installed
    left = mozilla_policies.without_installed(installed, ["/ours.pem"])
    assert "/ours.pem" not in left["policies"].get("Certificates", {}).get("Install", [])
    written = mozilla_policies.read_policies(mozilla_policies.write_policies(installed))
    assert written == installed
    assert written["policies"]["Certificates"]["Install"][-1] == "/ours.pem"
    before, after = (dict(one["policies"]) for one in (whole, written))
    mine, theirs = dict(after.pop("Certificates")), dict(before.pop("Certificates", {}) or {})
    assert after == before
    assert mine.pop("Install")[:-1] == theirs.pop("Install", [])
    assert mine == {key: value for key, value in theirs.items() if value != []}
    assert {key: value for key, value in written.items() if key != "policies"} == {
        key: value for key, value in beside.items() if key != "policies"
    }


@given(PATHS, PATHS)
def test_mozilla_takes_away_what_is_named(there: list[str], away: list[str]) -> None:
    policies = mozilla_policies.with_installed({"policies": {"Proxy": 1}}, there)
    left = mozilla_policies.without_installed(policies, away)
    kept = [one for one in there if one not in away]
    assert left == {"policies": {"Proxy": 1, **({"Certificates": {"Install": kept}} if kept else {})}}


@given(
    st.dictionaries(st.sampled_from(["CACertificates", "CAHintCertificates", "HomepageLocation"]), VALUES, max_size=3)
)
def test_chrome_keeps_whatever_else_is_there(policies: dict[str, Any]) -> None:
    try:
        read = chrome_policies.read_policies(json.dumps(policies).encode(), "policy.json")
    except UserProblem:
        lists = [policies.get(key, []) for key in (chrome_policies.TRUSTED, chrome_policies.HINTS)]
        assert not all(isinstance(one, list) for one in lists)
        return
    root, issuing = COMPANY.root.certificate, COMPANY.issuing.certificate
    made = chrome_policies.with_certificates(read, [root], [issuing])
    assert chrome_policies.with_certificates(made, [root], [issuing]) == made
    assert json.loads(chrome_policies.write_policies(made)) == made
    assert len(made[chrome_policies.TRUSTED]) == len(policies.get(chrome_policies.TRUSTED, [])) + 1
    left = chrome_policies.without_certificates(made, [root, issuing])
    assert left == {key: value for key, value in policies.items() if value != [] or key == "HomepageLocation"}


COMPANY = Company()

NONSENSE = [b"", b"{", b"[]", b"null", b'"policies"', b"\xff\xfe", b"[" * 100_000, b'{"policies": []}']


@pytest.mark.parametrize("data", NONSENSE, ids=lambda data: repr(data[:20]))
def test_nonsense_is_told(data: bytes) -> None:
    with pytest.raises(UserProblem, match=r"policies\.json"):
        mozilla_policies.read_policies(data)


@pytest.mark.parametrize("data", NONSENSE[:-1], ids=lambda data: repr(data[:20]))
def test_nonsense_for_chrome_is_told(data: bytes) -> None:
    with pytest.raises(UserProblem, match=r"site\.json"):
        chrome_policies.read_policies(data, "site.json")
