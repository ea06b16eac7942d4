"""An assert goes with `python -O`: what a type or a sentence to people can say is not asserted."""

import ast
from pathlib import Path

import mailtrust

PACKAGE = Path(mailtrust.__file__).parent
WHAT_LIBRARIES_GIVE = {"core/x509/private_key.py", "edge/store/sqlite.py"}
"""Their types are wider than what they give here."""
WHAT_IS_READ_ALREADY = {"core/targets/configured/parts/editing.py"}


def test_only_what_no_type_can_say_is_asserted() -> None:
    asserting = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert asserting == WHAT_LIBRARIES_GIVE | WHAT_IS_READ_ALREADY
