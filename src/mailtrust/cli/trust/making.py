"""What the ways of `mailtrust trust` share: their options, and the folder that is written."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, expect_one_from_stdin, read_anything, read_file, read_password
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.rollout import Wish
    from mailtrust.flows.trust import GivenFile

LONGEST_NAME = 64


def add_way(
    subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    way: str,
    *,
    summary: Text,
    description: Text,
    examples: Iterable[Example],
    merges: str = "",
) -> argparse.ArgumentParser:
    """Add the subcommand of one way with the options that all have, and `run` as its handler.

    `merges`: the name of the file that it takes as it is on a computer and gives back with the anchors in it.
    """
    parser: argparse.ArgumentParser = subcommands.add_parser(
        way, help=told(summary), description=told(description), examples=examples
    )
    parser.add_argument(
        "--root", metavar="FILE", type=Path, action="append", required=True,
        help=told(text("what clients shall trust (PEM, DER, PKCS#7, PFX, JKS); more than once, if need be")),
    )  # fmt: skip
    parser.add_argument(
        "--intermediate", metavar="FILE", type=Path, action="append", default=[],
        help=told(text("a CA below the root, for servers that do not send it; more than once, if need be")),
    )  # fmt: skip
    parser.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help=told(text("the folder to make; it must be new or empty"))
    )
    parser.add_argument("--remove", action="store_true", help=told(text("write what takes it away again")))
    parser.add_argument(
        "--name",
        metavar="NAME",
        help=told(text("what policies, profiles and stores call it (default: the root's own)")),
    )
    parser.add_argument(
        "--self-signed", action="store_true",
        help=told(text("take a server's certificate that vouches for itself, too")),
    )  # fmt: skip
    if merges:
        parser.add_argument(
            "--merge", metavar="FILE", type=Path,
            help=told(text("a {file} that is there already: what it holds is kept", file=merges)),
        )  # fmt: skip
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of what is read: in this file or on standard input (-)")),
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help=told(text("for people or for a program"))
    )
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run, merges=merges)
    return parser


def run(options: argparse.Namespace) -> int:
    """Write the kit with what the options that all ways have ask for."""
    wish, remarks = wish_of(options)
    return write(options, wish, remarks)


def wish_of(options: argparse.Namespace) -> "tuple[Wish, tuple[Text, ...]]":
    """What the options ask for, and what is to be said about it. Raises UserProblem.

    A way with options of its own adds them by `dataclasses.replace` and calls `write`.
    """
    from datetime import UTC, datetime

    from mailtrust.core.model.rollout import Wish
    from mailtrust.core.rules.grounds.naming import called
    from mailtrust.flows.trust import anchors_of

    merge: Path | None = getattr(options, "merge", None)
    expect_one_from_stdin(*options.root, *options.intermediate, options.password_file, merge)
    password = read_password(options.password_file)
    now = datetime.now(UTC)
    found = anchors_of(
        [_read(path, password) for path in options.root],
        [_read(path, password) for path in options.intermediate],
        now=now,
        self_signed_too=options.self_signed,
        removing=options.remove,
    )
    return Wish(
        anchors=found.anchors,
        name=_name(options.name) or called(found.anchors.trusted[0].subject)[:LONGEST_NAME],
        now=now,
        existing={} if merge is None else {options.merges: read_file(merge)},
        translate=translator(options.lang),
    ), found.remarks


def write(options: argparse.Namespace, wish: "Wish", remarks: tuple[Text, ...]) -> int:
    """Make the kit, write it, and say what was written."""
    from mailtrust.core.report.kit_text import places
    from mailtrust.core.rollout import BY_ID as WAYS
    from mailtrust.flows.trust import make_kit, write_kit

    way = WAYS[options.subcommand]
    kit = make_kit(way, wish, remove=options.remove, remarks=remarks)
    write_kit(options.out, kit)
    if options.format == "json":
        from mailtrust.cli.files import write_output
        from mailtrust.core.formats.json_text import to_json_text
        from mailtrust.core.report.kit_wire import kit_wire

        wire = kit_wire(
            way.ID,
            wish,
            kit,
            way.check(wish),
            folder=called_file(options.out),
            remove=options.remove,
            translate=wish.translate,
        )
        write_output(to_json_text(wire), None)
        return exit_status.CLEAN
    say(
        *(text("{file}: {role}", file=f"{called_file(options.out)}/{place}", role=role) for place, role in places(kit)),
        *kit.remarks,
        text("What to do, in order, stands in {file}.", file=called_file(options.out / kit.files[0].path)),
    )
    return exit_status.CLEAN


def _read(path: Path, password: bytes | None) -> "GivenFile":
    from mailtrust.flows.trust import GivenFile

    return GivenFile(called_file(path), read_anything(path, password))


def _name(given: str | None) -> str | None:
    if given is None or (0 < len(given.strip()) <= LONGEST_NAME and given.isprintable()):
        return given and given.strip()
    raise UserProblem(text("Expected a name of 1 to 64 characters that can be shown after --name."))
