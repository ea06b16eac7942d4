"""The scripts that complete the command line, driven in the shells themselves."""

import os
import shutil
import subprocess
from argparse import _SubParsersAction
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.completion import SHELLS, arguments_of, words_of
from mailtrust.cli.main import build_parser
from mailtrust.core.clients import CLIENTS
from mailtrust.lab.scenarios import SCENARIOS

# What is typed, and what stands there after the tabulator.
LINES = {
    "mailtrust che": "mailtrust check",
    "mailtrust check --no-ai": "mailtrust check --no-aia",
    "mailtrust check mail.example.com --clie": "mailtrust check mail.example.com --client",
    "mailtrust check --client thunderb": "mailtrust check --client thunderbird",
    "mailtrust check --client gmail-android,thunderb": "mailtrust check --client gmail-android,thunderbird",
    "mailtrust check --deployed gpo,fire": "mailtrust check --deployed gpo,firefox",
    "mailtrust check --product ngi": "mailtrust check --product nginx",
    "mailtrust check --format juni": "mailtrust check --format junit",
    "mailtrust check --roots a-roo": "mailtrust check --roots a-root.pem",
    "mailtrust bundle --for dovec": "mailtrust bundle --for dovecot",
    "mailtrust bundle a-roo": "mailtrust bundle a-root.pem",
    "mailtrust forecast --unt": "mailtrust forecast --until",
    "mailtrust explain --ur": "mailtrust explain --url",
    "mailtrust lab r": "mailtrust lab run",
    "mailtrust lab run missing-inter": "mailtrust lab run missing-intermediate",
    "mailtrust lab up healt": "mailtrust lab up healthy",
    "mailtrust completion fis": "mailtrust completion fish",
}

# As readline fills the words in; `complete -p` says which function it calls.
BASH = """\
source "$1"; shift
[[ $(complete -p mailtrust) =~ -F\\ ([a-z_]+) ]] && function=${BASH_REMATCH[1]}
for line in "$@"; do
  read -ra COMP_WORDS <<< "$line"
  COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )) COMPREPLY=()
  "$function"
  echo "${COMPREPLY[@]}"
done
"""
# A shell on a terminal of its own: Tab, then a key that tells what stands on the line.
ZSH = """\
zmodload zsh/zpty zsh/zselect
folder=$1 out=$1/lines; : > $out; shift
zpty z env TERM=dumb zsh -f -i
zpty -w z "PS1=; fpath=($folder \\$fpath); autoload -Uz compinit; compinit -D -u
told() { print -r -- \\"\\$BUFFER\\" >> $out; BUFFER=; }; zle -N told; bindkey '^I' complete-word; bindkey '^X' told"
told=0
for line in "$@"; do
  zpty -w -n z "$line"$'\\t\\x18'
  for patience in {1..2000}; do
    zselect -t 2; zpty -r -t z seen; [[ $(wc -l < $out) -gt $told ]] && break
  done
  (( told++ ))
done
zpty -d z
"""
FISH = 'source $argv[1]; for line in $argv[2..]; complete -C "$line" | string split -f 1 \\t; echo -; end'


@pytest.fixture
def script(run: Callable[..., Any], tmp_path: Path) -> Callable[[str], Path]:
    def write(shell: str) -> Path:
        done = run("completion", shell)
        assert (done.status, done.err) == (0, "")
        (tmp_path / "a-root.pem").touch()
        path = tmp_path / "_mailtrust"
        path.write_bytes(done.out)
        return path

    return write


def shell(name: str, *arguments: str | Path, folder: Path) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed: make test-servers")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [name, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_bash_completes(script: Callable[[str], Path], tmp_path: Path) -> None:
    said = shell("bash", "--norc", "-c", BASH, "bash", script("bash"), *LINES, folder=tmp_path)
    assert said.splitlines() == [expected.split()[-1] for expected in LINES.values()]


def test_zsh_completes(script: Callable[[str], Path], tmp_path: Path) -> None:
    script("zsh")
    shell("zsh", "-f", "-c", ZSH, "zsh", tmp_path, *LINES, folder=tmp_path)
    # It leaves room for the next word, and for another of a list.
    found = [line.rstrip(" ,") for line in (tmp_path / "lines").read_text().splitlines()]
    assert found == list(LINES.values())


def test_fish_completes(script: Callable[[str], Path], tmp_path: Path) -> None:
    said = shell("fish", "--no-config", "-c", FISH, script("fish"), *LINES, folder=tmp_path)
    assert said.split() == [word for expected in LINES.values() for word in (expected.split()[-1], "-")]


@pytest.mark.may_be_left_out
def test_powershell_completes(script: Callable[[str], Path], tmp_path: Path) -> None:
    drive = (
        ". $args[0]; $args[1..99] | ForEach-Object { "
        "([System.Management.Automation.CommandCompletion]::CompleteInput($_, $_.Length, $null)).CompletionMatches"
        ".CompletionText }"
    )
    path = script("powershell").rename(tmp_path / "mailtrust.ps1")
    lines = [line for line in LINES if "a-roo" not in line]
    said = shell("pwsh", "-NoProfile", "-c", f"& {{ {drive} }}", path, *lines, folder=tmp_path)
    assert said.split() == [LINES[line].split()[-1] for line in lines]


@pytest.mark.parametrize("name", SHELLS)
def test_every_command_and_word_is_in_each_script(run: Callable[..., Any], name: str) -> None:
    written = run("completion", name).text
    (commands,) = (action for action in build_parser()._actions if isinstance(action, _SubParsersAction))
    words = [*commands.choices, *(client.id for client in CLIENTS), *(scenario.id for scenario in SCENARIOS)]
    assert not [word for word in words if word not in written]


def test_every_argument_that_takes_ids_knows_which_there_are() -> None:
    wanting = [
        (path, action.option_strings or action.dest)
        for path, action in arguments_of(build_parser())
        if (action.metavar in ("ID,...", "WAY,...") or "--product" in action.option_strings)
        and not (action.choices or words_of(path, action))
    ]
    assert not wanting


def test_a_shell_that_is_unknown(run: Callable[..., Any]) -> None:
    done = run("completion", "elvish")
    assert done.status == 2
    assert "bash" in done.err
