"""What is answered to somebody who gives a text: who says so, what it can mean, what it hides, what to do next."""

from enum import StrEnum

from mailtrust.core.messages.message import Cause, Origin
from mailtrust.core.messages.places import Place
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Utterance
from mailtrust.core.validation.kinds import Kind


class Standing(StrEnum):
    """What is known of a cause beyond the text."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    """The certificate that was given has this fault."""
    RULED_OUT = "ruled-out"
    """The certificate that was given does not have it."""


@frozen
class Suspicion:
    """A cause, and what is known of it."""

    cause: Cause
    standing: Standing = Standing.OPEN


@frozen
class Quote:
    """Words of the catalogue that were found in the text."""

    utterance: Utterance
    translations: tuple[Utterance, ...]
    """The same message in other languages."""


@frozen
class Answer:
    """One thing that the text can be."""

    speakers: tuple[Origin, ...]
    """Who says it, the most particular first; several where it cannot be told which."""
    passed_on: tuple[Origin, ...]
    """Whose words the first speaker repeats: the library that gave the reason."""
    title: Text | None
    """For a symptom: the symptom."""
    quotes: tuple[Quote, ...]
    score: float
    """How much of what the catalogue holds was found, from 0 to 1."""
    suspicions: tuple[Suspicion, ...]
    notes: tuple[Text, ...]
    commands: tuple[str, ...]
    """What to run next. HOST and DOMAIN stand where the text names no server."""

    @property
    def alike(self) -> tuple[Cause, ...]:
        """The causes for which the words are the same; empty when there is one only."""
        causes = tuple(suspicion.cause for suspicion in self.suspicions)
        return causes if len(causes) > 1 else ()


@frozen
class Comparison:
    """The URL that a program was given, beside the certificate that a server shows."""

    client: str
    """Id of the client profile by whose rules they were compared."""
    host: str | None
    """The name in the URL; None when no URL was given and the text names no server."""
    names: tuple[str, ...]
    """The names in the certificate: of the subjectAltName, or the common names where it has none."""
    fits: bool | None
    """Whether the host is one of them by this client's rules; None without a host."""
    kind: Kind
    sentences: tuple[Text, ...]
    """What follows from it."""


@frozen
class Explanation:
    """Everything that is known about a text."""

    text: str
    answers: tuple[Answer, ...]
    """What it says, the most telling first."""
    perhaps: tuple[Answer, ...]
    """What it may say, where that is not sure."""
    place: Place | None
    """The server it speaks of."""
    comparison: Comparison | None = None
    cut: bool = False
    """Whether the text was longer than what is looked at."""
