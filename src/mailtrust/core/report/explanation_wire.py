"""mailtrust/explanation/1 as it stands in a file: its schema is made from this. Keys are added, never renamed."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.messages.explanation import Standing
from mailtrust.core.messages.message import Likelihood, OriginKind
from mailtrust.core.validation.kinds import Kind

SCHEMA: Literal["mailtrust/explanation/1"] = "mailtrust/explanation/1"


class UtteranceWire(Struct, kw_only=True):
    """Words of a program, in one language."""

    text: Annotated[str, Meta(description="Names in braces stand for what differs; ` / ` parts what is shown apart.")]
    lang: str
    source: Annotated[str, Meta(description="Where they were read; `recalled` where nobody could source them.")]


class QuoteWire(Struct, kw_only=True):
    """Words of the catalogue that were found in the text."""

    text: str
    lang: str
    source: str
    translations: list[UtteranceWire]


class SpeakerWire(Struct, kw_only=True):
    """Who says it."""

    id: str
    title: str
    kind: OriginKind
    versions: str
    clients: Annotated[
        list[str], Meta(description="Ids of the client profiles that judge as it does, or nearest to it.")
    ]


class CauseWire(Struct, kw_only=True):
    """One thing that the text can mean."""

    code: Annotated[str, Meta(description="A reason code or rule id of mailtrust/report/1.")]
    likelihood: Likelihood
    standing: Annotated[Standing, Meta(description="What the certificate that was given says of it.")]
    name: str
    explanation: str


class AnswerWire(Struct, kw_only=True):
    """One thing that the text can be."""

    said_by: list[SpeakerWire]
    passed_on: Annotated[list[SpeakerWire], Meta(description="Whose words the first speaker repeats.")]
    symptom: Annotated[str | None, Meta(description="The symptom, where the text describes one and quotes nobody.")]
    quotes: list[QuoteWire]
    score: Annotated[
        float, Meta(ge=0, le=1, description="How much was found, of the catalogue's words or of the text.")
    ]
    causes: Annotated[list[CauseWire], Meta(description="Most likely first; what was ruled out comes last.")]
    cannot_tell_apart: Annotated[list[str], Meta(description="Codes for which these words are the same.")]
    notes: list[str]
    commands: Annotated[list[str], Meta(description="What to run next; HOST and DOMAIN where the text names none.")]


class PlaceWire(Struct, kw_only=True):
    """The server that the text speaks of."""

    target: str
    host: str
    domain: str | None


class ComparisonWire(Struct, kw_only=True):
    """The URL that a program was given, beside the certificate."""

    client: str
    host: str | None
    names: list[str]
    fits: bool | None
    kind: Kind
    sentences: list[str]


class ExplanationWire(Struct, kw_only=True):
    """What is known about a text."""

    schema: Literal["mailtrust/explanation/1"]
    text: str
    cut: Annotated[bool, Meta(description="Whether the text was longer than what is looked at.")]
    lang: Annotated[str, Meta(description="The language of names, explanations and notes.")]
    version: str
    known: Annotated[bool, Meta(description="Whether there is any answer; what stands in perhaps does not count.")]
    place: PlaceWire | None
    answers: list[AnswerWire]
    perhaps: Annotated[list[AnswerWire], Meta(description="What is near, where nothing was sure.")]
    comparison: ComparisonWire | None
