"""One target with atheris, which follows the coverage: `python -m tests.fuzz.guided certificate -max_total_time=600`.

Needs `pip install atheris` (Apache-2.0, CPython on Linux); whatever follows the target's name is libFuzzer's. Our own
mutators make two of three inputs, libFuzzer's the third. What breaks is written where libFuzzer says; moved into
`.fuzz/<target>/`, `python -m tests.fuzz.run --try` tries it again.
"""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["mailtrust"]):
    from tests.fuzz.targets import TARGETS

LONGEST = 300_000


def main() -> None:
    """Fuzz until libFuzzer has enough."""
    names = [target.name for target in TARGETS]
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.exit("Expected a target: " + ", ".join(names))
    target = TARGETS[names.index(sys.argv[1])]
    seeds = target.seeds()

    def mutated(octets: bytes, most: int, number: int) -> bytes:
        chance = Random(number)
        if chance.random() < 1 / 3 and octets:
            return atheris.Mutate(octets, most)
        return target.mutate(chance, octets or chance.choice(seeds), seeds)[:most]

    def attempt(octets: bytes) -> None:
        target.try_it(octets)

    options = [sys.argv[0], f"-max_len={LONGEST}", "-timeout=30", *sys.argv[2:]]
    atheris.Setup(options, attempt, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
