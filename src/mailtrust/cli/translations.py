"""In which language people are spoken to, and the catalogues for it. English needs none, and loads nothing."""

import os
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache

from mailtrust.core.model.text import Text

LANGUAGES = ("en", "fr", "zh")

Translate = Callable[[str], str]

_chosen: list[str] = []


def language(asked: str | None, environment: Mapping[str, str] | None = None) -> str:
    """The language asked for, else the one of the locale, else English; one of LANGUAGES."""
    if asked in LANGUAGES:
        return asked
    variables = os.environ if environment is None else environment
    # As gettext has it: the first of these that is set decides; LANGUAGE may name several, best first.
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := variables.get(variable):
            wanted = (name.partition(".")[0].partition("_")[0].lower() for name in value.split(":"))
            return next((name for name in wanted if name in LANGUAGES), "en")
    return _of_windows()


def translator(asked: str | None) -> Translate:
    """What gives our sentences in the language asked for, or in the locale's; `current` gives it again."""
    chosen = language(asked)
    _chosen[:] = [chosen]
    return _translator(chosen)


def current() -> Translate:
    """The translator that was asked for last, or the locale's."""
    return _translator(_chosen[0]) if _chosen else translator(None)


def in_every_language() -> Mapping[str, Translate]:
    """Translators by their languages, for readers who are not the one at this command line."""
    return {name: _translator(name) for name in LANGUAGES}


def told(sentence: Text) -> str:
    """A sentence in the language of this command line, for the help texts that are needed before it has been read."""
    return sentence.render(current())


@lru_cache
def _translator(chosen: str) -> Translate:
    if chosen == "en":
        return _as_it_is
    from importlib.resources import files

    from mailtrust.core.formats.po import read_po

    # The PO file itself is read: no build step can be forgotten, and what a translator edits is what is shown.
    catalogue = files("mailtrust").joinpath("locale", chosen, "LC_MESSAGES", "mailtrust.po")
    sentences = read_po(catalogue.read_text(encoding="utf-8"))
    return lambda template: sentences.get(template, template)


def _as_it_is(template: str) -> str:
    return template


def _of_windows() -> str:
    """Windows sets none of these variables; it knows the language of its user interface."""
    name = ""
    if sys.platform == "win32":
        import ctypes
        import locale

        name = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "").partition("_")[0]
    return name if name in LANGUAGES else "en"
