"""One line of `verify --batch`, read: a chain, whom to ask about it, and what to ask."""

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import datetime
from difflib import get_close_matches

import msgspec

from mailtrust.core.formats.misfit import misfit
from mailtrust.core.formats.moment import parse_moment
from mailtrust.core.formats.verify_wire import Purpose, RequestWire, Revocation, Texts
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem

MOST_BYTES = 64 * 2**20
MOST_CERTIFICATES = 2000
MOST_LISTS = 1000
MOST_NAMES = 1000
LONGEST_NAME = 1024
LONGEST_PATH = 1000
"""The most that max_intermediates can ask for."""

KEYS = frozenset(RequestWire.__struct_fields__)


class VerifyRequestError(UserProblem):
    """A line that is no request. `id` is what it calls itself, as far as that could be read."""

    def __init__(self, message: Text, request_id: object = None) -> None:
        super().__init__(message)
        self.id = request_id


@frozen
class VerifyRequest:
    """A chain to be judged, as it was asked for."""

    chain: tuple[AnyCertificate, ...]
    """Leaf first; never empty."""
    id: object = None
    pool: tuple[Certificate, ...] = ()
    """Untrusted certificates that are known from elsewhere."""
    roots: tuple[Certificate, ...] | None = None
    """Exactly these anchors; None: each client's own store."""
    names: tuple[str, ...] = ()
    purpose: Purpose = "tls-server"
    at: datetime | None = None
    clients: tuple[str, ...] | None = None
    """Ids; None: every client."""
    crls: tuple[bytes, ...] = ()
    ocsp: tuple[bytes, ...] = ()
    revocation: Revocation = "profile"
    max_intermediates: int | None = None
    policies: frozenset[str] | None = None
    """RFC 5280's user-initial-policy-set; None: any-policy."""
    flags: tuple[str, ...] = ()


def read_request(line: bytes) -> VerifyRequest:
    """Read one line; raises VerifyRequestError with a sentence that names the place."""
    if len(line) > MOST_BYTES:
        raise VerifyRequestError(text("A line has at most {most} MiB, this one has more.", most=MOST_BYTES // 2**20))
    wire = _wire(line)
    try:
        return _request(wire)
    except VerifyRequestError as error:
        error.id = wire.id
        raise
    except UserProblem as problem:
        raise VerifyRequestError(problem.message, wire.id) from None


def _wire(line: bytes) -> RequestWire:
    try:
        return msgspec.json.decode(line, type=RequestWire)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _tolerant(line)


def _json(line: bytes) -> object:
    try:
        return msgspec.json.decode(line, type=object)
    except RecursionError:
        raise VerifyRequestError(text("Expected a JSON object, got JSON that is nested too deeply.")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        detail = clean(str(error), 200)
        raise VerifyRequestError(
            text("Expected a JSON object on one line, got something that is no JSON ({detail}).", detail=detail)
        ) from None


def _tolerant(line: bytes) -> RequestWire:
    """What does not fit at once: keys that are ours to ignore, or a mistake that must be named."""
    given = _json(line)
    if not isinstance(given, dict):
        raise VerifyRequestError(misfit("$", text("an object with the key chain"), given))
    request_id = given.get("id")
    unknown = [key for key in given if key not in KEYS and not key.startswith("x-")]
    if unknown:
        raise VerifyRequestError(_unknown_key(unknown[0]), request_id)
    for key, value in given.items():
        if key in KEYS:
            try:
                msgspec.convert({"chain": "", key: value}, RequestWire)
            except (msgspec.ValidationError, RecursionError):
                raise VerifyRequestError(misfit(key, EXPECTED[key], value), request_id) from None
    if "chain" not in given:
        raise VerifyRequestError(misfit("chain", EXPECTED["chain"], None), request_id)
    return msgspec.convert({key: value for key, value in given.items() if key in KEYS}, RequestWire)


def _unknown_key(key: str) -> Text:
    near = get_close_matches(key, KEYS, n=1)
    shown = clean(key, 60)
    if near:
        return text("There is no key {key}. Near is {near}; a key that begins with x- is ignored.",
                    key=shown, near=near[0])  # fmt: skip
    return text("There is no key {key}. There are: {known}. A key that begins with x- is ignored.",
                key=shown, known=tuple(RequestWire.__struct_fields__))  # fmt: skip


def _request(wire: RequestWire) -> VerifyRequest:
    chain = _certificates(wire.chain, "chain")
    if not chain:
        raise VerifyRequestError(misfit("chain", EXPECTED["chain"], text("no certificate")))
    roots = None if wire.roots is None else tuple(_readable(_certificates(wire.roots, "roots"), "roots"))
    return VerifyRequest(
        chain=chain,
        id=wire.id,
        pool=tuple(one for one in _certificates(wire.pool, "pool") if isinstance(one, Certificate)),
        roots=roots,
        names=_names(wire.name),
        purpose=wire.purpose or "tls-server",
        at=None if wire.at is None else parse_moment(wire.at),
        clients=_clients(wire.client),
        crls=_octets(wire.crls, "crls", lambda label: label == "X509 CRL"),
        ocsp=_octets(wire.ocsp, "ocsp", lambda label: label == "OCSP RESPONSE"),
        revocation=wire.revocation or "profile",
        max_intermediates=wire.max_intermediates,
        policies=None if wire.policies is None else policy_oids(_texts(wire.policies)),
        flags=tuple(dict.fromkeys(_texts(wire.flags))),
    )


def _texts(given: Texts | None) -> list[str]:
    if given is None:
        return []
    return [given] if isinstance(given, str) else given


def _certificates(given: Texts | None, key: str) -> tuple[AnyCertificate, ...]:
    octets = _octets(given, key, CERTIFICATE_LABELS.__contains__, most=MOST_CERTIFICATES)
    return tuple(map(read_certificate, octets))


def _readable(certificates: Iterable[AnyCertificate], key: str) -> Iterable[Certificate]:
    for number, one in enumerate(certificates):
        if not isinstance(one, Certificate):
            raise VerifyRequestError(misfit(f"{key}[{number}]", text("a certificate that can be read")))
        yield one


def _octets(
    given: Texts | None, key: str, labels: Callable[[str], bool], *, most: int = MOST_LISTS
) -> tuple[bytes, ...]:
    """Every PEM block of the right label, or the octets of a text that is Base64."""
    found: list[bytes] = []
    for number, one in enumerate(_texts(given)):
        place = key if isinstance(given, str) else f"{key}[{number}]"
        if "-----BEGIN" in one:
            blocks = [block.data for block in find_pem(one.encode("utf-8", "replace")) if labels(block.label)]
            if not blocks or not all(blocks):
                raise VerifyRequestError(misfit(place, EXPECTED[key], one))
            found.extend(blocks)
        else:
            found.append(_base64(one, key, place))
        if len(found) > most:
            raise VerifyRequestError(misfit(key, text("at most {most} of them", most=most)))
    return tuple(found)


def _base64(one: str, key: str, place: str) -> bytes:
    try:
        octets = base64.b64decode("".join(one.split()), validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not octets:
        raise VerifyRequestError(misfit(place, EXPECTED[key], one))
    return octets


def _names(given: Texts | None) -> tuple[str, ...]:
    names = _texts(given)
    if len(names) > MOST_NAMES:
        raise VerifyRequestError(misfit("name", text("at most {most} of them", most=MOST_NAMES)))
    for name in names:
        if not name.strip() or len(name) > LONGEST_NAME:
            raise VerifyRequestError(misfit("name", EXPECTED["name"], name))
    return tuple(dict.fromkeys(name.strip() for name in names))


def _clients(given: Texts | None) -> tuple[str, ...] | None:
    named = dict.fromkeys(part.strip() for one in _texts(given) for part in one.split(","))
    if given is None or named == {"all": None}:
        return None
    if not named or "" in named:
        raise VerifyRequestError(misfit("client", EXPECTED["client"], given))
    return tuple(named)


def policy_oids(given: Iterable[str]) -> frozenset[str]:
    """Dotted object identifiers, without superfluous zeros. Raises VerifyRequestError."""
    return frozenset(_oids(given))


def _oids(given: Iterable[str]) -> Iterable[str]:
    for one in given:
        arcs = one.strip().split(".")
        if len(arcs) < 2 or not all(arc.isascii() and arc.isdigit() and len(arc) <= 40 for arc in arcs):
            raise VerifyRequestError(misfit("policies", EXPECTED["policies"], one))
        yield ".".join(str(int(arc)) for arc in arcs)


EXPECTED = {
    "chain": text("certificates in PEM, or as DER in Base64, the server's own first"),
    "id": text("anything"),
    "pool": text("certificates in PEM, or as DER in Base64"),
    "roots": text("certificates in PEM, or as DER in Base64"),
    "name": text("a DNS name, an IP address or an e-mail address, or a list of them"),
    "purpose": text("one of {values}", values=("tls-server", "tls-client", "email", "any")),
    "at": text("a moment such as 2027-01-31T12:00:00Z"),
    "client": text("the id of a client, or a list of them"),
    "crls": text("revocation lists in PEM, or as DER in Base64"),
    "ocsp": text("OCSP responses as DER in Base64"),
    "revocation": text("one of {values}", values=("off", "profile", "require")),
    "max_intermediates": text("a number from {low} to {high}", low=0, high=LONGEST_PATH),
    "policies": text("object identifiers such as 2.23.140.1.2.1"),
    "flags": text("a text, or a list of them"),
}
"""What each key holds, for those who gave it something else."""
