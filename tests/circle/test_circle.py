"""The circle on real servers: broken, checked, planned, applied, proven, undone; by the commands that people type."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import product as product_of
from pathlib import Path
from typing import Any

import pytest
from tests.circle.broken import Broken, broken
from tests.circle.products import PRODUCTS, Running
from tests.programs.daemons import LOOPBACK, Daemons, DidNotStartError, FreePorts, NotInstalledError
from tests.programs.sshd import start_sshd

from mailtrust.cli.main import main
from mailtrust.core.formats.target import SCHEMES
from mailtrust.lab.scenarios import SCENARIOS

pytestmark = [pytest.mark.real_server]

EVERYWHERE = {product.id for product in PRODUCTS}
FEW = {
    "missing-intermediate": EVERYWHERE,
    "expired-leaf": {"nginx", "haproxy", "dovecot", "exim"},
    "tls-1-0-only": {"apache", "postfix", "slapd"},
    "needs-sni": {"nginx", "postfix", "dovecot"},
    "ports-disagree": {"postfix", "dovecot"},
}
"""One of each kind of cure; the rest is long."""


def cells() -> Iterator[Any]:
    for scenario, product, reach in product_of(SCENARIOS, PRODUCTS, ("local", "ssh")):
        short = product.id in FEW.get(scenario.id, set()) and reach == "local"
        marks = [] if short else [pytest.mark.long]
        yield pytest.param(scenario, product, reach, id=f"{scenario.id}-{product.id}-{reach}", marks=marks)


@pytest.fixture
def sshd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Starts one when it is asked for, and gives the way through it."""
    folder = Path(tempfile.mkdtemp(prefix="mailtrust-sshd-"))
    with Daemons(folder) as daemons:

        def start() -> str:
            running = start_sshd(daemons, folder / "sshd", FreePorts())
            monkeypatch.setenv("HOME", str(running.home))
            monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
            return running.reach

        yield start
    shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' unprivileged users can pass through, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="mailtrust-circle-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def organisation(case: Broken, running: Running, reach: str) -> str:
    endpoints = ", ".join(f'"{scheme}://{case.host}"' for scheme, _ in running.ports)
    lines = [
        "[[server]]",
        f'name = "{running.product}"',
        f'product = "{running.product}"',
        f"endpoints = [{endpoints}]",
        f'reach = "{reach}"',
        f'configuration = "{running.configuration}"',
    ]
    if running.program:
        lines.append(f'program = "{running.program}"')
    if running.take_up:
        lines.append(f"take_up = {json.dumps(running.take_up)}")
    return "\n".join(lines) + "\n"


def words(case: Broken, running: Running, folder: Path) -> list[str]:
    given = ["--servers", str(folder / "mailtrust.toml"), "--allow-private-aia"]
    given += ["--roots", str(case.roots)] if case.roots.exists() else []
    for scheme, port in running.ports:
        given += ["--connect-to", f"{case.host}:{SCHEMES[scheme].port}:{LOOPBACK}:{port}"]
    # A host is asked on every usual port: those that are not served must not reach this machine's own.
    return [*given, "--connect-to", f"{case.host}::{LOOPBACK}:{FreePorts()()}"]


def contents(case_files: Path, configuration: Path) -> dict[str, bytes]:
    """Everything that a plan may change."""
    files = [configuration] if configuration.is_file() else [*configuration.rglob("*")]
    return {str(path): octets_of(path) for path in (*files, *case_files.rglob("*")) if path.is_file()}


def octets_of(path: Path) -> bytes:
    """What a file holds; of an index its entries: where they stand in it depends on what was there before."""
    if path.suffix != ".db":
        return path.read_bytes()
    listed = subprocess.run(["postmap", "-s", f"hash:{path.with_suffix('')}"], capture_output=True, check=True)
    return b"\n".join(sorted(listed.stdout.splitlines()))


@pytest.mark.parametrize(("scenario", "product", "reach"), tuple(cells()))
def test_the_circle(
    scenario: Any,
    product: Any,
    reach: str,
    folder: Path,
    sshd: Callable[[], str],
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    here = folder / "server"
    here.mkdir()
    with broken(scenario, folder) as case, Daemons(folder) as daemons:
        if len(case.faces) > len(product.schemes):
            pytest.skip("the product has one port for clients")
        try:
            running = product.start(daemons, here, case.host, case.faces, FreePorts())
        except DidNotStartError:
            pytest.skip("the product refuses to start like this")
        except NotInstalledError as missing:
            pytest.fail(str(missing)) if os.environ.get("CI") == "true" else pytest.skip(str(missing))
        (folder / "mailtrust.toml").write_text(organisation(case, running, sshd() if reach == "ssh" else reach))
        _, port = running.ports[0]
        target = case.host if len(running.ports) > 1 else f"{running.ports[0][0]}://{case.host}"
        plan, state = str(folder / "plan.json"), str(folder / "state")
        former = contents(folder / "before", running.configuration)
        new = ["--with", str(case.new / "bundle.pem"), "--key", str(case.new / "key.pem")] if case.new else []
        assert main(["plan", target, *words(case, running, folder), *new, "-o", plan]) in (0, 1)
        capfdbinary.readouterr()
        made = json.loads(Path(plan).read_text())
        if not made["findings"]:
            pytest.skip("the fault is not one of this product's")
        if not made["cures"]:
            pytest.skip("; ".join(one["why"] for one in made["left"]))
        with running.connect(port) if running.connect else nullcontext() as client:
            status = main(["apply", plan, "--yes", "--state", state])
            out, err = capfdbinary.readouterr()
            assert status == 0, (out + err).decode()
            assert client is None or client.is_served()
        assert main(["prove", plan]) == 0
        assert main(["apply", plan, "--yes", "--state", state]) == 0
        assert b"applied and proven already" in capfdbinary.readouterr().out
        status = main(["apply", plan, "--undo", "--yes", "--state", state])
        out, err = capfdbinary.readouterr()
        assert status == 0, (out + err).decode()
        assert contents(folder / "before", running.configuration) == former
        assert _becomes(1, ["prove", plan])  # old workers may still answer for a moment


def _becomes(status: int, words: list[str]) -> bool:
    for _ in range(20):
        if main(words) == status:
            return True
        time.sleep(0.5)
    return False
