"""What users paste into `explain`, and what is said to it."""

from functools import cache

from tests.fuzz.documents import harmless, refusal, unmoved
from tests.fuzz.mutation.words import HOSTILE, mutate_text
from tests.fuzz.target import Target

from mailtrust.core.messages.catalogue import messages
from mailtrust.core.messages.explain import explain
from mailtrust.core.messages.places import place_of
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.report.explanation_json import explanation_to_json
from mailtrust.core.report.explanation_page import render_explanation


@cache
def _utterances() -> tuple[bytes, ...]:
    said = [one.text for message in messages() for one in message.utterances]
    logs = [" | ".join(said[at : at + 3]) for at in range(0, len(said), 9)]
    return tuple(words.encode("utf-8", "surrogatepass") for words in (*said, *logs, *HOSTILE, " ".join(said)[:20_000]))


def _try_message(octets: bytes) -> bytes:
    given = octets.decode("utf-8", "surrogatepass")
    try:
        place = place_of(given.split()[0]) if given.split() else None
    except UserProblem as refused:
        refusal(refused)
        place = None
    made = explain(given, place)
    lines = render_explanation(made, width=100, colour=False, translate=str)
    harmless(lines)
    told = explanation_to_json(made, str, "en")
    unmoved(told.decode("utf-8"))
    return lines.encode() + told


MESSAGE = Target("message", _utterances, mutate_text, _try_message, inputs=20_000, bounded=30)
