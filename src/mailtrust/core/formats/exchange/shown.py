"""One object as PowerShell shows it: properties by name, whatever road they came by (CLIXML, text, a live endpoint)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from mailtrust.core.model.frozen import frozen

MOST_OBJECTS = 5_000
"""Of one document: a hundred servers have about that many connectors, directories and certificates."""


@frozen
class Shown:
    """An object. Names are case-insensitive in PowerShell, so they stand here in small letters."""

    properties: Mapping[str, "Value"]
    text: str = ""
    """What ToString says of it: of an enumeration its words."""
    types: tuple[str, ...] = ()
    """Its class and what that derives from; empty: not said."""
    cut: frozenset[str] = frozenset()
    """Properties of which only the beginning is shown."""

    def has(self, *names: str) -> bool:
        """Whether it has all of these properties, with or without a value."""
        return all(name.lower() in self.properties for name in names)

    def value(self, name: str) -> "Value":
        """The property; None where there is none."""
        return self.properties.get(name.lower())

    def word(self, name: str) -> str:
        """The property as one text; empty where it has no value."""
        return written(self.value(name))

    def words(self, name: str) -> list[str]:
        """The property as a list of texts."""
        value = self.value(name)
        several = value if isinstance(value, tuple) else (value,)
        return [one for one in map(written, several) if one]

    def flag(self, name: str) -> bool | None:
        """The property as yes or no."""
        value = self.value(name)
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(written(value).lower())

    def moment(self, name: str) -> datetime | None:
        """The property as a moment, where its form says which one: a text in the manner of a country does not."""
        value = self.value(name)
        return value if isinstance(value, datetime) else None

    def octets(self, name: str) -> bytes | None:
        """The property as octets."""
        value = self.value(name)
        return value if isinstance(value, bytes) else None


Value = None | bool | int | str | datetime | bytes | tuple["Value", ...] | Shown


def written(value: Value) -> str:
    """A value as one text, as PowerShell's string cast gives it."""
    match value:
        case None | bytes():
            return ""
        case Shown():
            return value.text
        case tuple():
            return " ".join(map(written, value))
        case datetime():
            return value.isoformat()
        case _:
            return str(value).strip()


def properties(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, Value]:
    """Properties by name; of two with the same name the first counts."""
    found: dict[str, Value] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), value)
    return found


def objects_in(values: Iterable[Value]) -> Iterator[Shown]:
    """Every object, lists opened."""
    for value in values:
        if isinstance(value, Shown):
            yield value
        elif isinstance(value, tuple):
            yield from objects_in(value)
