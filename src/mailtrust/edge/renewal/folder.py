"""The folder of a certificate that is renewed: the pair in service, the pair that waits, and what is remembered.

    current.key current.pem   proven on the wire
    next.key                  made before anything is ordered
    next.pem                  it has come; until it is proven nothing is ordered again
    record.json

A kill at any place leaves a state that the next run goes on from: each file is replaced in one step, and next.pem
alone says whether there is a next certificate.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from mailtrust.core.formats.acme_record import read_document, write_document
from mailtrust.core.formats.approvals import ENDING
from mailtrust.core.formats.renewal_record import RenewalRecord
from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.private_key import PrivateKey, read_private_key
from mailtrust.edge.files import sync_folder, write_whole
from mailtrust.edge.lock import locked
from mailtrust.edge.transport.replacing import make_folder

NEXT, CURRENT = "next", "current"
RECORD, PLAN = "record.json", "plan.json"
LARGEST = 16 * 2**20
IN_USE = text("Another mailtrust is renewing at the moment. Wait until it is done, and try again.")


@contextmanager
def renewing(state: Path) -> Iterator[None]:
    """Keep every other renewal with this state folder away. Raises UserProblem."""
    with ExitStack() as held:
        with _told(state):
            make_folder(state, 0o700)
            held.enter_context(locked(state / "renew.lock", IN_USE))
        yield


@frozen
class RenewalFolder:
    """The folder. Methods raise UserProblem."""

    path: Path
    name: str

    def make(self) -> None:
        """Make it where it is not there; complete, or take away, what a kill left half done."""
        with _told(self.path):
            make_folder(self.path, 0o700)
            for left in self.path.glob(".*"):  # files that were being written: keys may be among them
                left.unlink()
            if self.has_next and not self._at(NEXT, ".key").exists():
                self._take_over()  # it was killed between the key and the certificate

    @property
    def record(self) -> RenewalRecord:
        """What is remembered."""
        path = self.path / RECORD
        if not path.exists():
            return RenewalRecord(name=self.name)
        return read_document(self._read(path), RenewalRecord, clean(str(path), 200))

    def remember(self, record: RenewalRecord) -> None:
        """Replace what is remembered."""
        self._write(self.path / RECORD, write_document(record))

    @property
    def has_next(self) -> bool:
        """Whether a new certificate waits for its proof."""
        return self._at(NEXT, ".pem").exists()

    @property
    def next_key_file(self) -> Path:
        """Where a plan takes the new key from."""
        return self._at(NEXT, ".key")

    @property
    def plan_file(self) -> Path:
        """Where a plan waits for those who approve it."""
        return self.path / PLAN

    def next_key(self, kind: KeyKind, *, keep: bool) -> PrivateKey:
        """The key for the next certificate, on the disk before anybody hears of it. `keep`: the present one again."""
        path = self._at(NEXT, ".key")
        if keep:
            self._write(path, self._read(self._at(CURRENT, ".key")), 0o600)
        elif not path.exists() or self._same_as_current(path):
            self._write(path, make_key(kind).to_pem().encode("ascii"), 0o600)
        return self._key(path)

    def put_next(self, chain: Sequence[Certificate]) -> None:
        """Keep what has come."""
        self._write(self._at(NEXT, ".pem"), to_pem_chain(chain).encode("ascii"))

    def next_chain(self) -> tuple[Certificate, ...]:
        """The chain that waits; none where there is none."""
        return self._chain(NEXT)

    def current_chain(self) -> tuple[Certificate, ...]:
        """The chain that was proven last; none where there is none."""
        return self._chain(CURRENT)

    def holds_key_of(self, certificate: Certificate) -> bool:
        """Whether the key in service is the one that is kept here."""
        path = self._at(CURRENT, ".key")
        return path.exists() and self._key(path).matches(certificate)

    def promote(self) -> None:
        """What waited is in service now, and proven."""
        with _told(self.path):
            self._take_over()
            self._forget_plan()

    def discard_next(self) -> None:
        """Forget a certificate that waited in vain, and its key."""
        with _told(self.path):
            for path in (self._at(NEXT, ".pem"), self._at(NEXT, ".key")):
                path.unlink(missing_ok=True)
            self._forget_plan()
            sync_folder(self.path)

    def _forget_plan(self) -> None:
        for path in (self.plan_file, self.plan_file.with_name(f"{PLAN}{ENDING}")):
            path.unlink(missing_ok=True)

    def _take_over(self) -> None:
        # The key first: next.pem says that there is something to be taken over.
        for ending in (".key", ".pem"):
            with suppress(FileNotFoundError):
                os.replace(self._at(NEXT, ending), self._at(CURRENT, ending))
            sync_folder(self.path)

    def _same_as_current(self, path: Path) -> bool:
        current = self._at(CURRENT, ".key")
        return current.exists() and self._read(current) == self._read(path)

    def _at(self, which: str, ending: str) -> Path:
        return self.path / f"{which}{ending}"

    def _key(self, path: Path) -> PrivateKey:
        key = read_private_key(self._read(path))
        if isinstance(key, Text):
            raise UserProblem(text("{path}: {why}", path=clean(str(path), 200), why=key))
        return key

    def _chain(self, which: str) -> tuple[Certificate, ...]:
        path = self._at(which, ".pem")
        return read_pem_certificates(self._read(path)) if path.exists() else ()

    def _read(self, path: Path) -> bytes:
        with _told(path), path.open("rb") as file:
            return file.read(LARGEST)

    def _write(self, path: Path, octets: bytes, mode: int = 0o600) -> None:
        with _told(path):
            write_whole(path, octets, mode=mode)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserProblem(
            text(
                "Could not use {path}, where mailtrust keeps what it needs to renew: {why}. Name another folder with "
                "--state.",
                path=clean(error.filename or str(path), 200),
                why=error.strerror or str(error),
            )
        ) from error
