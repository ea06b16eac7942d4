"""Steps on Exchange as one complete script: checks first, does nothing twice, takes back, and looks at the end."""

import re
from collections.abc import Callable, Iterable
from textwrap import indent, wrap

from mailtrust.core.formats.powershell import quoted, script
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.exchange_change import (
    EnableCertificate,
    ExchangeAct,
    ExchangeStep,
    ImportCertificate,
    PersonDoes,
    RestartServices,
    server_of,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.services.exchange.versions import cmdlets_are_local
from mailtrust.core.targets.powershell.acts import at, doing, look, what
from mailtrust.core.targets.powershell.cmdlets import cmdlets
from mailtrust.core.targets.powershell.prelude import FUNCTIONS, FUNCTIONS_TITLE, HEAD, MAIN

LONGEST = 1000
"""Characters of one sentence in a script."""


@frozen
class Script:
    """What a script is made of."""

    title: Text
    steps: tuple[ExchangeStep, ...]
    organisation: ExchangeOrganisation
    """As it is before."""
    thumbprint: str = ""
    """The certificate that must be there and Valid before anything is done; empty: none is asked for."""
    ask: tuple[str, ...] = ()
    """Commands by which clients' view is looked at afterwards."""
    remarks: tuple[Text, ...] = ()


def exchange_script(wanted: Script, translate: Callable[[str], str]) -> bytes:
    """The script as a file. Raises UserProblem for names that no script is written with."""
    servers = _servers(wanted)
    last = _first_of_the_last(wanted.steps)
    parts = (
        _comment(wanted.title, translate),
        *(f"#\n{_comment(remark, translate)}" for remark in wanted.remarks),
        HEAD,
        f"# ---- What is wanted {'-' * 92}",
        "",
        "# The servers as they were when they were exported, and the certificate that must be there.",
        f"$Servers = {_list(_server(one, wanted) for one in servers)}",
        "",
        "# What the shell must offer, and the groups to whose members it does.",
        f"$Cmdlets = {_list(_needs(wanted.steps, servers))}",
        "",
        f"$Steps = {_list(_step(one, servers, translate) for one in wanted.steps[:last])}",
        "",
        "# After the look at the end: restarts of IIS, through which this shell runs, and what comes even later.",
        f"$Afterwards = {_list(_step(one, servers, translate) for one in wanted.steps[last:])}",
        "",
        f"$AskFromOutside = {_list(quoted(clean(line, LONGEST)) for line in wanted.ask)}",
    )
    body = "\n".join(parts)
    return script("\n".join((body, FUNCTIONS_TITLE, *_called(body + MAIN), MAIN)))


def _called(body: str) -> Iterable[str]:
    """The functions that the script calls, and those that they call: what nobody needs, nobody has to read."""
    functions = {found["name"]: found[0] for found in _FUNCTION.finditer(FUNCTIONS)}
    wanted: set[str] = set()
    waiting = [body]
    while waiting:
        source = waiting.pop()
        found = {name for name in functions if re.search(rf"\b{name}\b", source)} - wanted
        wanted |= found
        waiting += [functions[name] for name in found]
    return (text for name, text in functions.items() if name in wanted)


# A function with the comment above it, up to the brace in the first column.
_FUNCTION = re.compile(r"(?:^#[^\n]*\n)*^function (?P<name>[\w-]+).*?^}\n", re.MULTILINE | re.DOTALL)


def _servers(wanted: Script) -> tuple[ExchangeServer, ...]:
    """Those that something is done on."""
    names = {server_of(act).lower() for step in wanted.steps for act in (step.act, *step.back)}
    return tuple(one for one in wanted.organisation.servers if one.name.lower() in names)


def _first_of_the_last(steps: tuple[ExchangeStep, ...]) -> int:
    for number, step in enumerate(steps):
        if isinstance(step.act, RestartServices) and "W3SVC" in step.act.names:
            return number
    return len(steps)


def _server(server: ExchangeServer, wanted: Script) -> str:
    certificate, kept = wanted.thumbprint, ""
    for step in wanted.steps:
        match step.act:
            case ImportCertificate(server=name) if name == server.name:
                certificate = ""  # it comes with the first steps
            case EnableCertificate(server=name, overwrite_default_smtp=False) if name == server.name:
                kept = step.act.default_smtp or kept
    local = cmdlets_are_local(server)
    return _hash(
        (
            f"Name = {quoted(server.name)}",
            f"Version = {quoted(_major(server.version))}",
            f"Alone = {'$true' if local else '$false'}",
            f"At = {at(server.name, local=local)}",
            f"Certificate = {quoted(certificate)}",
            f"DefaultSmtp = {quoted(kept)}",
        )
    )


def _major(version: str) -> str:
    """As AdminDisplayVersion begins: `15.2`; empty where the export does not say it."""
    return ".".join(version.split(".")[:2]) if "." in version else ""


def _needs(steps: Iterable[ExchangeStep], servers: tuple[ExchangeServer, ...]) -> Iterable[str]:
    """Each cmdlet, where it is run, and the role groups of which one is enough."""
    needed: dict[tuple[str, str], str] = {}
    for step in steps:
        for act in (step.act, *step.back):
            only = _only(act, servers)
            for call in cmdlets(act):
                needed.setdefault((call.name, only), " or ".join(step.needs))
    for (name, only), groups in needed.items():
        where = f"; Only = {quoted(only)}" if only else ""
        yield f"@{{ Name = {quoted(name)}; For = {quoted(groups)}{where} }}"


def _only(act: ExchangeAct, servers: tuple[ExchangeServer, ...]) -> str:
    """The server that the act must be done on itself; empty: any will do."""
    name = server_of(act)
    return name if any(one.name == name and cmdlets_are_local(one) for one in servers) else ""


def _step(step: ExchangeStep, servers: tuple[ExchangeServer, ...], translate: Callable[[str], str]) -> str:
    if isinstance(step.undo, Text) and step.person_takes_back:
        back = f"Back = {_list((_hash(_rows(PersonDoes(), servers, _shown(step.undo, translate))),))}"
    elif isinstance(step.undo, Text):
        back = f"NoBack = {quoted(_shown(step.undo, translate))}"
    else:
        back = f"Back = {_list(_hash(_rows(act, servers)) for act in step.undo)}"
    say = _shown(step.say, translate)
    marks = (*(("Passing = $true",) if step.passing else ()), *(("Optional = $true",) if step.may_be_refused else ()))
    return _hash((*_rows(step.act, servers, say), *marks, back))


def _rows(act: ExchangeAct, servers: tuple[ExchangeServer, ...], say: str = "") -> tuple[str, ...]:
    """What the functions of the script want to know about an act."""
    name = server_of(act)
    local = bool(_only(act, servers))
    words = clean(what(act, local=local), LONGEST)
    return (
        f"Say = {quoted(say or words)}",
        f"Kind = '{_kind(act)}'",
        f"On = {quoted(name or 'Exchange')}",
        *((f"Only = {quoted(name)}",) if local else ()),
        f"What = {quoted(say if say and act == PersonDoes() else words)}",
        f"Look = {{ {look(act, local=local)} }}",
        f"Do = {_block(doing(act, local=local))}",
    )


def _kind(act: ExchangeAct) -> str:
    match act:
        case PersonDoes():
            return "person"
        case RestartServices():
            return "restart"
        case _:
            return "change"


def _hash(rows: Iterable[str]) -> str:
    return _between("@{", rows, "}")


def _list(rows: Iterable[str]) -> str:
    return _between("@(", rows, ")")


def _block(lines: tuple[str, ...]) -> str:
    return _between("{", lines, "}") if len(lines) > 1 else f"{{ {lines[0]} }}"


def _between(start: str, rows: Iterable[str], end: str) -> str:
    """No literal has a line end in it, so all lines can be moved in."""
    inner = "\n".join(rows)
    return f"{start}\n{indent(inner, '    ')}\n{end}" if inner else f"{start}{end}"


def _shown(sentence: Text, translate: Callable[[str], str]) -> str:
    return clean(sentence.render(translate), LONGEST)


def _comment(sentence: Text, translate: Callable[[str], str]) -> str:
    """A sentence as lines of comment; `clean` has left no line end in it."""
    return "\n".join(f"# {line}" for line in wrap(_shown(sentence, translate), 110, break_long_words=False))
