"""The scripts for Firefox' and Thunderbird's policies: what is in force is neither hidden nor lost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.programs.throwaway_root import ThrowawayRoot, throwaway_root
from tests.rollout.serving import Company, written

from mailtrust.core.formats.mozilla_policies import NAME
from mailtrust.core.rollout import firefox, thunderbird
from mailtrust.core.rollout.parts.way import Way

pytestmark = pytest.mark.may_be_left_out

OWN = {"policies": {"DisableTelemetry": True, "Certificates": {"Install": ["/etc/site.pem"]}}}

PROGRAMS = [
    pytest.param(firefox, "/etc/firefox/policies", "/usr/lib/firefox-esr", id="firefox"),
    pytest.param(thunderbird, "/etc/thunderbird/policies", "/usr/lib/thunderbird", id="thunderbird"),
]


def put(root: ThrowawayRoot, place: str, content: object) -> bytes:
    """A file inside."""
    data = (json.dumps(content) + "\n").encode()
    (root.here / "put").write_bytes(data)
    root.run("install", "-D", "-m", "644", root.here / "put", place)
    return data


def read(root: ThrowawayRoot, place: str) -> object:
    return json.loads(root.run("cat", place))


@pytest.mark.parametrize(("way", "folder", "home"), PROGRAMS)
def test_a_policy_that_is_there_is_merged_and_given_back(tmp_path: Path, way: Way, folder: str, home: str) -> None:
    wish = Company().wish()
    policy = f"{folder}/{NAME}"
    with throwaway_root(tmp_path) as root:
        # In the program's own folder, which the new one would hide.
        own = put(root, f"{home}/distribution/{NAME}", OWN)
        refused = root.try_("sh", written(tmp_path / "blind", way, wish) / "linux/install.sh")
        assert refused.returncode == 1
        assert f"--merge {home}/distribution/{NAME}" in refused.stderr
        assert root.try_("ls", policy).returncode != 0
        kit = written(tmp_path / "kit", way, replace(wish, existing={NAME: own}))
        root.run("sh", kit / "linux/install.sh")
        root.run("sh", kit / "linux/install.sh")
        there = read(root, policy)
        assert isinstance(there, dict)
        assert there["policies"]["DisableTelemetry"] is True
        site, ours = there["policies"]["Certificates"]["Install"]
        assert site == "/etc/site.pem"
        assert "BEGIN CERTIFICATE" in root.run("cat", ours)
        # A removal that does not know what was merged would take all of it away.
        blind = root.try_("sh", written(tmp_path / "away-blind", way, wish, remove=True) / "linux/remove.sh")
        assert blind.returncode == 1
        assert "--merge" in blind.stderr
        now = replace(wish, existing={NAME: root.run("cat", policy).encode()})
        root.run("sh", written(tmp_path / "away", way, now, remove=True) / "linux/remove.sh")
        assert read(root, policy) == OWN
        assert root.try_("ls", ours).returncode != 0


def test_what_an_administrator_had_changed_is_kept_beside(tmp_path: Path) -> None:
    wish = Company().wish()
    policy = f"/etc/firefox/policies/{NAME}"
    with throwaway_root(tmp_path) as root:
        own = put(root, policy, OWN)
        root.run("sh", written(tmp_path / "kit", firefox, replace(wish, existing={NAME: own})) / "linux/install.sh")
        assert read(root, f"{policy}.before") == OWN
        put(root, policy, {"policies": {"Proxy": {"Mode": "none"}}})
        late = root.try_("sh", tmp_path / "kit/linux/install.sh")
        assert late.returncode == 1, "it has changed since the kit was made"
        assert read(root, policy) == {"policies": {"Proxy": {"Mode": "none"}}}


def test_away_again_without_a_trace(tmp_path: Path) -> None:
    wish = Company().wish()
    with throwaway_root(tmp_path) as root:
        root.run("sh", written(tmp_path / "kit", firefox, wish) / "linux/install.sh")
        assert len(root.run("ls", "/etc/firefox/policies").split()) == 2
        away = written(tmp_path / "away", firefox, wish, remove=True) / "linux/remove.sh"
        root.run("sh", away)
        assert root.run("ls", "/etc/firefox/policies") == ""
        assert "is not there" in root.run("sh", away)
