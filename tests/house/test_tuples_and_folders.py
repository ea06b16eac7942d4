"""Adding a thing is one file and one line; this test prints the missing line."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

# folder, the tuple in its __init__, and what stands beside the things of the folder's kind
FOLDERS = [
    ("mailtrust.core.clients", "_FILES", {"engines", "reference"}),
    ("mailtrust.core.rules", "RULES", {"grounds", "walking", "assigning"}),
    ("mailtrust.core.rules.walking", "WALK_RULES", {"grounds"}),
    ("mailtrust.core.rules.assigning", "ASSIGNMENT_RULES", {"grounds"}),
    ("mailtrust.core.targets", "TARGETS", {"parts", "configured", "mending", "powershell"}),
    ("mailtrust.core.targets.configured", "CONFIGURED", {"parts"}),
    ("mailtrust.core.rollout", "WAYS", {"parts"}),
    ("mailtrust.core.discovery", "_FILES", {"asking", "outcome", "steps", "traveller"}),
    (
        "mailtrust.core.protocols",
        "DIALOGUES",
        {"lines", "dialogue", "tls_hello", "tls_records", "ber", "ldap_messages", "directory_search"},
    ),
    ("mailtrust.lab.scenarios", "SCENARIOS", set()),
    ("mailtrust.lab.stories", "STORIES", {"parts"}),
    ("tests.fuzz.targets", "TARGETS", set()),
    ("mailtrust.cli.cert", "SUBCOMMANDS", {"inf_result", "making"}),
    ("mailtrust.cli.ca", "SUBCOMMANDS", {"opening"}),
    ("mailtrust.cli.store", "SUBCOMMANDS", {"opening"}),
    ("mailtrust.cli.services", "SUBCOMMANDS", {"changing", "live", "telling", "opening", "standing"}),
    ("mailtrust.cli.trust", "SUBCOMMANDS", {"making"}),
    ("mailtrust.cli.acme", "SUBCOMMANDS", {"account", "files", "proving"}),
    (
        "mailtrust.lab.oracles",
        "ENGINES",
        {"devtools", "engine", "marionette", "mozilla", "network", "nss_database", "question", "running"},
    ),
    (
        "mailtrust.edge.anchors",
        "STORES",
        {"approximation", "entries", "known_roots", "packages", "roots_file"},
    ),
]


def listed(source: str, wanted: str) -> set[str]:
    """The modules that the elements of the tuple `wanted` come from, by the imports of the file."""
    tree = ast.parse(source)
    origin: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                # `from folder import file` names the file; `from folder.file import Thing` stands in it
                origin[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    elements = next(value for name, value in assignments(tree) if name == wanted)
    names = {node.id for node in ast.walk(elements) if isinstance(node, ast.Name)}
    # files that are imported when they are asked for stand there by their names
    written = {node.value for node in ast.walk(elements) if isinstance(node, ast.Constant)}
    return written | {part for name in names if name in origin for part in origin[name].split(".")}


def assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value


@pytest.mark.parametrize(("folder", "name", "beside"), FOLDERS, ids=[folder for folder, *_ in FOLDERS])
def test_every_file_stands_in_its_folders_tuple(folder: str, name: str, beside: set[str]) -> None:
    package = importlib.import_module(folder)
    assert package.__file__ is not None
    known = listed(Path(package.__file__).read_text(encoding="utf-8"), name)
    files = {module.name for module in pkgutil.iter_modules(package.__path__)} - beside
    assert files, f"{folder} is empty"
    assert not files - known, f"add to {name} in {folder}: " + ", ".join(sorted(files - known))


def test_a_file_that_is_imported_but_not_listed_is_missed() -> None:
    source = "from here import a, b\nfrom here.c import C\nTHINGS: tuple = (a, C)\n"
    assert listed(source, "THINGS") >= {"a", "c"}
    assert "b" not in listed(source, "THINGS")
