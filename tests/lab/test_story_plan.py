"""The cure of three companies as a plan: records changed at a real Knot, proven by walking again, and taken back."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailtrust.lab.daemons import Daemons, FreePorts, program
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.stories import STORIES

pytestmark = pytest.mark.real_server
ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
MAILTRUST = f"{sys.executable} -m mailtrust"
ALIAS = "autodiscover.companyc.test"
CLIENTS = ("outlook-windows", "ews-api", "activesync")


class Shell:
    """In the folder of the world, with what its lab.env says."""

    def __init__(self, folder: Path, lines: Iterator[str]) -> None:
        self.folder = folder
        self._lines = lines
        port = re.search(r"server 127\.0\.0\.1 (\d+)", (folder / "README.txt").read_text())
        assert port is not None
        self.zones = int(port[1])
        self.update = f"--dns-update 127.0.0.1:{self.zones} --tsig-file dns/update.key --state state"

    def run(self, script: str, **more: Any) -> tuple[int, str]:
        done = subprocess.run(["sh", "-c", f". ./lab.env; {script}"], cwd=self.folder, capture_output=True, text=True,
                              check=False, env=ENGLISH, timeout=120, **more)  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def certify(self, *names: str) -> None:
        with (self.folder / "certificate-names.txt").open("a") as file:
            file.writelines(f"{name}\n" for name in names)
        assert any("issued a certificate" in line for line in self._lines)

    def plan(self, flags: str = "$FLAGS") -> dict[str, Any]:
        status, said = self.run(
            f"{MAILTRUST} discover $ADDRESSES {flags} --client {','.join(CLIENTS)} --plan plan.json"
        )
        assert status == 1, said
        return dict(json.loads((self.folder / "plan.json").read_text()))

    def prove(self, flags: str = "") -> tuple[int, dict[str, Any]]:
        status, said = self.run(f"{MAILTRUST} prove plan.json {flags} --format json 2>told")
        return status, dict(json.loads(said))

    def stands(self) -> list[str]:
        """What the zone has at the name, as its own server gives it."""
        dig = f"dig +noall +answer @127.0.0.1 -p {self.zones} {ALIAS}"
        return sorted(" ".join(line.split()) for line in self.run(dig)[1].splitlines() if "RRSIG" not in line)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    try:
        STORIES[0].expect_programs()
    except LabError as missing:
        pytest.skip(str(missing))
    with _up(tmp_path / "world") as made:
        yield made


@contextmanager
def _up(folder: Path) -> Iterator[Shell]:
    command = [sys.executable, "-m", "mailtrust", "lab", "up", "004", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENGLISH) as process:
        try:
            assert process.stdout is not None
            assert any("Ctrl-C" in line for line in process.stdout)
            yield Shell(folder, process.stdout)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_records_are_changed_proven_and_put_back(shell: Shell) -> None:
    shell.certify(*(f"autodiscover.company{one}.test" for one in "abc"))
    promised = [f"way:{client}:carl@companyc.test" for client in CLIENTS]
    made = _when_certified(shell)
    (step,) = made["steps"]
    (target,) = step["do"].pop("shall")
    assert step["do"] == {
        "kind": "dns", "zone": "companyc.test", "name": ALIAS, "type": "CNAME", "was": [], "ttl": 3600
    }  # fmt: skip
    assert target in ("webmail.companya.test.", "autodiscover.companya.test.")
    assert made["looked_by"] == "discover"
    assert set(promised) <= set(made["cures"])
    status, proof = shell.prove()
    assert (status, set(promised) <= set(proof["remaining"])) == (1, True)
    assert f"{ALIAS} has no CNAME records" in (shell.folder / "told").read_text()
    status, said = shell.run(f"{MAILTRUST} apply plan.json --yes {shell.update}")
    assert (status, "Resolved on the wire: " in said) == (0, True), said
    assert shell.stands()[0] == f"{ALIAS}. 3600 IN CNAME {target}"
    _next_second()
    status, proof = shell.prove()
    assert (status, set(made["cures"]) <= set(proof["resolved"]), proof["introduced"]) == (0, True, [])
    assert shell.run(f"{MAILTRUST} apply plan.json --undo --yes {shell.update}")[0] == 0
    assert shell.stands() == []
    _next_second()
    assert shell.prove()[0] == 1


def test_a_resolver_that_remembers_fools_nobody(shell: Shell) -> None:
    shell.certify(*(f"autodiscover.company{one}.test" for one in "abc"))
    port = FreePorts()()
    # The story's own resolver remembers nothing: this is the same one with a memory.
    lines = (shell.folder / "dns" / "unbound.conf").read_text().splitlines()
    kept = [f"    port: {port}" if line.startswith("    port:") else line for line in lines if "cache-max" not in line]
    (shell.folder / "remembering.conf").write_text("\n".join(kept) + "\n")
    with Daemons(shell.folder) as daemons:
        unbound = program("unbound", "unbound")
        daemons.start([unbound, "-d", "-c", shell.folder / "remembering.conf"], [("127.0.0.1", port)])
        made = _when_certified(shell, f"$FLAGS --dns 127.0.0.1:{port}")
        status, said = shell.run(f"{MAILTRUST} apply plan.json --yes {shell.update}")
        assert (status, "Resolved on the wire: " in said) == (0, True), said
        assert f"{ALIAS} has no CNAME records. Once there are some, it may go on for " in said
        status, proof = shell.prove()
        assert (status, set(made["cures"]) & set(proof["resolved"])) == (1, set())
        assert f"{ALIAS} has no CNAME records" in (shell.folder / "told").read_text()
        _next_second()
        status, proof = shell.prove("$FLAGS")
        assert (status, set(made["cures"]) <= set(proof["resolved"])) == (0, True)


def _next_second() -> None:
    """Unbound counts in whole seconds: what it has heard in this one, it may still give, whatever it was told."""
    time.sleep(1.1)


def _when_certified(shell: Shell, flags: str = "$FLAGS") -> dict[str, Any]:
    """nginx has its new files a moment after the signal."""
    for _ in range(5):
        made = shell.plan(flags)
        if [step["do"]["kind"] for step in made["steps"]] == ["dns"]:
            return made
    raise AssertionError(made["steps"])


def test_a_person_does_the_rest(shell: Shell) -> None:
    made = shell.plan()
    assert [step["do"]["kind"] for step in made["steps"]] == ["human", "human", "dns"]
    status, said = shell.run(f"{MAILTRUST} apply plan.json --yes {shell.update}", stdin=subprocess.DEVNULL)
    assert (status, "has to be done by a person" in said, shell.stands()) == (2, True, [])
    names = made["steps"][0]["do"]["command"].split()[3:]
    shell.certify(*(name for name in names if name.startswith("autodiscover.")))
    person, terminal = pty.openpty()
    try:
        os.write(person, b"y\ny\ny\n")
        status, said = shell.run(f"{MAILTRUST} apply plan.json {shell.update}", stdin=terminal)
    finally:
        os.close(person)
        os.close(terminal)
    assert (status, said.count("Is it done?"), "Resolved on the wire: " in said) == (0, 2, True), said
    status, proof = shell.prove()
    assert (status, set(made["cures"]) <= set(proof["resolved"])) == (0, True)
    # autodiscover.companyb.test is well only with the certificate that the person has put into service.
    assert "autodiscover-foreign-certificate:autodiscover.companyb.test" in proof["resolved"]
