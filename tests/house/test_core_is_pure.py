"""core/ has no side effects: what ruff's banned imports can't see is looked for in the syntax tree."""

import ast
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

import mailtrust.core

CORE = Path(mailtrust.core.__file__).parent
BUILTINS_WITH_EFFECTS = {"open", "print", "input", "breakpoint", "exec", "eval", "__import__"}
# It makes constructors from the names of fields, as dataclasses does.
ALLOWED = {"model/frozen.py": {"exec"}}
CLOCK_METHODS = {"now", "utcnow", "today"}


def impurities(source: str, allowed: AbstractSet[str] = frozenset()) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in BUILTINS_WITH_EFFECTS - allowed:
                found.append(f"line {node.lineno}: {name}()")
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name) if name in CLOCK_METHODS:
                found.append(f"line {node.lineno}: {name}()")
    return found


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_core_file_is_pure(path: Path) -> None:
    allowed = ALLOWED.get(path.relative_to(CORE).as_posix(), frozenset())
    assert impurities(path.read_text(encoding="utf-8"), allowed) == []


def test_the_search_finds_what_it_looks_for() -> None:
    guilty = "from datetime import datetime\nprint(open('x').read())\ndatetime.now()\n"
    assert impurities(guilty) == ["line 2: print()", "line 3: now()", "line 2: open()"]
