"""How much work a stranger's encrypted file may ask for before it is opened."""

import subprocess

import pytest

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.x509 import der
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.derivation import MOST_ROUNDS, asks_too_much
from mailtrust.core.x509.pem import find_pem, to_pem
from mailtrust.core.x509.pkcs12 import write_pkcs12
from mailtrust.core.x509.private_key import PrivateKey, read_private_key

PASSWORD = b"pass word"


def sealed(server: Issued, *options: str) -> bytes:
    command = ["openssl", "pkcs8", "-topk8", "-inform", "DER", "-passout", "pass:pass word", *options]
    return subprocess.run(command, input=server.key.pkcs8, capture_output=True, check=True).stdout


def asking(octets: bytes, before: int, after: int) -> bytes:
    """The same elements with another number of rounds."""
    tag, content, end = der.read(octets)
    if tag == der.INTEGER and der.integer(content) == before:
        return der.encode_integer(after) + octets[end:]
    if not tag & 0x20:
        return octets
    inside = b"".join(asking(whole, before, after) for _, _, whole in der.whole_children(content))
    return der.encode(tag, inside) + octets[end:]


@pytest.mark.parametrize(
    "options",
    [("-iter", "1000000"), ("-scrypt",)],
    ids=["rounds", "scrypt"],
)
def test_what_people_write_is_opened(server: Issued, options: tuple[str, ...]) -> None:
    opened = read_private_key(sealed(server, *options), PASSWORD)
    assert isinstance(opened, PrivateKey)
    assert opened.matches(server.certificate)


@pytest.mark.parametrize("spelled", ["der", "pem"])
def test_a_key_that_asks_for_years_is_not_opened(server: Issued, spelled: str) -> None:
    (block,) = find_pem(sealed(server, "-iter", "4711"))
    octets = asking(block.data, 4711, 2**62)
    data = octets if spelled == "der" else to_pem(octets, block.label).encode()
    assert "very long" in str(read_private_key(data, PASSWORD))
    contents = read_container(data, "key", PASSWORD)
    assert contents.keys == ()
    assert "very long" in str(contents.problems[0])


def test_a_key_that_asks_for_much_memory_is_not_opened(server: Issued) -> None:
    (block,) = find_pem(sealed(server, "-scrypt"))
    assert not asks_too_much(block.data)
    assert asks_too_much(asking(block.data, 16_384, 2**30))
    assert asks_too_much(asking(block.data, 1, 2**20)), "how often it is to be done counts, too"


def test_a_pkcs12_file_that_asks_for_years_is_not_opened(server: Issued) -> None:
    whole = write_pkcs12(server.certificate, (), server.key, friendly_name="", password=PASSWORD)
    assert not asks_too_much(whole)
    slow = asking(whole, 2048, 2**40)
    assert slow != whole
    assert "very long" in str(read_container(slow, "a.pfx", PASSWORD).problems[0])


def test_many_small_tasks_are_one_large_one() -> None:
    one = der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, b"salt"), der.encode_integer(MOST_ROUNDS // 10))
    assert not asks_too_much(der.encode(der.SEQUENCE, *[one] * 10))
    assert asks_too_much(der.encode(der.SEQUENCE, *[one] * 11))


@pytest.mark.parametrize("octets", [b"", b"\x30", b"\x30\x80" * 50_000, b"\x04\x84\xff\xff\xff\xff", bytes(1000)])
def test_what_is_no_structure_asks_for_nothing(octets: bytes) -> None:
    assert not asks_too_much(octets)
