"""Steps on Exchange as they are remembered while a live endpoint is told them: what the next run takes back."""

import hashlib
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import Struct

from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange_change import ExchangeAct, ExchangeStep
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text, verbatim

SCHEMA: Final = "mailtrust/exchange-remembered/1"
_ACTS: dict[str, type[Any]] = {act.__name__: act for act in get_args(ExchangeAct)}


class _Act(Struct, forbid_unknown_fields=True):
    act: str
    of: msgspec.Raw


class _Step(Struct, forbid_unknown_fields=True):
    say: str
    do: _Act
    undo: list[_Act] | None
    no_way_back: str = ""
    person_takes_back: bool = False


class _Change(Struct, forbid_unknown_fields=True):
    schema: Literal["mailtrust/exchange-remembered/1"]
    at: str
    steps: list[_Step]


@frozen
class Change:
    """Steps, and where they are done."""

    at: str
    """The URL of the endpoint."""
    steps: tuple[ExchangeStep, ...]


def encode_change(change: Change) -> bytes:
    """Write it: equal changes give equal octets."""
    return to_json_text(_Change(SCHEMA, change.at, [_step(one) for one in change.steps]))


def id_of(octets: bytes) -> str:
    """By what a remembered change is called."""
    return hashlib.sha256(octets).hexdigest()


def decode_change(octets: bytes) -> Change:
    """Read it; sentences come back in English, and who may do a step is not remembered. Raises UserProblem."""
    try:
        read = msgspec.json.decode(octets, type=_Change)
        return Change(read.at, tuple(_read(one) for one in read.steps))
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError, RecursionError) as error:
        raise UserProblem(
            text(
                "What was remembered of an interrupted change of Exchange cannot be read: {why}. Look at the "
                "certificates of the servers, and remove the folder of that change.",
                why=clean(str(error), 200),
            )
        ) from None


def _step(step: ExchangeStep) -> _Step:
    if isinstance(step.undo, Text):
        return _Step(str(step.say), _act(step.act), None, str(step.undo), step.person_takes_back)
    return _Step(str(step.say), _act(step.act), [_act(one) for one in step.undo])


def _act(act: ExchangeAct) -> _Act:
    return _Act(type(act).__name__, msgspec.Raw(msgspec.json.encode(act)))


def _read(step: _Step) -> ExchangeStep:
    undo = verbatim(step.no_way_back) if step.undo is None else tuple(_read_act(one) for one in step.undo)
    return ExchangeStep(verbatim(step.say), _read_act(step.do), undo, (), person_takes_back=step.person_takes_back)


def _read_act(act: _Act) -> ExchangeAct:
    made: ExchangeAct = msgspec.json.decode(act.of, type=_ACTS[act.act])
    return made
