"""PEM blocks found in whatever people paste, and written so that they are found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.x509.pem import find_pem, to_pem

OCTETS = bytes(range(256))


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=300), st.sampled_from(("CERTIFICATE", "PKCS7")))))
def test_what_is_written_is_found_again(blocks: list[tuple[bytes, str]]) -> None:
    text = "talk before\n" + "between\n".join(to_pem(octets, label) for octets, label in blocks) + "talk behind"
    assert [(block.data, block.label) for block in find_pem(text.encode())] == blocks


@given(st.binary(max_size=500))
def test_noise_never_raises(noise: bytes) -> None:
    find_pem(noise)
    find_pem(b"-----BEGIN CERTIFICATE-----" + noise + b"-----END CERTIFICATE-----")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_windows_encodings_are_understood(encoding: str, line_end: str) -> None:
    text = ("Subject: x\n" + to_pem(OCTETS)).replace("\n", line_end)
    assert [block.data for block in find_pem(text.encode(encoding))] == [OCTETS]


def test_headers_of_the_old_form_are_stepped_over() -> None:
    lines = to_pem(OCTETS, "RSA PRIVATE KEY").splitlines()
    lines[1:1] = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,00112233", ""]
    (block,) = find_pem("\n".join(lines).encode())
    assert (block.data, block.encrypted) == (OCTETS, True)
    assert find_pem(to_pem(OCTETS).encode())[0].encrypted is False


def test_a_block_that_is_no_base64_is_there_and_empty() -> None:
    (block,) = find_pem(b"-----BEGIN CERTIFICATE-----\nMII*\n-----END CERTIFICATE-----\n")
    assert (block.label, block.data) == ("CERTIFICATE", b"")


def test_an_unfinished_block_does_not_hide_the_next() -> None:
    text = "-----BEGIN CERTIFICATE-----\nMIIB\n" + to_pem(OCTETS)
    assert [block.data for block in find_pem(text.encode())] == [OCTETS]


def test_many_openings_cost_no_time() -> None:
    assert find_pem(b"-----BEGIN CERTIFICATE-----\n" * 20_000) == ()


def test_a_block_never_shows_its_contents() -> None:
    (block,) = find_pem(to_pem(b"secret", "PRIVATE KEY").encode())
    assert "secret" not in repr(block)
    assert "c2VjcmV0" not in repr(block)
