"""Files that administrators pass on to each other: the organisation file, certreq's INF."""

from functools import cache
from pathlib import Path

from tests.formats.test_organisation_toml import KNOWN
from tests.fuzz import seeds
from tests.fuzz.documents import harmless
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.formats.certreq_inf.explanation import explain
from mailtrust.core.formats.certreq_inf.lints import lint
from mailtrust.core.formats.certreq_inf.meaning import read_request
from mailtrust.core.formats.organisation_toml import OrganisationError, read_organisation

HOUSE = Path(__file__).parents[3]
ORGANISATION = b"""
domains = ["example.com", "example.org"]
clients = ["gmail-android", "openssl"]
warn = "30d"
critical = "5%"
proxy = "http://proxy.example.com:3128"
roots = ["our-root.pem"]
deployed = ["gpo"]

[[server]]
name = "mail.example.com"
product = "postfix"

[[accept]]
rule = "expired"
endpoint = "mail.example.com:25"
reason = "until we move"
until = 2027-01-31
"""


def _organisations() -> tuple[bytes, ...]:
    return ORGANISATION, b'clients = ["x"]\n[server]\nname = 1\n', b"\xef\xbb\xbfwarn='1d'", b"a.b.c.d = [[[[[{}]]]]]"


def _try_organisation(octets: bytes) -> bytes:
    try:
        return repr(read_organisation(octets, "mailtrust.toml", KNOWN)).encode("utf-8", "replace")
    except OrganisationError as refused:
        harmless(str(refused))
        return str(refused).encode()


@cache
def _requests() -> tuple[bytes, ...]:
    golden = sorted((HOUSE / "tests" / "certreq_inf" / "golden").glob("*.inf"))
    return tuple(decode(file.read_bytes())[0].encode("utf-8", "surrogatepass") for file in golden)


def _try_request(octets: bytes) -> bytes:
    reading = read_request(decode(octets)[0])
    remarks = [str(remark.text) for remark in (*reading.remarks, *lint(reading, seeds.NOW))]
    told = [*remarks, *(f"{line.key} {line.value} {line.windows} {line.here}" for line in explain(reading))]
    for one in told:
        harmless(one)
    return "\n".join(told).encode()


ORGANISATION_FILE = Target(
    "organisation-file", _organisations, mutate_text, _try_organisation, inputs=20_000, bounded=150
)
REQUEST_FILE = Target("request-file", _requests, mutate_text, _try_request, inputs=10_000, bounded=60)
