"""The demonstration under other names, another CA and other ports: the same verdicts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PORT = 8443


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailtrust.lab.demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def reports() -> dict[str, Any]:
    done = demo(
        "--format", "json", "--domain", "post.example", "--ca-name", "Sample Authority", "--port", f"https={PORT}"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {verdict["client"]: verdict["outcome"] for verdict in report["verdicts"]}


def test_before_outlook_accepts_and_gmail_refuses(reports: dict[str, Any]) -> None:
    before = reports["before"]
    assert verdicts(before) == {
        "outlook-windows": "accepted",
        "gmail-android": "refused",
        "apple-mail-ios": "accepted",
        "chrome": "accepted",
        "java-mail": "refused",
    }
    assert "chain-incomplete" in {finding["rule"] for finding in before["findings"]}
    (gmail,) = (verdict for verdict in before["verdicts"] if verdict["client"] == "gmail-android")
    assert "Certificate not trusted" in gmail["message"]["text"]


def test_the_missing_intermediate_was_downloaded(reports: dict[str, Any]) -> None:
    found = [one for one in reports["before"]["certificates"].values() if "aia" in one["sources"]]
    assert any("Sample Authority" in one["subject"] for one in found)


@pytest.mark.parametrize("name", ["supposed", "after"])
def test_with_the_bundle_everybody_accepts(reports: dict[str, Any], name: str) -> None:
    assert set(verdicts(reports[name]).values()) == {"accepted"}
    assert "chain-incomplete" not in {finding["rule"] for finding in reports[name]["findings"]}
    assert set(verdicts(reports[name])) == set(verdicts(reports["before"]))


def test_the_cure_is_seen_on_the_wire(reports: dict[str, Any]) -> None:
    def presented(name: str) -> set[tuple[str, ...]]:
        return {tuple(one["presented_chain"]) for one in reports[name]["endpoints"] if one["presented_chain"]}

    (before,), (after,) = presented("before"), presented("after")
    assert len(before) == 1
    assert after[0] == before[0]
    assert len(after) == 2
    assert reports["after"]["endpoints"][0]["host"] == "mail.post.example"
    assert {one["port"] for one in reports["after"]["endpoints"]} == {PORT}


def test_the_story_is_told(tmp_path: Path) -> None:
    done = demo()
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("mailtrust check", "mailtrust bundle", "--with", "Certificate not trusted"):
        assert word in done.stdout
    assert "Traceback" not in done.stderr


def test_a_wrong_port_is_explained() -> None:
    done = demo("--port", "https")
    assert done.returncode == 2
    assert "https=8443" in done.stderr
