"""What a client can see: what was sent to it, and what it would find by itself, certificates and word of revocation."""

from collections.abc import Sequence
from dataclasses import replace

from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name
from mailtrust.core.model.client import CandidatePath, ClientProfile
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.status import FetchedStatus, StatusEvidence

MOST_VISIBLE = 2000
"""Entries in one client's pool; a search would not come further within its budget anyway."""


def heard(
    client: ClientProfile, path: CandidatePath, evidence: StatusEvidence, fetched: Sequence[FetchedStatus]
) -> StatusEvidence:
    """The evidence, and those of the fetched words for which the client asks by itself about this path."""
    if client.fetches is None or not fetched:
        return evidence
    asked = {question.key for question in client.fetches(path)}
    mine = [one for one in fetched if one.key in asked]
    return replace(
        evidence,
        ocsp=(*evidence.ocsp, *(one.octets for one in mine if one.way == "ocsp")),
        crls=(*evidence.crls, *(one.octets for one in mine if one.way == "crl")),
    )


def visible_pool(chain: Sequence[AnyCertificate], pool: Pool, sources: frozenset[Source]) -> Pool:
    """The part of `pool` that a client with these sources can reach from `chain`, and `chain` itself.

    A certificate whose only source is one that the client does not use is never in it. What another port presented is
    *elsewhere* to this connection: `presented` is what stands in `chain`. Only what bears the name of an issuer on the
    way up is looked at, so that a large catalogue costs nothing.
    """
    here = {one.fingerprint: one for one in chain if isinstance(one, Certificate)}
    seen: dict[str, PoolEntry] = {}
    waiting: list[Name] = []
    asked: set[tuple[object, ...]] = set()

    def add(certificate: Certificate, usable: frozenset[Source], origins: tuple[str, ...]) -> None:
        if usable and certificate.fingerprint not in seen and len(seen) < MOST_VISIBLE:
            seen[certificate.fingerprint] = PoolEntry(certificate, usable, origins)
            waiting.append(certificate.issuer)

    for certificate in here.values():
        add(certificate, sources & {Source.PRESENTED}, ())
    while waiting:
        name = waiting.pop()
        if name.match_key in asked:
            continue
        asked.add(name.match_key)
        for entry in pool.named(name):
            found = entry.sources
            if Source.PRESENTED in found and entry.certificate.fingerprint not in here:
                found = found - {Source.PRESENTED} | {Source.ELSEWHERE}
            add(entry.certificate, found & sources, entry.origins)
    return Pool(tuple(seen.values()))
