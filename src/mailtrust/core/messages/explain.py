"""The question itself: what a text means."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailtrust.core.messages.answering import MOST_ANSWERS, Finding, findings
from mailtrust.core.messages.catalogue import lines
from mailtrust.core.messages.causes import merged
from mailtrust.core.messages.explanation import Answer, Explanation, Quote, Suspicion
from mailtrust.core.messages.matching import find, read
from mailtrust.core.messages.message import Message, Origin, OriginKind
from mailtrust.core.messages.next_steps import commands_for, services_for
from mailtrust.core.messages.places import Place, place_in
from mailtrust.core.messages.symptoms import Sighting, sightings
from mailtrust.core.messages.tokens import MOST_CHARACTERS, tokens
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Utterance

MOST_PERHAPS = 3
MOST_SYMPTOMS = 2
_MUCH_SHOWN = 3
_PEOPLE = Origin("symptom", Text(""), OriginKind.PERSON)


def explain(given: str, place: Place | None = None) -> Explanation:
    """Say what a text means; `place` is the server it is about, where the user names one.

    Total: any text gives an explanation, for most texts of the world one without answers.
    """
    # Octets that are no UTF-8 come from a command line as halves of surrogates, which nothing can write.
    given = given.encode("utf-8", "replace").decode("utf-8")
    place = place or place_in(given)
    text = read(tokens(given), lines())
    hits = find(text, lines())
    said = _answers(findings([hit for hit in hits if hit.sure])[:MOST_ANSWERS], place)
    seen = sightings(given)
    # Beside a message that was found, a symptom must have more to show than two words that happen to be there.
    described = [one for one in seen if one.concepts >= _MUCH_SHOWN][:1] if said else seen[:MOST_SYMPTOMS]
    answers = (*said, *(_symptom_answer(sighting, place) for sighting in described))
    perhaps = () if answers else _answers(findings(hits)[:MOST_PERHAPS], place)
    return Explanation(given[:MOST_CHARACTERS], answers, perhaps, place, cut=len(given) > MOST_CHARACTERS)


def _answers(found: Sequence[Finding], place: Place | None) -> tuple[Answer, ...]:
    """One answer for each thing that the text can be; who says the same of the same words stands in one."""
    groups: list[list[Finding]] = []
    for finding in found:
        alike = next((group for group in groups if _same(group[0], finding)), None)
        if alike is None:
            groups.append([finding])
        else:
            alike.append(finding)
    return tuple(_answer(group, place) for group in groups)


def _same(one: Finding, other: Finding) -> bool:
    return one.places == other.places and {c.code for c in one.causes} == {c.code for c in other.causes}


def _answer(group: list[Finding], place: Place | None) -> Answer:
    first = group[0]
    speakers = tuple({finding.origin.id: finding.origin for finding in group}.values())
    passed_on = {inner.origin.id: inner.origin for inner in first.passed_on}
    return Answer(
        speakers=speakers,
        passed_on=tuple(passed_on.values()),
        title=None,
        quotes=tuple(_quotes(first)),
        score=first.score,
        suspicions=tuple(Suspicion(cause) for cause in first.causes),
        notes=_notes(message for finding in group for message in finding.every_message),
        commands=(*commands_for(speakers, place), *services_for(first.causes)),
    )


def _quotes(finding: Finding) -> Iterable[Quote]:
    for said in dict.fromkeys(finding.utterances):
        others = [
            other
            for message in finding.every_message
            if said in message.utterances
            for other in message.utterances
            if other.lang != said.lang
        ]
        yield Quote(said, tuple(_one_of_each_language(others)))


def _one_of_each_language(utterances: Iterable[Utterance]) -> list[Utterance]:
    by_language: dict[str, Utterance] = {}
    for utterance in utterances:
        by_language.setdefault(utterance.lang, utterance)
    return list(by_language.values())


def _notes(messages: Iterable[Message]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(note for message in messages for note in message.notes))


def _symptom_answer(sighting: Sighting, place: Place | None) -> Answer:
    symptom = sighting.symptom
    causes = merged((symptom.causes,))
    speaker = replace(_PEOPLE, id=symptom.id, clients=symptom.clients)
    return Answer(
        speakers=(speaker,),
        passed_on=(),
        title=symptom.title,
        quotes=(),
        score=1.0,
        suspicions=tuple(Suspicion(cause) for cause in causes),
        notes=symptom.notes,
        commands=(*commands_for((speaker,), place, symptom.commands), *services_for(causes)),
    )
