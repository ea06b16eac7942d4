"""A page as a tree of elements. Only here a page becomes text, and everything that is text is escaped here."""

from html import escape

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen

LONGEST = 20_000
"""Characters of one piece of text; no sentence and no line of a file needs more."""
_VOID = frozenset({"meta", "br", "img"})  # HTML 13.1.2: elements that have no end tag
_BLOCKS = frozenset({"section", "article", "svg", "table", "tr", "g", "details", "ol", "ul", "li", "figure", "main"})


@frozen
class Element:
    """An element of HTML or SVG."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: "tuple[Node, ...]"


Node = Element | str


def e(tag: str, *children: Node | None, **attributes: str | float | None) -> Element:
    """Make an element. `class_` stands for class, `aria_label` for aria-label; what is None is left out."""
    named = (
        (name.rstrip("_").replace("_", "-"), f"{value:g}" if isinstance(value, float) else str(value))
        for name, value in attributes.items()
        if value is not None
    )
    return Element(tag, tuple(named), tuple(child for child in children if child is not None))


def to_html(node: Node) -> str:
    """Write the tree. Whatever stands in it, no text can become an element, an attribute or a control character."""
    out: list[str] = []
    _write(node, out, lines=False)
    return "".join(out)


def _write(node: Node, out: list[str], *, lines: bool) -> None:
    if isinstance(node, str):
        pieces = node.split("\n") if lines else [node]
        out.append("\n".join(escape(clean(piece, LONGEST)) for piece in pieces))
        return
    attributes = "".join(f' {name}="{escape(clean(value, LONGEST))}"' for name, value in node.attributes)
    out.append(f"<{node.tag}{attributes}>")
    if node.tag in _VOID:
        return
    if node.tag == "style":
        out.extend(_style(child) for child in node.children)
    else:
        for child in node.children:
            _write(child, out, lines=lines or node.tag == "pre")
    out.append(f"</{node.tag}>")
    if node.tag in _BLOCKS and not lines:
        out.append("\n")


def _style(child: Node) -> str:
    """A style sheet is written as it is (HTML 13.1.2.6), and so it may be no more than one of ours."""
    if not isinstance(child, str) or "<" in child:
        raise ValueError("a style sheet holds no markup")
    return child
