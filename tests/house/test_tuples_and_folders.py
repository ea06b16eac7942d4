"""Adding a thing is one file and one line; this test prints the missing line."""

import importlib
import pkgutil

import pytest

# folder, the tuple in its __init__, and files that are not a thing of the folder's kind
FOLDERS = [
    ("mailtrust.core.clients", "CLIENTS", {"engines"}),
    ("mailtrust.core.rules", "RULES", set()),
    ("mailtrust.core.targets", "TARGETS", set()),
    ("mailtrust.core.protocols", "DIALOGUES", {"lines", "dialogue", "tls_records", "ber"}),
    ("mailtrust.lab.scenarios", "SCENARIOS", set()),
    ("mailtrust.edge.anchors", "STORES", set()),
]


@pytest.mark.parametrize(("folder", "name", "beside"), FOLDERS, ids=[folder for folder, *_ in FOLDERS])
def test_every_file_stands_in_its_folders_tuple(folder: str, name: str, beside: set[str]) -> None:
    package = importlib.import_module(folder)
    source = importlib.util.find_spec(folder)
    assert source is not None
    assert source.origin is not None
    with open(source.origin, encoding="utf-8") as file:
        text = file.read()
    files = {module.name for module in pkgutil.iter_modules(package.__path__)} - beside
    assert getattr(package, name), f"{folder}.{name} is empty"
    missing = [file for file in sorted(files) if file not in text]
    assert not missing, f"add to {name} in {source.origin}: " + ", ".join(missing)
