"""LGPO text: what Microsoft's LGPO.exe reads with /t and shows with /parse, four lines a value.

That numbers and texts are written so, public outputs of the tool show; `BINARY:` with bare hex and `DELETE` are
recalled. The same program takes the registry.pol itself with /m.
"""

from collections.abc import Iterable

from mailtrust.core.formats.preg import Entry, RegistryType

SETS = "; LGPO.exe /t FILE sets this in the local policy of a computer."
DELETES = "; LGPO.exe /t FILE takes this out of the local policy of a computer."


def lgpo_text(entries: Iterable[Entry]) -> str:
    """What sets these values of the computer."""
    return _text(SETS, ((entry, _action(entry)) for entry in entries))


def lgpo_removal(entries: Iterable[Entry]) -> str:
    """What takes these values out again."""
    return _text(DELETES, ((entry, "DELETE") for entry in entries))


def _text(head: str, lines: Iterable[tuple[Entry, str]]) -> str:
    parts = (head, *(f"Computer\r\n{entry.key}\r\n{entry.name}\r\n{action}" for entry, action in lines))
    return "\r\n\r\n".join(parts) + "\r\n"


def _action(entry: Entry) -> str:
    match entry.type:
        case RegistryType.DWORD:
            return f"DWORD:{int.from_bytes(entry.data, 'little')}"
        case RegistryType.SZ:
            return f"SZ:{entry.data.decode('utf-16-le').rstrip(chr(0))}"
        case RegistryType.MULTI_SZ:
            return "MULTISZ:" + "\\0".join(entry.data.decode("utf-16-le").rstrip("\0").split("\0"))
        case _:
            return f"BINARY:{entry.data.hex()}"
