"""What a private CA answers over HTTP: its certificates, its lists, and the state of one certificate (OCSP).

Pure: a request in, an answer out. RFC 5280 4.2.2.1 and 4.2.1.13 name the forms, RFC 6960 A the way of OCSP over HTTP.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.issuance.ocsp_answer import Refusal, Status, make_ocsp_answer, make_refusal
from mailtrust.core.issuance.revocation_list import TakenBack
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.private_ca import CaState
from mailtrust.core.x509 import der
from mailtrust.core.x509.ocsp_request import CertId, key_hash, read_ocsp_request

CERTIFICATE = "application/pkix-cert"
LIST = "application/pkix-crl"
RESPONSE = "application/ocsp-response"
TEXT = "text/plain"

MOST_OCTETS = 16 * 1024
"""Of a request: one certificate takes a hundred."""
VALIDITY = timedelta(hours=24)
"""How long an OCSP answer holds."""
SLACK = timedelta(minutes=10)
"""Clocks of clients may be behind."""


@frozen
class HttpAnswer:
    """An answer."""

    status: int
    content_type: str
    body: bytes
    max_age: int = 0
    """Seconds that a cache may keep it."""


@frozen
class CaService:
    """The word of a CA at one moment."""

    state: CaState
    lists: Mapping[str, bytes]
    """DER by the authority's name."""
    responder: Issued | None
    """Who signs OCSP answers; None: nobody can, at the moment."""

    def answer(self, method: str, path: str, body: bytes, now: datetime) -> HttpAnswer:
        """The answer to a request; `path` is below the CA's own address, without what was percent-encoded in it."""
        if method == "POST":
            return self._ocsp(body, now) if path == "ocsp" else _NOT_FOUND
        if method not in ("GET", "HEAD"):
            return HttpAnswer(405, TEXT, b"GET, HEAD or POST\n")
        if path.startswith("ocsp/"):
            try:
                octets = base64.b64decode(path.removeprefix("ocsp/"), validate=True)  # RFC 6960 A.1
            except (binascii.Error, ValueError):
                octets = b""
            return self._ocsp(octets, now)
        for name in ("root", "issuing"):
            if path == f"{name}.crt":
                certificate = self.state.root if name == "root" else self.state.issuing
                return HttpAnswer(200, CERTIFICATE, certificate.der, 24 * 3600)
            if path == f"{name}.crl" and name in self.lists:
                return HttpAnswer(200, LIST, self.lists[name], 3600)
        return _NOT_FOUND

    def _ocsp(self, octets: bytes, now: datetime) -> HttpAnswer:
        try:
            asked = read_ocsp_request(octets)
        except der.DerError:
            return _refusal("malformedRequest")
        if not asked or not all(map(self._concerns, asked)):
            return _refusal("unauthorized")  # RFC 5019 2.2.3: of another CA's certificates
        if self.responder is None or not self._fit(now):
            return _refusal("tryLater")
        now = now.replace(microsecond=0)
        until = min(now + VALIDITY, self.responder.certificate.not_after)
        told = make_ocsp_answer(
            self.responder,
            [Status(one, self._status(one)) for one in asked],
            produced_at=now,
            this_update=now - SLACK,
            next_update=until,
            send_certificate=True,
        )
        return HttpAnswer(200, RESPONSE, told, int((until - now).total_seconds()) // 2)

    def _fit(self, now: datetime) -> bool:
        certificate = self.responder.certificate if self.responder is not None else None
        return certificate is not None and certificate.not_before <= now < certificate.not_after

    def _concerns(self, named: CertId) -> bool:
        """Whether it is about a certificate of the issuing CA, whichever hash names that."""
        if named.hash is None:
            return False
        issuing = self.state.issuing
        try:
            name = hashlib.new(named.hash, issuing.subject.der, usedforsecurity=False).digest()
            key = key_hash(named.hash, issuing.public_key.spki)
        except ValueError:  # a hash that this Python does not have
            return False
        return (named.issuer_name_hash, named.issuer_key_hash) == (name, key)

    def _status(self, named: CertId) -> Literal["good", "unknown"] | TakenBack:
        if (revoked := self.state.revoked.get(named.serial)) is not None:
            return TakenBack(revoked.serial, revoked.at, revoked.reason)
        return "good" if named.serial in self.state.issued else "unknown"


_NOT_FOUND = HttpAnswer(404, TEXT, b"not found\n")


def _refusal(why: Refusal) -> HttpAnswer:
    return HttpAnswer(200, RESPONSE, make_refusal(why))
