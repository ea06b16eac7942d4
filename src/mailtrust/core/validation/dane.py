"""DANE for mail servers: what TLSA records make of a presented chain (RFC 7671 5, RFC 7672 3)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mailtrust.core.formats.tlsa import DANE_EE, DANE_TA, Tlsa
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.verdict import Outcome, Reason, ReasonSeverity, Verdict
from mailtrust.core.validation.evaluate import evaluate, evaluate_chain
from mailtrust.core.validation.handshake import key_proven
from mailtrust.core.validation.reasons import error, is_error
from mailtrust.core.validation.search.all_paths import search_all_paths
from mailtrust.core.x509.parse import read_certificate


def evaluate_dane(
    observation: Observation,
    records: Sequence[Tlsa],
    *,
    names: Sequence[str],
    client: ClientProfile,
    now: datetime,
) -> Verdict:
    """Judge one observation by the TLSA records of its host, which DNSSEC vouches for.

    `names`: those of which one must be in the certificate below a DANE-TA record (RFC 7672 3.2.2: the TLSA base domain,
    and the domain that the mail is for). Without a usable record TLS is demanded and nothing compared (RFC 7672 2.2).
    """
    # Every way up counts that ends at a certificate of a record, self-signed or not (RFC 7671 5.2).
    by_record = replace(client, unknown_because="", path_search=search_all_paths)
    if not isinstance(observation.result, Handshake):
        return evaluate(observation, pool=Pool(()), store=_store((), now), client=by_record, now=now)
    usable = [record for record in records if record.usable_for_smtp]
    reasons = _reasons(observation, usable, names, by_record, now)
    if not usable:
        reasons = (Reason("dane-unusable", ReasonSeverity.WARNING, None, (("records", _shown(records)),)),)
    chain = observation.presented_chain
    return Verdict(
        observation=observation.id,
        client=client.id,
        reference_identifier=observation.endpoint.reference_identifier,
        outcome=Outcome.REFUSED if any(map(is_error, reasons)) else Outcome.ACCEPTED,
        overridable=False,
        path=tuple(one.fingerprint for one in chain[:1]),
        reasons=reasons,
        attempts=(),
        words=client.say(observation.endpoint.host, reasons, observation.endpoint.protocol),
        basis=client.basis,
    )


def matches(record: Tlsa, certificate: AnyCertificate) -> bool:
    """Whether the record speaks of this certificate (RFC 6698 2.1)."""
    if record.selector == 0:
        octets = certificate.der
    elif isinstance(certificate, Certificate):
        octets = certificate.public_key.spki
    else:
        return False
    match record.matching:
        case 0:
            return record.data == octets
        case 1:
            return record.data == hashlib.sha256(octets).digest()
        case 2:
            return record.data == hashlib.sha512(octets).digest()
        case _:
            return False


def _reasons(
    observation: Observation,
    usable: Sequence[Tlsa],
    names: Sequence[str],
    client: ClientProfile,
    now: datetime,
) -> tuple[Reason, ...]:
    chain, handshake = observation.presented_chain, observation.result
    if not isinstance(handshake, Handshake):
        raise TypeError("there is nothing to judge without a handshake")
    # RFC 7672 3.1.1: of a DANE-EE record neither names nor dates count.
    if chain and any(record.usage == DANE_EE and matches(record, chain[0]) for record in usable):
        return tuple(key_proven(handshake, chain[0])) if isinstance(chain[0], Certificate) else ()
    store = _store(tuple(_anchors(usable, chain)), now)
    below = [
        evaluate_chain(
            chain,
            pool=Pool(()),
            store=store,
            client=client,
            at=now,
            names=(name,),
            handshake=handshake,
        ).reasons
        for name in names
        if len(store)
    ]
    best = min(below, key=lambda reasons: sum(map(is_error, reasons)), default=None)
    if best is not None:
        return best
    leaf = chain[0] if chain and isinstance(chain[0], Certificate) else None
    return (error("dane-mismatch", leaf, records=_shown(usable)),)


def _anchors(usable: Iterable[Tlsa], chain: Sequence[AnyCertificate]) -> Iterable[Certificate]:
    """RFC 7671 5.2: the anchor must be sent along, unless the record holds the whole of it (2 0 0)."""
    for record in usable:
        if record.usage == DANE_TA:
            yield from (one for one in chain[1:] if isinstance(one, Certificate) and matches(record, one))
            if (record.selector, record.matching) == (0, 0):
                whole = read_certificate(record.data)
                if isinstance(whole, Certificate):
                    yield whole


def _store(anchors: Iterable[Certificate], now: datetime) -> AnchorStore:
    return AnchorStore("tlsa", now, "TLSA", "", tuple(TrustAnchor(one) for one in anchors))


def _shown(records: Iterable[Tlsa]) -> tuple[str, ...]:
    return tuple(map(str, records))[:20]
