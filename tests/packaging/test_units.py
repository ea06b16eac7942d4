"""The systemd units, read by systemd."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrust.cli.main import build_parser

UNITS = Path(__file__).parents[2] / "packaging" / "systemd"


@pytest.fixture
def units(tmp_path: Path) -> tuple[Path, Path]:
    """The units, with a program that is there: systemd looks for it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: make test-servers")
    service = tmp_path / "mailtrust-check.service"
    service.write_text((UNITS / service.name).read_text().replace("/usr/bin/mailtrust", sys.executable))
    return service, Path(shutil.copy(UNITS / "mailtrust-check.timer", tmp_path))


def test_systemd_has_nothing_to_say_about_them(units: tuple[Path, Path]) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_service_is_shut_in(units: tuple[Path, Path]) -> None:
    done = subprocess.run(
        ["systemd-analyze", "--offline=yes", "--threshold=20", "security", units[0]],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # Of 10.0, which is a service without any protection; 2.0 is what systemd calls OK.
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_is_one_that_we_understand() -> None:
    settings = dict(
        line.split("=", 1) for line in (UNITS / "check.conf").read_text().splitlines() if line and line[0] != "#"
    )
    (command,) = re.findall(r"^ExecStart=(.*)$", (UNITS / "mailtrust-check.service").read_text(), re.MULTILINE)
    for name, value in settings.items():
        command = command.replace(f"${{{name}}}", value).replace(f"${name}", value)
    program, *arguments = shlex.split(command.replace("%t", "/run"))
    parsed = build_parser().parse_args(arguments)
    assert (program, parsed.targets, parsed.fail_on, parsed.format) == (
        "/usr/bin/mailtrust", ["example.com"], "never", "prometheus",
    )  # fmt: skip
    assert parsed.output == Path("/run/mailtrust/mailtrust.prom")
