"""Which language, and what is said in it."""

import subprocess
import sys

import pytest

from mailtrust.cli.translations import LANGUAGES, current, language, told, translator
from mailtrust.core.model.text import text

ACCEPTS = "accepts"


@pytest.mark.parametrize(
    ("asked", "environment", "spoken"),
    [
        (None, {}, "en"),
        ("zh", {"LANG": "fr_FR.UTF-8"}, "zh"),
        (None, {"LANG": "fr_FR.UTF-8"}, "fr"),
        (None, {"LANG": "zh_CN.GB18030"}, "zh"),
        (None, {"LANG": "fr_FR", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "fr_FR", "LC_MESSAGES": "zh_TW"}, "zh"),
        (None, {"LANG": "de_DE"}, "en"),
        (None, {"LANGUAGE": "de:fr:en", "LANG": "de_DE"}, "fr"),
        (None, {"LANG": ""}, "en"),
        ("klingon", {"LANG": "fr"}, "fr"),
    ],
)
def test_the_language(asked: str | None, environment: dict[str, str], spoken: str) -> None:
    assert language(asked, environment) == spoken


@pytest.mark.parametrize("asked", LANGUAGES)
def test_a_sentence_in_each_language(asked: str) -> None:
    said = {"en": "accepts", "fr": "accepte", "zh": "接受"}
    assert translator(asked)(ACCEPTS) == said[asked]
    assert current()(ACCEPTS) == said[asked]
    assert translator(asked)("no sentence of ours") == "no sentence of ours"


def test_help_is_told_in_the_language_of_the_locale_or_in_the_one_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    translator(None)
    assert told(text("accepts")) == "accepte"
    translator("en")
    assert told(text("accepts")) == "accepts"


def test_english_loads_nothing() -> None:
    program = (
        "import sys; from mailtrust.cli.translations import translator; translator('en')('x');"
        "late = ('mailtrust.core.formats.po', 'importlib.resources', 'gettext');"
        "print([name for name in late if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "[]"
