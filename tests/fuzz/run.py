"""`make fuzz`: every target, so many inputs each, and a table of what they cost; what breaks is kept and tried again.

Inputs are numbered, and an input is a function of seed, target and number alone: a run that was stopped goes on where
it was (--resume), and whatever was found can be made again anywhere.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS
from tests.fuzz.worker import attempt

HOUSE = Path(__file__).parents[2]
FOLDER = HOUSE / ".fuzz"
KEPT = Path(__file__).with_name("kept")
"""Inputs that broke something once, by target: <target>/<digest>."""
MOST_FAILURES = 20


@dataclass
class Outcome:
    """What the run of one target came to."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    slowest_ms: float = 0.0
    slowest: int = 0
    """Its number."""
    peak_mib: float = 0.0
    failures: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    """Of what came out, input by input."""


class Worker:
    """A process that tries inputs."""

    def __init__(self, *, timed: bool, environment: dict[str, str] | None = None) -> None:
        options = ["--timed"] if timed else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=HOUSE,
            env=environment,
        )

    def attempt(self, target: Target, octets: bytes) -> dict[str, object]:
        """What became of the input; of one that killed the process, how it died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        name = target.name.encode()
        with suppress(BrokenPipeError):  # it died before it had all of it
            self._process.stdin.write(len(name).to_bytes(4) + name + len(octets).to_bytes(4) + octets)
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if line:
            answer: dict[str, object] = json.loads(line)
            return answer
        return {"ms": 0.0, "digest": "", "mib": 0.0, "failure": f"the process died: status {self._process.wait()}"}

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it died with something unread
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


@contextmanager
def working(**options: Any) -> Iterator[Worker]:
    worker = Worker(**options)
    try:
        yield worker
    finally:
        worker.end()


def fuzz(
    target: Target, seed: str, numbers: Iterable[int], worker: Worker, *, until: float = inf, folder: Path = FOLDER
) -> Outcome:
    """Try the inputs of these numbers, at most until that moment of the monotonic clock, or until the worker dies."""
    outcome = Outcome(target.name)
    began = time.monotonic()
    for number in numbers:
        octets = target.input(seed, number)
        answer = worker.attempt(target, octets)
        _note(outcome, number, answer)
        if answer["failure"]:
            outcome.failures.append(_keep(folder, target, octets, f"input {number} of seed {seed}", answer))
        if not worker.alive or len(outcome.failures) >= MOST_FAILURES or time.monotonic() > until:
            break
    outcome.seconds = time.monotonic() - began
    return outcome


def _note(outcome: Outcome, number: int, answer: dict[str, object]) -> None:
    took, most = float(str(answer["ms"])), float(str(answer["mib"]))
    outcome.inputs += 1
    outcome.digests.append(str(answer["digest"]))
    outcome.peak_mib = max(outcome.peak_mib, most)
    if took > outcome.slowest_ms:
        outcome.slowest_ms, outcome.slowest = took, number


def _keep(folder: Path, target: Target, octets: bytes, what: str, answer: dict[str, object]) -> str:
    place = folder / target.name / sha256(octets).hexdigest()[:16]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(octets)
    place.with_suffix(".txt").write_text(str(answer["failure"]), "utf-8", "backslashreplace")
    last = ascii(str(answer["failure"]).strip().rpartition("\n")[2])[1:-1][:300]
    return f"{what}: {last}\n    python -m tests.fuzz.run --try {place}"


def try_again(files: Sequence[Path]) -> int:
    """Try kept inputs, whose folder is named as their target; 1 when one still fails."""
    status = 0
    by_name = {target.name: target for target in TARGETS}
    for file in files:
        failure = str(attempt(by_name[file.resolve().parent.name], file.read_bytes(), timed=True)["failure"])
        sys.stdout.write(f"{file}: {failure or 'holds'}\n")
        status = status or int(bool(failure))
    return status


def table(outcomes: Sequence[Outcome]) -> str:
    """One line for each target, and what broke."""
    lines = [f"{'target':<18}{'inputs':>9}{'seconds':>9}{'slowest ms':>12}{'input':>9}{'peak MiB':>10}{'failures':>10}"]
    lines += [
        f"{one.target:<18}{one.inputs:>9}{one.seconds:>9.0f}{one.slowest_ms:>12.1f}{one.slowest:>9}"
        f"{one.peak_mib:>10.1f}{len(one.failures):>10}"
        for one in outcomes
    ]
    return "\n".join([*lines, *(failure for one in outcomes for failure in one.failures)])


def main() -> int:
    """The command line; exit status 1 when something broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument(
        "--seconds", type=float, help="share so much time out among the targets instead of counting inputs"
    )
    parser.add_argument("--only", help="targets by name, with commas between")
    parser.add_argument("--times", type=float, default=1.0, help="so many times the inputs of a long run")
    parser.add_argument("--resume", action="store_true", help="go on behind the last input of this seed that was tried")
    parser.add_argument("--try", nargs="+", type=Path, dest="files", help="only try these kept inputs again")
    given = parser.parse_args()
    if given.files:
        return try_again(given.files)
    wanted = [target for target in TARGETS if not given.only or target.name in given.only.split(",")]
    FOLDER.mkdir(exist_ok=True)
    progress = FOLDER / "progress.json"
    tried: dict[str, int] = json.loads(progress.read_text()) if given.resume and progress.exists() else {}
    outcomes = []
    for target in wanted:
        key = f"{given.seed} {target.name}"
        first = tried.get(key, 0)
        numbers = range(first, first + (10**9 if given.seconds else round(target.inputs * given.times)))
        until = time.monotonic() + given.seconds / len(wanted) if given.seconds else inf
        with working(timed=True) as worker:
            outcomes.append(fuzz(target, given.seed, numbers, worker, until=until))
        sys.stderr.write(table(outcomes[-1:]).partition("\n")[2] + "\n")
        tried[key] = first + outcomes[-1].inputs
        progress.write_text(json.dumps(tried))
    sys.stdout.write(table(outcomes) + "\n")
    return int(any(one.failures for one in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
