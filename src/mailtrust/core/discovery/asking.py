"""The book of answers that a walk reads, and the questions that it still has.

A walk is a pure function of its book: it goes as far as the answers reach and notes what it could not read. Whoever
runs it asks those questions, all at once, and runs it again, until none is left. So the same walk serves the wire, a
saved case, another version of the client, and a world that does not exist yet.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import field
from typing import Protocol as Interface
from typing import TypeVar, overload

from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.frozen import record
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.model.walk import (
    Answer,
    Book,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    ScpAnswer,
    ScpQuestion,
    TlsAnswer,
    TlsQuestion,
)


class Judge(Interface):
    """What the walking client makes of a certificate."""

    def __call__(self, observation: Observation, tlsa: Sequence[Tlsa] = (), names: Sequence[str] = (), /) -> Verdict:
        """Judge it; by TLSA records and the names that count below them where such are given."""
        ...


Part = TypeVar("Part")


class UnansweredError(Exception):
    """The walk cannot go on here before its question is answered; the caller tries its other candidates."""


def together(*parts: Callable[[], Part]) -> tuple[Part, ...]:
    """Every part, where none hangs on another: one that lacks an answer does not keep the others from asking theirs.

    Raises UnansweredError where one does.
    """
    made: list[Part] = []
    for part in parts:
        with suppress(UnansweredError):
            made.append(part())
    if len(made) < len(parts):
        raise UnansweredError
    return tuple(made)


@record
class Asking:
    """One run over a book."""

    book: Book
    judge: Judge
    missing: dict[Question, None] = field(default_factory=dict)
    """What was asked and is not in the book, in the order of asking."""

    @overload
    def ask(self, question: DnsQuestion) -> DnsAnswer: ...
    @overload
    def ask(self, question: HttpQuestion) -> HttpAnswer: ...
    @overload
    def ask(self, question: TlsQuestion) -> TlsAnswer: ...
    @overload
    def ask(self, question: ScpQuestion) -> ScpAnswer: ...

    def ask(self, question: Question) -> Answer:
        """The answer in the book. Raises UnansweredError where there is none, after noting the question.

        A book that supposes something may lack the answer to another question than the one that was asked.
        """
        try:
            return self.book[question]
        except KeyError as error:
            self.missing[error.args[0]] = None
            raise UnansweredError from None

    def foresee(self, *questions: Question) -> None:
        """Note questions that will come up whatever the answers before them are, so that nobody waits for them."""
        for question in questions:
            try:
                self.book[question]
            except KeyError as error:
                self.missing[error.args[0]] = None

    def foresee_behind(self, name: DnsQuestion, *questions: Question) -> None:
        """The same for questions that come up where a name has an address."""
        try:
            answer = self.book[name]
        except KeyError as error:
            self.missing[error.args[0]] = None
        else:
            if isinstance(answer, DnsAnswer) and answer.status == "found":
                self.foresee(*questions)
