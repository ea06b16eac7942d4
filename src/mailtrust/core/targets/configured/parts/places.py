"""A place that was found before, found again in a configuration that has been changed a little since."""

from collections.abc import Callable, Sequence
from typing import Any

from mailtrust.core.model.configured import Cannot, ConfiguredCertificate
from mailtrust.core.model.text import text

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


def gone(place: ConfiguredCertificate) -> Cannot:
    """The configuration is another one than the place was found in."""
    return Cannot(
        text("Expected {service} in {file}, and did not find it there any more.", service=place.service,
             file=place.named_in)
    )  # fmt: skip
