"""What is done to the store: each act with its line in the changes, in one transaction with all that belongs to it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table, delete, exists, func, insert, select, update

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.kept import ChangeKind, Service, Sighting
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.edge.store.reader import Reader, written
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
from mailtrust.edge.store.vault import KeySource, Vault, id_of_key


class Writer(Reader):
    """The store for one writer at a time."""

    def __init__(self, connection: Connection, called: str, by: str, now: datetime) -> None:
        super().__init__(connection, called)
        self._by = by
        self._now = written(now)

    def record(self, kind: ChangeKind, subject: str, detail: str = "") -> None:
        """Take up a change."""
        number = (self.connection.execute(select(func.max(CHANGES.c.number))).scalar_one() or 0) + 1
        row = {"number": number, "at": self._now, "by": self._by, "kind": kind, "subject": subject, "detail": detail}
        self.connection.execute(insert(CHANGES), row)

    def vault_or_new(self, source: KeySource) -> tuple[Vault, Path | None]:
        """What seals keys, and the key file if one had to be made. Raises UserProblem."""
        known = self.vault(source)
        if known is not None:
            return known, None
        made = source.made()
        fresh = Vault.fresh()
        self.connection.execute(insert(VAULT), {"number": 1, "lock": fresh.lock(source.secret())})
        return fresh, made

    def change_secret(self, old: Vault, source: KeySource) -> int:
        """Encrypt every key anew, under a new key of the store that another secret opens; how many keys there are.

        Who has the old secret and an old backup opens what is in that backup, and nothing that comes after.
        """
        fresh = Vault.fresh()
        rows = self.connection.execute(select(KEYS)).all()
        for row in rows:
            sealed = fresh.seal(old.unseal(row.sealed, row.spki))
            self.connection.execute(update(KEYS).where(KEYS.c.id == row.id).values(sealed=sealed))
        self.connection.execute(update(VAULT).values(lock=fresh.lock(source.secret())))
        self.record("rekeyed", "")
        return len(rows)

    def keep_key(self, key: PrivateKey, vault: Vault) -> bool:
        """Keep a key, encrypted; whether it is new."""
        id_ = id_of_key(key.spki)
        if self.connection.execute(select(exists().where(KEYS.c.id == id_))).scalar_one():
            return False
        row = {"id": id_, "spki": key.spki, "sealed": vault.seal(key), "added": self._now}
        self.connection.execute(insert(KEYS), row)
        self.record("key-kept", id_)
        return True

    def keep_certificate(self, one: Certificate, detail: str) -> bool:
        """Keep a certificate; whether it is new."""
        return self._keep(CERTIFICATES, "certificate-kept", one, detail)

    def keep_request(self, one: CertificateRequest, detail: str) -> bool:
        """Keep a request; whether it is new."""
        return self._keep(REQUESTS, "request-kept", one, detail)

    def _keep(self, table: Table, kind: ChangeKind, one: Certificate | CertificateRequest, detail: str) -> bool:
        if self.connection.execute(select(exists().where(table.c.fingerprint == one.fingerprint))).scalar_one():
            return False
        self.connection.execute(
            insert(table), {"fingerprint": one.fingerprint, "der": one.der, "key": None, "added": self._now}
        )
        self.record(kind, one.fingerprint, detail)
        return True

    def join_key(self, one: Certificate | CertificateRequest, id_: str) -> None:
        """Say that the key kept under this id is that of a certificate or request."""
        table = CERTIFICATES if isinstance(one, Certificate) else REQUESTS
        self.connection.execute(update(table).where(table.c.fingerprint == one.fingerprint).values(key=id_))

    def set_chain(self, leaf: Certificate, issuers: Sequence[Certificate]) -> None:
        """Say which certificates, all kept, stand above this one."""
        self.connection.execute(delete(CHAINS).where(CHAINS.c.leaf == leaf.fingerprint))
        rows = [
            {"leaf": leaf.fingerprint, "position": position, "issuer": issuer.fingerprint}
            for position, issuer in enumerate(issuers, 1)
        ]
        if rows:
            self.connection.execute(insert(CHAINS), rows)

    def observe(self, sightings: Sequence[Sighting]) -> int:
        """Keep what was seen; how much of it is new."""
        new = 0
        for seen in sightings:
            at = written(seen.at)
            same = exists().where((OBSERVATIONS.c.endpoint == seen.endpoint) & (OBSERVATIONS.c.at == at))
            if not self.connection.execute(select(same)).scalar_one():
                row = {"endpoint": seen.endpoint, "at": at, "host": seen.host, "port": seen.port,
                       "fingerprint": seen.thumbprint, "failure": seen.failure}  # fmt: skip
                self.connection.execute(insert(OBSERVATIONS), row)
                self.record("observed", seen.thumbprint or "", seen.endpoint)
                new += 1
        return new

    def assign(self, server: str, service: Service, one: Certificate, product: str | None) -> None:
        """Say what a service of a server is to present from now on, instead of what it was before."""
        self.release(server, service)
        known = self.connection.execute(select(exists().where(SERVERS.c.name == server))).scalar_one()
        if not known:
            self.connection.execute(insert(SERVERS), {"name": server, "product": product})
        elif product is not None:
            self.connection.execute(update(SERVERS).where(SERVERS.c.name == server).values(product=product))
        row = {"server": server, "service": service, "fingerprint": one.fingerprint, "since": self._now}
        self.connection.execute(insert(ASSIGNMENTS), row)
        self.record("assigned", one.fingerprint, f"{server}:{service}")

    def release(self, server: str, service: Service) -> bool:
        """Take an assignment back, and the server with its last one; whether there was one."""
        here = (ASSIGNMENTS.c.server == server) & (ASSIGNMENTS.c.service == service)
        print_ = self.connection.execute(select(ASSIGNMENTS.c.fingerprint).where(here)).scalar_one_or_none()
        if print_ is None:
            return False
        self.connection.execute(delete(ASSIGNMENTS).where(here))
        self.connection.execute(
            delete(SERVERS).where((SERVERS.c.name == server) & ~exists().where(ASSIGNMENTS.c.server == server))
        )
        self.record("released", print_, f"{server}:{service}")
        return True

    def remove(self, one: Certificate | CertificateRequest, detail: str) -> None:
        """Take a certificate or request out, and its key where nothing else has it."""
        table = CERTIFICATES if isinstance(one, Certificate) else REQUESTS
        here = table.c.fingerprint == one.fingerprint
        key = self.connection.execute(select(table.c.key).where(here)).scalar_one()
        self.connection.execute(delete(CHAINS).where(CHAINS.c.leaf == one.fingerprint))
        self.connection.execute(delete(table).where(here))
        if key is not None:
            others = exists().where(CERTIFICATES.c.key == key), exists().where(REQUESTS.c.key == key)
            self.connection.execute(delete(KEYS).where(KEYS.c.id == key, ~others[0], ~others[1]))
        self.record("removed", one.fingerprint, detail)
