"""A real Active Directory (Samba) with Exchange's service connection point: walked, set right, and walked clean."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_discover_inside import Company
from tests.programs.samba import (
    ADMINISTRATOR,
    PASSWORD,
    DomainController,
    connection_point,
    domain_controller,
    internal_uri,
)

from mailtrust.core.issuance.authority import issue
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.x509.pem import to_pem

pytestmark = [pytest.mark.real_server, pytest.mark.long]


@pytest.fixture
def company(as_root: None, installed: Callable[[str, str], str]) -> Iterator[tuple[Company, DomainController]]:
    for name, package in (("samba", "samba-ad-dc"), ("samba-tool", "samba-ad-provision"), ("ldapmodify", "ldap-utils")):
        installed(name, package)
    # Names of sockets are short: pytest's own folder is too deep for Samba's.
    here = Path(tempfile.mkdtemp(prefix="dc-"))
    made = Company(here)
    leaf = issue(made.issuing, server_recipe("dc1.b.test"), make_key("rsa-2048"), serial=9, **made.dates)
    (here / "dc.pem").write_text(to_pem(leaf.certificate) + to_pem(made.issuing.certificate))
    (here / "dc.key").write_text(leaf.key.to_pem())
    (here / "dc.key").chmod(0o600)
    shutil.copy(made.roots, here / "roots.pem")
    with domain_controller(here) as controller:

        def run() -> None:
            controller.enter()
            made.loop.run_forever()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(made.start(), made.loop).result(10)
        yield made, controller
        asyncio.run_coroutine_threadsafe(made.stop(), made.loop).result(10)
        made.loop.call_soon_threadsafe(made.loop.stop)
        thread.join(10)
    made.loop.close()
    shutil.rmtree(here)


def test_a_computer_of_the_domain_is_led_to_the_right_name(
    company: tuple[Company, DomainController], tmp_path: Path
) -> None:
    world, controller = company
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    for name in ("dc1.b.test", "webmail.b.test", "autodiscover.b.test"):
        world.inside_zone.replace(name, "A", "127.0.0.1")
    world.inside_zone.replace("_ldap._tcp.dc._msdcs.b.test", "SRV", "0 100 389 dc1.b.test.")
    controller.change(
        connection_point("EX1", "https://ex1.b.local/Autodiscover/Autodiscover.xml", "Default-First-Site-Name")
    )

    def walked(*more: str) -> tuple[int, Any]:
        done = controller.run(
            [sys.executable, "-m", "mailtrust", "discover", "anna@b.test", "--client", "outlook-windows", "--inside",
             "--site", "Default-First-Site-Name", "--format", "json", *world.flags, "--dns", world.inside_dns, *more],
            env={**os.environ, "PYTHONSAFEPATH": "1"}, cwd=tmp_path,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    login = ("--directory-user", ADMINISTRATOR, "--password-file", str(password))
    _, stranger = walked()
    (refused,) = [one for one in stranger["attempts"] if one["method"] == "scp"]
    assert "it answers only who has logged on" in refused["detail"]

    status, before = walked(*login)
    (met,) = [one for one in before["attempts"] if one["method"] == "scp"]
    assert (status, met["user_meets"], met["url"]) == (
        1, "warning", "https://ex1.b.local/Autodiscover/Autodiscover.xml"
    )  # fmt: skip
    assert {finding["rule"] for finding in before["findings"]} >= {"scp-internal-name"}
    commands = [step["do"].get("command", "") for step in before["plans"][0]["steps"]]
    (uri,) = (one.rpartition(" ")[2] for one in commands if "Set-ClientAccessService" in one)

    controller.change(internal_uri("EX1", uri))
    status, after = walked(*login)
    assert (status, after["well"], after["plans"]) == (0, True, [])
    assert after["attempts"][after["found"] - 1]["url"] == uri
