"""Which issuers are worth looking for, and what those who know of issuers say."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Protocol as Interface

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.x509.signatures import SignatureResult, signed_by

Gathered = tuple[Sequence[PoolEntry], Sequence[Lookup]]
"""Certificates that were found, and what was asked for them."""


class IssuerSource(Interface):
    """Knows certificates that the server did not send."""

    def __call__(
        self, certificates: Sequence[Certificate], /
    ) -> Awaitable[tuple[Sequence[PoolEntry], Sequence[Lookup]]]:
        """Issuers of these certificates, and of those, as far as they can be found."""
        ...


async def gather(
    observations: Sequence[Observation], wanting: Sequence[Certificate], sources: Sequence[IssuerSource]
) -> tuple[Pool, tuple[Lookup, ...]]:
    """Every certificate of the run, and what the sources know of the issuers of those that want one."""
    entries = [
        PoolEntry(certificate, frozenset({Source.ELSEWHERE}), (observation.id,))
        for observation in observations
        for certificate in observation.presented_chain
        if isinstance(certificate, Certificate)
    ]
    lookups: list[Lookup] = []
    for source in sources if wanting else ():
        found, asked = await source(wanting)
        entries += found
        lookups += asked
    return Pool.merge(entries), tuple(lookups)


def wanting_issuers(
    observations: Sequence[Observation],
    stores: Sequence[AnchorStore],
    roots: Sequence[Certificate],
    now: datetime,
) -> tuple[Certificate, ...]:
    """The presented certificates whose issuer is worth looking for.

    Not the self-issued, nor those whose issuer every store has, nor those whose issuer was sent along, is in its time
    and outlasts the leaf: for them a download would tell the CA of this check and nothing to us. A certificate that
    bears the issuer's name and has another key is not the issuer.
    """
    wanting: dict[str, Certificate] = {}
    shown = {tuple(one.fingerprint for one in seen.presented_chain): seen.presented_chain for seen in observations}
    for presented in shown.values():
        chain = [one for one in presented if isinstance(one, Certificate)]
        for certificate in chain:
            if certificate.self_issued:
                continue
            sent = any(
                one.not_before <= now <= one.not_after
                and one.not_after >= chain[0].not_after
                and _issued(one, certificate)
                for one in chain
            )
            trusted = any(_issued(root, certificate) for root in roots) or (
                bool(stores)
                and all(
                    any(_issued(anchor.certificate, certificate) for anchor in store.named(certificate.issuer))
                    for store in stores
                )
            )
            if not sent and not trusted:
                wanting[certificate.fingerprint] = certificate
    return tuple(wanting.values())


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether it bears the issuer's name, and nothing disproves that it has the issuer's key."""
    return (
        issuer.subject.match_key == certificate.issuer.match_key
        and signed_by(certificate, issuer.public_key) is not SignatureResult.INVALID
    )
