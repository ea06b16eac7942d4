"""Where JSON from outside does not fit its type: the place, what was expected there, and what came instead."""

import re
from collections.abc import Iterator

import msgspec
from msgspec import inspect

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text

_MOST_READ_AGAIN = 8 * 2**20
"""Larger input is not read a second time to show the value: untyped, it could need far more memory than its size."""

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `(?P<inside>key` in `)?\$(?P<path>.*?)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")
_NOWHERE: object = object()


def misfit(place: str, expected: Text, came: object = _NOWHERE) -> Text:
    """One sentence about one place, such as `observations[3].endpoint.port`."""
    if came is _NOWHERE:
        return text("{place}: expected {expected}.", place=clean(place, 200), expected=expected)
    return text(
        "{place}: expected {expected}, got {came}.", place=clean(place, 200), expected=expected, came=_came(came)
    )


def explain(error: msgspec.ValidationError, data: bytes, wanted: type) -> Text:
    """Turn msgspec's message into a sentence for people; `data` is what was decoded as `wanted`."""
    said = _MESSAGE.fullmatch(str(error))
    what, path = (said["what"], said["path"] or "") if said else (str(error), "")
    steps = [match["field"] or (int(match["index"]) if match["index"] else None) for match in _STEP.finditer(path)]
    if missing := _MISSING.fullmatch(what):
        steps.append(missing["field"])
    place, kind, value = "", inspect.type_info(wanted), _read_again(data)
    for step in steps:
        kind, value, name = _descend(kind, value, step)
        place += name
    place = place.lstrip(".") or "$"
    if unknown := _UNKNOWN.fullmatch(what):
        return text("{place}: nobody knows the key “{key}”.", place=clean(place, 200), key=clean(unknown["field"], 60))
    return misfit(place, _expected(kind), value)


def _read_again(data: bytes) -> object:
    try:
        return msgspec.json.decode(data) if len(data) <= _MOST_READ_AGAIN else _NOWHERE
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _NOWHERE


def _descend(kind: inspect.Type, value: object, step: str | int | None) -> tuple[inspect.Type, object, str]:
    """One step further: the type there, the value there, and how the step is written."""
    for one in _alternatives(kind):
        match one:
            case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag) if isinstance(step, str):
                inner = value.get(step, None) if isinstance(value, dict) else value
                if step == tag_field:
                    return inspect.LiteralType(tuple(_tags(kind))), inner, f".{step}"
                if tag_field and isinstance(value, dict) and value.get(tag_field) != tag:
                    continue
                for field in fields:
                    if field.encode_name == step:
                        return field.type, inner, f".{step}"
            case inspect.ListType(item_type=item) if isinstance(step, int):
                inside = isinstance(value, list) and step < len(value)
                return item, value[step] if isinstance(value, list) and inside else _NOWHERE, f"[{step}]"
            case inspect.DictType(value_type=item) if step is None:
                key, inner = _unfit_entry(item, value)
                return item, inner, f"[{clean(key, 80)}]"
            case _:
                continue
    return inspect.AnyType(), _NOWHERE, f".{step}"


def _unfit_entry(item: inspect.Type, value: object) -> tuple[str, object]:
    """The first entry of an object that does not fit; msgspec does not say which it was."""
    if isinstance(item, inspect.BytesType) and isinstance(value, dict):
        for key, entry in value.items():
            try:
                msgspec.convert(entry, bytes)
            except msgspec.ValidationError:
                return str(key), entry
    return "...", _NOWHERE


def _alternatives(kind: inspect.Type) -> Iterator[inspect.Type]:
    match kind:
        case inspect.UnionType(types=types):
            for one in types:
                yield from _alternatives(one)
        case inspect.Metadata(type=inner):
            yield from _alternatives(inner)
        case _:
            yield kind


def _tags(kind: inspect.Type) -> Iterator[str]:
    for one in _alternatives(kind):
        if isinstance(one, inspect.StructType) and one.tag is not None:
            yield str(one.tag)


def _expected(kind: inspect.Type) -> Text:
    known = tuple(_alternatives(kind))
    if len(known) > 1 and isinstance(known[-1], inspect.NoneType):
        return text("{expected} or null", expected=_expected(known[0]))
    match known[0]:
        case inspect.IntType(ge=int(low), le=int(high)):
            return text("a number from {low} to {high}", low=low, high=high)
        case inspect.StrType(pattern=str()):
            return text("a SHA-256 fingerprint of 64 lower-case hexadecimal digits")
        case inspect.StrType(max_length=int(most)):
            return text("a text of at most {most} characters", most=most)
        case inspect.BytesType():
            return text("Base64")
        case inspect.BoolType():
            return text("true or false")
        case inspect.DateTimeType():
            return text("a moment such as 2027-01-31T12:00:00Z")
        case inspect.EnumType(cls=cls):
            return text("one of {values}", values=tuple(str(member.value) for member in cls))
        case inspect.LiteralType(values=values):
            return text("one of {values}", values=tuple(str(value) for value in values))
        case inspect.ListType(max_length=int(most)):
            return text("a list of at most {most} entries", most=most)
        case inspect.DictType() | inspect.StructType():
            return text("an object")
        case _:
            return text("something else")


def _came(value: object) -> Text | str:
    match value:
        case None:
            return text("nothing")
        case bool():
            return "true" if value else "false"
        case list():
            return text("a list of {count} entries", count=len(value))
        case dict():
            return text("an object")
        case str():
            return f"'{clean(value, 64)}'"
        case _:
            return clean(str(value), 60)
