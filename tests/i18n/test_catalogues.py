"""Every sentence is in the catalogues, translated, with the same placeholders, and nothing else is."""

import ast
import importlib.util
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest
from babel.messages.pofile import read_po as babel_read_po

from mailtrust.core.formats.po import read_po

ROOT = Path(__file__).parents[2]
HINT = "run: python tools/texts.py"


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = load_tool()
SENTENCES = TOOL.collect()


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_the_template_is_current() -> None:
    assert (TOOL.LOCALE / "mailtrust.pot").read_text(encoding="utf-8") == TOOL.catalogue(SENTENCES, {}, ""), HINT


@pytest.mark.parametrize("language", TOOL.LANGUAGES)
def test_the_catalogue_is_whole(language: str) -> None:
    source = TOOL.catalogue_path(language).read_text(encoding="utf-8")
    translations = read_po(source)
    untranslated = [sentence for sentence in SENTENCES if sentence not in translations]
    assert not untranslated, f"{len(untranslated)} sentences lack their {language} translation; {HINT}"
    assert source == TOOL.catalogue(SENTENCES, translations, language), f"unused, fuzzy or out of order; {HINT}"


@pytest.mark.parametrize("language", TOOL.LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    translations = read_po(TOOL.catalogue_path(language).read_text(encoding="utf-8"))
    differing = {
        sentence: sorted(placeholders(sentence) ^ placeholders(translation))
        for sentence, translation in translations.items()
        if placeholders(sentence) != placeholders(translation)
    }
    assert not differing


@pytest.mark.parametrize("language", TOOL.LANGUAGES)
def test_other_tools_can_read_the_catalogue(language: str) -> None:
    with TOOL.catalogue_path(language).open("rb") as file:
        catalogue = babel_read_po(file, locale=language, abort_invalid=True)
    read = {message.id: message.string for message in catalogue if message.id}
    assert read == dict(read_po(TOOL.catalogue_path(language).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "path", sorted(TOOL.PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(TOOL.PACKAGE))
)
def test_sentences_are_written_where_they_are_found(path: Path) -> None:
    """text() takes its sentence as a literal with named placeholders, and each placeholder its value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
            where = f"{path.name}:{node.lineno}"
            sentence = node.args[0]
            assert isinstance(sentence, ast.Constant), f"{where}: text() wants a literal"
            assert isinstance(sentence.value, str), f"{where}: text() wants a literal"
            given = {keyword.arg for keyword in node.keywords}
            if given and None not in given:  # a template without values is bound elsewhere; **values tell nothing
                assert placeholders(sentence.value) <= given, where


def test_the_check_of_placeholders_sees_a_difference() -> None:
    assert placeholders("{a} of {b}") == {"a", "b"}
    assert placeholders("{{a}} of {b}") == {"b"}
