"""`mailtrust discover` inside: a list instead of a directory, registry files, both sides cured at once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_discover import Exchange

from mailtrust.cli.main import main
from mailtrust.core.formats.case_file import decode
from mailtrust.lab.dns_server import DnsServer, Zone

CLIENTS = ("--client", "outlook-windows@2010,outlook-windows")


class Company(Exchange):
    """One Exchange server that stands inside as ex1.b.local; the DNS server inside knows none of the public names."""

    async def start(self) -> None:
        self.inside_zone = Zone()
        await super().start()
        self.present("webmail.b.test", "autodiscover.b.test")
        for name in ("autodiscover.b.test", "webmail.b.test"):
            self.zone.replace(name, "A", "127.0.0.1")
        self.inside_zone.replace("ex1.b.local", "A", "127.0.0.1")
        self.inside_names = DnsServer(self.inside_zone, "127.0.0.1")
        await self.inside_names.start()

    async def stop(self) -> None:
        await super().stop()
        await self.inside_names.stop()

    @property
    def inside_dns(self) -> str:
        return f"127.0.0.1:{self.inside_names.port}"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    made = Company(tmp_path)
    thread = threading.Thread(target=made.loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(made.start(), made.loop).result(10)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(), made.loop).result(10)
    made.loop.call_soon_threadsafe(made.loop.stop)
    thread.join(10)
    made.loop.close()


@pytest.fixture
def points(tmp_path: Path) -> Path:
    listed = tmp_path / "scp.txt"
    listed.write_text(
        "\nName : EX1\nAutoDiscoverServiceInternalUri : https://ex1.b.local/Autodiscover/Autodiscover.xml\n"
        "AutoDiscoverSiteScope : {}\n"
    )
    return listed


def test_both_sides_stand_together_and_one_plan_cures_both(
    company: Company, points: Path, tmp_path: Path, capfdbinary: Any
) -> None:
    case = tmp_path / "case.json"
    sides = (*CLIENTS, *company.flags, "--inside-dns", company.inside_dns, "--scp", str(points))
    assert main(["discover", "anna@b.test", *sides, "--format", "json", "--save", str(case)]) == 1
    written = capfdbinary.readouterr().out
    walks = json.loads(written)
    assert [(walk["client"], walk["inside"], walk["well"]) for walk in walks] == [
        ("outlook-windows@2010", False, True),
        ("outlook-windows", False, True),
        ("outlook-windows@2010", True, False),
        ("outlook-windows", True, False),
    ]
    (met,) = [one for one in walks[3]["attempts"] if one["user_meets"] == "warning"]
    assert (met["method"], met["verdict"]["reference_identifier"]) == ("scp", "ex1.b.local")
    best = walks[0]["plans"][0]
    assert best["left_out"] == []
    commands = [step["do"].get("command", "") for step in best["steps"]]
    (uri,) = (one.rpartition(" ")[2] for one in commands if "Set-ClientAccessService" in one)
    host = uri.split("/")[2]
    assert host in ("autodiscover.b.test", "webmail.b.test")
    assert any(one.startswith(f"Add-DnsServerPrimaryZone -Name {host} ") for one in commands)

    assert main(["discover", "--from", str(case), *CLIENTS, "--format", "json"]) == 1
    assert capfdbinary.readouterr().out == written
    assert main(["discover", "anna@b.test", *sides]) == 1
    shown = capfdbinary.readouterr().out.decode()
    assert "from outside and inside" in shown
    assert "outside: Outlook 2010 finds its server, and its user sees nothing of it." in shown
    assert "inside: Outlook 2010 finds its server, and warns" in shown

    # What the plan says is done by hand, and walked again.
    company.inside_zone.replace(host, "A", "127.0.0.1")
    points.write_text(points.read_text().replace("https://ex1.b.local/Autodiscover/Autodiscover.xml", uri))
    assert main(["discover", "anna@b.test", *sides]) == 0
    assert "What cures it" not in capfdbinary.readouterr().out.decode()


def test_registry_files_take_steps_out_and_odd_values_are_told(
    company: Company, points: Path, tmp_path: Path, capfdbinary: Any
) -> None:
    exported = tmp_path / "outlook.reg"
    exported.write_text(
        "Windows Registry Editor Version 5.00\r\n\r\n"
        "[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\AutoDiscover]\r\n"
        '"ExcludeScpLookup"=dword:00000001\r\n"ExcludeSrvLookup"=dword:00000001\r\n',
        "utf-16",
    )
    inside = ("--inside", "--scp", str(points), "--registry-file", str(exported), *CLIENTS, *company.flags)
    case = tmp_path / "case.json"
    told = ("--format", "json")
    main(["discover", "anna@b.test", *inside, "--site", "Here", "--save", str(case), *told])
    out, err = capfdbinary.readouterr()
    off = "Switched off by the registry value ExcludeScpLookup"
    assert [off in json.dumps(walk) for walk in json.loads(out)] == [False, True], "Outlook 2010 reads another key"
    assert "ExcludeSrvLookup is no value of Outlook" in err.decode()

    main(["discover", "--from", str(case), *CLIENTS, *told])
    assert capfdbinary.readouterr().out == out, "site and registry are those of the first look"
    assert decode(case.read_bytes()).situations[0].site == "Here"
    main(["discover", "--from", str(case), *CLIENTS, "--registry", "ExcludeHttpRedirect", *told])
    again = capfdbinary.readouterr().out.decode()
    assert off not in again
    assert "registry value ExcludeHttpRedirect" in again


def test_without_a_directory_its_absence_is_told(company: Company, capfdbinary: Any) -> None:
    main(["discover", "anna@b.test", "--inside", *CLIENTS, *company.flags])
    assert "DNS names no domain controller of b.test" in " ".join(capfdbinary.readouterr().out.decode().split())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--scp", "x"), "nobody walks inside"),
        (("--inside", "--inside-dns", "192.0.2.1"), "give one of them"),
        (("--also", "192.0.2.1"), "give --inside-dns"),
        (("--inside-dns", "nowhere.test"), "after --inside-dns"),
        (("--inside", "--scp", "x", "--directory", "b.test"), "leave --directory out"),
        (("--inside", "--directory-user", "anna@b.test"), "belong together"),
        (("--inside", "--directory", "https://b.test"), "Expected a directory"),
        (("--from", "x", "--scp", "x"), "looks at nothing anew"),
    ],
)
def test_what_contradicts_itself_is_refused(given: tuple[str, ...], said: str, capfdbinary: Any) -> None:
    address = () if "--from" in given else ("anna@b.test",)
    assert main(["discover", *address, *given]) == 2
    assert said in " ".join(capfdbinary.readouterr().err.decode().split())
