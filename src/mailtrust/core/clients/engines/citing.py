"""Small builders that keep profiles readable: words with their source, weaker grounds for single codes."""

from collections.abc import Iterable, Mapping

from mailtrust.core.model.client import Words
from mailtrust.core.model.verdict import Basis, Utterance


def says(codes: Iterable[str], source: str, **texts: str) -> Words:
    """What is shown for `codes`, by language (`en="..."`), all read at one place."""
    return Words(frozenset(codes), tuple(Utterance(text, lang, source) for lang, text in texts.items()))


def joined(*parts: Words) -> Words:
    """Words of one situation that were read at several places; the codes of the first count."""
    return Words(parts[0].codes, tuple(utterance for part in parts for utterance in part.utterances))


def grounds(*parts: tuple[Iterable[str], Basis]) -> Mapping[str, Basis]:
    """For `basis_of`: what single codes rest on; later parts win."""
    return {code: basis for codes, basis in parts for code in codes}
