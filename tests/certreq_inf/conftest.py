"""The golden INF files, made once, and what an independent reader (asn1crypto) finds in what was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.csr import CertificationRequest
from asn1crypto.x509 import Certificate

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.formats.certreq_inf.meaning import Reading, read_request
from mailtrust.core.model.requested_certificate import RequestedCertificate
from mailtrust.flows.certreq import Made, make

GOLDEN = Path(__file__).parent / "golden"
NAMES = tuple(sorted(path.stem for path in GOLDEN.glob("*.inf")))
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Golden:
    """A file, what it asks for, and what was made."""

    name: str
    reading: Reading
    made: Made

    @property
    def asked(self) -> RequestedCertificate:
        assert self.reading.requested is not None
        return self.reading.requested

    @property
    def der(self) -> bytes:
        return self.made.result if isinstance(self.made.result, bytes) else self.made.result.der


@cache
def golden_file(name: str) -> Golden:
    reading = read_request(decode((GOLDEN / f"{name}.inf").read_bytes())[0])
    assert reading.requested is not None, [str(remark.text) for remark in reading.errors]
    return Golden(name, reading, make(reading.requested, NOW))


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> Golden:
    return golden_file(request.param)


def read(octets: bytes) -> tuple[Any, Any]:
    """The subject and the extensions of a certificate or request."""
    try:
        body = Certificate.load(octets, strict=True)["tbs_certificate"]
        return body["subject"], body["extensions"]
    except ValueError:
        info = CertificationRequest.load(octets, strict=True)["certification_request_info"]
        wishes = [one for one in info["attributes"] if one["type"].native == "extension_request"]
        assert len(wishes) == 1
        assert len(wishes[0]["values"]) == 1
        return info["subject"], wishes[0]["values"][0]


def subject_facts(subject: Any) -> list[str]:
    return ["+".join(f"{one['type'].dotted}={one['value'].native}" for one in rdn) for rdn in subject.chosen]


def extension_facts(extensions: Any) -> list[str]:
    """A line for each extension: OID, whether critical, what it says in asn1crypto's words."""
    return [_line(one) for one in extensions]


def _line(one: Any) -> str:
    oid = one["extn_id"].dotted
    told = [oid, *(["critical"] if one["critical"].native else [])]
    value = one["extn_value"].parsed
    match oid:
        case "2.5.29.14":
            told.append(f"({len(value.native)} octets)")
        case "2.5.29.15":
            told.append(_words(sorted(value.native)))
        case "2.5.29.37":
            told.append(_words(purpose.dotted for purpose in value))
        case "2.5.29.17":
            told.append(_words(_name(name) for name in value))
        case "2.5.29.19":
            told.append(f"ca={value['ca'].native} path={value['path_len_constraint'].native}")
        case _:
            told.append(one["extn_value"].contents.hex())
    return " ".join(told)


def _words(words: Iterable[str]) -> str:
    return ", ".join(words)


def _name(name: Any) -> str:
    value = name.chosen
    match name.name:
        case "other_name":
            return f"other_name {value['type_id'].dotted} {value['value'].parsed.dump().hex()}"
        case "directory_name":
            return f"directory_name {_words(subject_facts(value))}"
        case "dns_name":
            return f"dns_name {value.contents.decode('ascii')}"
        case "uniform_resource_identifier":
            return f"uri {value.contents.decode('ascii')}"
        case kind:
            return f"{kind} {value.native}"
