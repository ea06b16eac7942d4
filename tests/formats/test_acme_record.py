"""How a certificate was ordered, written and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.acme_record import (
    AcmeAccount,
    AcmeRecord,
    DnsUpdate,
    Hook,
    HttpServer,
    Webroot,
    read_document,
    write_document,
)
from mailtrust.core.model.problem import UserProblem

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PROOFS = st.one_of(
    st.builds(HttpServer, TEXT, st.integers(0, 65535)),
    st.builds(Webroot, TEXT),
    st.builds(DnsUpdate, TEXT, st.integers(0, 65535), st.none() | TEXT, st.integers(0, 7200)),
    st.builds(Hook, TEXT, st.sampled_from(["dns-01", "http-01"]), st.integers(0, 7200)),
)


@given(
    st.builds(
        AcmeRecord,
        account=TEXT,
        names=st.lists(TEXT),
        proof=PROOFS,
        csr=st.none() | TEXT,
        forms=st.lists(TEXT),
        clients=st.none() | st.lists(TEXT),
    )
)
def test_what_is_written_is_read_the_same(record: AcmeRecord) -> None:
    assert read_document(write_document(record), AcmeRecord, "mail.acme.json") == record


@given(st.binary() | TEXT.map(str.encode) | st.just(b"[" * 100_000))
def test_anything_else_is_a_sentence(data: bytes) -> None:
    with pytest.raises(UserProblem) as told:
        read_document(data, AcmeAccount, "account.json")
    assert "account.json" in str(told.value)


def test_the_place_of_a_mistake_is_named() -> None:
    good = write_document(AcmeRecord(account="a", names=["b"], proof=HttpServer("", 80)))
    with pytest.raises(UserProblem, match=r"x.acme.json: proof.port: expected"):
        read_document(good.replace(b'"port": 80', b'"port": "eighty"'), AcmeRecord, "x.acme.json")
