"""Small builders that keep the catalogue readable: words with their source, messages of one origin."""

from mailtrust.core.messages.causes import merged
from mailtrust.core.messages.message import Cause, Message, Origin
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Utterance


def heard(source: str, *english: str, **others: str) -> tuple[Utterance, ...]:
    """What is said, all read at one place: in English, in as many wordings as there are, and in other languages."""
    return (
        *(Utterance(said, "en", source) for said in english),
        *(Utterance(said, lang, source) for lang, said in others.items()),
    )


def message(origin: Origin, said: tuple[Utterance, ...], causes: tuple[Cause, ...], *notes: Text) -> Message:
    """A message of an origin; causes that stand in it twice count once, as the likelier."""
    return Message(origin, said, merged((causes,)), notes)
