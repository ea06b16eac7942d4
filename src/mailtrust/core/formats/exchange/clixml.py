"""CLIXML, what Export-Clixml writes: a tree of objects with their properties.

Source: [MS-PSRP] 2.2.5, Serialization. Nothing is made of what is read but texts, numbers, lists and properties.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime

from mailtrust.core.formats.exchange.shown import MOST_OBJECTS, Shown, Value, objects_in, properties, written
from mailtrust.core.formats.xml_tree import Element, XmlError, read_xml
from mailtrust.core.model.frozen import record

LARGEST = 32 * 2**20
DEEPEST = 100
MOST_ELEMENTS = 200_000
"""Values in all; what is meant again by Ref counts again."""
MOST_IN_ONE = 60_000
"""Elements of one object, or of a list of objects."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_LISTS = frozenset({"LST", "IE", "QUE", "STK"})


class ClixmlError(ValueError):
    """It is no CLIXML that is read here; the message says why."""


class OtherXmlError(ClixmlError):
    """It is whole, and another kind of XML."""


def read_clixml(data: bytes) -> tuple[Shown, ...]:
    """Every object of a document, lists opened. Raises ClixmlError."""
    reader = _Reader()
    found: list[Value] = []

    def each(element: Element) -> None:
        if len(found) > MOST_OBJECTS:
            raise ClixmlError(f"more than {MOST_OBJECTS} objects")
        found.append(reader.value(element))

    try:
        root = read_xml(
            data,
            largest=LARGEST,
            deepest=DEEPEST,
            most_elements=MOST_IN_ONE,
            each=each,
        )
    except XmlError as error:
        raise ClixmlError(str(error)) from None
    if root.name != "Objs":
        raise OtherXmlError(f"expected the element Objs, found {root.name}")
    return tuple(objects_in(found))


@record
class _Reader:
    """What stood before in the document, by its RefId."""

    objects: dict[str, tuple[Value, int]] = field(default_factory=dict)
    """With the number of elements that each is made of."""
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    elements: int = 0
    depth: int = 0

    def value(self, element: Element) -> Value:
        self.grow(1)
        if element.name == "Obj":
            return self.object(element)
        if element.name == "Ref":
            # A class that refers to itself, or to what comes later, has nothing to say here.
            value, elements = self.objects.get(element.attributes.get("RefId", ""), (None, 0))
            self.grow(elements)
            return value
        return _primitive(element)

    def grow(self, elements: int) -> None:
        self.elements += elements
        if self.elements > MOST_ELEMENTS:
            raise ClixmlError("more elements than an export has")

    def object(self, element: Element) -> Value:
        before = self.elements
        self.depth += 1
        value = self.made(element, self.types_of(element))
        self.depth -= 1
        self.objects[element.attributes.get("RefId", "")] = value, self.elements - before
        return value

    def made(self, element: Element, types: tuple[str, ...]) -> Value:
        text = _text(element.first("ToString"))
        found: list[tuple[str, Value]] = []
        held: Value = None
        for child in element.children:
            match child.name:
                case "Props" | "MS":
                    found += [(_unescaped(one.attributes.get("N", "")), self.value(one)) for one in child.children]
                case "DCT":
                    found += self.entries(child)
                case "TN" | "TNRef" | "ToString":
                    pass
                case name if name in _LISTS:
                    # What a list holds stands where the list does.
                    self.depth -= 1
                    held_in_it = tuple([self.value(one) for one in child.children])
                    self.depth += 1
                    return held_in_it
                case _:
                    held = _primitive(child)
        if self.depth > 1 and not element.all("DCT"):
            # What is inside an object is told by its text; a server's name, for one, has a dozen properties.
            found = []
        if held is not None:
            # An enumeration is its number, and its words in ToString.
            return text or held if isinstance(held, int) and not isinstance(held, bool) else held
        return Shown(properties(found), text, types)

    def entries(self, dictionary: Element) -> Iterable[tuple[str, Value]]:
        for entry in dictionary.all("En"):
            parts = {one.attributes.get("N"): one for one in entry.children}
            if "Key" in parts and "Value" in parts:
                yield written(self.value(parts["Key"])), self.value(parts["Value"])

    def types_of(self, element: Element) -> tuple[str, ...]:
        if (named := element.first("TN")) is not None:
            types = tuple(_text(one) for one in named.all("T"))
            self.types[named.attributes.get("RefId", "")] = types
            return types
        again = element.first("TNRef")
        return () if again is None else self.types.get(again.attributes.get("RefId", ""), ())


def _primitive(element: Element) -> Value:
    """2.2.5.1: a primitive type; one that is not known is its text."""
    read = _PRIMITIVES.get(element.name)
    return _text(element) if read is None else read(element.text.strip())


def _text(element: Element | None) -> str:
    return "" if element is None else _unescaped(element.text)


def _unescaped(text: str) -> str:
    """2.2.5.3.2: `_x000D_` is a carriage return, `_x005F_` an underscore; in UTF-16, so a pair may stand for one."""
    if "_x" not in text:
        return text
    units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(text: str) -> Value:
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,20}", text) else text


def _octets(text: str) -> Value:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None


def _moment(text: str) -> Value:
    """A moment that says its zone; without one it is that of the machine that wrote it, which nobody knows."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    try:
        return datetime.fromisoformat(found[1] + found[2].replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return text


_PRIMITIVES: Mapping[str, Callable[[str], Value]] = {
    **dict.fromkeys(("By", "SB", "U16", "I16", "U32", "I32", "U64", "I64"), _number),
    "B": lambda text: text.lower() == "true",
    "BA": _octets,
    "DT": _moment,
    "Nil": lambda _: None,
}
