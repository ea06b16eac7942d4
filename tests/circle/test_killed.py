"""kill -9 at every step of a plan, on every product: the next run brings it to an end, all old or all new."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.circle.broken import broken
from tests.circle.products import PRODUCTS
from tests.circle.test_circle import contents, organisation, words
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError

from mailtrust.cli.main import main
from mailtrust.edge.transport.state import State
from mailtrust.flows.apply import interrupted
from mailtrust.lab.scenarios import scenario_by_id

pytestmark = [pytest.mark.real_server, pytest.mark.long]

# Dies before a record is written (what the record before it announced is done by then, and not told), or when it is
# written and announces something that is not done yet.
DIES = """\
import os, signal, sys
from mailtrust.cli.main import run
from mailtrust.edge.transport import journal
real, met = journal.append_line, 0
def append(path, line, whole):
    global met
    for when in ("before", "behind"):
        met += when == "before" or b'"doing"' in line or b'"begun"' in line
        if met == {at} and (when == "before" or b'"doing"' in line or b'"begun"' in line):
            os.kill(os.getpid(), signal.SIGKILL)
        if when == "before":
            real(path, line, whole)
journal.append_line = append
run()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="mailtrust-killed-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("scenario", ["missing-intermediate", "expired-leaf"])
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
def test_killed_at_every_step(
    scenario: str,
    product: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:  # fmt: skip
    monkeypatch.chdir(folder)
    (folder / "server").mkdir(mode=0o755)
    with broken(scenario_by_id(scenario), folder) as case, Daemons(folder) as daemons:
        try:
            running = product.start(daemons, folder / "server", case.host, case.faces, FreePorts())
        except NotInstalledError as missing:
            pytest.fail(str(missing)) if os.environ.get("CI") == "true" else pytest.skip(str(missing))
        (folder / "mailtrust.toml").write_text(organisation(case, running, "local"))
        target = case.host if len(running.ports) > 1 else f"{running.ports[0][0]}://{case.host}"
        plan, state = str(folder / "plan.json"), str(folder / "state")
        apply = ["apply", plan, "--yes", "--state", state]
        new = ["--with", str(case.new / "bundle.pem"), "--key", str(case.new / "key.pem")] if case.new else []
        assert main(["plan", target, *words(case, running, folder), *new, "-o", plan]) in (0, 1)
        former = contents(folder / "before", running.configuration)
        ends = {0: 0, 4: 0}
        for at in range(1, 200):
            died = subprocess.run(
                [sys.executable, "-c", DIES.format(at=at), *apply], capture_output=True, text=True, check=False
            )
            if died.returncode == 0:
                break
            assert died.returncode == -9, died.stderr
            if interrupted(State(Path(state))):
                ended = main(apply)
                ends[ended] += 1
                assert not interrupted(State(Path(state)))
                if ended == 0:
                    assert main(["prove", plan]) == 0
                    assert main([*apply, "--undo"]) == 0
            assert contents(folder / "before", running.configuration) == former, (at, capfdbinary.readouterr())
        assert ends[4] > 4, "it was killed in the middle"
        assert ends[0] > 1, "it was killed when only the proof was missing"
        assert main([*apply, "--undo"]) == 0
        assert contents(folder / "before", running.configuration) == former
