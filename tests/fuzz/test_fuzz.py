"""A bounded run over every target, what broke once, and whether the machinery sees what it looks for."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.fuzz import run, seeds, worker
from tests.fuzz.documents import harmless, unmoved
from tests.fuzz.mutation.elements import parse
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.mutation.talk import mutate_talk
from tests.fuzz.mutation.tree import mutate_json
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS
from tests.fuzz.targets.judging import DOCUMENTS

SEED = "bounded"
KEPT = sorted(file for file in run.KEPT.glob("*/*") if not file.suffix)


@pytest.fixture(scope="module")
def bounded() -> Iterator[run.Worker]:
    """One process for all targets: to start it takes longer than to try them."""
    with run.working(timed=False) as started:
        yield started


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_breaks(bounded: run.Worker, target: Target, tmp_path: Path) -> None:
    outcome = run.fuzz(target, SEED, range(target.bounded), bounded, folder=tmp_path)
    assert not outcome.failures, "\n".join(outcome.failures)
    assert outcome.inputs == target.bounded
    assert outcome.peak_mib * 2**20 <= worker.MEMORY


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_broke_once_holds(bounded: run.Worker, file: Path) -> None:
    target = next(one for one in TARGETS if one.name == file.parent.name)
    assert bounded.attempt(target, file.read_bytes())["failure"] == ""


def test_the_same_comes_of_it_in_another_process(tmp_path: Path) -> None:
    """Whatever order sets have there: the same documents, octet for octet."""
    digests = []
    for hash_seed in ("1", "2"):
        with run.working(timed=False, environment=os.environ | {"PYTHONHASHSEED": hash_seed}) as started:
            digests.append(run.fuzz(DOCUMENTS, SEED, range(1000, 1002), started, folder=tmp_path).digests)
    assert digests[0] == digests[1]
    assert all(digests[0])


@pytest.mark.parametrize(
    ("mutate", "pool"),
    [
        (mutate_octets, (b"abc", bytes(100))),
        (mutate_text, (b"abc", "z\u00fcrich \udcff".encode("utf-8", "surrogatepass"))),
        (mutate_talk, (b"220 x\r\n250 STARTTLS\r\n", b"")),
        (mutate_json, (b'{"a": [1, {"b": "c"}, null], "d": true}', b"[]")),
        (mutate_der, None),
    ],
    ids=["octets", "text", "talk", "json", "der"],
)
def test_the_same_chance_gives_the_same_octets(mutate, pool) -> None:
    pool = pool or seeds.world().certificates[:5]
    made = [mutate(Random(f"x{number}"), pool[number % 2], pool) for number in range(200)]
    assert made == [mutate(Random(f"x{number}"), pool[number % 2], pool) for number in range(200)]
    assert len(set(made)) > 60


def test_der_is_put_together_as_it_was() -> None:
    for octets in (*seeds.world().certificates, *seeds.world().crls, *seeds.world().ocsp):
        nodes = parse(octets)
        assert nodes is not None
        assert b"".join(node.encode() for node in nodes) == octets


def test_a_certificate_signed_again_is_believed() -> None:
    """Else no mutation would ever be judged beyond its signature."""
    world = seeds.world()
    again = world.signed_again(world.leaf.certificate.der, world.pki.issuing)
    assert again == world.leaf.certificate.der


def _crash(octets: bytes) -> bytes:
    raise ZeroDivisionError(octets)


def _hang(octets: bytes) -> bytes:
    while True:
        octets = octets[::-1]


def _devour(octets: bytes) -> bytes:
    return bytes(2 * worker.MEMORY) + octets


def target(try_it) -> Target:
    return Target("odd", lambda: (b"x",), mutate_octets, try_it, inputs=1, most_seconds=0.05)


def test_an_exception_is_a_failure() -> None:
    assert "ZeroDivisionError" in str(worker.attempt(target(_crash), b"x", timed=False)["failure"])


def test_an_input_has_its_time_and_no_more() -> None:
    began = time.process_time()
    assert "TooSlowError" in str(worker.attempt(target(_hang), b"x", timed=True)["failure"])
    assert time.process_time() > began


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux limits what a process may take")
@pytest.mark.may_be_left_out
def test_an_input_has_its_memory_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        worker.limit_memory()
        assert "MemoryError" in str(worker.attempt(target(_devour), b"x", timed=False)["failure"])
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


class Dying(run.Worker):
    """A process that is gone when it is asked."""

    def attempt(self, target: Target, octets: bytes) -> dict[str, object]:
        self._process.kill()
        self._process.wait()
        return super().attempt(target, octets)


def test_what_fails_is_kept_with_its_command(tmp_path: Path) -> None:
    started = Dying(timed=False)
    outcome = run.fuzz(TARGETS[0], "1", range(5), started, folder=tmp_path)
    assert outcome.inputs == 1, "nobody is there for the second"
    (failure,) = outcome.failures
    (kept,) = (file for file in (tmp_path / TARGETS[0].name).iterdir() if not file.suffix)
    assert kept.read_bytes() == TARGETS[0].input("1", 0)
    assert failure.endswith(f"python -m tests.fuzz.run --try {kept}")
    assert run.try_again([kept]) == 0, "alone it breaks nothing"
    started.end()


@pytest.mark.parametrize("shown", ["\x1b[2J", "\u202e", "\u200b", "\x9b", "\u2028"])
def test_what_could_do_harm_is_seen(shown: str) -> None:
    with pytest.raises(AssertionError):
        harmless(f"good {shown} evil")
    if shown != "\u200b":
        with pytest.raises(AssertionError):
            unmoved(f"good {shown} evil")


def test_every_name_is_a_target_of_its_own() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)
