"""What an administrator exports from Exchange, in every form: read, told, written, and read again."""

import base64
import re
from collections.abc import Sequence
from functools import cache
from random import Random

from tests.exchange.making import certificate_xml, clixml, serialized, signed
from tests.exchange.test_export_json import WINDOWS
from tests.exchange.test_format_list import CONNECTORS, LISTED, SETTINGS, TABLE
from tests.fuzz import seeds
from tests.fuzz.documents import harmless, refusal, unmoved
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.tree import mutate_json
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target

from mailtrust.core.formats.exchange.export_json import encode_export
from mailtrust.core.formats.exchange.net_binary import NetBinaryError, NetStream, read_net_binary
from mailtrust.core.formats.exchange.organisation_of import organisation_of
from mailtrust.core.formats.exchange.written import wire_of
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509.parse import read_certificate

_OF_A_CERTIFICATE = re.compile(rb'(<BA N="SerializationData">)([^<]*)')
_PROPERTIES = "".join(
    f"<{kind} N='{name}'>{value}</{kind}>"
    for kind, name, value in (
        ("S", "Name", "MAIL1"),
        ("S", "AdminDisplayVersion", "Version 15.2 (Build 986.5)"),
        ("B", "IsEdgeServer", "false"),
        ("DT", "NextCertificateEffectiveDate", "2027-01-31T12:00:00-08:00"),
        ("S", "Subject", "_x000D__x000A_"),
        ("Nil", "Fqdn", ""),
        ("Obj", "Site", "<ToString>a/b/Site</ToString><Props><S N='Name'>x</S></Props>"),
        ("Obj", "Bindings", "<LST><Ref RefId='0' /><S>0.0.0.0:25</S></LST>"),
        ("Obj", "AuthMechanism", "<ToString>Tls, BasicAuth</ToString><I32>3</I32>"),
    )
)


@cache
def _streams() -> tuple[bytes, ...]:
    read = map(read_certificate, seeds.world().certificates[:4])
    made = [serialized(one, services=27) for one in read if isinstance(one, Certificate)]
    return (*made, *map(signed, made[:1]))


@cache
def _documents() -> tuple[bytes, ...]:
    read = [one for one in map(read_certificate, seeds.world().certificates[:4]) if isinstance(one, Certificate)]
    shown = [
        certificate_xml(one, number=number, serialized=stream)
        for number, (one, stream) in enumerate(zip(read, _streams(), strict=False))
    ]
    return clixml(*shown), clixml(f"<Obj RefId='0'><Props>{_PROPERTIES}</Props></Obj>", certificate_xml(read[0]))


def _mutate_document(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """The text, or what stands in it as Base64."""
    if chance.random() < 0.5 and (found := _OF_A_CERTIFICATE.search(seed)) is not None:
        changed = mutate_octets(chance, base64.b64decode(found[2]), _streams())
        return seed[: found.start(2)] + base64.b64encode(changed) + seed[found.end(2) :]
    return mutate_text(chance, seed, others)


def _texts() -> tuple[bytes, ...]:
    return tuple(one.encode() for one in (LISTED, TABLE, CONNECTORS, SETTINGS))


def _json() -> tuple[bytes, ...]:
    return (WINDOWS.encode(),)


def _try_export(octets: bytes) -> bytes:
    """Whatever is read is told in sentences that can be shown, and comes back when it is written."""
    try:
        gathered = organisation_of([("export", octets)])
    except UserProblem as refused:
        return refusal(refused)
    told = [str(one) for one in gathered.problems]
    for sentence in told:
        harmless(sentence)
        assert "\n" not in sentence
    written = encode_export(wire_of(gathered.organisation))
    unmoved(written.decode("utf-8"))
    if gathered.organisation != ExchangeOrganisation(()):
        again = organisation_of([("export", written)])
        assert again.organisation == gathered.organisation
        assert not again.problems, [str(one) for one in again.problems]
    return written + "\n".join(told).encode()


def _try_stream(octets: bytes) -> bytes:
    try:
        read = read_net_binary(octets)
    except NetBinaryError as refused:
        return str(refused).encode()
    assert isinstance(read, NetStream)
    return repr([read.member(name) for name in ("Services", "Status", "CertData", "Identity", "SelfSigned")]).encode()


EXCHANGE_CLIXML = Target("exchange-clixml", _documents, _mutate_document, _try_export, inputs=20_000, bounded=150)
EXCHANGE_BINARY = Target("exchange-binary", _streams, mutate_octets, _try_stream, inputs=60_000, bounded=300)
EXCHANGE_TEXT = Target("exchange-text", _texts, mutate_text, _try_export, inputs=20_000, bounded=150)
EXCHANGE_JSON = Target("exchange-json", _json, mutate_json, _try_export, inputs=20_000, bounded=150)
