"""mailtrust beside sslyze and testssl.sh on the same real servers, in turn, in one run: python -m benchmarks.peers.

(a) one host with nine ports, to the chain and the validity of every port;
(b) the endpoints of 25 hosts on nginx, Postfix and Dovecot.
For each the aims are printed, and whether they were met.
Options: --runs N (3); --no-testssl, which takes minutes. See benchmarks/README.md.
"""

import argparse
import compileall
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from benchmarks.farm import Farm, Port
from tests.programs.daemons import NotInstalledError, program
from tests.programs.postfix import MODES

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".bench"
SSLYZE = "sslyze==6.3.1"
HOSTS = 25
# What sslyze and testssl.sh have no dialogue for.
OURS_ALONE = ("sieve",)
STARTTLS = {"smtp": "smtp", "submission": "smtp", "imap": "imap", "pop3": "pop3"}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to look at the ports: its commands, one after the other, and how many ports they must tell of."""

    title: str
    does: str
    commands: Sequence[Sequence[str]]
    ports: int
    """How many ports it must give chain and validity of."""
    postfix: int
    """How many of them are Postfix's, which counts connections."""
    told: Callable[[str], int]
    """Counts in its output the ports of which it told."""
    most_runs: int = 100


@dataclass(slots=True)
class Measured:
    """What the runs of a way took."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    connections: list[float] = field(default_factory=list)


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-testssl", action="store_true")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("Postfix and Dovecot are started by root only, and so are ports below 1024: run this as root.")
    sslyze = install_sslyze()
    # pip compiles what it installs, sslyze too; an editable mailtrust would compile its changed files in each run.
    compileall.compile_dir(ROOT / "src", quiet=1)
    try:
        with Farm(HOSTS) as farm:
            print(machine(), end="\n\n")
            one = [port for port in farm.ports if port.name == farm.ports[0].name]
            ways = [*ours(farm, one), with_sslyze(farm, sslyze, one)]
            if not options.no_testssl:
                ways.append(with_testssl(farm, one))
            print(f"(a) One host, {len(one)} ports; in the median of the runs, least and most in brackets", end="\n\n")
            found = measure(farm, ways, options.runs)
            table(ways, found)
            aim(found, ways, "sslyze", "wall", 3)
            aim(found, ways, "testssl.sh", "wall", 100)
            ways = [*ours(farm, farm.ports), with_sslyze(farm, sslyze, farm.ports)]
            print(f"\n(b) {len(farm.ports)} endpoints of {HOSTS} hosts, one run of each program for all", end="\n\n")
            found = measure(farm, ways, options.runs)
            table(ways, found)
            aim(found, ways, "sslyze", "cpu", 15)
    except NotInstalledError as missing:
        sys.exit(f"{missing}, or make test-servers")


def ours(farm: Farm, ports: Sequence[Port]) -> list[Way]:
    """Mailtrust in passing and whole, each for one client and for every client; the installed command, as its peers."""
    given = [word for port in ports for word in ("--resolve", f"{port.name}:{port.place.port}:{port.place.address}")]
    hosts = dict.fromkeys(port.name for port in ports)
    command = [str(Path(sys.executable).with_name("mailtrust")), "check", *hosts, "--as", "host", *given]
    command += ["--roots", str(farm.root), "--no-aia", "--format", "json"]

    def told(said: str) -> int:
        reports = json.loads(said)
        endpoints = [
            endpoint
            for report in (reports if isinstance(reports, list) else [reports])
            for endpoint in report["endpoints"]
            if endpoint["offer"] == "default" and len(endpoint["presented_chain"]) == 2
        ]
        return len(endpoints)

    one = ["--client", "thunderbird"]
    ways: tuple[tuple[str, str, list[str]], ...] = (
        ("mailtrust check --quick, 1 client", "chain, key, Thunderbird's verdict", ["--quick", *one]),
        ("mailtrust check --quick", "chain, key, every client's verdict", ["--quick"]),
        ("mailtrust check, 1 client", "whole handshakes, 3 offers, all rules", one),
        ("mailtrust check", "the same for every client", []),
    )
    return [Way(title, does, [[*command, *more]], len(ports), of_postfix(ports), told) for title, does, more in ways]


def with_sslyze(farm: Farm, sslyze: Path, ports: Sequence[Port]) -> Way:
    """sslyze, one run for all ports."""
    ports = [port for port in ports if port.place.scheme not in OURS_ALONE]
    targets = farm.folder / f"sslyze-{len(ports)}"
    targets.write_text("".join(f"{port.name}:{port.place.port}{{{port.place.address}}}\n" for port in ports))
    command = [str(sslyze), "--certinfo", "--starttls", "auto", "--targets_in", str(targets)]
    command += ["--certinfo_ca_file", str(farm.root), "--mozilla_config", "disable"]
    title = "sslyze --certinfo"
    return Way(title, "6 trust stores", [command], len(ports), of_postfix(ports), verified)


def of_postfix(ports: Sequence[Port]) -> int:
    """How many of the ports are served by Postfix."""
    return sum(port.place.scheme in MODES for port in ports)


def verified(said: str) -> int:
    """How many ports sslyze has told a whole chain of."""
    return sum("Received Chain:" in part for part in said.split(" SCAN RESULTS FOR ")[1:])


def with_testssl(farm: Farm, ports: Sequence[Port]) -> Way:
    """testssl.sh, one run for each port, as it does by itself."""
    binary = program("testssl", "testssl.sh")
    ports = [port for port in ports if port.place.scheme not in OURS_ALONE]
    commands = []
    for port in ports:
        starttls = STARTTLS.get(port.place.scheme)
        flags = ["-S", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", port.place.address]
        flags += ["--add-ca", str(farm.root), *(("--starttls", starttls) if starttls else ())]
        commands.append([binary, *flags, f"{port.name}:{port.place.port}"])
    return Way(
        "testssl.sh -S",
        "Debian's roots",
        commands,
        len(ports),
        of_postfix(ports),
        lambda said: said.count("Chain of trust"),
        most_runs=1,
    )


def measure(farm: Farm, ways: Sequence[Way], runs: int) -> list[Measured]:
    """Each way in turn, again and again, after a run of each that nobody counts."""
    found = [Measured() for _ in ways]
    for way in ways:
        if way.most_runs > 1:
            run(farm, way)
    for number in range(runs):
        for way, so_far in zip(ways, found, strict=True):
            if number < way.most_runs:
                wall, cpu, connections = run(farm, way)
                so_far.wall.append(wall)
                so_far.cpu.append(cpu)
                so_far.connections.append(connections)
    return found


def run(farm: Farm, way: Way) -> tuple[float, float, float]:
    """Wall and CPU seconds of a way, and connections a port. Says when a port is missing in the answer."""
    environment = {
        **os.environ, "XDG_CACHE_HOME": str(farm.folder / "cache"), "PYTHONPYCACHEPREFIX": str(farm.folder / "bytes")
    }  # fmt: skip
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, cpu, said = farm.connections(), 0.0, ""
    started = time.monotonic()
    for command in way.commands:
        with (farm.folder / "said").open("w+", encoding="utf-8", errors="replace") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, env=environment,
                cwd=farm.folder,
            )  # fmt: skip
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0  # It has been waited for.
            cpu += used.ru_utime + used.ru_stime
            output.seek(0)
            said += output.read()
    wall = time.monotonic() - started
    if (told := way.told(said)) != way.ports:
        print(f"{way.title} told of {told} ports instead of {way.ports}", file=sys.stderr)
    time.sleep(1)  # The servers' log comes a little later.
    return wall, cpu, (farm.connections() - before) / way.postfix


def table(ways: Sequence[Way], found: Sequence[Measured]) -> None:
    """A line a way; the ratios are those of the first."""
    heads = (
        "",
        "ports",
        "connections a port",
        "wall s",
        "CPU s",
        "CPU ms a port",
        "mailtrust's wall",
        "... and CPU a port",
    )
    print(f"| {' | '.join(heads)} |\n|---|{'---:|' * (len(heads) - 1)}")
    wall, cpu = (statistics.median(seconds) for seconds in (found[0].wall, found[0].cpu))
    for way, seen in zip(ways, found, strict=True):
        own_wall, own_cpu = (statistics.median(seconds) for seconds in (seen.wall, seen.cpu))
        share = (cpu / ways[0].ports) / (own_cpu / way.ports)
        cells = (
            f"{way.title} ({way.does})",
            str(way.ports),
            f"{statistics.median(seen.connections):.1f}",
            spread(seen.wall),
            spread(seen.cpu),
            f"{own_cpu / way.ports * 1000:.1f}",
            f"{wall / own_wall:.3g} x",
            f"{share:.3g} x",
        )
        print(f"| {' | '.join(cells)} |", flush=True)


def aim(found: Sequence[Measured], ways: Sequence[Way], peer: str, of: Literal["wall", "cpu"], part: int) -> None:
    """Print whether mailtrust's first way takes no more than a `part`-th of the peer's seconds for each port."""
    peers = [number for number, way in enumerate(ways) if way.title.startswith(peer)]
    for number in peers:
        own, other = (
            statistics.median(getattr(found[one], of)) / (ways[one].ports if of == "cpu" else 1) for one in (0, number)
        )
        what = "wall" if of == "wall" else "CPU an endpoint"
        verdict = "aim met" if own * part <= other else "aim not met"
        print(f"\n{verdict}: 1/{part} of {peer}'s {what}; it is 1/{other / own:.3g}", flush=True)


def spread(figures: Sequence[float]) -> str:
    """The median, and between what the figures lie."""
    if len(figures) == 1:
        return f"{figures[0]:.2f}"
    return f"{statistics.median(figures):.2f} ({min(figures):.2f}-{max(figures):.2f})"


def machine() -> str:
    """What was measured where, and how busy it was."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} x {model}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {SSLYZE}; load before: {os.getloadavg()[0]:.1f}"
    )


def install_sslyze() -> Path:
    """Sslyze in an environment of its own, below .bench/: its libraries are older than ours."""
    folder = TOOLS / SSLYZE
    binary = folder / "bin" / "sslyze"
    if not binary.exists():
        print(f"Installing {SSLYZE} into {folder} ...", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", SSLYZE]
        subprocess.run(pip, check=True)
    return binary


if __name__ == "__main__":
    main()
