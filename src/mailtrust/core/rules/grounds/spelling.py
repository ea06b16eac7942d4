"""Names that differ by a slip of the finger."""

from collections.abc import Iterable

SERVICE_LABELS = ("autodiscover", "autoconfig", "webmail", "mta-sts", "outlook", "exchange", "activesync")
"""First labels in use by custom, long enough that a neighbouring spelling is no name of its own."""

SHORTEST_LABEL = 4
"""Shorter labels (`mx`, `pop`, `ns`) have neighbours that mean something else."""

LONG_LABEL = 8
"""From here on two slips are still a slip."""


def near_miss(wanted: str, presented: Iterable[str]) -> str | None:
    """The presented name that is `wanted` but for a slip, or None: a label with a letter or two wrong, `.` for `-`."""
    for name in presented:
        if name.lower() != wanted.lower() and slip(wanted.lower().rstrip("."), name.lower().rstrip(".")):
            return name
    return None


def slip(wanted: str, written: str) -> bool:
    """Whether two different names differ by one slip."""
    if "*" in written:
        return False
    if wanted.replace(".", "").replace("-", "") == written.replace(".", "").replace("-", ""):
        return True
    ours, theirs = wanted.split("."), written.split(".")
    if len(ours) != len(theirs):
        return False
    different = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    return len(different) == 1 and slipped_label(*different[0])


def slipped_label(wanted: str, written: str) -> bool:
    """Whether a label is another one but for a slip. `mx1` and `mx2` are two hosts."""
    if min(len(wanted), len(written)) < SHORTEST_LABEL or wanted == written:
        return False
    if wanted.strip("0123456789-") == written.strip("0123456789-"):
        return False
    return distance(wanted, written) <= (2 if len(wanted) >= LONG_LABEL else 1)


def misspelt_service(name: str) -> str | None:
    """The name with its first label set right, when that is nearly one of the customary labels."""
    first, dot, rest = name.lower().partition(".")
    if not dot or first in SERVICE_LABELS:
        return None
    return next((f"{label}.{rest}" for label in SERVICE_LABELS if slipped_label(label, first)), None)


def distance(one: str, other: str) -> int:
    """Letters to insert, drop, change or swap with their neighbour (optimal string alignment); 3 stands for more."""
    if abs(len(one) - len(other)) > 2 or len(one) > 63 or len(other) > 63:
        return 3
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return min(above[-1], 3)
