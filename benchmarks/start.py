"""What a short check is made of: CPU of whole processes, each doing more than the one before.

First come the modules that a check of one healthy host imports, by whose they are; then that check, `--quick` and for
one client, on the lab's server. The processes run in turn; what is printed is the median, and what each adds to it.
Usage: python -m benchmarks.start [RUNS]
"""

import compileall
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.command import LabThread, cpu_of

LIST = "import sys; from mailtrust.cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
STANDARD, OTHERS, OURS = "the standard library", "the crypto library, msgspec, certifi and uvloop", "mailtrust"
# Like the command, without looks for garbage.
IMPORT = """
import gc, importlib, sys
gc.set_threshold(200_000)
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # another module's part, which comes with it
gc.freeze()
"""


def modules_of(arguments: list[str], folder: Path) -> dict[str, list[str]]:
    """The modules that a command imports, in their order, by whose they are."""
    command = [sys.executable, "-c", LIST, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=True)
    whose: dict[str, list[str]] = {STANDARD: [], OTHERS: [], OURS: []}
    for name in done.stderr.decode().split("\n")[-2].split():
        top = name.partition(".")[0]
        if top != "__main__":
            whose[OURS if top == OURS else STANDARD if top in sys.stdlib_module_names else OTHERS].append(name)
    return whose


def main() -> None:
    """Measure, and print a table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    compileall.compile_dir(Path(__file__).parent.parent / "src", quiet=1)  # as pip leaves what it installs
    with tempfile.TemporaryDirectory() as name, LabThread(Path(name), "healthy") as world:
        folder = Path(name)
        host = world.listeners[0].host
        check = ["check", host, "--as", "host", *world.flags(host), "--quick", "--client", "thunderbird"]
        for port in (listener for listener in world.listeners if listener.host == host):
            check += ["--resolve", f"{host}:{port.port}:{port.address}"]  # so that DNS is not asked
        check += ["--format", "json"]
        python = [sys.executable, "-c"]
        steps = [("Python itself", [*python, "pass"])]
        names: list[str] = []
        for owner, own in modules_of(check, folder).items():
            names += own
            steps.append((f"+ {len(own)} modules of {owner}", [*python, IMPORT, *names]))
        steps.append(
            ("+ the check of nine ports, up to its report", [str(Path(sys.executable).with_name("mailtrust")), *check])
        )
        found: list[list[float]] = [[] for _ in steps]
        for number in range(runs + 1):
            for (_, command), figures in zip(steps, found, strict=True):
                cpu, _ = cpu_of(command, folder)
                if number:  # the first run fills the caches
                    figures.append(cpu)
    print(f"Python {sys.version.split()[0]}, {runs} runs\n\n| | CPU s | adds s |\n|---|---:|---:|")
    before = 0.0
    for (title, _), figures in zip(steps, found, strict=True):
        median = statistics.median(figures)
        print(f"| {title} | {median:.3f} ({min(figures):.3f}-{max(figures):.3f}) | {median - before:.3f} |")
        before = median


if __name__ == "__main__":
    main()
