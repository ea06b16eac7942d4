"""`mailtrust discover` against a company on somebody else's Exchange server, all of it on this machine."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from mailtrust.cli.main import main
from mailtrust.core.issuance.authority import issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.report.schemas import schemas
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.dns_server import DnsServer, Zone

NOW = datetime.now(UTC)


class Exchange:
    """Answers every request with a demand for the password, on a certificate for webmail.a.test."""

    def __init__(self, folder: Path) -> None:
        self.dates: Any = {"not_before": NOW - timedelta(days=5), "not_after": NOW + timedelta(days=80)}
        root = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, **self.dates)
        recipe = intermediate_recipe("CA", "Test")
        self.issuing = make_intermediate(root, recipe, make_key("ec-p256"), serial=2, **self.dates)
        self.pem = folder / "server.pem"
        self.roots = folder / "root.pem"
        self.roots.write_text(to_pem(root.certificate))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.present("webmail.a.test")
        self.zone = Zone()
        self.loop = asyncio.new_event_loop()
        self.port = self.dns = 0

    def present(self, *names: str) -> None:
        """A certificate for these names from now on."""
        leaf = issue(self.issuing, server_recipe(*names), make_key("ec-p256"), serial=3, **self.dates)
        self.pem.write_text(to_pem(leaf.certificate) + to_pem(self.issuing.certificate) + leaf.key.to_pem())
        self.context.load_cert_chain(self.pem)

    async def start(self) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        self.server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=self.context)
        self.port = self.server.sockets[0].getsockname()[1]
        self.names = DnsServer(self.zone, "127.0.0.1")
        await self.names.start()
        self.dns = self.names.port

    async def stop(self) -> None:
        self.server.close()
        await self.server.wait_closed()
        await self.names.stop()

    @property
    def flags(self) -> tuple[str, ...]:
        reached = ("--dns", f"127.0.0.1:{self.dns}", "--connect-to", f":443:127.0.0.1:{self.port}")
        return (*reached, "--roots", str(self.roots), "--no-aia")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("exchange"))
    thread = threading.Thread(target=made.loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(made.start(), made.loop).result(10)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(), made.loop).result(10)
    made.loop.call_soon_threadsafe(made.loop.stop)
    thread.join(10)
    made.loop.close()


@pytest.fixture
def company(exchange: Exchange) -> Exchange:
    exchange.present("webmail.a.test")
    for name in ("autodiscover.b.test", "webmail.a.test"):
        exchange.zone.replace(name, "A", "127.0.0.1")
    exchange.zone.replace("_autodiscover._tcp.b.test", "SRV", "0 0 443 webmail.a.test.")
    for name in ("a.test", "c.test"):
        exchange.zone.replace(f"autodiscover.{name}", "CNAME")
    return exchange


def test_the_warning_is_told_in_the_clients_words(company: Exchange, capfdbinary: Any) -> None:
    assert main(["discover", "anna@b.test", "--client", "outlook-windows", *company.flags]) == 1
    shown = capfdbinary.readouterr().out.decode()
    assert "Outlook for Windows finds its server, and warns" in shown
    assert "The name on the security certificate is invalid or does not match the name of the site." in shown
    assert "(--ask-third-parties)" in shown


def test_without_the_autodiscover_record_the_srv_record_serves(company: Exchange, capfdbinary: Any) -> None:
    company.zone.replace("autodiscover.b.test", "A")
    assert main(["discover", "anna@b.test", "--client", "outlook-windows", *company.flags]) == 0
    assert "its user sees nothing of it" in capfdbinary.readouterr().out.decode()


def test_json_keeps_its_schema(company: Exchange, capfdbinary: Any) -> None:
    main(["discover", "b.test", "--client", "outlook-windows,rfc6186", "--format", "json", *company.flags])
    walks = json.loads(capfdbinary.readouterr().out)
    schema = json.loads(schemas()["walk-1.json"])
    for walk in walks:
        jsonschema.validate(walk, schema)
    outlook = walks[0]
    assert outlook["address"] == "postmaster@b.test"
    (warned,) = [one for one in outlook["attempts"] if one["user_meets"] == "warning"]
    assert warned["n"] == outlook["found"]
    assert warned["verdict"]["reasons"] == ["name-mismatch"]
    children = [one for one in outlook["attempts"] if one["parent"] is not None]
    assert [one["url"] for one in children] == ["https://webmail.a.test/autodiscover/autodiscover.xml"]
    assert walks[1]["found"] is None


def test_three_companies_are_cured_together(company: Exchange, capfdbinary: Any) -> None:
    addresses = ("anna@a.test", "bob@b.test", "carl@c.test")
    asked = ("--client", "outlook-windows@2010,outlook-windows", *company.flags)
    assert main(["discover", *addresses, *asked, "--format", "json"]) == 1
    walks = json.loads(capfdbinary.readouterr().out)
    schema = json.loads(schemas()["walk-1.json"])
    for walk in walks:
        jsonschema.validate(walk, schema)
    best, *others = walks[0]["plans"]
    assert (best["left_out"], best["questions"]) == ([], 0)
    assert others
    assert all(walk["plans"] == walks[0]["plans"] for walk in walks)
    ordered = best["steps"][0]["do"]["command"]
    assert ordered.startswith("mailtrust cert request webmail.a.test ")
    zone = [step["do"]["content"] for step in best["steps"] if "content" in step["do"]]
    # What the plan says is done, by hand, and walked again; the certificate it asks for is made as well.
    for line in "".join(zone).splitlines():
        name, _ttl, _class, kind, *value = line.split()
        company.zone.replace(name.rstrip("."), kind, " ".join(value))
    company.present(*ordered.split()[3:])
    assert main(["discover", *addresses, *asked]) == 0
    assert "What cures it" not in capfdbinary.readouterr().out.decode()


def test_the_page_holds_all_and_loads_nothing(company: Exchange, capfdbinary: Any) -> None:
    asked = ("anna@d.test", "bob@b.test", "--client", "outlook-windows@2010,outlook-windows,outlook-mobile")
    assert main(["discover", *asked, "--format", "html", *company.flags]) == 1
    shown = capfdbinary.readouterr().out.decode()
    page = ElementTree.fromstring(re.sub(r"<(meta[^>]*)>", r"<\1/>", shown.removeprefix("<!doctype html>")))
    (table,) = page.iter("table")
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]
    assert rows == [
        ["client", "anna@d.test", "bob@b.test"],
        ["Outlook 2010", "finds nothing", "warned"],
        ["Outlook for Windows", "finds nothing", "warned"],
        ["Outlook on phones, new Outlook", "nobody can know", "nobody can know"],
    ]
    assert "default-src &#x27;none&#x27;" in shown
    assert not [one for one in page.iter() if one.tag in ("script", "link", "img", "iframe") or "src" in one.attrib]
    assert "autodiscover-foreign-certificate" in shown
    assert "nsupdate" in shown
    assert "The name on the security certificate is invalid" in shown


def test_findings_say_what_is_wrong_and_decide_the_status(company: Exchange, capfdbinary: Any) -> None:
    asked = ["discover", "bob@b.test", "--client", "outlook-windows", *company.flags]
    assert main([*asked, "--fail-on", "error"]) == 0
    assert main([*asked, "--fail-on", "never"]) == 0
    assert "clients never come to it" in capfdbinary.readouterr().out.decode()
    main([*asked, "--format", "json"])
    walk = json.loads(capfdbinary.readouterr().out)
    found = {one["rule"]: one for one in walk["findings"]}
    assert found.keys() == {"autodiscover-foreign-certificate", "autodiscover-srv-shadowed"}
    assert found["autodiscover-srv-shadowed"]["clients"] == ["outlook-windows"]


def test_caa_records_are_asked_for_the_names_of_the_plan(company: Exchange, tmp_path: Path, capfdbinary: Any) -> None:
    company.zone.replace("a.test", "CAA", '0 issue "letsencrypt.org"')
    try:
        case = tmp_path / "case.json"
        asked = ["--client", "outlook-windows", "--format", "json"]
        main(["discover", "bob@b.test", *asked, *company.flags, "--ca", "Sectigo.com", "--save", str(case)])
        walk = json.loads(capfdbinary.readouterr().out)
        told = {one["rule"]: one for one in walk["findings"]}
        assert "sectigo.com" in told["caa-forbids"]["title"], "the certificate of the plan needs a CA that may issue it"
        main(["discover", "--from", str(case), *asked, "--ca", "letsencrypt.org"])
        again = json.loads(capfdbinary.readouterr().out)
        assert "caa-forbids" not in {one["rule"] for one in again["findings"]}
    finally:
        company.zone.replace("a.test", "CAA")


def test_recorded_facts_are_walked_again_for_another_version(
    company: Exchange, tmp_path: Path, capfdbinary: Any
) -> None:
    case = tmp_path / "case.json"
    clients = ("--client", "outlook-windows,outlook-windows@2010")
    main(["discover", "anna@b.test", *clients, "--save", str(case), *company.flags])
    first = capfdbinary.readouterr().out
    assert main(["discover", "--from", str(case), *clients]) == 1
    assert capfdbinary.readouterr().out == first
    assert main(["discover", "--from", str(case), "--client", "outlook-windows@2013"]) == 1
    assert "Outlook 2013" in capfdbinary.readouterr().out.decode()
    assert main(["discover", "--from", str(case), "--client", "thunderbird"]) == 2
    assert "autoconfig.b.test A" in capfdbinary.readouterr().err.decode()
    assert main(["discover", "anna@b.test", "--from", str(case)]) == 2
    assert main(["discover", "--from", str(case), "--dns", "192.0.2.1"]) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("discover", "a@b.test", "--client", "outlook-window"), "outlook-windows"),
        (("discover", "a@b c"), "cannot be part of a name"),
        (("discover",), "Expected an ADDRESS"),
        (("discover", "@"), "Expected an e-mail address"),
        (("discover", "a@b.test", "--client", ","), "one client or more"),
    ],
)
def test_what_cannot_be_walked_is_refused(given: tuple[str, ...], said: str, capfdbinary: Any) -> None:
    assert main(given) == 2
    assert said in capfdbinary.readouterr().err.decode()
