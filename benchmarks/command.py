"""What the command costs: CPU seconds (user and system, children included) of whole processes, printed, never asserted.

The server checked is the lab's healthy one, so that only mailtrust's own work is counted.
Usage: python benchmarks/command.py [RUNS]
"""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailtrust.core.formats.target import SCHEMES
from mailtrust.lab.scenarios import SCENARIOS
from mailtrust.lab.world import World

COMMAND = (sys.executable, "-m", "mailtrust")


class LabThread:
    """The lab, on a thread of its own: its CPU is this process's and not that of the commands."""

    def __init__(self, folder: Path, scenario_id: str) -> None:
        self.world = World(folder, now=datetime.now(UTC))
        self.scenario = next(scenario for scenario in SCENARIOS if scenario.id == scenario_id)
        self.scenario.build(self.world)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> World:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.world.start(), self._loop).result()
        return self.world

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.world.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def cpu_of(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = datetime.now(UTC)
    # As it is installed: byte code is kept, and nothing that this user met earlier is recalled.
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONPYCACHEPREFIX": str(folder / "byte-code"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)
    wall = (datetime.now(UTC) - started).total_seconds()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{command} ended with {done.returncode}: {done.stderr.decode()}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def measure(title: str, arguments: list[str], folder: Path, runs: int, aim: str) -> None:
    """Print minimum, median and maximum over the runs, after one that warms the caches."""
    command = (*COMMAND, *arguments)
    cpu_of(command, folder)
    figures = [cpu_of(command, folder) for _ in range(runs)]
    cpu = sorted(used for used, _ in figures)
    wall = statistics.median(took for _, took in figures)
    print(
        f"{title:38} CPU {cpu[0]:.3f} / {statistics.median(cpu):.3f} / {cpu[-1]:.3f} s (min/median/max), "
        f"wall {wall:.3f} s; aim: CPU {aim}"
    )


def main() -> None:
    """Measure the help text, a check of one port and a check of one host with all its ports."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, {runs} runs each")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure("mailtrust --help", ["--help"], folder, runs, "at most 0.15 s")
        with LabThread(folder, "healthy") as world:
            listener = world.listeners[0]
            scheme = next(
                name
                for name, known in SCHEMES.items()
                if (known.protocol, known.tls_mode) == (listener.protocol, listener.tls_mode)
            )
            url = f"{scheme}://{listener.host}:{listener.port}"
            measure("mailtrust check URL (one port)", ["check", url, *world.flags(url)], folder, runs, "at most 0.6 s")
            host = listener.host
            measure(
                "mailtrust check HOST (nine ports)", ["check", host, *world.flags(host)], folder, runs, "at most 0.6 s"
            )


if __name__ == "__main__":
    main()
