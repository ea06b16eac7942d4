"""A fuzzing target: what is tried, with what it begins, how it is changed, and what counts as broken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Mutate = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""Changes one seed; the others are at hand to cut from. The same chance gives the same octets."""


@dataclass(frozen=True)
class Target:
    """`try_it` gets any octets. An exception of it is a failure: what the product may raise, it swallows itself."""

    name: str
    seeds: Callable[[], Sequence[bytes]]
    mutate: Mutate
    try_it: Callable[[bytes], bytes]
    """Gives what came of it: the same octets for the same input, in whatever process."""
    inputs: int
    """Of one long run."""
    bounded: int = 100
    """Of one run among the other tests: a second or two at the most."""
    most_seconds: float = 2.0
    """CPU time of one input in a long run; about a hundred times what the slowest honest one takes."""

    def input(self, seed: str, number: int) -> bytes:
        """The input of that number: a function of the seed and the number alone."""
        chance = Random(f"{seed} {self.name} {number}")
        seeds = self.seeds()
        return self.mutate(chance, chance.choice(seeds), seeds)
