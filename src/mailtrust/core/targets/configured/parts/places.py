"""A place that was found before, found again in a configuration that has been changed a little since."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from mailtrust.core.model.configured import Cannot, ConfiguredCertificate, Files
from mailtrust.core.model.text import text

Found = TypeVar("Found")
Where = tuple[str, int]
"""A file, and a place in its text."""

# What tells a place, the most certain first: another edit may have changed its line, or what it names.
_SIGNS: tuple[Callable[[ConfiguredCertificate], Any], ...] = (
    lambda one: (one.named_in, one.line, one.chain_file),
    lambda one: (one.named_in, one.service, one.chain_file),
    lambda one: (one.named_in, one.line),
    lambda one: (one.named_in, one.service, one.listens),
)


def found_again(wanted: ConfiguredCertificate, places: Sequence[ConfiguredCertificate]) -> int | None:
    """The number of the place that is meant; None: it is there no more, or several might be it."""
    if wanted in places:
        return places.index(wanted)
    for sign in _SIGNS:
        same = [number for number, place in enumerate(places) if sign(place) == sign(wanted)]
        if len(same) == 1:
            return same[0]
    return None


def all_found_again(
    wanted: Iterable[ConfiguredCertificate], there: Sequence[tuple[ConfiguredCertificate, Found]]
) -> list[Found] | Cannot:
    """What stands at each of these places, beside what was found now."""
    known = [place for place, _ in there]
    found: list[Found] = []
    for place in wanted:
        number = found_again(place, known)
        if number is None:
            return gone(place)
        found.append(there[number][1])
    return found


def shall_be(
    wanted: Mapping[ConfiguredCertificate, Files], places: Sequence[ConfiguredCertificate]
) -> list[Files] | Cannot:
    """What each place names when those that are wanted are changed."""
    shall = [Files(place.chain_file, place.key_file) for place in places]
    for place, files in wanted.items():
        same = [number for number, one in enumerate(places) if one == place]
        again = found_again(place, places) if not same else None
        if not same and again is None:
            return gone(place)
        for number in same if again is None else (again,):
            shall[number] = files
    return shall


def agreed(uses: Iterable[tuple[Where, str, bool]]) -> dict[Where, str | None]:
    """What lines shall name that count for several places: each use is a line, a file, and whether it is firm.

    A use that is not firm can get a line of its own. None: firm uses contradict each other; absent: nothing is agreed.
    """
    firm, loose = defaultdict[Where, set[str]](set), defaultdict[Where, set[str]](set)
    for where, file, is_firm in uses:
        (firm if is_firm else loose)[where].add(file)
    together: dict[Where, str | None] = {where: files.pop() for where, files in loose.items() if len(files) == 1}
    return {**together, **{where: files.pop() if len(files) == 1 else None for where, files in firm.items()}}


def shared(line: int, file: str) -> Cannot:
    """One line counts for several, and they need different files."""
    return Cannot(text("Several servers share line {line} of {file}, and need different files.", line=line, file=file))


def gone(place: ConfiguredCertificate) -> Cannot:
    """The configuration is another one than the place was found in."""
    return Cannot(
        text("Expected {service} in {file}, and did not find it there any more.", service=place.service,
             file=place.named_in)
    )  # fmt: skip
