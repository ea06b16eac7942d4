"""A frozen value is what the standard library's frozen, slotted dataclass is."""

import inspect
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest

from mailtrust.core.model.frozen import frozen, record

Kind = TypeVar("Kind")
Decorator = Callable[[type], type]


def declared(decorate: Decorator) -> type[Any]:
    """A class with everything that fields can be."""

    @decorate
    class Port:
        """An open port."""

        host: str
        number: int = 25
        names: tuple[str, ...] = field(default_factory=tuple)
        secret: str = field(default="", repr=False, compare=False)
        place: str = field(init=False, repr=False, compare=False)
        kind: str = field(init=False, default="tcp")
        seen: list[int] = field(init=False, default_factory=list, compare=False)
        quick: bool = field(default=False, kw_only=True)

        def __post_init__(self) -> None:
            object.__setattr__(self, "place", f"{self.host}:{self.number}")

    return Port


def stdlib(given: type) -> type:
    return dataclass(frozen=True, slots=True)(given)


@pytest.fixture(params=[stdlib, frozen], ids=["dataclass", "frozen"])
def port(request: pytest.FixtureRequest) -> type[Any]:
    return declared(request.param)


def test_takes_its_fields_in_their_order_or_by_name(port: type[Any]) -> None:
    one = port("mail.example.com", 587, ("a",), "key", quick=True)
    assert (one.host, one.number, one.names, one.secret, one.quick) == ("mail.example.com", 587, ("a",), "key", True)
    assert (one.place, one.kind, one.seen) == ("mail.example.com:587", "tcp", [])
    two = port(number=26, host="x")
    assert (two.host, two.number, two.names, two.secret, two.quick) == ("x", 26, (), "", False)
    assert list(inspect.signature(port).parameters) == ["host", "number", "names", "secret", "quick"]


def test_makes_what_is_not_given_anew_each_time(port: type[Any]) -> None:
    assert port("x").seen is not port("x").seen


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((), {}), (("x", 1, (), "", True), {}), (("x",), {"host": "y"}), (("x",), {"kind": "udp"})],
)
def test_refuses_what_it_does_not_know(port: type[Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"Port\.__init__\(\)"):
        port(*arguments, **named)


def test_is_equal_by_what_is_compared(port: type[Any]) -> None:
    assert port("x", secret="a") == port("x", secret="b")
    assert hash(port("x", secret="a")) == hash(port("x", secret="b"))
    assert port("x") != port("y")
    assert port("x") != port("x", quick=True)
    assert port("x") != "x"
    assert port("x").__eq__("x") is NotImplemented
    assert port("x") != declared(frozen)("x")


@pytest.mark.parametrize("decorate", [stdlib, frozen])
def test_one_field_or_none_is_compared_too(decorate: Decorator) -> None:
    @decorate
    class Word:
        """One."""

        letters: Any

    @decorate
    class Nothing:
        """None."""

    word: Any = Word
    assert len({word("a"), word("a"), word("b"), Nothing(), Nothing()}) == 3
    assert word("a") != "a"
    with pytest.raises(TypeError, match="unhashable"):
        hash(word([]))


def test_shows_its_fields(port: type[Any]) -> None:
    shown = "(host='x', number=25, names=(), kind='tcp', seen=[], quick=False)"
    assert repr(port("x", secret="hidden")) == f"{port.__qualname__}{shown}"


def test_cannot_be_changed(port: type[Any]) -> None:
    one = port("x")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'host'"):
        one.host = "y"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'host'"):
        del one.host
    assert one.host == "x"
    assert not hasattr(one, "__dict__")


def test_has_no_room_for_more() -> None:
    one = declared(frozen)("x")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'new'"):
        one.new = "y"


def test_is_a_dataclass_for_those_who_look(port: type[Any]) -> None:
    assert [each.name for each in fields(port)] == [
        "host", "number", "names", "secret", "place", "kind", "seen", "quick"
    ]  # fmt: skip
    assert port.__match_args__ == ("host", "number", "names", "secret")
    assert replace(port("x", 26, ("a",)), number=27) == port("x", 27, ("a",))
    assert replace(port("x"), host="y").place == "y:25"
    with pytest.raises(TypeError):
        replace(port("x"), new=1)


@pytest.mark.parametrize("decorate", [stdlib, frozen])
def test_what_a_class_says_itself_counts(decorate: Decorator) -> None:
    @decorate
    class Word:
        """A word that is equal to itself in any case."""

        letters: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Word) and self.letters.lower() == other.letters.lower()

        def __hash__(self) -> int:
            return hash(self.letters.lower())

        def __repr__(self) -> str:
            return self.letters

    word: Any = Word
    assert {word("A")} == {word("a")}
    assert repr(word("A")) == "A"


def test_takes_part_in_inheritance_and_generics() -> None:
    @frozen
    class Issued(Generic[Kind]):
        """Something of some kind."""

        kind: Kind

    @frozen
    class Authority(Issued[str]):
        """With a name."""

        name: str = "root"

    one = Authority("ca")
    assert (one.kind, one.name, one) == ("ca", "root", Authority(kind="ca", name="root"))
    assert Issued[str]("ca") == Issued("ca")
    assert Issued("ca") != one


@pytest.mark.parametrize("decorate", [dataclass(slots=True), record], ids=["dataclass", "record"])
def test_a_record_may_be_filled_in_later(decorate: Decorator) -> None:
    @decorate
    class Count:
        """How many of what."""

        of: str
        number: int = 0
        seen: list[int] = field(default_factory=list)

    count: Any = Count
    one = count("ports")
    one.number += 1
    one.seen.append(25)
    assert one == count("ports", 1, [25])
    assert one != count("ports")
    assert repr(one).endswith("Count(of='ports', number=1, seen=[25])")
    assert replace(one, of="hosts") == count("hosts", 1, [25])
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    with pytest.raises(AttributeError):
        one.new = 1
