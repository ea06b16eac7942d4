"""From the lines that were found to answers: who speaks, what is meant, and what would only repeat it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailtrust.core.messages.causes import merged
from mailtrust.core.messages.lines import Line
from mailtrust.core.messages.matching import Hit
from mailtrust.core.messages.message import Cause, Message, Origin, OriginKind
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Utterance

MOST_ANSWERS = 5
_SAME_PLACE = 0.6
"""From this share of its places on, a line that was found stands where another one stands."""
_AS_GOOD = 0.95
_AS_WHOLE = 0.7


@frozen
class Finding:
    """Lines of one origin that were found in a text, and the messages that hold them all."""

    origin: Origin
    messages: tuple[Message, ...]
    lines: tuple[Line, ...]
    merit: float
    places: frozenset[int]
    coverage: float
    score: float
    passed_on: "tuple[Finding, ...]" = ()
    """What it repeats of others: the reason that a library gave."""

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What is meant, most likely first: the fewest causes that its own words or those it passes on leave."""
        own = merged(message.causes for message in self.messages)
        for inner in self.passed_on:
            own = _narrowed(own, inner.causes)
        return own

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The words as the catalogue has them: for each line that was found the first of the messages that hold it."""
        own = [
            next(said.utterance for said in line.said if any(said.message is message for message in self.messages))
            for line in self.lines
        ]
        return tuple(dict.fromkeys((*own, *(utterance for inner in self.passed_on for utterance in inner.utterances))))

    @property
    def every_message(self) -> tuple[Message, ...]:
        """Its own messages, and those that it passes on."""
        return (*self.messages, *(message for inner in self.passed_on for message in inner.every_message))


def findings(hits: Sequence[Hit]) -> list[Finding]:
    """What was found, by origin, the one that accounts for most of the text first; repetitions are left out."""
    by_origin: dict[str, list[Finding]] = {}
    for hit in hits:
        for origin, messages in _owners(hit):
            _add(by_origin.setdefault(origin.id, []), origin, messages, hit)
    joined = _with_what_they_pass_on([finding for group in by_origin.values() for finding in group])
    meant = [finding for finding in joined if any(message.alone for message in finding.every_message)]
    meant.sort(key=lambda one: (-one.merit, one.origin.kind is not OriginKind.CLIENT, one.origin.id))
    kept: list[Finding] = []
    for finding in meant:
        if not any(_repeats(finding, better) for better in kept):
            kept.append(finding)
    return kept


def _owners(hit: Hit) -> Iterator[tuple[Origin, tuple[Message, ...]]]:
    """The origins that say this line, each with its messages that hold it."""
    owners: dict[str, list[Message]] = {}
    for said in hit.line.said:
        owners.setdefault(said.message.origin.id, []).append(said.message)
    for messages in owners.values():
        yield messages[0].origin, tuple(messages)


def _add(group: list[Finding], origin: Origin, messages: tuple[Message, ...], hit: Hit) -> None:
    """Put a line to what was found of its origin already: it narrows a finding, repeats one, or is one of its own."""
    for number, known in enumerate(group):
        both = tuple(message for message in known.messages if any(message is other for other in messages))
        if not both:
            continue
        if _overlap(hit.places, known.places) >= _SAME_PLACE:
            return
        group[number] = replace(
            known,
            messages=both,
            lines=(*known.lines, hit.line),
            merit=known.merit + hit.merit,
            places=known.places | hit.places,
            coverage=max(known.coverage, hit.coverage),
            score=max(known.score, _score(hit)),
        )
        return
    if not any(_overlap(hit.places, known.places) >= _SAME_PLACE for known in group):
        group.append(Finding(origin, messages, (hit.line,), hit.merit, hit.places, hit.coverage, _score(hit)))


def _with_what_they_pass_on(every: list[Finding]) -> list[Finding]:
    """Join a program's own words with the reason of the library that it repeats; the reason then stands there only."""
    inner: list[Finding] = []
    result: list[tuple[Finding, Finding]] = []
    for finding in every:
        reasons: list[Finding] = []
        for other in sorted(every, key=lambda one: -one.merit):
            taken = finding.places.union(*(reason.places for reason in reasons))
            if other.origin.id in finding.origin.passes_on and _overlap(other.places, taken) < _SAME_PLACE:
                reasons.append(other)
        inner += reasons
        result.append((finding, _joined(finding, reasons)))
    return [joined for finding, joined in result if not any(finding is one for one in inner)]


def _joined(finding: Finding, reasons: list[Finding]) -> Finding:
    return replace(
        finding,
        merit=finding.merit + sum(reason.merit for reason in reasons),
        places=finding.places.union(*(reason.places for reason in reasons)),
        coverage=max((finding.coverage, *(reason.coverage for reason in reasons))),
        score=max((finding.score, *(reason.score for reason in reasons))),
        passed_on=tuple(reasons),
    )


def _narrowed(outer: tuple[Cause, ...], inner: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """The shorter list, if both agree on something; the program's own where they are equally long."""
    codes = {cause.code for cause in outer}
    if not any(cause.code in codes for cause in inner):
        return merged((outer, inner))
    return inner if len(inner) < len(outer) else outer


def _repeats(finding: Finding, better: Finding) -> bool:
    """Whether it stands where a better one stands, and is not as good."""
    if len(finding.places & better.places) < _SAME_PLACE * len(finding.places):
        return False
    return finding.merit < _AS_GOOD * better.merit or finding.coverage < _AS_WHOLE * better.coverage


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _score(hit: Hit) -> float:
    return round(max(hit.coverage, hit.quoted), 3)
