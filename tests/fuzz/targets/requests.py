"""What is asked of a CA, certificate requests and requests for a certificate's state; and the journal that it keeps."""

from datetime import UTC
from functools import cache

from tests.fuzz import seeds
from tests.fuzz.documents import harmless
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target

from mailtrust.core.formats.hash_chain import FIRST
from mailtrust.core.issuance.ca_journal import Created, JournalProblem, read_journal, state_of, write_entry
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.certificate import Certificate, ParseProblem
from mailtrust.core.x509.der import DerError
from mailtrust.core.x509.ocsp_request import read_ocsp_request, write_ocsp_request
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.request import read_request


@cache
def _certificates() -> tuple[Certificate, ...]:
    read = (read_certificate(octets) for octets in seeds.world().certificates)
    return tuple(one for one in read if isinstance(one, Certificate))[:2]


@cache
def _requests() -> tuple[bytes, ...]:
    names = ("mail.example.com", "*.example.org"), ("xn--bcher-kva.example",)
    with seeds.steady():
        return tuple(make_request(server_recipe(*some), make_key("ec-p256")) for some in names)


@cache
def _questions() -> tuple[bytes, ...]:
    first, second = _certificates()
    return write_ocsp_request(first, second), write_ocsp_request(second, first)


@cache
def _journals() -> tuple[bytes, ...]:
    first, second = _certificates()
    made = Created(title="Example", organisation=None, domains=["example.com"], networks=[], url=None, root=first.der,
                   issuing=second.der)  # fmt: skip
    return (write_entry(made, number=1, at=seeds.NOW.astimezone(UTC), by="admin", head=FIRST),)


def _try_request(octets: bytes) -> bytes:
    read = read_request(octets)
    return repr(read).encode("utf-8", "replace") if isinstance(read, ParseProblem) else read.subject.der


def _try_question(octets: bytes) -> bytes:
    try:
        return repr(read_ocsp_request(octets)).encode()
    except DerError as refused:
        return str(refused).encode()


def _try_journal(octets: bytes) -> bytes:
    try:
        return repr(state_of(read_journal(octets)).settings).encode("utf-8", "replace")
    except JournalProblem as refused:
        harmless(str(refused))
        return str(refused).encode()


CERTIFICATE_REQUEST = Target("certificate-request", _requests, mutate_der, _try_request, inputs=20_000, bounded=150)
STATE_REQUEST = Target("state-request", _questions, mutate_der, _try_question, inputs=20_000, bounded=150)
JOURNAL = Target("ca-journal", _journals, mutate_text, _try_journal, inputs=5_000, bounded=60)
