"""The systemd units, read by systemd."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrust.cli.main import build_parser, main

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


RENEW = '[[renew]]\nname = "mail"\nnames = ["mail.example.com"]\nby = "ca"\n'


@pytest.fixture
def renewing(tmp_path: Path) -> tuple[Path, Path]:
    """What `mailtrust renew --timer` writes."""
    units = tmp_path / "units"
    units.mkdir()
    state, servers = tmp_path / 'with a "quote" and 100 % $HOME', tmp_path / "mailtrust.toml"
    servers.write_text(RENEW)
    given = ("renew", "--timer", "systemd", "-o", str(units), "--state", str(state), "--servers", str(servers))
    assert main(given) == 0
    service, timer = (units / f"mailtrust-renew.{kind}" for kind in ("service", "timer"))
    (command,) = re.findall(r"^ExecStart=(.*)$", service.read_text(), re.MULTILINE)
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)]
    parsed = build_parser().parse_args(words[words.index("renew") :])
    assert (parsed.all, parsed.state, parsed.servers) == (True, state, servers)
    return service, timer


def test_systemd_has_nothing_to_say_about_the_timer_of_renewals(renewing: tuple[Path, Path]) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: make test-servers")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *renewing], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_line_of_cron(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mailtrust.toml").write_text(RENEW)
    toml = ("--servers", str(tmp_path / "mailtrust.toml"))
    assert main(("renew", "--timer", "cron", *toml, "--state", str(tmp_path / "50 %"))) == 0
    minute, hours, *rest = capsys.readouterr().out.split(maxsplit=5)
    first, second = map(int, hours.split(","))
    assert (0 <= int(minute) < 60, 0 <= first < 12, second) == (True, True, first + 12)
    assert rest[:3] == ["*", "*", "*"]
    *words, away, nowhere = shlex.split(" ".join(rest[3:]).replace("\\%", "%"))
    assert (away, nowhere) == (">", "/dev/null")
    parsed = build_parser().parse_args(words[words.index("renew") :])
    assert (parsed.all, parsed.state, parsed.servers) == (True, tmp_path / "50 %", tmp_path / "mailtrust.toml")
    assert main(("renew", "--timer", "cron", *toml, "-o", str(tmp_path))) == 0
    assert " root " in (tmp_path / "mailtrust-renew").read_text()
    assert main(("renew", "--timer", "cron", *toml, "-o", str(tmp_path / "nowhere"))) == 2
