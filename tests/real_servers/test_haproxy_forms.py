"""Files, folders, bundles and lists: HAProxy loads and presents what is found, and passes every edit of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons
from tests.real_servers.mending import MACHINE, Patient, authority, presented

from mailtrust.core.model.configured import Cannot, Edit, Files
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import haproxy
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.lab.pki import Issued

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

CFG = """\
global
  crt-base {here}
  issuers-chain-path {here}/issuers
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 30s
frontend web
  bind {address}:{folder} ssl crt certs/
  bind {address}:{listed} ssl crt "one two.pem" crt-list {here}/list.txt alpn h2,http/1.1
  bind {address}:{bundled} ssl crt bundle.pem
  http-request return status 200
"""
LIST = "bare.pem [alpn http/1.1] bare.example !no.bare.example\nother.pem\n"


async def test_every_form(
    server_folder: Path, free_port: Callable[[], int], installed: Callable[[str, str], str], daemons: Daemons
) -> None:
    program = installed("haproxy", "haproxy")
    here = server_folder / "haproxy-forms"
    ports = {name: free_port() for name in ("folder", "listed", "bundled")}
    made = _make(here, ports)
    main = here / "haproxy.cfg"
    daemons.start([program, "-db", "-f", main], [(LOOPBACK, port) for port in ports.values()])
    patient = Patient(haproxy, Server("web", (), "haproxy", "local", configuration=str(main), program=program))
    surveyed = await patient.surveyed()
    assert len(surveyed.places) == 7
    for place in surveyed.places:
        (listening,) = place.listens
        chain = surveyed.chain_in(place.chain_file)
        if place.issuers_file:
            chain += surveyed.chain_in(place.issuers_file)
        assert chain in {one.chain for one in made.values()}
        if not place.chain_file.endswith(".rsa"):  # who knows both gets the other of the bundle
            assert await presented("https", listening.port, place.names[0]) == chain
            assert (await presented("https", listening.port, None) == chain) is place.is_default

    facts, server = surveyed.facts, surveyed.server
    new = Files(str(here / "new one.pem"), str(here / "new one.pem"))
    for place in surveyed.places:
        pointed = haproxy.point_to(server, facts, {place: new})
        # a list knows no quotes for a blank
        assert isinstance(pointed, Cannot) is (place.in_place or place.named_in.endswith("list.txt"))
        settings = ("send-sni-certificate", "tls-version")
        done = [haproxy.set_up(server, facts, ConfigureServer(one), (place,), ()) for one in settings]  # type: ignore[arg-type]
        for changes in (pointed, *done):
            if isinstance(changes, tuple):
                await _passes(patient, changes)
    assert (await patient.surveyed()).facts == facts


async def _passes(patient: Patient, changes: tuple[object, ...]) -> None:
    former = {}
    for edit in changes:
        assert isinstance(edit, Edit)
        former[edit.path] = await MACHINE.read(edit.path)
        await MACHINE.write(edit.path, edit.content, mode=0o644, owner=None)
    assert await patient.is_sound(), changes
    for path, old in former.items():
        await MACHINE.write(path, old.octets, mode=old.mode, owner=old.owner)


def _make(here: Path, ports: dict[str, int]) -> dict[str, Issued]:
    pki = authority()
    for name in ("certs", "issuers"):
        (here / name).mkdir(parents=True)
    names = ("a", "b", "one", "bare", "other", "bundle")
    made = {name: pki.leaf(f"{name}.example", key="ec-p256") for name in names}
    made["rsa"] = pki.leaf("bundle.example")
    files = {"certs/a.pem": "a", "certs/b.pem": "b", "one two.pem": "one", "bare.pem": "bare", "other.pem": "other",
             "bundle.pem.ecdsa": "bundle", "bundle.pem.rsa": "rsa", "new one.pem": "one"}  # fmt: skip
    for file, name in files.items():
        chain = made[name].chain[:1] if name == "bare" else made[name].chain
        (here / file).write_bytes(made[name].key_pem + to_pem_chain(chain).encode())
    (here / "issuers" / "issuer.pem").write_text(to_pem_chain((pki.intermediate.certificate,)))
    (here / "list.txt").write_text(LIST)
    (here / "haproxy.cfg").write_text(CFG.format(here=here, address=LOOPBACK, **ports))
    return made
