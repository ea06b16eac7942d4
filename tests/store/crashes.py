"""Writers that are killed in the middle: python -m tests.store.crashes FOLDER ROUNDS [URL]. Prints what was committed.

A child takes in one certificate with its key after the other and tells of each once it is committed. It is killed at
any moment, then the store is looked through: all that was told of is there, whole, and every key opens.
"""

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import sealing
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.edge.store.place import FilePlace, read_place
from mailtrust.edge.store.store import Store, key_beside
from mailtrust.edge.store.vault import KeySource
from mailtrust.flows.store import Gathered, Who, take_in

ROUNDS_A_STORE = 10
Pair = tuple[Certificate, PrivateKey]
LONGEST = 0.04
"""Seconds before a child is killed that has told of none, one or two: in them it is somewhere in the next."""


def write_until_killed(
    store_at: str, source: KeySource, pairs: list[tuple[Certificate, PrivateKey]], told: int
) -> None:
    """The child."""
    now = datetime.now(UTC)
    store = Store.open(read_place(store_at), now, create=True)
    for one, key in pairs:
        done = take_in(store, Gathered((one,), (key,)), source, Who("child", now))
        if done.certificates:
            os.write(told, f"{one.fingerprint}\n".encode())
    os._exit(0)


def look_through(store_at: str, source: KeySource, committed: set[str]) -> set[str]:
    """Everything that was told of is there; all that is there. Raises AssertionError."""
    store = Store.open(read_place(store_at), datetime.now(UTC), create=True)
    with store.reading() as reader:
        holdings = reader.holdings()
        here = {one.certificate.fingerprint: one for one in holdings.certificates}
        assert committed <= set(here), f"lost: {committed - set(here)}"
        vault = reader.vault(source) if here else None
        for print_, one in here.items():
            sealed = reader.sealed_key_of(print_)
            assert sealed is not None, "a certificate without the key that came with it"
            assert vault is not None
            assert vault.unseal(sealed[1], sealed[0]).matches(one.certificate)
        assert len(reader.public_keys()) == len(here), "a key without its certificate"
        kinds = [change.kind for change in reader.changes()]
        assert kinds.count("certificate-kept") == kinds.count("key-kept") == len(here)
        if isinstance(read_place(store_at), FilePlace):
            assert reader.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    return set(here)


def main(folder: Path, rounds: int, url: str | None) -> None:
    """Kill `rounds` children."""
    sealing.COST = (4, 8, 1)
    rng = random.Random(rounds)
    now = datetime.now(UTC)
    pairs = []
    for number in range(100):
        key = make_key("ec-p256")
        made = self_signed(server_recipe(f"h{number}.example.com"), key, serial=make_serial(), not_before=now,
                           not_after=now + timedelta(days=9))  # fmt: skip
        pairs.append((made.certificate, key))
    # What is imported late is imported before the first child is made.
    look_through(str(folder / "first.db"), KeySource(b"secret"), set())
    take_in(Store.open(FilePlace(folder / "first.db"), now), Gathered((pairs[0][0],), (pairs[0][1],)),
            KeySource(b"secret"), Who("first", now))  # fmt: skip
    killed = torn = total = 0
    committed: set[str] = set()
    store_at, source = url or "", KeySource(b"secret")
    for round_ in range(rounds):
        if url is None and round_ % ROUNDS_A_STORE == 0:
            store_at = str(folder / f"store{round_}.db")
            source = KeySource(None, key_beside(read_place(store_at)))
            committed = set()
        left = [pair for pair in pairs if pair[0].fingerprint not in committed]
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                write_until_killed(store_at, source, left, writing)
            finally:
                os._exit(1)
        os.close(writing)
        told = os.fdopen(reading)
        fresh = [told.readline().strip() for _ in range(rng.randrange(3))]
        time.sleep(rng.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed by itself"
        killed += os.WIFSIGNALED(status)
        with told:
            fresh += told.read().split()
        assert all(fresh), "the child ended by itself"
        committed.update(fresh)
        there = look_through(store_at, source, committed)
        torn += len(there - committed)  # committed, and killed before it could be told
        committed = there
        total += len(fresh)
    sys.stdout.write(f"killed {killed}, committed {total}, not told {torn}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
