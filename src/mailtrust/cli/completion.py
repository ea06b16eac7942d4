"""`mailtrust completion`: a script that lets a shell complete commands, options and the words that they take."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import write_output
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust completion bash > ~/.local/share/bash-completion/completions/mailtrust", None),
    ("mailtrust completion zsh > ~/.zfunc/_mailtrust", text("a folder of zsh's fpath")),
    ("mailtrust completion fish > ~/.config/fish/completions/mailtrust.fish", None),
    ("mailtrust completion powershell > mailtrust.ps1", text("then `. ./mailtrust.ps1` in $PROFILE")),
)

Completer = Mapping[str, str | Mapping[str, str]]
"""What a shell calls to complete a word, by shell; its functions stand in the preamble."""

SHELLS = ("bash", "zsh", "fish", "powershell")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "completion",
        help=told(text("write a script that completes commands, options and words in a shell")),
        description=told(
            text("Write a script that completes commands, options, files and the words that options take in a shell.")
        ),
        examples=EXAMPLES,
    )
    parser.add_argument("shell", choices=SHELLS, help=told(text("the shell that will read it")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write the script to standard output."""
    import shtab

    from mailtrust.cli.main import build_parser

    parser = build_parser()
    for path, action in arguments_of(parser):
        if (completer := _completer(path, action)) is not None:
            vars(action)["complete"] = completer  # where shtab looks for it
        # Between colons stands something else in zsh's specifications, which shtab does not mind.
        action.metavar = str(action.metavar or action.dest).replace(":", " ")
    write_output(f"{shtab.complete(parser, options.shell)}\n".encode(), None)
    return exit_status.CLEAN


def arguments_of(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.Action]]:
    """Every argument that takes a value, with the command it belongs to, such as `lab run`."""
    for action in parser._actions:  # noqa: SLF001 - argparse tells them no other way, nor does anybody who lists them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, command in action.choices.items():
                yield from arguments_of(command, f"{path} {name}".strip())
        elif action.nargs != 0:
            yield path, action


def words_of(path: str, action: argparse.Action) -> tuple[str, ...]:
    """The words that an argument takes where argparse does not list them; none for free text."""
    find = _WORDS.get(action.dest) or _WORDS.get(f"{path} {action.dest}")
    return find() if find is not None else ()


def _completer(path: str, action: argparse.Action) -> Completer | None:
    import shtab

    if action.choices is not None:
        return None
    if words := words_of(path, action):
        return _of_list(action.dest, words) if "..." in str(action.metavar) else _of_words(action.dest, words)
    if action.type is Path:
        return shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
    if action.metavar in ("TARGET", "NAME"):
        return _HOSTS
    if "FILE" in str(action.metavar):  # or a target, which cannot be listed
        return shtab.FILE
    return None if action.option_strings else _NOTHING


def _clients() -> tuple[str, ...]:
    from mailtrust.core.clients import CLIENTS

    return tuple(client.id for client in CLIENTS)


def _ways() -> tuple[str, ...]:
    from mailtrust.cli.known import known_ways

    return known_ways()


def _products() -> tuple[str, ...]:
    from mailtrust.cli.known import known_products

    return known_products()


def _scenarios() -> tuple[str, ...]:
    from mailtrust.lab.scenarios import SCENARIOS

    return tuple(scenario.id for scenario in SCENARIOS)


# By the argument's own name, where need be after its command.
_WORDS: Mapping[str, Callable[[], tuple[str, ...]]] = {
    "client": _clients,
    "deployed": _ways,
    "product": _products,
    "lab run names": _scenarios,
    "lab up name": _scenarios,
}

_HOSTS: Completer = {
    "bash": "_mailtrust_hosts",
    "zsh": "_hosts",
    "fish": "(__fish_print_hostnames)",
    "preamble": {"bash": '_mailtrust_hosts() {\n  compgen -A hostname -- "$1"\n}'},
}
"""The names that the shell knows."""

_NOTHING: Completer = {"zsh": " _nothing"}
"""Free text. Where zsh has nothing at all to do for an argument, it completes no option in its place either."""


def _of_words(name: str, words: tuple[str, ...]) -> Completer:
    """One of the words."""
    listed, function = " ".join(words), f"_mailtrust_{name}"
    return {
        "bash": function,
        "zsh": f"({listed})",
        "fish": listed,
        "powershell": function,
        "preamble": {
            "bash": f'{function}() {{\n  compgen -W "{listed}" -- "$1"\n}}',
            "powershell": f"function {function} {{\n  param([string]$WordToComplete)\n"
            f"  '{listed}' -split ' ' | Where-Object {{ $_ -like \"$WordToComplete*\" }}\n}}",
        },
    }


def _of_list(name: str, words: tuple[str, ...]) -> Completer:
    """Several of the words, with commas between them: the last one is completed, the others stay."""
    listed, function = " ".join(words), f"_mailtrust_{name}"
    return {
        "bash": function,
        "zsh": f" _sequence compadd - {listed}",
        "fish": f"(__fish_append , {listed})",
        "powershell": function,
        "preamble": {
            "bash": f"{function}() {{\n"
            '  local done=""\n'
            '  [[ $1 == *,* ]] && done="${1%,*},"\n'
            f'  compgen -P "$done" -W "{listed}" -- "${{1##*,}}"\n'
            "}",
            "powershell": f"function {function} {{\n  param([string]$WordToComplete)\n"
            "  $done = $WordToComplete -replace '[^,]*$', ''\n"
            f"  '{listed}' -split ' ' | ForEach-Object {{ $done + $_ }} |"
            ' Where-Object { $_ -like "$WordToComplete*" }\n}',
        },
    }
