"""Man pages from the parsers that also make `--help`: python tools/man_pages.py FOLDER [YYYY-MM-DD].

The wheel brings them in share/man/man1 (see build_hook.py). mailtrust(1), and a page for each command.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

NOT_OURS = argparse.SUPPRESS


def pages(date: str) -> dict[str, str]:
    """Each page by the name of its file; `date` as YYYY-MM-DD. In English, whatever the locale says."""
    from mailtrust.cli.main import build_parser
    from mailtrust.cli.translations import translator

    translator("en")
    program = build_parser()
    made = {f"{name(program)}.1": "\n".join(page(program, date, helps(program).values())) + "\n"}
    for command, summary in helps(program).items():
        parser = verbs(program)[command]
        made[f"{name(parser)}.1"] = "\n".join(page(parser, date, (), summary)) + "\n"
    return made


def page(
    parser: argparse.ArgumentParser, date: str, commands: Iterable[str] = (), summary: str | None = None
) -> Iterator[str]:
    """One page, line by line; a program's own lists its commands, a command's own tells of its verbs."""
    from mailtrust.version import __version__

    said = parser.description or ""
    yield f'.TH "{escaped(name(parser).upper())}" 1 "{date}" "mailtrust {__version__}" "mailtrust"'
    yield ".SH NAME"
    yield f"{escaped(name(parser))} \\- {escaped(summary or said.rstrip('.'))}"
    yield ".SH SYNOPSIS"
    whole = tuple(verbs(parser).values()) if verbs(parser) and not commands else (parser,)
    for number, shown in enumerate(whole):
        if number:
            yield ".br"
        yield f"\\fB{escaped(shown.prog)}\\fR {synopsis(shown)}".rstrip()
    yield ".SH DESCRIPTION"
    yield escaped(said)
    if commands:
        yield ".SH COMMANDS"
        for command, does in helps(parser).items():
            yield from item(f"\\fB{escaped(name(parser) + '-' + command)}\\fR(1)", does)
    for shown in whole:
        yield from options(shown, "" if shown is parser else shown.prog)
    yield from ending((parser,) if shown is parser else (parser, *whole))
    yield ".SH SEE ALSO"
    if commands:
        others = [f"\\fB{escaped(name(other))}\\fR(1)" for other in verbs(parser).values()]
        yield ",\n".join(others)
    else:
        yield f"\\fB{escaped(parser.prog.split()[0])}\\fR(1)"


def options(parser: argparse.ArgumentParser, verb: str) -> Iterator[str]:
    """The sections of arguments and options; those of a verb bear its name."""
    for group in parser._action_groups:  # noqa: SLF001 - argparse shows them to formatters only
        actions = [
            action
            for action in group._group_actions  # noqa: SLF001
            if action.help is not NOT_OURS and not isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
        ]
        if actions:
            yield f".SH {escaped(' '.join((verb, group.title or '')).strip().upper())}"
        for action in actions:
            yield from item(called(action), explained(parser, action))


def ending(parsers: Iterable[argparse.ArgumentParser]) -> Iterator[str]:
    """The examples of a command and its verbs, and what stands below them in the help."""
    parsers = tuple(parsers)
    if any(getattr(parser, "examples", ()) for parser in parsers):
        yield ".SH EXAMPLES"
    for parser in parsers:
        for command, does in getattr(parser, "examples", ()):
            yield from item(f"\\fB{escaped(command)}\\fR", "" if does is None else str(does))
    notes = [parser.more() for parser in parsers if getattr(parser, "more", None) is not None]
    lines = list(dict.fromkeys(line for note in notes for line in note.splitlines()))
    if lines:
        yield ".SH NOTES"
    for number, line in enumerate(lines):
        if number:
            yield ".PP"
        yield escaped(f"{line[0].upper()}{line[1:]}")


def item(term: str, text: str) -> Iterator[str]:
    """A term with what it means."""
    yield ".TP"
    yield term
    yield escaped(text) if text else "\\&"


def called(action: argparse.Action) -> str:
    """An argument as it is typed: what is fixed in bold, what stands for something in italics."""
    names = ", ".join(f"\\fB{escaped(option)}\\fR" for option in action.option_strings)
    value = f"\\fI{escaped(standing_for(action))}\\fR" if action.nargs != 0 else ""
    return " ".join(part for part in (names, value) if part)


def explained(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    """Its help; where a word stands for fixed choices, those too."""
    said = parser._get_formatter()._expand_help(action) if action.help else ""  # noqa: SLF001 - as --help does it
    if action.choices is not None and action.metavar is not None:
        said += f" ({', '.join(map(str, action.choices))})"
    return said


def synopsis(parser: argparse.ArgumentParser) -> str:
    """What stands behind the command's name."""
    parts = ["[\\fIOPTION\\fR ...]"]
    for action in parser._get_positional_actions():  # noqa: SLF001
        word = f"\\fI{escaped(standing_for(action))}\\fR"
        parts.append({"*": f"[{word} ...]", "+": f"{word} ...", "?": f"[{word}]"}.get(str(action.nargs), word))
    return " ".join(parts)


def standing_for(action: argparse.Action) -> str:
    """The word for its value."""
    if action.metavar is not None:
        return str(action.metavar)
    return "|".join(map(str, action.choices)) if action.choices is not None else action.dest


def verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers below it."""
    return {
        command: below
        for action in parser._actions  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
        for command, below in action.choices.items()
    }


def helps(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What each command below it does, in a few words."""
    return {
        entry.dest: entry.help or ""
        for action in parser._actions  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
        for entry in action._choices_actions  # noqa: SLF001
    }


def name(parser: argparse.ArgumentParser) -> str:
    """A page's name, such as mailtrust-check."""
    return parser.prog.replace(" ", "-")


def escaped(text: str) -> str:
    """Text that roff shows as it is, and from which a command can be copied."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{shown}" if shown.startswith(".") else shown


def main() -> None:
    """Write the pages into the folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    date = sys.argv[2] if len(sys.argv) > 2 else datetime.now(UTC).date().isoformat()
    for file, text in pages(date).items():
        (folder / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
