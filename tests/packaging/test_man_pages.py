"""The man pages are whole, and what reads man pages has nothing to say about them."""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrust.cli.main import build_parser

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, ROOT / "tools" / "man_pages.py", folder, "2026-11-22"], check=True)
    return folder


def read_by(*reader: str, page: Path) -> str:
    if shutil.which(reader[0]) is None:
        pytest.skip(f"{reader[0]} is not installed: make test-servers")
    done = subprocess.run([*reader, page], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each page's name, with the parsers that it tells of."""
    program = build_parser()
    yield "mailtrust", program
    for name, parser in below(program).items():
        yield f"mailtrust-{name}", parser
        yield from ((f"mailtrust-{name}", verb) for verb in below(parser).values())


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return {name: parser for action in found for name, parser in action.choices.items()}


def test_every_command_has_a_page(pages: Path) -> None:
    assert {path.stem for path in pages.iterdir()} == {name for name, _ in commands()}


def test_every_option_and_example_is_in_its_page(pages: Path) -> None:
    told = 0
    for name, parser in commands():
        shown = read_by("mandoc", "-T", "utf8", "-O", "width=1000", page=pages / f"{name}.1")
        # A terminal's bold and underlined letters are struck over.
        words = " ".join(re.sub(".\b", "", shown).split())
        wanted = [option for action in parser._actions for option in action.option_strings]
        wanted += [" ".join(command.split()) for command, _ in getattr(parser, "examples", ())]
        assert not [what for what in wanted if what not in words]
        told += len(wanted)
    assert told > 150


def test_nobody_who_reads_man_pages_complains(pages: Path) -> None:
    for page in pages.iterdir():
        assert read_by("mandoc", "-T", "lint", "-W", "warning", page=page) == ""
        read_by("groff", "-man", "-ww", "-T", "utf8", "-z", page=page)


def test_the_locale_changes_nothing(pages: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "tools" / "man_pages.py", tmp_path, "2026-11-22"], env={"LANGUAGE": "fr"}, check=True
    )
    assert {path.name: path.read_bytes() for path in pages.iterdir()} == {
        path.name: path.read_bytes() for path in tmp_path.iterdir()
    }
