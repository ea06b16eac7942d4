"""The small PO reader reads what translators' tools write."""

from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.po import read_po

SENTENCES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).map(
    lambda value: f"x{value}"
)


@given(st.dictionaries(SENTENCES, SENTENCES, max_size=8), st.integers(10, 200))
def test_what_babel_writes_is_read(sentences: dict[str, str], width: int) -> None:
    made = Catalog(locale="fr")
    for english, french in sentences.items():
        made.add(english, french)
    out = BytesIO()
    write_po(out, made, width=width)
    assert read_po(out.getvalue().decode("utf-8")) == sentences


def test_every_part_of_an_entry() -> None:
    source = r'''
# a translator's remark
msgid ""
msgstr "Language: fr\n"

#: core/rules/expired.py
#, python-brace-format
msgid ""
"The certificate "
"of {name} says \"no\".\n"
msgstr "Le certificat de {name} dit "
"« non ».\n\\"

#, fuzzy
msgid "guessed"
msgstr "deviné"
msgid "after the guess"
msgstr "après"
msgid "without an empty line"
msgstr ""
#, fuzzy
msgid "guessed again"
msgstr "deviné"

#~ msgid "gone"
#~ msgstr "parti"'''
    assert read_po(source) == {
        'The certificate of {name} says "no".\n': "Le certificat de {name} dit « non ».\n\\",
        "after the guess": "après",
    }


def test_nothing_comes_of_nothing() -> None:
    assert read_po("") == {}
    assert read_po("msgid\nmsgstr\n") == {}
