"""The index that `postmap` makes of a table of server names: Postfix reads it, and in it copies of the files."""

from collections.abc import Iterator

from mailtrust.core.formats.postfix_cf import Value
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Act
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.postfix_configuration import program
from mailtrust.core.targets.configured.parts.postfix_places import TABLES

INDEXED = tuple(kind for kind in TABLES if kind != "texthash")
"""Tables that `postmap` makes; a `texthash` is read as it is written."""
WHOLE = ("cdb",)
"""Those that can only be made anew."""


def index(server: Server, table: str, value: Value, items: tuple[str, ...]) -> Iterator[Act]:
    """The entry put into what Postfix reads, with what its files hold by then."""
    kind, _, path = table.partition(":")
    if kind not in INDEXED:
        return
    make, entries = (
        (*program(server, "postmap"), "-F"),
        [f"{value.name} {', '.join(one)}\n" for one in (items, value.items)],
    )
    say = text(
        "Let postmap read the files of {name} into the index of {file}.", name=clean(value.name), file=clean(path)
    )
    if kind in WHOLE:
        yield Act((*make, table), "", (*make, table), "", say)
    else:
        yield Act((*make, "-i", "-r", table), entries[0], (*make, "-i", "-r", table), entries[1], say)


def add_to_index(server: Server, table: str, entries: str, names: tuple[str, ...]) -> Iterator[Act]:
    """New entries."""
    kind, _, path = table.partition(":")
    if kind not in INDEXED:
        return
    postmap = program(server, "postmap")
    say = text("Let postmap put {names} into the index of {file}.", names=names, file=clean(path))
    if kind in WHOLE:
        yield Act((*postmap, "-F", table), "", (*postmap, "-F", table), "", say)
    else:
        gone = "".join(f"{name}\n" for name in names)
        yield Act((*postmap, "-F", "-i", "-r", table), entries, (*postmap, "-d", "-", table), gone, say)
