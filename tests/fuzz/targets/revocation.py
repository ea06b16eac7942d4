"""Revocation lists and OCSP answers."""

from tests.fuzz import seeds
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.target import Target

from mailtrust.core.model.certificate import ParseProblem
from mailtrust.core.x509.ocsp_response import read_ocsp_response
from mailtrust.core.x509.revocation_list import read_revocation_list


def _crls() -> tuple[bytes, ...]:
    return seeds.world().crls


def _ocsp() -> tuple[bytes, ...]:
    return seeds.world().ocsp


def _try_list(octets: bytes) -> bytes:
    read = read_revocation_list(octets)
    return repr(read).encode() if isinstance(read, ParseProblem) else str(read.this_update).encode()


def _try_answer(octets: bytes) -> bytes:
    read = read_ocsp_response(octets)
    return repr(read).encode() if isinstance(read, ParseProblem) else b"read"


REVOCATION_LIST = Target("revocation-list", _crls, mutate_der, _try_list, inputs=20_000, bounded=100)
OCSP_ANSWER = Target("ocsp-answer", _ocsp, mutate_der, _try_answer, inputs=20_000, bounded=150)
