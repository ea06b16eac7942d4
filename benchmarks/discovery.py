"""The critical path of `discover`: the walk of a domain 50 ms away, beside the least that its dependent answers cost.

Usage: python -m benchmarks.discovery [--delay MS] [--runs N]. Needs root, Linux with TUN devices, iproute2, and Knot,
Unbound and nginx (`make test-servers`). Nothing is asserted: figures are printed.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.delay_line import FAR, DelayLine

PROGRAMS = {"ip": "iproute2", "knotd": "knot", "keymgr": "knot", "unbound": "unbound", "nginx": "nginx"}


def main() -> None:
    """Make the line and the far end, have the near end walk, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=25.0, metavar="MS", help="each way (default: 25)")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--near", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.near is not None:
        sys.stdout.write(json.dumps(_near(options.near, options.runs)))
        return
    if missing := _missing():
        sys.stdout.write(f"discovery.py is left out: it needs {', '.join(missing)}.\n")
        return
    with tempfile.TemporaryDirectory(prefix="mailtrust-line-") as named, DelayLine(options.delay / 1000) as line:
        folder = Path(named)
        folder.chmod(0o755)
        python = [sys.executable, "-m"]
        command = line.within(line.far, [*python, "benchmarks.far_side", named])
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as far:
            if far.stdout is None or far.stdin is None or far.stdout.readline() != "ready\n":
                raise SystemExit("The far end did not start.")
            try:
                near = line.within(line.near, [*python, "benchmarks.discovery", "--near", named,
                                               "--runs", str(options.runs)])  # fmt: skip
                told = json.loads(subprocess.run(near, stdout=subprocess.PIPE, check=True).stdout)
                whole = line.within(line.near, [*python, "mailtrust", *_arguments(folder)])
                told["command"] = [_wall(whole) for _ in range(options.runs)]
            finally:
                far.stdin.close()
                far.wait()
    _show(told, 2 * options.delay)


def _missing() -> list[str]:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    lacks = [f"{name} ({package})" for name, package in PROGRAMS.items() if shutil.which(name, path=path) is None]
    lacks += [] if os.name == "posix" and os.geteuid() == 0 else ["root"]
    lacks += [] if os.path.exists("/dev/net/tun") else ["/dev/net/tun"]
    return lacks


def _arguments(folder: Path) -> list[str]:
    from benchmarks.far_side import ADDRESS

    return ["discover", ADDRESS, "--dns", FAR, "--trust-ad", "--no-aia", "--roots", str(folder / "root.pem"),
            "--format", "json", "-o", str(folder / "out.json")]  # fmt: skip


def _wall(command: Sequence[str]) -> float:
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 1:
        raise SystemExit(f"discover ended with {done.returncode}; 1 was expected.")
    return (time.monotonic() - begun) * 1000


def _near(folder: Path, runs: int) -> dict[str, Any]:
    """Within the near namespace: the walls of whole runs and of each client's own, and what they cost at least."""
    from benchmarks.round_trips import Wants, least

    from mailtrust.cli.inside import situations_of
    from mailtrust.cli.main import build_parser
    from mailtrust.cli.walking import outside_of, walk_request
    from mailtrust.core.model.walk import Answer, Question
    from mailtrust.flows.answering import Outside
    from mailtrust.flows.discover import discover, stores_needed
    from mailtrust.flows.discover_all import course_of, walk_and_cure
    from mailtrust.flows.walking import walk_all

    options = build_parser("discover").parse_args(_arguments(folder))
    (situation,) = situations_of(options, both=False)
    request = walk_request(options, options.addresses[0], situation)

    def timed() -> tuple[Outside, Callable[[], float]]:
        """An outside, and until when it was asked: that connections are left politely after that is not counted."""
        outside, ended = outside_of(options), list[float]()
        leave = outside.edge.farewells

        async def farewells() -> None:
            ended.append(time.monotonic())
            if leave is not None:
                await leave()

        outside.edge = replace(outside.edge, farewells=farewells)
        return outside, lambda: ended[0]

    async def whole() -> tuple[float, float]:
        outside, ended = timed()
        begun, cpu = time.monotonic(), time.process_time()
        await walk_and_cure([request], {False: outside}, "")
        return (ended() - begun) * 1000, (time.process_time() - cpu) * 1000

    async def one(traveller_number: int) -> tuple[float, Mapping[Question, Answer], int]:
        alone = replace(request, travellers=(request.travellers[traveller_number],))
        outside, ended = timed()
        begun = time.monotonic()
        found, stores = await discover(alone, outside)
        wall = (ended() - begun) * 1000
        least_trips = least(found.book, lambda known: walk_all(alone, known, found.pool, stores, found.at)[1])
        return wall, found.book, least_trips

    asyncio.run(whole())  # What is imported late is imported now, and the resolver knows the names.
    walls = [asyncio.run(whole()) for _ in range(runs)]
    clients = {}
    for number, traveller in enumerate(request.travellers):
        measured = [asyncio.run(one(number)) for _ in range(runs)]
        clients[traveller.id] = {"wall": [wall for wall, _, _ in measured], "least": measured[0][2]}
    walked = asyncio.run(walk_and_cure([request], {False: outside_of(options)}, ""))
    book = walked.books[False]
    found = walked.discoveries[0]

    def wanting() -> Wants:
        course = course_of([request], {False: outside_of(options)})
        course.places[False].pool = found.pool

        def wants(known: Mapping[Question, Answer]) -> list[Question]:
            course.places[False].book = dict(known)
            return [question for _, question in course.wants()]

        return wants

    stores = outside_of(options).edge.load_stores(stores_needed(request.travellers))
    return {
        "wall": [wall for wall, _ in walls],
        "cpu": [cpu for _, cpu in walls],
        "clients": clients,
        "walks": least(book, lambda known: walk_all(request, known, found.pool, stores, found.at)[1]),
        "least": least(book, wanting()),
        "impolite": least(book, wanting(), polite=False),
        "questions": len(book),
    }


def _show(told: Mapping[str, Any], trip: float) -> None:
    """A table: the wall, the same in round trips, the least, and how many times that it is."""
    print(
        f"discover of a domain {trip:.0f} ms away (round trip), {told['questions']} questions; medians, least and most"
    )
    print(f"{'':34}{'wall ms':>20}{'round trips':>13}{'least':>7}{'times':>7}")
    for client, of_it in told["clients"].items():
        _line(client, of_it["wall"], of_it["least"], trip)
    _line("walk and cure, all clients", told["wall"], told["least"], trip)
    print(f"{'':4}{told['walks']} of them until every client's walk is at its end, the rest for the cure; "
          f"without the rule of two connections to a port at a time {told['impolite']}")  # fmt: skip
    print(f"{'':4}CPU of it: {statistics.median(told['cpu']):.0f} ms of one thread")
    print(f"{'the whole command, from its start':34}{_spread(told['command']):>20}")


def _line(what: str, walls: Sequence[float], least: int, trip: float) -> None:
    trips = statistics.median(walls) / trip
    times = f"{trips / least:.2f}" if least else ""
    print(f"{what:34}{_spread(walls):>20}{trips:>13.1f}{least:>7}{times:>7}")


def _spread(walls: Sequence[float]) -> str:
    return f"{statistics.median(walls):.0f} ({min(walls):.0f}-{max(walls):.0f})"


if __name__ == "__main__":
    main()
