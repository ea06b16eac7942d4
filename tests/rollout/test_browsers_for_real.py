"""Chromium, Firefox and Thunderbird themselves, their policies where they look, in a layer that is thrown away.

Each refuses before, accepts after, and refuses again when the kit for removal was used.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.programs.throwaway_root import ThrowawayRoot, throwaway_root
from tests.rollout.serving import Company, served, written

from mailtrust.core.model.rollout import Anchors
from mailtrust.core.rollout import chromium, firefox, linux, nss, thunderbird
from mailtrust.core.rollout.parts.way import Way
from mailtrust.lab.oracles.devtools import DevTools
from mailtrust.lab.oracles.mozilla import MozillaOracle
from mailtrust.lab.oracles.question import Question

pytestmark = [pytest.mark.real_server, pytest.mark.may_be_left_out]


def expect(*programs: str) -> None:
    if missing := [one for one in programs if shutil.which(one) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")


async def chromium_says(root: ThrowawayRoot, home: Path, question: Question) -> str:
    """The error that Chromium names; empty when it loads the page."""
    browser = DevTools()
    await browser.start(
        root.command(
            "chromium", "--headless", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={home / 'profile'}",
        ),
        {**os.environ, "HOME": str(home)},
    )  # fmt: skip
    try:
        target = (await browser.call("Target.createTarget", url="about:blank"))["targetId"]
        page = (await browser.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        loaded = await browser.call(
            "Network.loadNetworkResource", page, frameId=target, url=f"https://{question.authority}/",
            options={"disableCache": True, "includeCredentials": False},
        )  # fmt: skip
    finally:
        await browser.stop()
    return str(loaded["resource"].get("netErrorName", ""))


UNKNOWN = "net::ERR_CERT_AUTHORITY_INVALID"


@asynccontextmanager
async def company_at(tmp_path: Path) -> AsyncIterator[tuple[ThrowawayRoot, Company, Question]]:
    company = Company()
    with throwaway_root(tmp_path) as root:
        async with served(tmp_path / "server", company.chain, company.leaf.key) as question:
            yield root, company, question


async def test_chromium_by_policy(tmp_path: Path) -> None:
    expect("chromium")
    async with company_at(tmp_path) as (root, company, question):
        kit = written(tmp_path / "kit", chromium, company.wish())
        away = written(tmp_path / "away", chromium, company.wish(), remove=True)
        home = make(tmp_path / "home")
        assert await chromium_says(root, home, question) == UNKNOWN
        await asyncio.to_thread(root.run, "sh", kit / "install.sh")
        assert await chromium_says(root, home, question) == ""
        await asyncio.to_thread(root.run, "sh", away / "remove.sh")
        assert await chromium_says(root, home, question) == UNKNOWN


async def test_chromium_knows_intermediates_that_are_not_sent(tmp_path: Path) -> None:
    """And a policy that was there keeps what it says besides."""
    expect("chromium")
    company = Company()
    folder = "/etc/chromium/policies/managed"
    own = {"ShowHomeButton": True, "CACertificates": []}
    existing = json.dumps(own).encode()
    anchors = Anchors((company.root.certificate,), (company.issuing.certificate,))
    merged = replace(company.wish(), anchors=anchors, existing={chromium.POLICY: existing})
    with throwaway_root(tmp_path) as root:
        async with served(tmp_path / "server", company.chain[:1], company.leaf.key) as question:
            home = make(tmp_path / "home")
            before = written(tmp_path / "unmerged", chromium, replace(merged, existing={}))
            kit = written(tmp_path / "kit", chromium, merged)
            put(tmp_path / "site.json", existing)
            root.run("install", "-D", "-m", "644", tmp_path / "site.json", f"{folder}/site.json")
            refused = root.try_("sh", before / "install.sh")
            assert refused.returncode == 1
            assert "--merge" in refused.stderr
            root.run("sh", kit / "install.sh")
            assert await chromium_says(root, home, question) == ""
            installed = root.run("cat", f"{folder}/mailtrust-Example-Mail.json")
            assert json.loads(installed)["ShowHomeButton"] is True
            blind = written(tmp_path / "blind", chromium, replace(merged, existing={}), remove=True)
            assert root.try_("sh", blind / "remove.sh").returncode == 1
            left = replace(merged, existing={chromium.POLICY: installed.encode()})
            away = written(tmp_path / "away", chromium, left, remove=True)
            root.run("sh", away / "remove.sh")
            assert await chromium_says(root, home, question) == UNKNOWN
            assert json.loads(root.run("cat", f"{folder}/mailtrust-Example-Mail.json")) == {"ShowHomeButton": True}


@pytest.mark.long
async def test_chromium_by_its_database(tmp_path: Path) -> None:
    expect("chromium", "certutil")
    async with company_at(tmp_path) as (root, company, question):
        kit = written(tmp_path / "kit", nss, company.wish())
        away = written(tmp_path / "away", nss, company.wish(), remove=True)
        home = make(tmp_path / "home")
        assert await chromium_says(root, home, question) == UNKNOWN
        root.run("sh", kit / "install.sh", environment={"HOME": str(home)})
        assert await chromium_says(root, home, question) == ""
        root.run("sh", away / "remove.sh", environment={"HOME": str(home)})
        assert await chromium_says(root, home, question) == UNKNOWN


MOZILLA = [
    pytest.param(firefox, "firefox-esr", "Firefox", "/etc/firefox/policies/policies.json", id="firefox"),
    pytest.param(
        thunderbird, "thunderbird", "Thunderbird", "/etc/thunderbird/policies/policies.json", id="thunderbird"
    ),
]


async def accepts(program: MozillaOracle, *questions: Question) -> list[bool]:
    """What it says to each, freshly started, with the profile it had."""
    await program.open([])
    try:
        return [(await program.ask(question)).accepted for question in questions]
    finally:
        await program.stop()


@pytest.mark.long
@pytest.mark.parametrize(("way", "program", "title", "policy"), MOZILLA)
async def test_mozilla_by_policy(tmp_path: Path, way: Way, program: str, title: str, policy: str) -> None:
    expect(program, "certutil")
    company = Company()
    with throwaway_root(tmp_path) as root:
        browser = MozillaOracle(root.wrapper(program), title, make(tmp_path / "browser"))
        async with (
            served(tmp_path / "server-1", company.chain, company.leaf.key) as usual,
            served(tmp_path / "server-2", (*company.chain, company.root.certificate), company.leaf.key) as with_root,
        ):
            kit = written(tmp_path / "kit", way, company.wish()) / "linux"
            away = written(tmp_path / "away", way, company.wish(), remove=True) / "linux"
            assert await accepts(browser, usual, with_root) == [False, False]
            root.run("sh", kit / "install.sh")
            assert await accepts(browser, usual, with_root) == [True, True]
            root.run("sh", away / "remove.sh")
            assert root.try_("ls", policy).returncode != 0
            assert await accepts(browser, usual) == [True], "what a policy installed stays: the kit says so"
            said = root.run("sh", away / "profiles.sh", browser.profile)
            assert "is not there any more" in said
            # An older certutil would have left the trust behind, for servers that send their root.
            assert await accepts(browser, usual, with_root) == [False, False]


@pytest.mark.long
@pytest.mark.parametrize(("way", "program", "title", "policy"), MOZILLA)
async def test_mozilla_by_its_profile(tmp_path: Path, way: Way, program: str, title: str, policy: str) -> None:
    del policy
    expect(program, "certutil")
    company = Company()
    alone = Anchors((company.root.certificate,), (), (company.alone.certificate,))
    with throwaway_root(tmp_path) as root:
        browser = MozillaOracle(root.wrapper(program), title, make(tmp_path / "browser"))
        async with (
            served(tmp_path / "server-1", company.chain, company.leaf.key) as usual,
            served(tmp_path / "server-2", (company.alone.certificate,), company.alone.key) as own,
        ):
            kit = written(tmp_path / "kit", nss, replace(company.wish(), anchors=alone))
            away = written(tmp_path / "away", nss, replace(company.wish(), anchors=alone), remove=True)
            assert await accepts(browser, usual, own) == [False, False]
            root.run("sh", kit / "install.sh", browser.profile)
            assert await accepts(browser, usual, own) == [True, False], f"{way.ID} is told to take CAs alone"
            root.run("sh", away / "remove.sh", browser.profile)
            assert await accepts(browser, usual) == [False]


@pytest.mark.long
@pytest.mark.parametrize(("way", "program", "title", "policy"), MOZILLA)
async def test_mozilla_follows_the_systems_store(
    tmp_path: Path, way: Way, program: str, title: str, policy: str
) -> None:
    """What docs/trust.md says of SecurityDevices: with p11-kit's module there is nothing left behind in profiles."""
    module = p11_kits_module()
    expect(program)
    company = Company()
    put(
        tmp_path / "policies.json",
        json.dumps({"policies": {"SecurityDevices": {"Add": {"System trust": str(module)}}}}).encode(),
    )
    with throwaway_root(tmp_path) as root:
        browser = MozillaOracle(root.wrapper(program), title, make(tmp_path / "browser"))
        async with served(tmp_path / "server", (*company.chain, company.root.certificate), company.leaf.key) as usual:
            root.run("install", "-D", "-m", "644", tmp_path / "policies.json", policy)
            assert await accepts(browser, usual) == [False]
            root.run("sh", written(tmp_path / "kit", linux, company.wish()) / "install.sh")
            assert await accepts(browser, usual) == [True], f"{way.ID} reads what the system trusts"
            root.run("sh", written(tmp_path / "away", linux, company.wish(), remove=True) / "remove.sh")
            assert await accepts(browser, usual) == [False]


def p11_kits_module() -> Path:
    module = next(Path("/usr/lib").glob("*/pkcs11/p11-kit-trust.so"), None)
    if module is None:
        pytest.skip("not installed: p11-kit-modules")
    return module


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def put(file: Path, data: bytes) -> None:
    file.write_bytes(data)
