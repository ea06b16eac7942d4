"""An export as JSON (mailtrust/exchange/1), whoever wrote it."""

from typing import get_args, get_origin

import msgspec

from mailtrust.core.formats.exchange import export_wire
from mailtrust.core.formats.exchange.export_wire import ExchangeWire
from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.formats.misfit import explain
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text


def _is_list(kind: object) -> bool:
    """Whether a field of this type holds a list, be it annotated or one of several kinds."""
    return get_origin(kind) is list or any(map(_is_list, get_args(kind)))


_LISTS = frozenset(
    field.encode_name
    for kind in vars(export_wire).values()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct
    for field in msgspec.structs.fields(kind)
    if _is_list(field.type)
)
"""The keys that hold lists, wherever they stand."""

MOST_BYTES = 16 * 2**20
MOST_VALUES = 150_000
"""Four thousand certificates have eighty thousand."""


class ExportError(UserProblem):
    """Nothing of Exchange's can be read from what was given; the sentence says why."""


def encode_export(wire: ExchangeWire) -> bytes:
    """Write it: equal exports give equal bytes."""
    return to_json_text(wire)


def decode_export(data: bytes, name: str) -> ExchangeWire:
    """Read it; `name` is the file's, for people. Raises ExportError, which names the place."""
    if len(data) > MOST_BYTES:
        raise _unreadable(name, text("it has more than {most} MB", most=MOST_BYTES // 2**20))
    if sum(map(data.count, (b",", b"{", b"["))) > MOST_VALUES:
        raise _unreadable(name, text("it has more than {most} values", most=MOST_VALUES))
    try:
        plain = as_wire_has_it(msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(name, _broken(error)) from None
    return convert_export(plain, name)


def convert_export(plain: object, name: str) -> ExchangeWire:
    """The same from values that `as_wire_has_it` has put right. Raises ExportError."""
    try:
        return msgspec.convert(plain, ExchangeWire)
    except msgspec.ValidationError as error:
        why = explain(error, msgspec.json.encode(plain), ExchangeWire)  # a sentence by itself
        raise ExportError(text("The export {name} cannot be read: {why}", name=clean(name, 200), why=why)) from None


def as_wire_has_it(value: object) -> object:
    """What Windows PowerShell makes of lists and of nothing, put right: see ConvertTo-Json of 5.1.

    A list of one may have become its only element, a wrapped list is an object of `value` and `Count`, and nothing is
    null or an object without anything in it: a key that has nothing is as good as none.
    """
    match value:
        case {"value": list(inner), "Count": int(), **rest} if not rest:
            return [as_wire_has_it(one) for one in inner]
        case dict():
            put_right = {key: as_wire_has_it(one) for key, one in value.items() if one is not None and one != {}}
            return {key: _listed(one) if key in _LISTS else one for key, one in put_right.items()}
        case list():
            return [as_wire_has_it(one) for one in value]
    return value


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _broken(error: Exception) -> Text:
    if "truncated" in str(error):
        return text("it ends in the middle; copy it again, whole")
    return text("it is no JSON ({detail})", detail=clean(str(error), 120))


def _unreadable(name: str, why: Text) -> ExportError:
    return ExportError(text("The export {name} cannot be read: {why}.", name=clean(name, 200), why=why))
