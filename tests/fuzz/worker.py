"""The process that tries inputs: it reads one after the other from stdin and says what became of each, within bounds.

It mutates nothing and keeps nothing, so that what it takes is what the product takes.
"""

import argparse
import json
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

MEMORY = 64 * 2**20
"""What strangers may cost beyond what the program needs anyway."""
WARMING = 60
"""Seeds that are tried as they are before it counts: imports, tables and caches are no cost of a stranger's."""
WARMING_IN_HASTE = 3


class TooSlowError(Exception):
    """An input took more CPU time than it may."""


def main() -> None:
    """Serve until stdin ends."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--timed", action="store_true", help="an input has its target's CPU time and no more")
    given = arguments.parse_args()
    answers = sys.stdout
    sys.stdout = sys.stderr
    warm: set[str] = set()
    before = 0
    for target, octets in inputs(sys.stdin.buffer):
        if target.name not in warm:
            warm.add(target.name)
            warm_up(target, WARMING if given.timed else WARMING_IN_HASTE)
            limit_memory()
            before = peak()
        answer = attempt(target, octets, timed=given.timed)
        answers.write(json.dumps(answer | {"mib": round((peak() - before) / 2**20, 1)}) + "\n")
        answers.flush()


def inputs(stream: BinaryIO) -> Iterator[tuple[Target, bytes]]:
    """Each behind the name of its target; before both stand their lengths, in four octets."""
    by_name = {target.name: target for target in TARGETS}
    while head := stream.read(4):
        name = stream.read(int.from_bytes(head)).decode()
        yield by_name[name], stream.read(int.from_bytes(stream.read(4)))


def warm_up(target: Target, count: int) -> None:
    """Try some seeds; what breaks there breaks again when it counts."""
    for seed in target.seeds()[:count]:
        attempt(target, seed, timed=False)


def attempt(target: Target, octets: bytes, *, timed: bool) -> dict[str, object]:
    """Try one input: the CPU time it took, a digest of what came of it, and how it failed."""
    began = time.process_time()
    digest = failure = ""
    try:
        with cpu_limit(target.most_seconds if timed else None):
            digest = sha256(target.try_it(octets)).hexdigest()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        failure = "".join(traceback.format_exception(error))
    return {"ms": round((time.process_time() - began) * 1000, 2), "digest": digest, "failure": failure}


@contextmanager
def cpu_limit(seconds: float | None) -> Iterator[None]:
    """Raise TooSlowError inside when it takes more CPU time; None: it may."""
    if seconds is None:
        yield
        return

    def stop(*_: object) -> None:
        raise TooSlowError(f"more than {seconds} s of CPU time")

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def limit_memory() -> None:
    """From now on this process may take MEMORY more than it has; where the system cannot say, it is measured only."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return
    now = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (now + MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def peak() -> int:
    """The most memory that this process ever had, in octets."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
