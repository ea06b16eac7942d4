"""A small PKI with everything that can be said about revocation, each part spoilt by an argument."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from mailtrust.core.formats.verify_wire import AnswerWire
from mailtrust.core.issuance.authority import Authority, Issued, issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import Recipe, intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import der
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.verify import answer_line

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "mail.example.com"
TRUE = der.encode(der.BOOLEAN, b"\xff")

Extension = tuple[str, bool, bytes]


@cache
def key(name: str) -> PrivateKey:
    assert name
    return make_key("ec-p256")


def moment(at: datetime) -> bytes:
    return der.encode(der.GENERALIZED_TIME, at.strftime("%Y%m%d%H%M%SZ").encode())


def extensions(tag: int, some: Iterable[Extension]) -> bytes:
    written = [
        der.encode(der.SEQUENCE, der.encode_oid(oid), TRUE if critical else b"", der.encode(der.OCTET_STRING, value))
        for oid, critical, value in some
    ]
    whole = der.encode(der.SEQUENCE, *written) if written else b""
    return der.encode(tag, whole) if written and tag else whole


def signed(body: bytes, by: PrivateKey) -> bytes:
    algorithm = algorithm_identifier(by, "sha256")
    return der.encode(der.SEQUENCE, body, algorithm, der.encode(der.BIT_STRING, b"\0", sign(body, by, "sha256")))


@dataclass(frozen=True)
class Revoked:
    """An entry of a list."""

    serial: int
    reason: int | None = None
    extensions: tuple[Extension, ...] = ()

    def write(self) -> bytes:
        reason = () if self.reason is None else (("2.5.29.21", False, der.encode(0x0A, bytes((self.reason,)))),)
        return der.encode(
            der.SEQUENCE,
            der.encode_integer(self.serial),
            moment(NOW - 5 * DAY),
            extensions(0, (*reason, *self.extensions)),
        )


class Pki:
    """Root, issuing CA and server; lists and answers about them."""

    now = NOW

    def __init__(self) -> None:
        self._serial = 5000
        self.root = make_root(
            root_recipe("Verify Root"), key("root"), serial=1, not_before=NOW - 900 * DAY, not_after=NOW + 900 * DAY
        )
        self.issuing = self.intermediate()
        self.leaf = self.server()

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def intermediate(self, issuer: Issued | None = None, name: str = "Verify Issuing CA", **changes: Any) -> Authority:
        return make_intermediate(
            issuer or self.root,
            replace(intermediate_recipe(name, path_length=None), **changes),
            key(name),
            serial=self.serial(),
            not_before=NOW - 300 * DAY,
            not_after=NOW + 300 * DAY,
        )

    def server(self, issuer: Issued | None = None, *names: str, key_name: str = "server", **changes: Any) -> Issued:
        recipe = replace(server_recipe(*(names or (HOST,))), key_usage=frozenset({"digitalSignature"}))
        return self.made(replace(recipe, **changes), issuer, key_name)

    def made(self, recipe: Recipe, issuer: Issued | None = None, key_name: str = "server") -> Issued:
        return issue(
            issuer or self.issuing,
            recipe,
            key(key_name),
            serial=self.serial(),
            not_before=NOW - 30 * DAY,
            not_after=NOW + 60 * DAY,
        )

    def entry(self, serial: int, reason: int | None = None, extensions: tuple[Extension, ...] = ()) -> Revoked:
        return Revoked(serial, reason, extensions)

    def crl(
        self,
        issuer: Issued | None = None,
        *entries: Revoked,
        by: PrivateKey | None = None,
        begins: float = -1,
        ends: float | None = 6,
        number: int | None = 7,
        version: int = 2,
        more: Sequence[Extension] = (),
    ) -> bytes:
        issuer = issuer or self.issuing
        by = by or issuer.key
        numbered = () if number is None else (("2.5.29.20", False, der.encode_integer(number)),)
        body = der.encode(
            der.SEQUENCE,
            der.encode_integer(version - 1) if version > 1 else b"",
            algorithm_identifier(by, "sha256"),
            issuer.certificate.subject.der,
            moment(NOW + begins * DAY),
            b"" if ends is None else moment(NOW + ends * DAY),
            der.encode(der.SEQUENCE, *(entry.write() for entry in entries)) if entries else b"",
            extensions(0xA0, (*numbered, *more)),
        )
        return signed(body, by)

    def scope(self, *parts: bytes) -> Extension:
        """issuingDistributionPoint."""
        return "2.5.29.28", True, der.encode(der.SEQUENCE, *parts)

    def ocsp(
        self,
        about: Certificate | None = None,
        issuer: Issued | None = None,
        *,
        status: bytes = b"\x80\x00",
        signer: Issued | None = None,
        by: PrivateKey | None = None,
        by_key: bool = False,
        send_signer: bool = True,
        begins: float = -1,
        ends: float | None = 6,
        hash_name: str = "sha1",
        more: Sequence[Extension] = (),
        response_status: int = 0,
    ) -> bytes:
        about = about or self.leaf.certificate
        issuer = issuer or self.issuing
        signer = signer or issuer
        oid = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}[hash_name]
        single = der.encode(
            der.SEQUENCE,
            der.encode(
                der.SEQUENCE,
                der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(der.NULL)),
                der.encode(der.OCTET_STRING, hashlib.new(hash_name, issuer.certificate.subject.der).digest()),
                der.encode(der.OCTET_STRING, hashlib.new(hash_name, bare_key(issuer)).digest()),
                der.encode_integer(about.serial),
            ),
            status,
            moment(NOW + begins * DAY),
            b"" if ends is None else der.encode(0xA0, moment(NOW + ends * DAY)),
        )
        named = (
            der.encode(0xA2, der.encode(der.OCTET_STRING, hashlib.sha1(bare_key(signer)).digest()))
            if by_key
            else der.encode(0xA1, signer.certificate.subject.der)
        )
        body = der.encode(
            der.SEQUENCE, named, moment(NOW - DAY / 2), der.encode(der.SEQUENCE, single), extensions(0xA1, more)
        )
        by = by or signer.key
        parts = [body, algorithm_identifier(by, "sha256"), der.encode(der.BIT_STRING, b"\0", sign(body, by, "sha256"))]
        if signer is not issuer and send_signer:
            parts.append(der.encode(0xA0, der.encode(der.SEQUENCE, signer.certificate.der)))
        basic = der.encode(der.SEQUENCE, *parts)
        answered = der.encode(der.SEQUENCE, der.encode_oid("1.3.6.1.5.5.7.48.1.1"), der.encode(der.OCTET_STRING, basic))
        return der.encode(
            der.SEQUENCE,
            der.encode(0x0A, bytes((response_status,))),
            der.encode(0xA0, answered) if response_status == 0 else b"",
        )

    def revoked_status(self, reason: int | None = 1) -> bytes:
        told = b"" if reason is None else der.encode(0xA0, der.encode(0x0A, bytes((reason,))))
        return der.encode(0xA1, moment(NOW - 3 * DAY), told)

    def request(self, *chain: Certificate, **more: Any) -> dict[str, Any]:
        chain = chain or (self.leaf.certificate, self.issuing.certificate)
        asked = {
            "chain": [to_pem(one) for one in chain],
            "roots": to_pem(self.root.certificate),
            "name": HOST,
            "at": NOW.isoformat(),
            "client": "rfc5280",
        }
        return {key: value for key, value in {**asked, **more}.items() if value is not None}

    def ask(self, *chain: Certificate, **more: Any) -> AnswerWire:
        """The answer to a request as a line."""
        return self.ask_line(json.dumps(self.request(*chain, **more)).encode())

    def ask_line(self, line: bytes) -> AnswerWire:
        return answer_line(line, store_named=self.store, now=NOW, translate=str)

    def codes(self, *chain: Certificate, **more: Any) -> list[str]:
        """Error codes of the one verdict."""
        answer = self.ask(*chain, **more)
        assert not answer.error, answer.error
        (verdict,) = answer.verdicts
        return [reason.code for reason in verdict.reasons if reason.severity == "error"]

    def why(self, *chain: Certificate, **more: Any) -> list[str]:
        """Why nothing is known about the revocation of one certificate."""
        (verdict,) = self.ask(*chain, **more).verdicts
        told = [reason for reason in verdict.reasons if reason.code == "revocation-unreachable"]
        assert len(told) == 1, verdict.reasons
        because = told[0].facts["because"]
        assert isinstance(because, list)
        return because

    def store(self, name: str) -> AnchorStore:
        return AnchorStore(name, NOW, "made by the test", name, (TrustAnchor(self.root.certificate),))


def bare_key(issued: Issued) -> bytes:
    spki = der.expect(issued.certificate.public_key.spki, der.SEQUENCE, "SubjectPublicKeyInfo")
    return der.bits(der.children(spki)[1][1])[1]


def base64_of(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()
