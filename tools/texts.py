"""Collect every translatable sentence and merge them into the catalogues: python tools/texts.py.

A sentence is the first argument of `text(...)`, or the title of a client profile. New ones come into fr and zh
without a translation, those that are no longer used go; nothing is guessed. The files hold no dates and no line
numbers, so that they change only with the sentences.
"""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.extract import extract_from_dir

from mailtrust.core.formats.po import read_po

PACKAGE = Path(__file__).parent.parent / "src" / "mailtrust"
TITLED = (PACKAGE / "core" / "clients", PACKAGE / "core" / "discovery")
"""Whose titles are sentences, too."""
LOCALE = PACKAGE / "locale"
LANGUAGES = ("fr", "zh")


def collect() -> dict[str, list[str]]:
    """Every sentence in the order of files and lines, with the files in which it stands."""
    found: dict[str, list[str]] = {}
    places = [
        (file, line, sentence)
        for file, line, sentence, *_ in extract_from_dir(PACKAGE, [("**.py", "python")], keywords={"text": None})
        if isinstance(sentence, str) and sentence
    ] + [
        (f"core/{folder.name}/{path.name}", 0, title)
        for folder in TITLED
        for path in folder.glob("*.py")
        for title in client_titles(path)
    ]
    for file, _, sentence in sorted(places):
        files = found.setdefault(sentence, [])
        name = Path(file).as_posix()
        if name not in files:
            files.append(name)
    return found


def client_titles(path: Path) -> tuple[str, ...]:
    """What the profiles of one file are called."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    titles = (keyword.value for call in calls for keyword in call.keywords if keyword.arg == "title")
    return tuple(title.value for title in titles if isinstance(title, ast.Constant) and isinstance(title.value, str))


def catalogue(sentences: Mapping[str, Iterable[str]], translations: Mapping[str, str], language: str) -> str:
    """A PO file; without a language the template."""
    header = ["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
    if language:
        header.insert(0, f"Language: {language}")
    parts = ['msgid ""\nmsgstr ""\n' + "".join(f"{_quote(line + chr(10))}\n" for line in header)]
    for sentence, files in sentences.items():
        where = "".join(f"#: {file}\n" for file in files)
        parts.append(f"{where}msgid {_quote(sentence)}\nmsgstr {_quote(translations.get(sentence, ''))}\n")
    return "\n".join(parts)


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue stands."""
    return LOCALE / language / "LC_MESSAGES" / "mailtrust.po"


def write() -> None:
    """Write template and catalogues anew."""
    sentences = collect()
    LOCALE.mkdir(exist_ok=True)
    (LOCALE / "mailtrust.pot").write_text(catalogue(sentences, {}, ""), encoding="utf-8")
    for language in LANGUAGES:
        path = catalogue_path(language)
        known = read_po(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(catalogue(sentences, known, language), encoding="utf-8")


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


if __name__ == "__main__":
    write()
