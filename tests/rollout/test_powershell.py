"""Every script and every line for PowerShell is PowerShell: read by a grammar of it, whatever name stands in it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from mailtrust.core.formats.powershell import quoted, script
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.remedy import Run
from mailtrust.core.model.rollout import Wish
from mailtrust.core.rollout import WAYS
from mailtrust.core.rollout.parts.way import Way

NAMES = ("Example Mail", "O'Neil \u2019s \u201cPost\u201d $(Stop-Computer) `whoami` ; & @{x} #", "\u90f5\u4ef6")
PARSER = Parser(Language(tree_sitter_powershell.language()))


def mistakes(source: str) -> list[str]:
    found: list[str] = []

    def look(node: Node) -> None:
        if node.type == "ERROR" or node.is_missing:
            found.append(f"{node.type} at {node.start_point}: {node.text!r}")
        for child in node.children:
            look(child)

    look(PARSER.parse(source.encode()).root_node)
    return found


def literals(source: str) -> set[str]:
    """What stands in single quotes, as PowerShell reads it."""
    found: set[str] = set()

    def look(node: Node) -> None:
        if node.type == "verbatim_string_characters" and node.text is not None:
            found.add(node.text.decode())
        for child in node.children:
            look(child)

    look(PARSER.parse(source.encode()).root_node)
    return found


def sources(way: Way, wish: Wish) -> Iterator[tuple[str, bytes]]:
    for kit in (way.install(wish), way.remove(wish)):
        yield from ((file.path, file.data) for file in kit.files if file.path.endswith((".ps1", ".psm1")))
    steps = (*way.install(wish).steps, *way.remove(wish).steps, *way.check(wish))
    for step in steps:
        if isinstance(step.do, Run) and step.do.shell == "powershell":
            yield step.do.command, step.do.command.encode()


@pytest.mark.parametrize("name", NAMES, ids=["plain", "hostile", "chinese"])
@pytest.mark.parametrize("way", WAYS, ids=[way.ID for way in WAYS])
def test_it_is_powershell(way: Way, name: str, wish: Wish) -> None:
    for place, octets in sources(way, replace(wish, name=name, domain="ad.example.com")):
        source = octets.decode("utf-8-sig")
        assert not mistakes(source), place
        # Nothing of the name is code: all of it stands in one literal.
        if name in source.replace("''", "'"):
            assert quoted(name) in literals(source), place


def test_scripts_are_files_as_windows_has_them() -> None:
    octets = script("'\u00e4'\n")
    assert octets == b"\xef\xbb\xbf'\xc3\xa4'\r\n"


def test_the_grammar_finds_mistakes() -> None:
    assert mistakes("if ($x { }")
    assert mistakes("@{ a = 'b }")
    assert not mistakes("if ($x) { 'it''s' }")


@pytest.mark.parametrize("value", ["a\nb", "a\x1bb", "a\u2028b", "a\ud800b"])
def test_what_cannot_be_shown_is_no_literal(value: str) -> None:
    with pytest.raises(UserProblem, match="control characters"):
        quoted(value)
