"""Calls of cmdlets as PowerShell writes them: names, parameters, literals."""

import re

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.targets.powershell.cmdlets import Cmdlet, FileOctets, HoursFromNow, Password, Value


def written(call: Cmdlet, *, plain: bool = False) -> str:
    """One call; `plain`: as a person types it, without quotes that are not needed."""
    return " ".join((call.name, *(_parameter(name, value, plain=plain) for name, value in call.parameters)))


def splatted(call: Cmdlet) -> tuple[str, ...]:
    """The same for a script: readers of PowerShell other than its own stumble over digits in a parameter's name."""
    if not any(letter.isdigit() for name, _ in call.parameters for letter in name):
        return (written(call),)
    table = "; ".join(f"{name} = {literal(value)}" for name, value in call.parameters)
    return f"$with = @{{ {table} }}", f"{call.name} @with"


def _parameter(name: str, value: Value, *, plain: bool) -> str:
    if isinstance(value, bool):
        return f"-{name}" if name in _SWITCHES and value else f"-{name}:{literal(value)}"
    words = value if isinstance(value, tuple) else (value,)
    if plain and all(isinstance(one, str) and _WORD.fullmatch(one) for one in words):
        return f"-{name} {','.join(map(str, words))}"
    return f"-{name} {_typed(value) if plain else literal(value)}"


def _typed(value: Value) -> str:
    """A value as a person types it, who has none of a script's own functions."""
    match value:
        case FileOctets():
            # .NET does not know the shell's current folder.
            return f"([IO.File]::ReadAllBytes((Resolve-Path -LiteralPath {quoted(value.file)}).Path))"
        case Password():
            return f"(Read-Host {quoted(f'Password of {value.file}')} -AsSecureString)"
        case _:
            return literal(value)


_SWITCHES = frozenset({"Force", "DoNotRequireSsl"})
# Thumbprints are longer, and stay in quotes: one may look like a number.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,38}")


def literal(value: Value) -> str:
    """A value of a parameter, as a script holds it. Raises UserProblem for what no script is written with."""
    match value:
        case None:
            return "$null"
        case bool():
            return "$true" if value else "$false"
        case int():
            return str(value)
        case tuple():
            return f"@({', '.join(map(quoted, value))})"
        case FileOctets():
            return f"([IO.File]::ReadAllBytes((Find-File {quoted(value.file)})))"
        case Password():
            return f"(Get-FilePassword {quoted(value.file)})"
        case HoursFromNow():
            return f"((Get-Date).AddHours({value.hours}))"
        case str():
            return quoted(value)
