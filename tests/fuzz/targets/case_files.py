"""Case files from strangers: read, judged, told in every format, or refused with the place that is wrong."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from random import Random

from tests.fuzz import seeds
from tests.fuzz.documents import refusal
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.mutation.tree import mutate_json
from tests.fuzz.target import Target
from tests.fuzz.targets.judging import ENDPOINTS, case_of, listed, stores, written

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.case_file import decode, encode
from mailtrust.core.model.case_file import CaseFile, Lookup, StoreReference
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Settings
from mailtrust.flows.assess import assess


@cache
def _cases() -> tuple[bytes, ...]:
    chains = seeds.world().chains
    groups = [chains[at : at + 2] for at in range(0, 24, 2)]
    return tuple(encode(_with_all(case_of(listed(*group)))) for group in groups)


def _with_all(case: CaseFile) -> CaseFile:
    """The case with something in every place that a case has."""
    pki = seeds.world().pki
    failures = tuple(
        Observation(
            where, Offer.DEFAULT, seeds.NOW, ProbeFailure(stage, kind, "so it said"), ("< 220 x", "> EHLO y"), b"z", 7
        )
        for where, stage, kind in (
            (ENDPOINTS[0], Stage.CONNECT, FailureKind.REFUSED),
            (ENDPOINTS[2], Stage.HANDSHAKE, FailureKind.ALERT),
        )
    )
    seen = tuple(
        replace(one, transcript=("< 220 hi",), bytes_before_tls=b"250 injected\r\n") for one in case.observations
    )
    other = tuple(
        replace(one, offer=offer) for one, offer in zip(case.observations, (Offer.RSA, Offer.NO_SNI), strict=False)
    )
    return replace(
        case,
        observations=(*seen, *other, *failures),
        lookups=(Lookup("dns-mx", "example.com", ("mail.example.com",)), Lookup("aia", "http://x.test/", (), "404")),
        stores=(StoreReference("mozilla", seeds.NOW, "as shipped", "ab", 140),),
        local_roots=(pki.root.certificate,),
        deployed=("gpo",),
        hypothetical=(pki.leaf.certificate, pki.issuing.certificate) if len(case.pool.entries) % 2 else (),
    )


def _mutate(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """The tree changed; every other time a certificate, too, with the fingerprint that it then has."""
    if chance.random() < 0.4:
        text = seed.decode()
        for fingerprint, octets in json.loads(seed)["certificates"].items():
            if chance.random() < 0.5:
                changed = mutate_der(chance, base64.b64decode(octets), seeds.world().certificates)[:20_000]
                text = text.replace(fingerprint, sha256(changed).hexdigest())
                text = text.replace(octets, base64.b64encode(changed).decode())
        seed = text.encode()
        if chance.random() < 0.5:
            return seed
    return mutate_json(chance, seed, others)


def _try_case(octets: bytes) -> bytes:
    try:
        case = decode(octets)
    except UserProblem as refused:
        return refusal(refused)
    assert decode(encode(case)) == case
    return written(assess(case, stores=stores(), clients=CLIENTS, settings=Settings(), now=seeds.NOW), len(octets))


CASE_FILE = Target("case-file", _cases, _mutate, _try_case, inputs=6_000, bounded=15, most_seconds=20.0)
