"""`mailtrust services collect`: the script that exports what Exchange knows, or several exports as one."""

import argparse
from importlib.resources import files
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.files import STANDARD, called_file, expect_writable, write_output
from mailtrust.cli.services.opening import add_facts_options, exported, say_notes
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "collect",
        help=told(text("write the script that exports what Exchange knows")),
        description=told(
            text(
                "Write a PowerShell script for the Exchange Management Shell, 2010 to Subscription Edition and Edge. "
                "It only reads, exports no private key and no password, and writes one file for --export. With "
                "--export, what these files say together is written as one export."
            )
        ),
        examples=(
            (
                "mailtrust services collect -o collect.ps1",
                text("then, in that shell: .\\collect.ps1 -OutFile exchange.json"),
            ),
            ("mailtrust services collect --export mail1.json --export edge1.json -o all.json", None),
        ),
    )
    add_facts_options(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told(text("write here instead of standard output"))
    )
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write it."""
    expect_writable(options.output)
    gathered = exported(options)
    if gathered is None:
        from mailtrust.core.formats.powershell import script

        source = files("mailtrust.core.targets.powershell").joinpath("collect.ps1").read_text(encoding="utf-8")
        write_output(script(source), options.output)
        if options.output is not None and options.output != STANDARD:
            done = text(
                "{file} is written. Run it in the Exchange Management Shell (.\\{name} -OutFile exchange.json); then "
                "`mailtrust services check --export exchange.json` judges what it has exported.",
                file=called_file(options.output),
                name=options.output.name,
            )
            say_notes((done,))
    else:
        from mailtrust.core.formats.exchange.export_json import encode_export
        from mailtrust.core.formats.exchange.written import wire_of

        say_notes(gathered.problems)
        write_output(encode_export(wire_of(gathered.organisation)), options.output)
    return exit_status.CLEAN
