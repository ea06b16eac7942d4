"""`mailtrust renew` on servers that run, while a client asks every 100 ms at each port whether it may trust them."""

import json
from pathlib import Path

import pytest
from jsonschema import validate
from tests.programs.sample_pki import pki
from tests.renew import troubles
from tests.renew.asking import Asking
from tests.renew.world import HOST, World

from mailtrust.core.model.text import text
from mailtrust.core.report.schemas import schemas
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.edge.lock import locked

pytestmark = pytest.mark.real_server


def renew_through(world: World, asking: Asking, trouble: troubles.Trouble) -> None:
    """One renewal with this trouble; at its end all ports serve another certificate than before."""
    asking.wait_for(lambda: all(asking.certificates.values()))
    before = {scheme: troubles.served(asking, scheme) for scheme in world.ports}
    trouble(world, asking)
    asking.wait_for(lambda: not asking.down)
    if any(troubles.served(asking, scheme) == before[scheme] for scheme in world.ports):
        world.until_renewed("mail", "--force")
    record = json.loads((world.here / "state/renewals/mail/record.json").read_text())
    asking.wait_for(lambda: all(troubles.served(asking, scheme) != before[scheme] for scheme in world.ports))
    shown = {troubles.served(asking, scheme) for scheme in world.ports}
    assert len(shown) == 1
    assert record["published"] == record["missing"] == []
    assert sorted(path.name for path in (world.here / "state/renewals/mail").iterdir()) == [
        "current.key",
        "current.pem",
        "record.json",
    ]


def asked_and_never_disappointed(asking: Asking) -> None:
    """What the client has to say; it is shown when something fails."""
    assert not asking.failures, "\n".join((f"asked {dict(asking.asks)}", *asking.failures[:20]))
    assert min(asking.asks.values()) > 20


def test_two_renewals_with_troubles(world: World) -> None:
    gone, stays = (left_behind(world, days) for days in ((-90, -1), (-60, 1)))
    with Asking(HOST, world.ports, world.here / "roots.pem") as asking:
        renew_through(world, asking, troubles.configuration_broken)
        assert not any(path.exists() for path in gone)
        assert any(f"web: removed {', '.join(map(str, gone))}" in said for said in world.said)
        renew_through(world, asking, troubles.tlsa_published)
    asked_and_never_disappointed(asking)
    # What can be gone back to, and the certificates with which the world began.
    assert all(path.exists() for path in (*stays, world.here / "tls/web.pem", world.here / "tls/web.key"))


def left_behind(world: World, days: tuple[int, int]) -> tuple[Path, Path]:
    """Key and certificate of a renewal long ago, called as mailtrust calls them."""
    issued = pki().leaf(HOST, days=days, key="ec-p256")
    key, chain = (world.here / f"tls/web-{issued.certificate.fingerprint[:8]}.{kind}" for kind in ("key", "pem"))
    key.write_bytes(issued.key_pem)
    chain.write_text(to_pem_chain(issued.chain))
    return key, chain


@pytest.mark.long
def test_ten_renewals_with_every_trouble(world: World, request: pytest.FixtureRequest) -> None:
    with Asking(HOST, world.ports, world.here / "roots.pem") as asking:
        for trouble in troubles.ALL:
            renew_through(world, asking, trouble)
    runs = len(world.said)
    told = f"\n{runs} runs; asks {dict(asking.asks)}, of which {len(asking.failures)} failed"
    request.config.get_terminal_writer().line(told)
    asked_and_never_disappointed(asking)
    assert all(len(shown) >= 1 + len(troubles.ALL) for shown in asking.certificates.values())


def test_looked_at_approved_and_renewed_by_ones_own_ca(world: World) -> None:
    made = world.run("ca", "init", "--ca", "ca", "--name", "Own", "--domain", "post.example")
    assert made.returncode == 0, made.stderr
    with (world.here / "roots.pem").open("a") as roots:
        roots.write((world.here / "ca/root.pem").read_text())
    world.write_toml(by="ca", first="[apply]\napprovals = 1\n", more="days = 30")
    before = (world.here / "nginx.conf").read_bytes()
    looked = world.run("renew", "--all", "--dry-run", "--state", world.here / "state", "--dns", world.knot.place)
    assert looked.returncode == 0, looked.stderr
    assert "A certificate would be ordered" in looked.stdout
    assert "a new certificate is brought out" in " ".join(looked.stdout.split())
    assert "Let web take it up." in looked.stdout
    assert not (world.here / "state").exists()
    with Asking(HOST, world.ports, world.here / "roots.pem") as asking:
        status, told, _ = world.renew("--all")
        assert (status, told["outcome"]) == (2, "failed"), world.said[-1]
        assert "mailtrust.toml wants (1)" in told["said"][0]
        plan = world.here / "state/renewals/mail/plan.json"
        waits = troubles.next_pair(world)
        approved = world.run("approve", plan, SUDO_USER="bert")
        assert approved.returncode == 0, approved.stderr
        status, told, _ = world.renew("--all")
        assert (status, told["outcome"], troubles.current_pair(world)) == (0, "renewed", waits), world.said[-1]
    asked_and_never_disappointed(asking)
    validate({"schema": "mailtrust/renewed/1", "renewals": [told]}, json.loads(schemas()["renewed-1.json"]))
    assert (world.here / "nginx.conf").read_bytes() != before
    assert not plan.exists()
    idle = world.run("renew", "--state", world.here / "state", "--dns", world.knot.place, "--no-aia")
    assert (idle.returncode, "two thirds of its life are over by then" in idle.stdout) == (0, True)
    with locked(world.here / "state/renew.lock", text("held")):
        second = world.run("renew", "--all", "--state", world.here / "state")
    assert (second.returncode, "Another mailtrust is renewing" in second.stderr) == (2, True)
    trail = world.run("audit", "--state", world.here / "state")
    assert "approved by bert@" in trail.stdout
