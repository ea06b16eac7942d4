"""The command line's own way to speak: one sentence for a mistake, help and examples in the reader's language."""

import argparse
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

Example = tuple[str, Text | None]
"""A command as it is typed, and what it does where that is not plain."""

# What argparse says, in the versions of Python from 3.11 on; each with our sentence for it. Compiled at a mistake only.
_REQUIRED = r"(?s)the following arguments are required: (?P<names>.*)"
_UNKNOWN = r"(?s)unrecognized arguments: (?P<given>.*)"
_ONE_OF = r"(?s)argument (?P<name>.*?): invalid choice: '(?P<given>.*)' \(choose from (?P<known>.*)\)"
_NO_VALUE = r"argument (?P<name>\S+): expected (?:one|at least one) argument"
_NEEDS_NONE = r"(?s)argument (?P<name>\S+): ignored explicit argument (?P<given>.*)"


HELP_WIDTH = 78


class UsageError(UserProblem):
    """The command line cannot be read."""


class Parser(argparse.ArgumentParser):
    """argparse's parser, except that a mistake is raised as a UserProblem and an abbreviated option is none.

    `examples` stand below the options, each with a sentence; `more` gives what stands below them, when help is asked.
    """

    def __init__(
        self, *args: Any, examples: Iterable[Example] = (), more: Callable[[], str] | None = None, **given: Any
    ) -> None:
        # An abbreviation that is plain today is ambiguous when the next option comes, and breaks scripts.
        ours = {"formatter_class": Formatter, "allow_abbrev": False, "add_help": False}
        super().__init__(*args, **{**given, **ours})
        self._positionals.title = told(text("arguments"))
        self._optionals.title = told(text("options"))
        self.add_argument("-h", "--help", action="help", help=told(text("show this help and leave")))
        self.examples = tuple(examples)
        self.more = more

    def format_help(self) -> str:
        """Everything, the examples included."""
        parts = [super().format_help().rstrip("\n")]
        if self.examples:
            parts.append("\n".join((told(text("examples:")), *_lines(self.examples))))
        if self.more is not None:
            parts += ["\n".join(map(_filled, self.more().splitlines()))]
        return "\n\n".join(parts) + "\n"

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        """As always, except that what a command does not know is its own mistake, not that of the whole program."""
        namespace, unknown = super().parse_known_args(*given, **named)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return namespace, unknown

    def error(self, message: str) -> NoReturn:
        """Raise UsageError: our sentence for argparse's, and where to read more."""
        options = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
        raise UsageError(
            text(
                "{what} `{command} --help` tells how it is used.",
                what=sentence_for(message, options),
                command=self.prog,
            )
        )


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help with the word `usage` in the reader's language."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Add the line."""
        super().add_usage(usage, actions, groups, told(text("usage: ")) if prefix is None else prefix)


def sentence_for(message: str, options: Iterable[str]) -> Text:
    """Our sentence for what argparse says; `options` are those that may have been meant."""
    if found := re.fullmatch(_REQUIRED, message):
        return text("Expected {names}, got nothing.", names=found["names"])
    if found := re.fullmatch(_UNKNOWN, message):
        return _not_understood(found["given"], options)
    if found := re.fullmatch(_ONE_OF, message):
        # Python 3.11 to 3.14 quote the choices differently.
        known = tuple(re.split(r",\s*", found["known"].replace("'", "")))
        return _not_among(found["name"], found["given"], known)
    if found := re.fullmatch(_NO_VALUE, message):
        return text("Expected a value after {option}, got none.", option=found["name"])
    if found := re.fullmatch(_NEEDS_NONE, message):
        return text("{option} takes no value, got {given}.", option=found["name"], given=clean(found["given"], 60))
    return text("The command line cannot be read: {why}.", why=clean(message, 300))


def _not_understood(given: str, options: Iterable[str]) -> Text:
    first = given.split(" ", 1)[0].partition("=")[0]
    if first.startswith("-") and (near := _nearest(first, options)):
        return text("There is no option “{given}” here; {near} is near.", given=clean(first, 60), near=near)
    if first.startswith("-"):
        return text("There is no option “{given}” here.", given=clean(first, 60))
    return text("Nothing is expected where “{given}” stands.", given=clean(given, 100))


def _not_among(name: str, given: str, known: tuple[str, ...]) -> Text:
    if near := _nearest(given.lower(), known):
        return text(
            "Expected one of {known} as {name}, got “{given}”; {near} is near.",
            known=known,
            name=name,
            given=clean(given, 60),
            near=near,
        )
    return text("Expected one of {known} as {name}, got “{given}”.", known=known, name=name, given=clean(given, 60))


def _nearest(given: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(given, known, n=1)), "")


def _filled(line: str) -> str:
    import textwrap

    return textwrap.fill(line, HELP_WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _lines(examples: Iterable[Example]) -> Iterable[str]:
    """A command a line, what it does beside it, or below it where it is long."""
    shown = [(command, "" if does is None else told(does)) for command, does in examples]
    width = max((len(command) for command, does in shown if does and len(command) <= 52), default=0)
    for command, does in shown:
        if does and len(command) > width:
            yield f"  {command}"
            yield f"  {'':<{width}}  {does}"
        else:
            yield f"  {command:<{width}}  {does}".rstrip()
