"""Whose key it is, out of files in any order and form."""

import itertools

import pytest
from tests.rollout.serving import Company

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows.key_holder import holder
from mailtrust.flows.trust import GivenFile

COMPANY = Company()
LEAF, ISSUING, ROOT = COMPANY.leaf.certificate, COMPANY.issuing.certificate, COMPANY.root.certificate


def given(*parts: str) -> GivenFile:
    return GivenFile("file.pem", read_container("".join(parts).encode("ascii"), "file.pem"))


def test_the_chain_is_the_holders_without_its_root() -> None:
    for order in itertools.permutations((LEAF, ISSUING, ROOT, COMPANY.alone.certificate)):
        chain, key = holder(given(*map(to_pem, order)), given(COMPANY.leaf.key.to_pem()))
        assert chain == (LEAF, ISSUING)
        assert key.matches(LEAF)


def test_both_in_one_file_are_enough() -> None:
    file = given(COMPANY.alone.key.to_pem(), to_pem(COMPANY.alone.certificate))
    assert holder(file, file)[0] == (COMPANY.alone.certificate,)


def test_no_key_two_keys_and_another_ones_key_are_told() -> None:
    certificates = given(to_pem(LEAF))
    for keys, said in (
        (given(to_pem(LEAF)), "found 0"),
        (given(COMPANY.leaf.key.to_pem(), COMPANY.alone.key.to_pem()), "found 2"),
        (given(COMPANY.alone.key.to_pem()), "belongs to the key"),
    ):
        with pytest.raises(UserProblem, match=said):
            holder(certificates, keys)
