"""BinaryFormatter's records: what Exchange keeps in them is read, and nothing in them can grow or go round."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.making import own, print_of, serialized, signed, text

from mailtrust.core.formats.certificate_blob import CERTIFICATE, properties_in
from mailtrust.core.formats.exchange.net_binary import MOST_ITEMS, NetBinaryError, NetStream, read_net_binary

HEADER = struct.pack("<Biiii", 0, 1, -1, 1, 0)
END = b"\x0b"
ONE = b"\x01" + b"\0" * 7


def test_a_certificate_of_exchange() -> None:
    certificate = own("mail.example.com")
    for stream in (serialized(certificate, services=25), signed(serialized(certificate, services=25))):
        read = read_net_binary(stream)
        assert read.member("Services") == 25
        assert read.member("Status") == 1
        assert read.member("RootCAType") == 3
        assert read.member("SelfSigned") is True
        assert read.member("PrivateKeyExportable") is True
        assert read.member("Identity") == f"mail1.example.com\\{print_of(certificate)}"
        element = read.member("CertData")
        assert isinstance(element, bytes)
        assert properties_in(element)[CERTIFICATE] == certificate.der
        assert read.member("Nothing") is None


def array(record: int, *numbers: int) -> bytes:
    return bytes([record]) + struct.pack(f"<{len(numbers)}i", *numbers)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"\x01",
        HEADER,
        struct.pack("<Biiii", 0, 1, -1, 9, 0) + END,
        HEADER + array(16, 1, 2**31 - 1) + END,
        HEADER + array(16, 1, -1) + END,
        HEADER + array(15, 1, 2**31 - 1) + b"\x02" + END,
        HEADER + array(15, 1, 2**31 - 1) + b"\x08" + END,
        HEADER + array(16, 1, 3) + array(14, 2**31 - 1) + END,
        HEADER + array(16, 1, 3) + array(14, 0) + END,
        HEADER + array(16, 1, 3) + b"\x0d\x04" + END,
        HEADER + array(1, 5, 99) + END,
        HEADER + array(2, 5) + END,
        HEADER + array(6, 1) + b"\xff\xff\xff\xff\xff\xff",
        HEADER + array(6, 1) + b"\xff\xff\xff\xff\x07abc",
        HEADER + b"\x07" + struct.pack("<iBiii", 1, 2, 2, 2, 2) + b"\x00\x08",
        HEADER + array(5, 1) + text("X") + struct.pack("<i", MOST_ITEMS + 1),
        HEADER + array(16, 1, 1) * 200,
        HEADER + b"\x08\x63" + END,
    ],
)
def test_what_is_broken_or_would_grow_is_refused(stream: bytes) -> None:
    with pytest.raises(NetBinaryError):
        read_net_binary(stream)


def test_objects_that_refer_to_each_other_go_round_nobody() -> None:
    described = text("Round") + struct.pack("<i", 1) + text("next") + b"\x02"
    stream = HEADER + array(4, 1) + described + array(9, 2) + array(1, 2, 1) + array(9, 1) + END
    read = read_net_binary(stream)
    assert read.member("next") == read.objects[2]


def test_primitives_of_every_kind() -> None:
    kinds = (
        (1, b"\x01", True), (2, b"\xff", 255), (3, b"\xc3\xa4", "ä"), (5, text("1.5"), "1.5"),
        (6, struct.pack("<d", 0.5), 0.5), (7, b"\xff\xff", -1), (8, b"\xff\xff\xff\xff", -1), (9, ONE, 1),
        (10, b"\xff", -1), (11, struct.pack("<f", 0.5), 0.5), (12, ONE, 1), (13, ONE, 1),
        (14, b"\xff\xff", 65535), (15, b"\xff\xff\xff\xff", 2**32 - 1), (16, b"\xff" * 8, 2**64 - 1), (17, b"", None),
        (18, text("x"), "x"),
    )  # fmt: skip
    described = text("All") + struct.pack("<i", len(kinds)) + b"".join(text(f"of {kind}") for kind, _, _ in kinds)
    described += bytes(len(kinds)) + bytes(kind for kind, _, _ in kinds)
    read = read_net_binary(HEADER + array(4, 1) + described + b"".join(octets for _, octets, _ in kinds) + END)
    assert [read.member(f"of {kind}") for kind, _, _ in kinds] == [value for _, _, value in kinds]


@given(st.data())
def test_a_stream_that_is_cut_or_changed_is_read_or_refused(data: st.DataObject) -> None:
    stream = bytearray(serialized(own("mail.example.com")))
    for _ in range(data.draw(st.integers(1, 4))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(stream[: data.draw(st.integers(0, len(stream)))])
    try:
        read = read_net_binary(cut)
    except NetBinaryError:
        return
    assert isinstance(read, NetStream)
