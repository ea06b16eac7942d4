"""What `trust gpo` writes, read by Samba: its reader of registry.pol octet by octet, and a domain that takes it up."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.programs.daemons import DidNotStartError
from tests.programs.samba import WITH_FILES, DomainController, domain_controller

from mailtrust.core.formats.gpo_backup import OPERATIONS
from mailtrust.core.formats.preg import read_policy, string, strings, write_policy
from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.rollout import Anchors, Wish
from mailtrust.core.rollout import gpo
from mailtrust.core.x509.pem import to_pem

pytestmark = pytest.mark.real_server

NOW = datetime.now(UTC)
DATES = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=30)}
SECONDS_FOR_SHARES = 60

# Debian keeps Samba's modules with the system's own Python.
READER = """
import base64, json, sys
from samba.dcerpc import preg, security
from samba.ndr import ndr_pack, ndr_unpack
octets = sys.stdin.buffer.read()
policy = ndr_unpack(preg.file, octets)
print(json.dumps({
    "again": base64.b64encode(ndr_pack(policy)).decode(),
    "entries": [[one.keyname, one.valuename, one.type, one.size] for one in policy.entries],
}))
"""
DESCRIPTOR = """
import sys
from samba.dcerpc import security
from samba.ndr import ndr_unpack
print(ndr_unpack(security.descriptor, bytes.fromhex(sys.stdin.read())).as_sddl())
"""


@pytest.fixture
def samba(installed: Callable[[str, str], str]) -> Callable[[str, bytes], str]:
    """Run a program with Samba's modules, which comes with samba-tool."""
    installed("samba-tool", "samba-ad-provision")

    def run(program: str, given: bytes) -> str:
        return subprocess.run(
            ["/usr/bin/python3", "-c", program], input=given, capture_output=True, check=True, timeout=60
        ).stdout.decode()

    return run


@pytest.fixture
def wish() -> Wish:
    root = make_root(root_recipe("Exämple Root"), make_key("rsa-2048"), serial=1, **DATES)
    return Wish(Anchors((root.certificate,)), "Example Mail", NOW, domain="b.test")


def policy_of(wish: Wish) -> bytes:
    (octets,) = (file.data for file in gpo.install(wish).files if file.path == gpo.POLICY)
    return octets


def test_sambas_reader_reads_it_and_writes_the_same_octets(samba: Callable[[str, bytes], str], wish: Wish) -> None:
    others = write_policy((string(r"Software\Policies\Example", "café", "x"), strings(r"Software\X", "y", ("1", "2"))))
    for octets in (policy_of(wish), policy_of(Wish(wish.anchors, "X", NOW, {gpo.POLICY: others})), others):
        told = json.loads(samba(READER, octets))
        assert base64.b64decode(told["again"]) == octets
        assert told["entries"] == [[one.key, one.name, one.type, len(one.data)] for one in read_policy(octets)]


def test_the_backups_permissions_can_be_read(samba: Callable[[str, bytes], str], wish: Wish) -> None:
    (scheme,) = (file.data for file in gpo.install(wish).files if file.path.endswith("Backup.xml"))
    descriptor = ElementTree.fromstring(scheme).findtext(f".//{{{OPERATIONS}}}SecurityDescriptor")
    assert descriptor is not None
    sddl = samba(DESCRIPTOR, descriptor.encode()).strip()
    # Who may read and apply it: authenticated users (AU), as in every new object.
    assert "(OA;CI;CR;edacfd8f-ffb3-11d1-b41d-00a0c968f939;;AU)" in sddl
    assert "(A;CI;RPLCLORC;;;AU)" in sddl


@pytest.fixture
def controller(as_root: None, installed: Callable[[str, str], str]) -> Iterator[DomainController]:
    for name, package in (
        ("samba", "samba-ad-dc"),
        ("samba-tool", "samba-ad-provision"),
        ("ldapmodify", "ldap-utils"),
        ("winbindd", "winbind"),
    ):
        installed(name, package)
    here = Path(tempfile.mkdtemp(prefix="dc-"))  # names of sockets are short
    root = make_root(root_recipe("Example"), make_key("rsa-2048"), serial=1, **DATES)
    leaf = issue(root, server_recipe("dc1.b.test"), make_key("rsa-2048"), serial=2, **DATES)
    (here / "dc.pem").write_text(to_pem(leaf.certificate))
    (here / "dc.key").write_text(leaf.key.to_pem())
    (here / "dc.key").chmod(0o600)
    (here / "roots.pem").write_text(to_pem(root.certificate))
    with domain_controller(here, WITH_FILES) as running:
        yield running
    shutil.rmtree(here)


@pytest.mark.long
def test_a_domain_takes_the_policy_up(controller: DomainController, wish: Wish, tmp_path: Path) -> None:
    created(controller, wish.name)
    (told,) = (one for one in objects(controller) if one["display name"] == wish.name)
    number = told["GPO"]
    sysvol = controller.here / "state" / "sysvol" / "b.test" / "Policies" / number
    machine = sysvol / "Machine"
    machine.mkdir(exist_ok=True)
    (machine / "Registry.pol").write_bytes(policy_of(wish))
    (sysvol / "GPT.INI").write_text("[General]\r\nVersion=1\r\n")
    controller.change(f"dn: {told['dn']}\nchangetype: modify\nreplace: versionNumber\nversionNumber: 1\n")
    controller.tool("gpo", "setlink", "DC=b,DC=test", number)

    shown = records(controller.tool("gpo", "show", number))[0]
    assert (shown["display name"], shown["version"]) == (wish.name, "1")
    assert wish.name in controller.tool("gpo", "getlink", "DC=b,DC=test")
    # Over the share, as a client fetches it; and parsed into XML by Samba's own reader.
    controller.tool("gpo", "fetch", number, f"--tmpdir={tmp_path}")
    assert (tmp_path / "policy" / number / "Machine" / "Registry.pol").read_bytes() == policy_of(wish)
    kept = tmp_path / "backup"
    kept.mkdir()
    controller.tool("gpo", "backup", number, f"--tmpdir={kept}")
    (parsed,) = kept.rglob("*.pol.xml")
    places = [(one.findtext("Key"), one.findtext("ValueName")) for one in ElementTree.parse(parsed).iter("Entry")]
    assert places == [(one.key, one.name) for one in read_policy(policy_of(wish))]


def created(controller: DomainController, name: str) -> None:
    """Make the object, as soon as the shares are served."""
    until = time.monotonic() + SECONDS_FOR_SHARES
    while True:
        try:
            controller.tool("gpo", "create", name)
        except DidNotStartError:
            if time.monotonic() > until:
                raise
            time.sleep(1)
        else:
            return


def objects(controller: DomainController) -> list[dict[str, str]]:
    return records(controller.tool("gpo", "listall"))


def records(printed: str) -> list[dict[str, Any]]:
    """Blocks of `name : value`."""
    return [
        {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in block.splitlines())}
        for block in printed.strip().split("\n\n")
    ]
