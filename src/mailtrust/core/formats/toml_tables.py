"""The values of a TOML file as the types of its keys want them, and every mistake among them with its line and key."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar

import msgspec

from mailtrust.core.formats.misfit import misfit
from mailtrust.core.formats.toml_lines import Key
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

LONGEST_TEXT = 1000

Value = TypeVar("Value")


@frozen
class Mistake:
    """One thing that is wrong in the file."""

    line: int
    said: Text
    """File, line, key, what was expected, what came."""


class Reader:
    """The values of the file, and the mistakes that were met among them."""

    def __init__(self, file: str, document: dict[str, Any], lines: Mapping[Key, int], of: type[msgspec.Struct]) -> None:
        self.mistakes: list[Mistake] = []
        self.names = of.__struct_fields__
        self._of = of
        self.file = clean(file, 200)
        self._document = document
        self._lines = lines

    def table(self) -> "Table":
        """The whole file as a table."""
        return Table(self, (), self._document, self._of)

    def line(self, key: Key) -> int:
        """Where a value stands, or else what holds it."""
        return next((self._lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self._lines), 1)

    def place(self, key: Key) -> str:
        """File, line and key: `mailtrust.toml:12: server[2].product`."""
        name = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")
        return f"{self.file}:{self.line(key)}: {clean(name, 100)}"

    def refuse(self, key: Key, said: Text) -> None:
        """Take up a mistake."""
        self.mistakes.append(Mistake(self.line(key), said))


class Table:
    """One table: its values as the type of its keys wants them, or nothing and a mistake."""

    def __init__(self, reader: Reader, key: Key, values: Mapping[str, Any], of: type[msgspec.Struct]) -> None:
        self._reader = reader
        self.key = key
        self._values = values
        fields = {field.name: field for field in msgspec.structs.fields(of)}
        for name in values:
            if name not in fields:
                reader.refuse((*key, name), self._unknown(name, tuple(fields)))
        for name, field in fields.items():
            if field.required and name not in values:
                reader.refuse(
                    key,
                    text("{place}: expected the key {name}, got none.", place=reader.place(key), name=name),
                )

    def _unknown(self, name: str, known: tuple[str, ...]) -> Text:
        place, shown = self._reader.place((*self.key, name)), clean(name, 60)
        if self.key and name in self._reader.names:
            return text(
                "{place}: “{name}” belongs to the whole file: put it before the first line that begins with a bracket.",
                place=place,
                name=shown,
            )
        if near := get_close_matches(name, known, n=1):
            return text("{place}: there is no key “{name}”; {near} is near.", place=place, name=shown, near=near[0])
        return text("{place}: there is no key “{name}”. There are: {known}.", place=place, name=shown, known=known)

    def has(self, name: str) -> bool:
        """Whether the key is there."""
        return name in self._values

    def text(self, name: str) -> str:
        """A text, without blanks around it; empty where there is none."""
        return self._text((*self.key, name), self._values[name]) if name in self._values else ""

    def flag(self, name: str) -> bool:
        """Yes or no; no where it is not there."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            key = (*self.key, name)
            self._reader.refuse(key, misfit(self._reader.place(key), text("true or false, without quotes"), value))
        return value is True

    def texts(self, name: str) -> Iterator[tuple[Key, str]]:
        """The texts of a list, each with its place."""
        for key, value in self._list(name, text("a list of texts")):
            if said := self._text(key, value):
                yield key, said

    def tables(self, name: str, of: type[msgspec.Struct]) -> Iterator["Table"]:
        """The tables of a list."""
        expected = text("tables, each under [[{name}]]", name=name)
        for key, value in self._list(name, expected):
            if isinstance(value, dict):
                yield Table(self._reader, key, value, of)
            else:
                self._reader.refuse(key, misfit(self._reader.place(key), expected, value))

    def inner(self, name: str, of: type[msgspec.Struct]) -> "Table":
        """A table in this one; empty where it is not there."""
        key, value = (*self.key, name), self._values.get(name, {})
        if not isinstance(value, dict):
            self._reader.refuse(key, misfit(self._reader.place(key), text("a table under [{name}]", name=name), value))
            value = {}
        return Table(self._reader, key, value, of)

    def number(self, name: str, least: int, most: int, default: int) -> int:
        """A whole number within these bounds."""
        value = self._values.get(name, default)
        if type(value) is int and least <= value <= most:
            return value
        key = (*self.key, name)
        expected = text("a whole number from {least} to {most}", least=least, most=most)
        self._reader.refuse(key, misfit(self._reader.place(key), expected, value))
        return default

    def day(self, name: str) -> date:
        """A day; any where there is none."""
        value = self._values.get(name)
        if type(value) is date:
            return value
        if value is not None:
            key = (*self.key, name)
            self._reader.refuse(
                key, misfit(self._reader.place(key), text("a day such as 2027-01-31, without quotes"), value)
            )
        return date.max

    def read(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        """What `parse` makes of a text; what it raises becomes a mistake."""
        return self.parsed((*self.key, name), self.text(name), parse, default)

    def parsed(self, key: Key, given: str, parse: Callable[[str], Value], default: Value) -> Value:
        """The same of a text that was read before."""
        if given:
            try:
                return parse(given)
            except UserProblem as problem:
                place = self._reader.place(key)
                self._reader.refuse(key, text("{place}: {problem}", place=place, problem=problem.message))
        return default

    def among(self, key: Key, given: str, expected: Text, known: tuple[str, ...]) -> str:
        """An id in small letters; it must be one of those known."""
        name = given.lower()
        if given and name not in known:
            said = misfit(self._reader.place(key), expected, given)
            near = tuple(one for one in known if name in one) or tuple(get_close_matches(name, known, n=3))
            self._reader.refuse(
                key,
                text("{said} Near are: {near}.", said=said, near=near)
                if near
                else text("{said} There are: {known}.", said=said, known=known),
            )
        return name

    def refuse(self, name: str, said: Text) -> None:
        """Take up a mistake at a key of this table."""
        key = (*self.key, name)
        self._reader.refuse(key, text("{place}: {problem}", place=self._reader.place(key), problem=said))

    @property
    def line(self) -> int:
        """Where it begins."""
        return self._reader.line(self.key)

    def _list(self, name: str, expected: Text) -> Iterator[tuple[Key, object]]:
        key = (*self.key, name)
        values = self._values.get(name, [])
        if isinstance(values, list):
            yield from (((*key, number), value) for number, value in enumerate(values))
        else:
            self._reader.refuse(key, misfit(self._reader.place(key), expected, values))

    def _text(self, key: Key, value: object) -> str:
        bare = value.strip() if isinstance(value, str) else ""
        if not bare or len(bare) > LONGEST_TEXT:
            expected = text("a text of 1 to {most} characters in quotes", most=LONGEST_TEXT)
            self._reader.refuse(key, misfit(self._reader.place(key), expected, value))
            return ""
        return bare
