"""The public API is what `mailtrust.__all__` says: importable, typed the same for mypy, and late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mailtrust


def test_every_public_name_is_there() -> None:
    for name in mailtrust.__all__:
        assert getattr(mailtrust, name) is not None


def test_type_checkers_see_the_same_names() -> None:
    assert mailtrust.__file__ is not None
    tree = ast.parse(Path(mailtrust.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen | {"__version__"} == set(mailtrust.__all__)


def test_importing_it_loads_nothing_else() -> None:
    loaded = "[m for m in sys.modules if m.startswith(('mailtrust.', 'cryptography', 'asyncio'))]"
    code = f"import sys, mailtrust; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mailtrust.version']"


def test_a_name_that_is_not_public_is_refused() -> None:
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        mailtrust.nothing_of_this_name  # noqa: B018
