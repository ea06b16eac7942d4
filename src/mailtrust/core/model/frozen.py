"""Values and records: slotted dataclasses, frozen or not, that are made in a fifth of the time.

Before Python 3.13 `dataclass` compiles the text of six methods, each by itself, for every class (0.45 ms on a machine
where Python starts in 10 ms); the check of one healthy host needs some hundred and sixty classes, and that was a third
of its time. Here the text of one method is compiled, which fills in the fields, once for all classes of as many fields
of the same kinds, and only when the first value is made: a check imports many classes that it makes nothing of. All
classes share the others.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any, NoReturn, TypeVar, dataclass_transform

Value = TypeVar("Value")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(declared: type[Value]) -> type[Value]:
    """What `dataclass(frozen=True, slots=True)` makes of a class, except for `InitVar` and `hash=`, which none needs.

    The fields are dataclasses' own: `fields`, `replace`, `match` and the class's own methods work as always.
    """
    made: type[Value] = _slotted(declared, __setattr__, __delattr__)
    return made


@dataclass_transform(field_specifiers=(field,))
def record(declared: type[Value]) -> type[Value]:
    """What `dataclass(slots=True)` makes of a class: as `frozen`, but its fields may be set, so nobody can hash it."""
    slotted = _slotted(declared)
    slotted.__hash__ = None
    made: type[Value] = slotted
    return made


def _slotted(declared: type, *methods: Callable[..., Any]) -> Any:
    """The class with slots, these methods and those that both kinds have, where it says nothing itself."""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(declared)
    own = fields(made)
    every: tuple[Callable[..., Any], ...] = (
        *methods,
        _filling_once_needed(made, own),
        *_comparing(tuple(each.name for each in own if each.compare)),
        _showing(tuple(each.name for each in own if each.repr)),
    )
    for method in every:
        if method.__name__ not in declared.__dict__:
            setattr(made, method.__name__, method)
    if "__init__" not in declared.__dict__:
        made.__signature__ = _Signature(own)
    return made


def _filling_once_needed(made: Any, own: Sequence[Field[Any]]) -> Callable[..., None]:
    def __init__(self: object, *given: object, **named: object) -> None:  # noqa: N807
        made.__init__ = filling = _filling(made, own)
        filling(self, *given, **named)

    return __init__


class _Signature:
    """What `inspect.signature` asks a class for: what its values are made from, compiled or not."""

    def __init__(self, own: Sequence[Field[Any]]) -> None:
        self._own = own

    def __get__(self, _: object, made: type) -> inspect.Signature:
        taken = inspect.signature(_filling(made, self._own)).parameters
        return inspect.Signature([each for name, each in taken.items() if name != "self"])


def _filling(made: type, own: Sequence[Field[Any]]) -> Callable[..., None]:
    """`__init__`: what is given, or the default, goes into the slots without asking whether they may be set."""
    known: dict[str, Any] = {"MISSING": MISSING}
    given: dict[str, str] = {}
    by_name: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    lines: list[str] = []
    for number, each in enumerate(own):
        value = f"value_{number}"
        if each.init:
            (by_name if each.kw_only else given)[each.name] = value
        if each.default is not MISSING:
            defaults[each.name] = known[f"default_{number}"] = each.default
            value = value if each.init else f"default_{number}"
        elif each.default_factory is not MISSING:
            defaults[each.name] = MISSING
            known[f"make_{number}"] = each.default_factory
            value = f"make_{number}() if {value} is MISSING else {value}" if each.init else f"make_{number}()"
        elif not each.init:
            continue  # its __post_init__ fills it in
        known[f"set_{number}"] = getattr(made, each.name).__set__
        lines.append(f"    set_{number}(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("    self.__post_init__()")
    head = ", ".join(("self", *given.values(), *(("*", *by_name.values()) if by_name else ())))
    code = _compiled("\n".join((f"def __init__({head}):", *(lines or ["    pass"]))))
    code = code.replace(co_varnames=("self", *given, *by_name), co_qualname=f"{made.__qualname__}.__init__")
    filling = FunctionType(code, known, "__init__", tuple(defaults[name] for name in given if name in defaults))
    filling.__kwdefaults__ = {name: defaults[name] for name in by_name if name in defaults}
    return filling


@cache
def _compiled(text: str) -> CodeType:
    """The code of a method whose fields have numbers for names: one compilation serves many classes."""
    known: dict[str, Any] = {}
    exec(text, known)  # noqa: S102
    code: CodeType = known["__init__"].__code__
    return code


def _comparing(names: tuple[str, ...]) -> tuple[Callable[..., Any], Callable[..., int]]:
    """`__eq__` and `__hash__` by these fields; those of another class are never equal."""
    # attrgetter gives one value alone without a tuple, and does not know how to give none.
    compared: Callable[[object], object] = attrgetter(*names) if names else lambda _: ()

    def __eq__(self: object, other: object) -> Any:  # noqa: N807
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:  # noqa: N807
        return hash(compared(self))

    return __eq__, __hash__


def _showing(names: tuple[str, ...]) -> Callable[[object], str]:
    def __repr__(self: object) -> str:  # noqa: N807
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__


def __setattr__(_: object, name: str, _value: object) -> NoReturn:  # noqa: N807
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(_: object, name: str) -> NoReturn:  # noqa: N807
    raise FrozenInstanceError(f"cannot delete field {name!r}")
