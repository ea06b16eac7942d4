"""An explanation as JSON (mailtrust/explanation/1): the same bytes for the same explanation."""

from collections.abc import Callable

from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.messages.explanation import Answer, Comparison, Explanation, Suspicion
from mailtrust.core.messages.message import Origin
from mailtrust.core.model.verdict import Utterance
from mailtrust.core.report import explanation_wire as wire
from mailtrust.version import __version__

Translate = Callable[[str], str]


def explanation_to_json(explanation: Explanation, translate: Translate, lang: str) -> bytes:
    """Write the explanation; `lang` is the language that `translate` speaks."""
    place = explanation.place
    return to_json_text(
        wire.ExplanationWire(
            schema=wire.SCHEMA,
            text=explanation.text,
            cut=explanation.cut,
            lang=lang,
            version=__version__,
            known=bool(explanation.answers),
            place=wire.PlaceWire(target=place.target, host=place.host, domain=place.domain) if place else None,
            answers=[_answer(answer, translate) for answer in explanation.answers],
            perhaps=[_answer(answer, translate) for answer in explanation.perhaps],
            comparison=_comparison(explanation.comparison, translate) if explanation.comparison else None,
        )
    )


def _answer(answer: Answer, translate: Translate) -> wire.AnswerWire:
    return wire.AnswerWire(
        said_by=[_speaker(speaker, translate) for speaker in answer.speakers] if answer.title is None else [],
        passed_on=[_speaker(speaker, translate) for speaker in answer.passed_on],
        symptom=answer.title.render(translate) if answer.title is not None else None,
        quotes=[
            wire.QuoteWire(
                text=quote.utterance.text,
                lang=quote.utterance.lang,
                source=quote.utterance.source,
                translations=[_utterance(one) for one in quote.translations],
            )
            for quote in answer.quotes
        ],
        score=answer.score,
        causes=[_cause(suspicion, translate) for suspicion in answer.suspicions],
        cannot_tell_apart=[cause.code for cause in answer.alike],
        notes=[note.render(translate) for note in answer.notes],
        commands=list(answer.commands),
    )


def _speaker(origin: Origin, translate: Translate) -> wire.SpeakerWire:
    return wire.SpeakerWire(
        id=origin.id,
        title=origin.title.render(translate),
        kind=origin.kind,
        versions=origin.versions,
        clients=list(origin.clients),
    )


def _utterance(utterance: Utterance) -> wire.UtteranceWire:
    return wire.UtteranceWire(text=utterance.text, lang=utterance.lang, source=utterance.source)


def _cause(suspicion: Suspicion, translate: Translate) -> wire.CauseWire:
    cause = suspicion.cause
    return wire.CauseWire(
        code=cause.code,
        likelihood=cause.likelihood,
        standing=suspicion.standing,
        name=cause.name.render(translate),
        explanation=cause.why.render(translate),
    )


def _comparison(comparison: Comparison, translate: Translate) -> wire.ComparisonWire:
    return wire.ComparisonWire(
        client=comparison.client,
        host=comparison.host,
        names=list(comparison.names),
        fits=comparison.fits,
        kind=comparison.kind,
        sentences=[sentence.render(translate) for sentence in comparison.sentences],
    )
