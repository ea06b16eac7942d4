"""Where an authority of the lab says which certificates it has taken back: an OCSP responder and a revocation list."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import unquote

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.issuance.ocsp_answer import Status, make_ocsp_answer, make_refusal
from mailtrust.core.issuance.revocation_list import TakenBack, make_revocation_list
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import der
from mailtrust.core.x509.ocsp_request import CertId, read_ocsp_request
from mailtrust.lab.aia_host import Answer, Request, Service

RESPONSE = "application/ocsp-response"
LIST = "application/pkix-crl"
HOURS = timedelta(hours=1)


class Counter(Protocol):
    """Where a service can be had."""

    def offer(self, name: str, service: Service, /) -> str:
        """Let it answer under a name; its address comes back."""
        ...


class StatusDesk:
    """One authority's word about what it issued. Whoever asks is told what holds at that moment."""

    def __init__(self, authority: Issued, host: Counter, name: str, now: datetime) -> None:
        self.authority = authority
        self.taken_back: dict[int, TakenBack] = {}
        """By serial number."""
        self.speaks_for: Callable[[CertId], bool] = lambda _: True
        """Whether it knows a certificate; of others it says `unknown`."""
        self.signer = authority
        """Who signs the OCSP answers."""
        self.validity = (now - HOURS, now + 96 * HOURS)
        """thisUpdate and nextUpdate of what is said from now on."""
        self.spoil: Callable[[Answer], Answer] = lambda answer: answer
        """What becomes of an answer on its way."""
        self._numbers = 0
        self.ocsp_url = host.offer(f"{name}-ocsp", self._ocsp)
        self.crl_url = host.offer(f"{name}.crl", self._crl)

    def take_back(self, certificate: Certificate, at: datetime, reason: str = "keyCompromise") -> None:
        """Revoke a certificate."""
        self.taken_back[certificate.serial] = TakenBack(certificate.serial, at, reason)

    def list(self) -> bytes:
        """DER of the list that holds now."""
        self._numbers += 1
        return make_revocation_list(
            self.authority,
            self.taken_back.values(),
            number=self._numbers,
            this_update=self.validity[0],
            next_update=self.validity[1],
        )

    def answer(self, request: bytes) -> bytes:
        """DER of the answer to a DER request."""
        try:
            asked = read_ocsp_request(request)
        except der.DerError:
            return make_refusal("malformedRequest")
        return make_ocsp_answer(
            self.signer,
            [Status(one, self._status(one)) for one in asked],
            produced_at=self.validity[0],
            this_update=self.validity[0],
            next_update=self.validity[1],
            send_certificate=self.signer is not self.authority,
        )

    def _status(self, named: CertId) -> TakenBack | Literal["good", "unknown"]:
        if not self.speaks_for(named):
            return "unknown"
        return self.taken_back.get(named.serial, "good")

    def _ocsp(self, request: Request) -> Answer:
        octets = request.body
        if request.method == "GET":  # RFC 6960 A.1: Base64, and that percent-encoded
            try:
                octets = base64.b64decode(unquote(request.path), validate=True)
            except binascii.Error:
                octets = b""
        return self.spoil(Answer(self.answer(octets), content_type=RESPONSE))

    def _crl(self, _: Request) -> Answer:
        return self.spoil(Answer(self.list(), content_type=LIST))
