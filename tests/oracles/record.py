"""Ask every real engine that is here about every case, and write down what they say: python -m tests.oracles.record.

It runs in a network of its own in which every name leads to this machine, so that clients which look names up
themselves can be asked too, and none of them can reach anything else.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.oracles.cases import separate_cases
from tests.oracles.dane_cases import dane
from tests.oracles.maker import Issued
from tests.oracles.random_cases import random_cases
from tests.oracles.recordings import (
    RECORDED,
    RecordedCase,
    Recording,
    differences,
    forget_unused_cases,
    load,
    save,
    save_cases,
)
from tests.oracles.world import Case

from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.dns_server import DnsServer, Zone
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.oracles import ENGINES, Answer, Engine, OracleError, Question
from mailtrust.lab.oracles.network import DNS_PORT, LOOPBACK, EveryName, in_own_network, reenter

ROOTS = "roots.pem"


def main() -> int:
    """Record; the exit status is 1 when an engine that was named could not be asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracles.record", description=__doc__)
    parser.add_argument("--only", help="ids of engines, with commas; default: every one that is here")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000, help="of the cases made by chance")
    parser.add_argument("--chance", type=int, help="how many cases made by chance; default: a third of all")
    parser.add_argument("--parts", type=Path, default=Path(".oracles"), help="where fetched libraries lie")
    asked = parser.parse_args()
    if not in_own_network():
        return reenter([sys.executable, "-m", "tests.oracles.record", *sys.argv[1:]])
    wanted = asked.only.split(",") if asked.only else None
    engines = [engine for engine in ENGINES if wanted is None or engine.id in wanted]
    with tempfile.TemporaryDirectory(prefix="mailtrust-oracles-") as folder:
        missed = asyncio.run(_record(engines, asked.seed, asked.chance, Path(folder), asked.parts.absolute()))
    return 1 if wanted and missed else 0


async def _record(engines: Sequence[Engine], seed: int, by_chance: int | None, folder: Path, parts: Path) -> list[str]:
    aia = AiaHost(LOOPBACK)

    def publish(issued: Issued) -> str:
        return aia.publish(f"{issued.certificate.fingerprint}.crt", issued.certificate.der)

    fixed = separate_cases(publish)
    chance = random_cases(seed, len(fixed) // 2 + 1 if by_chance is None else by_chance, publish)
    await aia.start()
    zone = EveryName()
    names = DnsServer(zone, LOOPBACK, DNS_PORT)
    await names.start()
    with_records = separate_cases(publish, (dane,))
    for case in (*fixed, *chance, *with_records):
        _write(case, folder / case.id)
    set_name = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}-{seed}"
    recorded = {case.id: RecordedCase.of(case) for case in (*fixed, *with_records)}
    recorded |= {case.id: RecordedCase.of(case, by_chance=True) for case in chance}
    RECORDED.mkdir(exist_ok=True)
    save_cases(set_name, recorded.values())
    _say(f"{len(fixed)} cases and {len(chance)} made by chance from seed {seed}")
    missed = []
    for engine in engines:
        began = time.monotonic()
        try:
            cases = with_records if engine.reads_tlsa else (*fixed, *chance)
            version, answers, unasked = await _ask(engine, cases, folder, parts, zone)
        except OracleError as problem:
            _say(f"{engine.id}: left out, {problem}")
            missed.append(engine.id)
            continue
        at = datetime.now(UTC).replace(microsecond=0)
        new = Recording(engine.id, version, at, set_name, recorded, answers, unasked)
        lines = differences(load(engine.id), new)
        save(new)
        marks = Counter(line[0] for line in lines)
        _say(
            f"{engine.id}: {version}: {len(answers)} answers, {sum(one.accepted for one in answers.values())} of them "
            f"yes, {len(unasked)} not to be had; {marks['+']} added, {marks['!']} changed, {marks['-']} removed; "
            f"{time.monotonic() - began:.0f} s"
        )
        if load(engine.id) is not None:
            _say(*(f"  {line}" for line in lines if line[0] == "!"))
    forget_unused_cases()
    await names.stop()
    await aia.stop()
    return missed


async def _ask(
    engine: Engine, cases: Sequence[Case], folder: Path, parts: Path, zone: Zone
) -> tuple[str, dict[str, Answer], dict[str, str]]:
    place = folder / f"engine-{engine.id}"
    place.mkdir()
    oracle = engine.make(place, parts)
    version = await oracle.version()
    answers, unasked = {}, {}
    async with _listening(engine, cases, folder) as questions:
        try:
            for case, question in questions:
                zone.replace(f"_{question.port}._tcp.{question.name}", "TLSA", *filter(None, case.tlsa or ()))
            await oracle.start([question for _, question in questions])
            for case, question in questions:
                try:
                    answers[case.id] = await oracle.ask(question)

                except OracleError as problem:
                    unasked[case.id] = str(problem)
        finally:
            await oracle.stop()
    return version, answers, unasked


@contextlib.asynccontextmanager
async def _listening(engine: Engine, cases: Sequence[Case], folder: Path) -> AsyncIterator[list[tuple[Case, Question]]]:
    """A port for every case, in the protocol that this engine speaks."""
    listeners: list[Listener] = []
    questions = []
    try:
        for case in cases:
            address = case.host if ":" in case.host else LOOPBACK
            listener = Listener(case.host, 443, engine.protocol, engine.tls_mode, folder / case.id, address=address)
            await listener.start()
            listeners.append(listener)
            roots = folder / case.id / ROOTS
            question = Question(case.host, address, listener.real_port, engine.protocol, engine.tls_mode, roots)
            questions.append((case, question))
        yield questions
    finally:
        for listener in listeners:
            await listener.stop()


def _write(case: Case, folder: Path) -> None:
    folder.mkdir()
    (folder / BUNDLE).write_text("".join(issued.pem for issued in case.presented))
    (folder / KEY).write_text(case.leaf.key.to_pem())
    (folder / ROOTS).write_text("".join(anchor.pem for anchor in case.anchors))


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
