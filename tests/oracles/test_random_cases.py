"""Cases made by chance are the same for the same seed, and differ enough to be worth asking."""

import re

from tests.oracles.random_cases import random_cases
from tests.oracles.world import nowhere


def shapes(seed: int, count: int = 60) -> list[tuple[object, ...]]:
    """All but keys, serial numbers and dates."""
    return [
        (
            case.id,
            case.host,
            len(case.anchors),
            tuple(
                (one.subject.text, one.issuer.text, one.dns_names, one.key_usage, one.extended_key_usage)
                for one in (issued.certificate for issued in case.presented)
            ),
        )
        for case in random_cases(seed, count, nowhere)
    ]


def test_a_seed_says_which_cases() -> None:
    first = shapes(1)
    assert first == shapes(1)
    assert first != shapes(2)
    # Each has a generator of its own: how many there are changes none of them.
    assert shapes(1, 10) == first[:10]


def test_cases_differ_in_more_than_their_names() -> None:
    # Without the number that makes the names of each case its own
    told = {(host, anchors, re.sub(r"Chance \d+", "", str(sent))) for _, host, anchors, sent in shapes(3)}
    assert len(told) > 25
