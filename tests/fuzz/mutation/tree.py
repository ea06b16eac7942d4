"""JSON changed as a tree: values replaced, removed, repeated, moved, and texts that hurt."""

import json
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.words import hostile

ODD: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    65536,
    2**31,
    2**63,
    2**64,
    -(2**70),
    1e308,
    -0.0,
    "",
    [],
    {},
    [[]],
    [None],
    {"": None},
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30T00:00:00Z",
    "starttls",
    "ldap",
    "no-sni",
    "handshake",
    "failure",
    "timeout",
    "AAAA",
    "MIIB",
    "0" * 64,
    "f" * 64,
    "192.0.2.1",
    "::1",
    "also",
)


def mutate_json(chance: Random, seed: bytes, seeds: Sequence[bytes]) -> bytes:
    """A few changes to a JSON document; now and then to its octets."""
    if chance.random() < 0.08:
        return mutate_octets(chance, seed, seeds)
    tree = json.loads(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 6, 12))):
        tree = changed(chance, tree)
    octets = json.dumps(tree, ensure_ascii=chance.random() < 0.3).encode("utf-8", "surrogatepass")
    return mutate_octets(chance, octets, seeds) if chance.random() < 0.03 else octets


def changed(chance: Random, tree: Any) -> Any:
    """The tree with one place in it changed."""
    places = [(tree, None, None)] if not isinstance(tree, dict | list) else list(_places(tree))
    if not places:
        return deepcopy(chance.choice(ODD))
    holder, key, value = chance.choice(places)
    if key is None:
        return odd(chance, tree)
    match chance.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder[key:key] = [value] * chance.choice((1, 3, 300))
        case 2:
            holder[key] = chance.choice(places)[2]
        case 3 if isinstance(holder, dict):
            holder[hostile(chance)] = value
        case _:
            holder[key] = odd(chance, value)
    # A place moved into itself would have no end.
    return json.loads(json.dumps(tree)) if _depth(tree) < 60 else {}


def odd(chance: Random, value: Any) -> Any:
    """Another value, mostly of the same kind."""
    if isinstance(value, str) and chance.random() < 0.75:
        words = hostile(chance)
        return chance.choice((words, value + words, words + value, value[: len(value) // 2], value.upper()))
    if isinstance(value, bool) and chance.random() < 0.7:
        return not value
    if isinstance(value, int) and chance.random() < 0.5:
        return value + chance.choice((-1, 1, 2**16, 2**31, -(2**40)))
    return deepcopy(chance.choice(ODD))


def _places(tree: Any, depth: int = 0) -> Any:
    if depth > 40:
        return
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield tree, key, value
        if isinstance(value, dict | list):
            yield from _places(value, depth + 1)


def _depth(tree: Any, level: int = 0) -> int:
    if level > 70 or not isinstance(tree, dict | list):
        return level
    inner = tree.values() if isinstance(tree, dict) else tree
    return max((_depth(one, level + 1) for one in inner), default=level)
