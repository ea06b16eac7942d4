"""Write the table of keys into docs/organisation.md from the types of the file: python tools/organisation_page.py."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import inspect

from mailtrust.core.formats.organisation_wire import AcceptWire, ApplyWire, OrganisationWire, RenewWire, ServerWire

PAGE = Path(__file__).parent.parent / "docs" / "organisation.md"
TABLES = {
    "": OrganisationWire,
    "[[server]] ": ServerWire,
    "[[renew]] ": RenewWire,
    "[apply] ": ApplyWire,
    "[[accept]] ": AcceptWire,
}
_BLOCK = re.compile(r"(<!-- keys: .*? -->\n).*(<!-- end of keys -->)", re.DOTALL)


def page() -> str:
    """The page with the table as it has to be."""
    table = "\n".join(("| Key | Holds | Says |", "|---|---|---|", *_rows()))
    return _BLOCK.sub(lambda found: f"{found[1]}{table}\n{found[2]}", PAGE.read_text("utf-8"))


def _rows() -> Iterator[str]:
    for name, table in TABLES.items():
        for field in msgspec.structs.fields(table):
            described, holds = _described(inspect.type_info(field.type))
            if field.default not in (msgspec.NODEFAULT, msgspec.UNSET):
                default = str(field.default).lower() if isinstance(field.default, bool) else field.default
                described += f" Default: `{default}`."
            needed = "**" if field.required else ""
            yield f"| {needed}`{name}{field.name}`{needed} | {holds} | {described} |"


def _described(kind: inspect.Type) -> tuple[str, str]:
    """What its description says, and what it holds."""
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=schema):
            return str((schema or {}).get("description", "")), _described(inner)[1]
        case inspect.UnionType(types=types):
            return _described(types[0])
        case inspect.ListType(item_type=item):
            return "", "tables" if isinstance(item, inspect.StructType) else "list of texts"
        case inspect.DateType():
            return "", "day"
        case inspect.BoolType():
            return "", "true or false"
        case inspect.IntType():
            return "", "number"
        case inspect.StructType():
            return "", "table"
        case _:
            return "", "text"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
