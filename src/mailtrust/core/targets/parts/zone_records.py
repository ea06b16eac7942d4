"""A change of records in DNS as steps: lines to paste, and the same as an update (RFC 2136)."""

from mailtrust.core.model.remedy import Run, Step, Write
from mailtrust.core.model.text import Text, text

TTL = 3600
"""Of records that a plan adds, in seconds."""


def records(say: Text, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Zone lines, `NAME. TTL IN TYPE DATA` to add and `NAME. TYPE` to remove, to be pasted and as an update."""
    zone = "".join(f"{line}\n" for line in add)
    # Knot, in a zone that it signs, leaves an alias out that comes with the removal of what stood there.
    gone = (*(f"update delete {line}" for line in remove), *(("send",) if remove and add else ()))
    update = [*gone, *(f"update add {_as_update(line)}" for line in add), "send"]
    undo = [*(f"update delete {_name_and_type(line)}" for line in add), "send"]
    taken_back = text("nsupdate: {lines}; then put what was deleted back.", lines="; ".join(undo))
    if not remove:
        taken_back = text("nsupdate: {lines}", lines="; ".join(undo))
    shown: list[Step] = []
    if zone:
        shown.append(Step(say, Write("zone", zone), taken_back, needs="DNS"))
        say = text("The same as an update (RFC 2136), with the key of the zone:")
    command = "nsupdate -k KEYFILE <<'END'\n" + "\n".join(update) + "\nEND"
    return (*shown, Step(say, Run(command), taken_back, needs="DNS"))


def _as_update(line: str) -> str:
    name, ttl, _class, kind, *rest = line.split()
    return " ".join((name, ttl, kind, *rest))


def _name_and_type(line: str) -> str:
    name, _ttl, _class, kind, *_ = line.split()
    return f"{name} {kind}"
