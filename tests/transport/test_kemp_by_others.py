"""The stand-in of a LoadMaster, asked as public clients ask theirs: what they send, and what they want to read.

acmesh-official/acme.sh, deploy/kemplm.sh: `listcert` with an API key, and `.cert[].name` compared as a whole; `addcert`
with `replace` 0 or 1, the name without the wildcard's `*.`, chain and key as Base64 in `data`; `.status` must be `ok`.
win-acme, ImportKemp.ps1: the first version, `replace=1` first, and without it where that gives 422.
"""

import base64
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.programs.kemp import LoadMaster
from tests.programs.kemp_keeping import Kept, Service
from tests.programs.sample_pki import pki

from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.lab.pki import Issued

DOMAIN = "*.post.example"


@pytest.fixture
def master(tmp_path: Path) -> Iterator[LoadMaster]:
    with LoadMaster(tmp_path) as running:
        # A name in which the wanted one only stands is not it (acme.sh, pull request 6793).
        other = pki().leaf("other.post.example", key="ec-p256")
        running.certificates["other.post.example"] = running.certificates["xpost.example"] = Kept(
            other.chain, other.key
        )
        yield running


def ask(master: LoadMaster, path: str, data: bytes, **headers: str) -> tuple[int, bytes]:
    trusting = ssl.create_default_context(cadata=to_pem(pki("LoadMaster").root.certificate))
    try:
        with urlopen(Request(f"https://localhost:{master.port}{path}", data, headers), context=trusting) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        return refused.code, refused.read()


def acme_sh(master: LoadMaster, issued: Issued, key: str) -> str:
    """What the hook does; the status that it reads."""
    name = DOMAIN.removeprefix("*.")
    _, listed = ask(master, "/accessv2", f'{{"cmd": "listcert", "apikey": "{key}"}}'.encode())
    found = [one["name"] for one in json.loads(listed).get("cert", [])]
    data = base64.b64encode(to_pem_chain(issued.chain).encode() + issued.key_pem).decode()
    replaces = int(found.count(name) > 0)
    wanted = {"cmd": "addcert", "apikey": key, "replace": replaces, "cert": name, "data": data}
    _, said = ask(master, "/accessv2", json.dumps(wanted).encode())
    return str(json.loads(said)["status"])


def test_as_acme_sh_brings_it_out_and_renews_it(master: LoadMaster) -> None:
    first, renewed = (pki().leaf(DOMAIN, key="ec-p256") for _ in range(2))
    assert acme_sh(master, first, master.api_keys[0]) == "ok"
    service = master.add_service(Service(0, ["post.example"]))
    assert master.certificates["post.example"].chain == first.chain
    assert acme_sh(master, renewed, master.api_keys[0]) == "ok"
    assert master.certificates["post.example"].chain == renewed.chain
    assert [given["replace"] for command, given in master.changes if command == "addcert"] == ["0", "1"]
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((service.address, service.port)))
    assert shown == renewed.certificate.der
    assert len(master.certificates) == 3


def test_acme_sh_with_a_key_that_is_not_known(master: LoadMaster) -> None:
    assert acme_sh(master, pki().leaf(DOMAIN, key="ec-p256"), "wrong") not in ("ok", "success")
    assert master.changes == []


def test_as_win_acme_replaces_or_else_adds(master: LoadMaster) -> None:
    issued = pki().leaf(DOMAIN, key="ec-p256")
    basic = "Basic " + base64.b64encode(f"{master.user}:{master.password}".encode()).decode()
    data = to_pem_chain(issued.chain).encode() + issued.key_pem
    statuses = [
        ask(master, f"/access/addcert?cert=mail{more}", data, Authorization=basic)[0]
        for more in ("&replace=1", "", "", "&replace=1")
    ]
    assert statuses == [422, 200, 422, 200]
