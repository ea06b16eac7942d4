"""Steps told to Exchange's own PowerShell, one by one: in a journal first, asked again after, taken back if need be.

What no cmdlet does is a person's: asked for where something hangs on it, else told with its command at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailtrust.core.formats.exchange.change_json import Change, decode_change, encode_change, id_of
from mailtrust.core.model.applied import Outcome
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange_applied import ExchangeApplied, How, StepDone
from mailtrust.core.model.exchange_change import ExchangeStep, RemoveCertificate
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.targets.powershell.typed import by_hand, is_by_hand
from mailtrust.edge.transport import journal as records
from mailtrust.edge.transport.journal import Journal
from mailtrust.edge.transport.machine import Failed
from mailtrust.edge.transport.state import State
from mailtrust.flows.exchange_asking import Doing

TRIED_AGAIN = text("Mend what keeps it from that, and run the same command again: it is taken back then.")
INTERRUPTED = text("The run before this one was interrupted.")


@dataclass(frozen=True)
class Person:
    """Who is asked and told."""

    tell: Callable[[Text], None]
    agree: Callable[[], None]
    """Asks before the first change. Raises UserProblem for a no."""
    done: Callable[[Text, str], bool] | None
    """Shows what is to be done by hand, with its command, and says whether it was; None: nobody is there."""


def carry_out(change: Change, state: State, doing: Doing, person: Person) -> ExchangeApplied:
    """Do the steps, in their order. Callers hold the state folder. Raises UserProblem where nothing was begun."""
    if not change.steps:
        why = text("There is nothing to do: it is so already.")
        return ExchangeApplied("nothing-to-do", why, ())
    octets = encode_change(change)
    run = _Run(change, state.journal(id_of(octets)), doing, person)
    run.expect_person()
    person.agree()
    state.remember(id_of(octets), octets)
    run.journal.write(records.Begun(datetime.now(UTC).isoformat(timespec="seconds")))
    return run.go()


def interrupted(state: State) -> tuple[Change, ...]:
    """The changes that a run before this one has left open. Raises UserProblem."""
    return tuple(decode_change(state.plan(name)) for name, _ in _open(state))


def _open(state: State) -> list[tuple[str, Journal]]:
    journals = [(name, state.journal(name)) for name in state.plans()]
    return [(name, journal) for name, journal in journals if journal.past.is_open]


def recover(change: Change, state: State, doing: Doing, person: Person) -> ExchangeApplied:
    """Take back what an interrupted run has done. Callers hold the state folder. Raises UserProblem."""
    journal = next(journal for name, journal in _open(state) if decode_change(state.plan(name)) == change)
    person.agree()
    return _Run(change, journal, doing, person).give_up(INTERRUPTED)


@dataclass
class _Run:
    change: Change
    journal: Journal
    doing: Doing
    person: Person
    known: dict[str, StepDone] = field(default_factory=dict)

    @property
    def steps(self) -> Sequence[tuple[str, ExchangeStep]]:
        return [(str(number), step) for number, step in enumerate(self.change.steps, 1)]

    def expect_person(self) -> None:
        for number, step in self.steps:
            if self.person.done is None and is_by_hand(step.act) and self._something_follows(number):
                raise UserProblem(
                    text(
                        "Step {step} has to be done by a person before the next, and standard input is no terminal: "
                        "“{what}” {command} Nothing was changed. Run it on a terminal, or write a script with -o.",
                        step=number,
                        what=step.say,
                        command=by_hand(step.act),
                    )
                )

    def go(self) -> ExchangeApplied:
        """Do all; take back what was begun when something fails."""
        try:
            for number, step in self.steps:
                self.person.tell(text("{step}. {what}", step=number, what=step.say))
                self._one(number, step)
        except KeyboardInterrupt:
            return self.give_up(text("It was stopped."))
        except UserProblem as problem:
            self.person.tell(text("   It failed: {why}", why=problem.message))
            return self.give_up(problem.message)
        except Exception as error:  # noqa: BLE001 - whatever it is, no server stays half changed
            return self.give_up(
                text(
                    "mailtrust met a mistake of its own ({kind}: {detail}).",
                    kind=type(error).__name__,
                    detail=clean(str(error), 300),
                )
            )
        refused = [number for number, one in self.known.items() if one.how == "refused"]
        self.journal.note(records.Proven([number for number, _ in self.steps if number not in refused]))
        self.journal.note(records.Ended("finished"))
        return self._told("done", text("It is done, and Exchange, asked again, says so."))

    def give_up(self, why: Text) -> ExchangeApplied:
        """Take back what was begun, the last first."""
        begun = self.journal.past.stands
        self.journal.note(records.TakingBack(list(begun), str(why)))
        self.person.tell(text("Taking back what was begun. {why}", why=why))
        for number in reversed(begun):
            try:
                self._back(number, self.change.steps[int(number) - 1])
            except (UserProblem, KeyboardInterrupt) as problem:
                reason = problem.message if isinstance(problem, UserProblem) else text("It was stopped.")
                self._know(number, "stays", reason)
                self.person.tell(text("{step}. NOT taken back: {why}", step=number, why=reason))
        open_still = [one for one in begun if one not in self.journal.past.back and one not in self.journal.past.left]
        if not open_still:
            self.journal.note(records.Ended("stopped"))
        else:
            why = in_a_row((why, TRIED_AGAIN))
        stays = any(one.how == "stays" for one in self.known.values())
        if self.journal.trouble is not None:
            why = in_a_row((why, self.journal.trouble))
        return self._told("not-undone" if stays else "undone", why)

    def _one(self, number: str, step: ExchangeStep) -> None:
        if is_by_hand(step.act):
            self._by_hand(number, step)
            return
        if self.doing.stands(step.act):
            self._know(number, "so-already")
            self.person.tell(text("   It is so already."))
            return
        self.journal.write(records.Doing(number))
        try:
            self.doing.do(step.act)
        except Failed as refused:
            if not step.may_be_refused:
                raise
            self._refused(number, refused.message)
            return
        self.journal.write(records.Done(number))
        self._know(number, "done")

    def _refused(self, number: str, why: Text) -> None:
        """Nothing came of it, so there is nothing to take back."""
        self.journal.note(records.Back(number))
        self._know(number, "refused", why)
        self.person.tell(text("   Exchange refused it, and the rest goes on: {why}", why=why))

    def _by_hand(self, number: str, step: ExchangeStep) -> None:
        command = by_hand(step.act)
        if not self._something_follows(number):
            self._know(number, "by-hand", command=command)
            return
        self.journal.write(records.Doing(number))
        if self.person.done is None or not self.person.done(step.say, command):
            raise Failed(text("Expected a person to do it, and to say so."))
        self.journal.write(records.Done(number))
        self._know(number, "done")

    def _something_follows(self, number: str) -> bool:
        """Whether a step comes after it that Exchange is told."""
        return any(not is_by_hand(step.act) for step in self.change.steps[int(number) :])

    def _back(self, number: str, step: ExchangeStep) -> None:
        """Take one back. Raises UserProblem where that failed; the next run tries it again."""
        if isinstance(step.undo, Text):
            gone = isinstance(step.act, RemoveCertificate) and self.doing.stands(step.act)
            if gone or (step.person_takes_back and number in self.journal.past.done):
                self._left(number, step.undo)
            else:
                self._know(number, "harmless", step.undo)
                self.journal.note(records.Back(number))
            return
        if is_by_hand(step.act) and number not in self.journal.past.done:
            self._know(number, "not-begun")
            self.journal.note(records.Back(number))
            return
        hand = [act for act in step.undo if is_by_hand(act)]
        for act in step.undo:
            if act not in hand and not self.doing.stands(act):
                self.doing.do(act)
        if hand:
            self._left(number, text("Only a person can take it back."), "; ".join(map(by_hand, hand)))
            return
        self._know(number, "taken-back")
        self.journal.note(records.Back(number))
        self.person.tell(text("{step}. Taken back: {what}", step=number, what=step.say))

    def _left(self, number: str, why: Text, command: str = "") -> None:
        self._know(number, "stays", why, command)
        self.journal.note(records.Left(number, str(why)))
        self.person.tell(text("{step}. NOT taken back: {why}", step=number, why=why))

    def _know(self, number: str, how: How, why: Text | None = None, command: str = "") -> None:
        self.known[number] = StepDone(self.change.steps[int(number) - 1], how, why, command)

    def _told(self, outcome: Outcome, why: Text) -> ExchangeApplied:
        states = tuple(self.known.get(number) or StepDone(step, "not-begun") for number, step in self.steps)
        return ExchangeApplied(outcome, why, states)
