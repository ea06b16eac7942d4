"""What .NET's BinaryFormatter wrote, read as data: the records alone, bounded; no object is ever made of them.

Source: [MS-NRBF]. Exchange keeps a certificate's services, status and more in such a stream (`SerializationData`). With
its signing of serialized data switched on, the stream stands between `#sig#`, its length, and a signature.
"""

import struct
from collections.abc import Mapping
from dataclasses import field

from mailtrust.core.model.frozen import frozen, record

LARGEST = 4 * 2**20
MOST_RECORDS = 20_000
MOST_ITEMS = 20_000
"""Members of classes and items of arrays, together; octets of an array of bytes are not counted."""
DEEPEST = 50

_SIGNED = b"#sig#"

# 2.1.2.3 PrimitiveTypeEnumeration, where the octets have a fixed number.
_FIXED = {
    1: "<?", 2: "<B", 6: "<d", 7: "<h", 8: "<i", 9: "<q", 10: "<b", 11: "<f", 12: "<q", 13: "<Q", 14: "<H", 15: "<I",
    16: "<Q",
}  # fmt: skip
_BYTE, _CHAR, _DECIMAL, _NULL, _STRING = 2, 3, 5, 17, 18


class NetBinaryError(ValueError):
    """It is no stream that is read here; the message says why."""


@frozen
class Reference:
    """The object of that number."""

    number: int


@frozen
class NetObject:
    """An object of a class, or of an enumeration: that one has a member `value__`."""

    members: Mapping[str, "Item"]


Item = None | bool | int | float | str | bytes | tuple["Item", ...] | Reference | NetObject


@frozen
class NetStream:
    """A whole stream."""

    root: Item
    objects: Mapping[int, Item]

    def member(self, name: str) -> Item:
        """A member of the root: what a reference leads to, and the number of an enumeration."""
        root = self._reached(self.root)
        value = self._reached(root.members.get(name)) if isinstance(root, NetObject) else None
        return value.members["value__"] if isinstance(value, NetObject) and "value__" in value.members else value

    def _reached(self, item: Item) -> Item:
        return self.objects.get(item.number) if isinstance(item, Reference) else item


_Members = tuple[tuple[str, int, int], ...]
"""What a class is made of: name, BinaryTypeEnumeration, PrimitiveTypeEnumeration."""


def read_net_binary(data: bytes) -> NetStream:
    """Read a stream, signed or not; nobody asks whether the signature is right. Raises NetBinaryError."""
    if len(data) > LARGEST:
        raise NetBinaryError(f"more than {LARGEST} octets")
    if data.startswith(_SIGNED):
        size = int.from_bytes(data[len(_SIGNED) : len(_SIGNED) + 4], "little")
        data = data[len(_SIGNED) + 4 :][:size]
    return _Reader(data).stream()


@record
class _Reader:
    data: bytes
    at: int = 0
    records: int = 0
    items: int = 0
    kinds: dict[int, _Members] = field(default_factory=dict)
    objects: dict[int, Item] = field(default_factory=dict)

    def stream(self) -> NetStream:
        if self.octet() != 0:
            raise NetBinaryError("no stream of .NET's BinaryFormatter")
        root, _, major, _ = (self.number() for _ in range(4))
        if major != 1:
            raise NetBinaryError(f"version {major}")
        while (kind := self.octet()) != 11:  # MessageEnd
            self.record(kind, 0)
        return NetStream(Reference(root), self.objects)

    # Octets

    def take(self, count: int) -> bytes:
        if not 0 <= count <= len(self.data) - self.at:
            raise NetBinaryError("it ends in the middle")
        self.at += count
        return self.data[self.at - count : self.at]

    def octet(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def text(self) -> str:
        """2.1.1.6: the length in groups of seven bits, then UTF-8."""
        length = 0
        for shift in range(0, 35, 7):
            octet = self.octet()
            length |= (octet & 0x7F) << shift
            if octet < 0x80:
                return self.take(length).decode("utf-8", "replace")
        raise NetBinaryError("a length of more than five octets")

    def primitive(self, kind: int) -> Item:
        if (form := _FIXED.get(kind)) is not None:
            value: bool | int | float = struct.unpack(form, self.take(struct.calcsize(form)))[0]
            return value
        if kind == _CHAR:
            first = self.octet()
            more = 0 if first < 0x80 else 1 if first < 0xE0 else 2
            return (bytes([first]) + self.take(more)).decode("utf-8", "replace")
        if kind in (_DECIMAL, _STRING):
            return self.text()
        if kind == _NULL:
            return None
        raise NetBinaryError(f"a primitive type {kind}")

    # Records

    def count(self, items: int) -> int:
        """Items that are to come; refused where there are too many, before any room is made for them."""
        self.items += items
        if items < 0 or self.items > MOST_ITEMS:
            raise NetBinaryError("more items than a certificate has")
        return items

    def record(self, kind: int, depth: int) -> Item:
        """2.1.2.1: what one record gives. Libraries give nothing: `value` reads on."""
        self.records += 1
        if self.records > MOST_RECORDS or depth > DEEPEST:
            raise NetBinaryError("more records than a certificate has")
        match kind:
            case 1:  # ClassWithId: made of what an object before it is made of
                number, like = self.number(), self.number()
                if like not in self.kinds:
                    raise NetBinaryError("an object of a class that is not described")
                return self.object(number, self.kinds[like], depth)
            case 4 | 5:
                return self.described(kind, depth)
            case 6:  # BinaryObjectString
                return self.kept(self.number(), self.text())
            case 7:
                return self.array(depth)
            case 8:  # MemberPrimitiveTyped
                return self.primitive(self.octet())
            case 9:
                return Reference(self.number())
            case 10:
                return None
            case 12:  # BinaryLibrary
                self.number()
                self.text()
                return None
            case 15:  # ArraySinglePrimitive
                return self.kept(self.number(), self.primitives(self.number(), self.octet()))
            case 16 | 17:  # ArraySingleObject, ArraySingleString
                number = self.number()
                return self.kept(number, self.several(self.number(), depth))
        raise NetBinaryError(f"a record of type {kind}")

    def kept(self, number: int, item: Item) -> Item:
        self.objects[number] = item
        return item

    def described(self, kind: int, depth: int) -> Item:
        """SystemClassWithMembersAndTypes, ClassWithMembersAndTypes."""
        number = self.number()
        self.text()  # the name of the class
        names = [self.text() for _ in range(self.count(self.number()))]
        types = self.take(len(names))
        described = tuple((one, of, self.detail(of)) for one, of in zip(names, types, strict=True))
        if kind == 5:
            self.number()  # of the library
        self.kinds[number] = described
        return self.object(number, described, depth)

    def detail(self, of: int) -> int:
        """2.3.1.2 AdditionalInfos: which primitive; names of classes say nothing that is needed."""
        match of:
            case 0 | 7:
                return self.octet()
            case 1 | 2 | 5 | 6:
                return 0
            case 3:
                self.text()
                return 0
            case 4:
                self.text()
                self.number()
                return 0
        raise NetBinaryError(f"a member of type {of}")

    def object(self, number: int, described: _Members, depth: int) -> Item:
        self.count(len(described))
        members: dict[str, Item] = {}
        for name, of, primitive in described:
            members[name] = self.primitive(primitive) if of == 0 else self.value(depth)
        return self.kept(number, NetObject(members))

    def value(self, depth: int) -> Item:
        """A member that is a record; a library may stand before it."""
        kind = self.octet()
        while kind == 12:
            self.record(kind, depth + 1)
            kind = self.octet()
        return self.record(kind, depth + 1)

    def array(self, depth: int) -> Item:
        """BinaryArray of one dimension."""
        number, form, rank = self.number(), self.octet(), self.number()
        if rank != 1 or form not in (0, 1):
            raise NetBinaryError("an array of several dimensions")
        length, of = self.number(), self.octet()
        primitive = self.detail(of)
        return self.kept(number, self.primitives(length, primitive) if of == 0 else self.several(length, depth))

    def primitives(self, length: int, kind: int) -> Item:
        if kind == _BYTE:
            return self.take(length)
        return tuple([self.primitive(kind) for _ in range(self.count(length))])

    def several(self, length: int, depth: int) -> Item:
        """Items, of which several empty ones may be one record."""
        self.count(length)
        found: list[Item] = []
        while len(found) < length:
            kind = self.octet()
            if kind in (13, 14):  # ObjectNullMultiple256, ObjectNullMultiple
                empty = self.octet() if kind == 13 else self.number()
                if not 0 < empty <= length - len(found):
                    raise NetBinaryError("more empty items than the array has")
                found += [None] * empty
            elif kind == 12:
                self.record(kind, depth + 1)
            else:
                found.append(self.record(kind, depth + 1))
        return tuple(found)
