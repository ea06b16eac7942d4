"""What stands in the store, as nouns."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from mailtrust.core.model.certificate import Certificate, PublicKey
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.kept import Assignment, Change, Holdings, KeptCertificate, KeptRequest, KeptServer, Sighting
from mailtrust.core.model.text import text
from mailtrust.core.x509.algorithms import read_public_key
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.request import read_request
from mailtrust.edge.store.failures import StoreProblem
from mailtrust.edge.store.schema import (
    ASSIGNMENTS,
    CERTIFICATES,
    CHAINS,
    CHANGES,
    KEYS,
    OBSERVATIONS,
    REQUESTS,
    SERVERS,
    VAULT,
)
from mailtrust.edge.store.vault import KeySource, Vault

_FORM = "%Y-%m-%dT%H:%M:%SZ"


class Reader:
    """The store as it is at one moment, whatever others write meanwhile."""

    def __init__(self, connection: Connection, called: str) -> None:
        """`called`: the store's name for people."""
        self.connection = connection
        self.called = called

    def holdings(self) -> Holdings:
        """Everything but keys and changes. Raises StoreProblem for a row that is not what its name says."""
        rows = self.connection.execute(select(CERTIFICATES).order_by(CERTIFICATES.c.added, CERTIFICATES.c.fingerprint))
        read = {row.fingerprint: (_certificate(row.fingerprint, row.der), row) for row in rows}
        above: dict[str, list[Certificate]] = {}
        for link in self.connection.execute(select(CHAINS).order_by(CHAINS.c.leaf, CHAINS.c.position)):
            above.setdefault(link.leaf, []).append(read[link.issuer][0])
        return Holdings(
            tuple(
                KeptCertificate(one, tuple(above.get(print_, ())), row.key is not None, moment(row.added))
                for print_, (one, row) in read.items()
            ),
            tuple(
                KeptRequest(_request(row.fingerprint, row.der), row.key is not None, moment(row.added))
                for row in self.connection.execute(select(REQUESTS).order_by(REQUESTS.c.added, REQUESTS.c.fingerprint))
            ),
            tuple(
                KeptServer(row.name, row.product)
                for row in self.connection.execute(select(SERVERS).order_by(SERVERS.c.name))
            ),
            tuple(
                Assignment(row.server, row.service, row.fingerprint, moment(row.since))
                for row in self.connection.execute(
                    select(ASSIGNMENTS).order_by(ASSIGNMENTS.c.server, ASSIGNMENTS.c.service)
                )
            ),
            tuple(self._newest()),
        )

    def changes(self) -> tuple[Change, ...]:
        """Everything that was ever done, the first first."""
        rows = self.connection.execute(select(CHANGES).order_by(CHANGES.c.number))
        return tuple(Change(row.number, moment(row.at), row.by, row.kind, row.subject, row.detail) for row in rows)

    def vault(self, source: KeySource) -> Vault | None:
        """What opens the keys; None: none was ever kept. Raises UserProblem where the secret is missing or another."""
        lock = self.connection.execute(select(VAULT.c.lock)).scalar_one_or_none()
        return None if lock is None else Vault.opened(lock, source.secret())

    def public_keys(self) -> dict[str, PublicKey]:
        """The public halves of all keys kept, by the keys' ids."""
        rows = self.connection.execute(select(KEYS.c.id, KEYS.c.spki).order_by(KEYS.c.id))
        return {row.id: read_public_key(row.spki)[0] for row in rows}

    def sealed_key_of(self, fingerprint: str) -> tuple[bytes, bytes] | None:
        """The public half and the encrypted key of a certificate; None: no key is kept for it."""
        row = self.connection.execute(
            select(KEYS.c.spki, KEYS.c.sealed)
            .join(CERTIFICATES, CERTIFICATES.c.key == KEYS.c.id)
            .where(CERTIFICATES.c.fingerprint == fingerprint)
        ).one_or_none()
        return None if row is None else (row.spki, row.sealed)

    def _newest(self) -> Iterable[Sighting]:
        newest = (
            select(OBSERVATIONS.c.endpoint, func.max(OBSERVATIONS.c.at).label("at"))
            .group_by(OBSERVATIONS.c.endpoint)
            .subquery()
        )
        rows = self.connection.execute(
            select(OBSERVATIONS)
            .join(newest, (OBSERVATIONS.c.endpoint == newest.c.endpoint) & (OBSERVATIONS.c.at == newest.c.at))
            .order_by(OBSERVATIONS.c.endpoint)
        )
        for row in rows:
            yield Sighting(row.endpoint, row.host, row.port, moment(row.at), row.fingerprint, row.failure)


def written(at: datetime) -> str:
    """A moment as it stands in a row."""
    return at.astimezone(UTC).strftime(_FORM)


def moment(at: str) -> datetime:
    """The same, read."""
    return datetime.strptime(at, _FORM).replace(tzinfo=UTC)


def expect_whole(fingerprint: str, octets: bytes) -> None:
    """Raise StoreProblem for octets that are not those of this name."""
    if hashlib.sha256(octets).hexdigest() != fingerprint:
        raise _damaged(fingerprint)


def _certificate(fingerprint: str, octets: bytes) -> Certificate:
    read = read_certificate(octets)
    if not isinstance(read, Certificate) or read.fingerprint != fingerprint:
        raise _damaged(fingerprint)
    return read


def _request(fingerprint: str, octets: bytes) -> CertificateRequest:
    read = read_request(octets)
    if not isinstance(read, CertificateRequest) or read.fingerprint != fingerprint:
        raise _damaged(fingerprint)
    return read


def _damaged(fingerprint: str) -> StoreProblem:
    return StoreProblem(
        text("The record {thumbprint} in the store is damaged. Restore a backup.", thumbprint=fingerprint[:16])
    )
