"""How a certificate was ordered, kept beside it as STEM.acme.json so that it can be renewed; and an account's file.

Neither holds a secret: keys and passwords stay in files of their own, of which the path is kept.
"""

from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from mailtrust.core.formats.misfit import explain
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MOST_OCTETS = 2**20
ENDING = ".acme.json"


class HttpServer(Struct, frozen=True, tag="http-server", tag_field="by"):
    """http-01, answered by ourselves."""

    address: str
    port: int


class Webroot(Struct, frozen=True, tag="webroot", tag_field="by"):
    """http-01, by files that a web server serves."""

    folder: str


class DnsUpdate(Struct, frozen=True, tag="dns-update", tag_field="by"):
    """dns-01, by RFC 2136."""

    address: str
    port: int
    tsig_file: str | None = None
    wait_seconds: int = 120


class Hook(Struct, frozen=True, tag="hook", tag_field="by"):
    """Either, by a program."""

    program: str
    challenge: Literal["dns-01", "http-01"] = "dns-01"
    wait_seconds: int = 120


Proof = HttpServer | Webroot | DnsUpdate | Hook


class AcmeRecord(Struct, frozen=True, kw_only=True):
    """Everything that a renewal needs to know."""

    schema: Literal["mailtrust/acme/1"] = "mailtrust/acme/1"
    account: str
    """The account's folder."""
    names: list[str]
    key: Literal["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"] = "rsa-2048"
    """The kind of a new key."""
    proof: Proof
    csr: str | None = None
    """The request's file, where the key is elsewhere."""
    profile: str | None = None
    forms: list[str] = []
    """What is written besides the PEM chain."""
    password_file: str | None = None
    clients: list[str] | None = None
    """Those that matter when a chain is chosen; None: all."""
    roots: str | None = None
    dns: str | None = None
    certificate: str = ""
    """The fingerprint of what was issued last."""


class AcmeAccount(Struct, frozen=True, kw_only=True):
    """An account with an ACME server."""

    schema: Literal["mailtrust/acme-account/1"] = "mailtrust/acme-account/1"
    directory: str
    account: str
    """The account's URL (RFC 8555 7.3)."""
    contact: list[str] = []
    terms: str = ""
    """The terms that were agreed to; empty: the server names none."""
    server_roots: str | None = None
    """PEM file of the roots that the server's own certificate is checked with."""


_T = TypeVar("_T", bound=Struct)


def write_document(document: Struct) -> bytes:
    """As JSON, to be read by people too."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def read_document(data: bytes, wanted: type[_T], file: str) -> _T:
    """Read what `write_document` wrote. Raises UserProblem that names `file`."""
    try:
        return msgspec.json.decode(data[: MOST_OCTETS + 1], type=wanted)
    except msgspec.ValidationError as error:
        raise UserProblem(text("{file}: {why}", file=file, why=explain(error, data, wanted))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UserProblem(text("Expected the JSON that mailtrust has written in {file}, found something else.",
                               file=file)) from None  # fmt: skip
