"""XML from strangers as a small tree: no document type, so no entities; bounded in size, depth and number."""

from collections.abc import Callable
from dataclasses import field
from xml.parsers import expat

from mailtrust.core.model.frozen import record

LARGEST = 256 * 1024
"""Octets that are read."""
DEEPEST = 32
MOST_ELEMENTS = 10_000


class XmlError(ValueError):
    """It is no XML that is read here; the message says why."""


@record
class Element:
    """One element. Namespaces are left aside: clients that look for settings go by the local names."""

    name: str
    """Without its namespace."""
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> "list[Element]":
        """The children of that name, whatever the case of its letters."""
        return [child for child in self.children if child.name.lower() == name.lower()]

    def first(self, *path: str) -> "Element | None":
        """The first descendant by these names, a child each."""
        here: Element | None = self
        for name in path:
            here = next(iter(here.all(name)), None) if here is not None else None
        return here

    def said(self, *path: str) -> str:
        """The text of the first descendant by these names, stripped; empty when there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""


def read_xml(
    data: bytes,
    *,
    largest: int = LARGEST,
    deepest: int = DEEPEST,
    most_elements: int = MOST_ELEMENTS,
    each: Callable[[Element], None] | None = None,
) -> Element:
    """The root element. Raises XmlError for what is not well-formed, has a document type, or exceeds the bounds.

    `each` is given every child of the root when it is whole; the root does not keep it then, and `most_elements` is
    what one of them may have.
    """
    if len(data) > largest:
        raise XmlError(f"more than {largest} octets")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    top = Element("", {})
    open_elements = [top]
    written: list[list[str]] = [[]]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count = count + 1 if each is None or len(open_elements) > 2 else 1
        if len(open_elements) > deepest or count > most_elements:
            raise XmlError("more elements than an answer has")
        element = Element(name.rpartition(" ")[2], attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)
        written.append([])

    def end(_name: str) -> None:
        element = open_elements.pop()
        element.text = "".join(written.pop())
        if each is not None and len(open_elements) == 2:
            open_elements[-1].children.clear()
            each(element)

    def characters(data: str) -> None:
        written[-1].append(data)

    def doctype(*_: object) -> None:
        raise XmlError("a document type, which no such answer has")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise error if isinstance(error, XmlError) else XmlError(str(error)) from None
    return top.children[0]
