"""A sentence for a person: a template in English with named placeholders, translated only when shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from mailtrust.core.model.frozen import frozen


@frozen
class Text:
    """A translatable sentence: `template` is the gettext msgid, `values` fill its named placeholders.

    Values may come from a stranger's server. They are data: only `template` is ever read as a format.
    """

    template: str
    values: tuple[tuple[str, str | int | date | Text | tuple[str | Text, ...]], ...] = ()

    def render(self, translate: Callable[[str], str]) -> str:
        """Translate the template, then put the values in; `translate` is gettext's `gettext` or alike."""
        shown = {name: _shown(value, translate) for name, value in self.values}
        return translate(self.template).format_map(shown)

    def __str__(self) -> str:
        """Render in English, for logs and errors."""
        return self.render(lambda template: template)


def text(template: str, /, **values: str | int | date | Text | tuple[str | Text, ...]) -> Text:
    """Mark `template` for translation (Babel extracts the first argument) and bind its values."""
    return Text(template, tuple(values.items()))


def verbatim(words: str) -> Text:
    """Words that have no other language: what a file keeps of a sentence, or what somebody else said."""
    return Text("{words}", (("words", words),))


def in_a_row(sentences: Iterable[Text]) -> Text:
    """Whole sentences one after the other; one at least."""
    first, *others = sentences
    for sentence in others:
        first = text("{one} {next}", one=first, next=sentence)
    return first


def _shown(value: str | int | date | Text | tuple[str | Text, ...], translate: Callable[[str], str]) -> str:
    match value:
        case Text():
            return value.render(translate)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(_shown(part, translate) for part in value)
        case _:
            return str(value)
