"""CA certificates that this user's runs have seen, or that an administrator loaded: one file each, found by subject.

The folder is the index: `<two digits>/<subject>-<fingerprint>.der`, where the subject is a hash of the name as
RFC 5280 7.1 compares it and the two digits are its first. Asking for a name reads one small folder. There is nothing
that could be inconsistent: a file that is not what its name says is passed over.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.strict import encoding_problems

MOST_IN_A_FOLDER = 128
"""With 256 folders: 32,768 certificates, some 50 MB. CCADB knows about 10,000 that are not expired."""
LARGEST = 64 * 1024
"""Octets of a certificate that is kept."""
LONGEST_PATH = 8
"""Issuers of issuers that are looked for."""
ORIGIN = "mailtrust's catalogue"
"""No path: it would carry the user's name into case files."""


@frozen
class Loaded:
    """What came of loading a report: certificates kept, and rows that held none, a revoked one or no CA's."""

    kept: int
    skipped: int


class Catalogue:
    """The certificates in one folder; without a folder it knows nothing and remembers nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def of_this_user(cls) -> "Catalogue":
        """The catalogue in the user's cache folder."""
        try:
            home = Path.home()
        except RuntimeError:
            return cls(None)
        return cls(cache_folder(sys.platform, os.environ, home) / "certificates")

    def named(self, name: Name) -> tuple[PoolEntry, ...]:
        """The certificates whose subject is `name`."""
        prefix = _subject_hash(name)
        return tuple(
            PoolEntry(certificate, frozenset({Source.CATALOGUE}), (ORIGIN,))
            for path in self._files(prefix)
            if (certificate := _read(path)) is not None and certificate.subject.match_key == name.match_key
        )

    def issuers_of(self, certificates: Iterable[Certificate]) -> tuple[PoolEntry, ...]:
        """The issuers of these, and the issuers of those; `certificates` themselves are left out."""
        given = {certificate.fingerprint: certificate for certificate in certificates}
        found: dict[str, PoolEntry] = {}
        asked: set[tuple[object, ...]] = set()
        generation = list(given.values())
        for _ in range(LONGEST_PATH):
            names = [certificate.issuer for certificate in generation if not certificate.self_issued]
            generation = []
            for name in names:
                if name.match_key in asked:
                    continue
                asked.add(name.match_key)
                for entry in self.named(name):
                    fingerprint = entry.certificate.fingerprint
                    if fingerprint not in given and fingerprint not in found:
                        found[fingerprint] = entry
                        generation.append(entry.certificate)
        return Pool.merge(found.values()).entries

    def remember(self, certificates: Iterable[Certificate]) -> int:
        """Keep the well-formed CA certificates among them; the number of new ones.

        Never raises: a cache that cannot be written is no reason to fail. A full folder loses its oldest file.
        """
        return sum(self._keep(certificate) for certificate in certificates if _is_worth_keeping(certificate))

    def load_ccadb(self, path: Path) -> Loaded:
        """Keep the CA certificates of one of CCADB's reports with PEM, without revoked ones. Raises UserProblem."""
        from mailtrust.core.formats.ccadb_csv import read_ccadb

        try:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                report = read_ccadb(file)
        except OSError as error:
            raise UserProblem(
                text("Could not read {path}: {why}.", path=str(path), why=error.strerror or str(error))
            ) from error
        good = [
            certificate
            for row in report.certificates
            if not row.revoked
            and isinstance(certificate := read_certificate(row.der), Certificate)
            and _is_worth_keeping(certificate)
        ]
        self.remember(good)
        return Loaded(len(good), report.skipped + len(report.certificates) - len(good))

    def _files(self, prefix: str) -> Iterator[Path]:
        if self._folder is None:
            return
        with suppress(OSError), os.scandir(self._folder / prefix[:2]) as entries:
            names = sorted(entry.name for entry in entries if entry.name.startswith(f"{prefix}-"))
            yield from (self._folder / prefix[:2] / name for name in names if name.endswith(".der"))

    def _keep(self, certificate: Certificate) -> bool:
        if self._folder is None:
            return False
        prefix = _subject_hash(certificate.subject)
        path = self._folder / prefix[:2] / f"{prefix}-{certificate.fingerprint}.der"
        try:
            if path.exists():
                return False
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_room(path.parent)
            _write(path, certificate.der)
        except OSError:
            return False
        return True


def cache_folder(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where this user's programs keep what they can do without."""
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return (Path(local) if local else home / "AppData" / "Local") / "mailtrust" / "Cache"
    if platform == "darwin":
        return home / "Library" / "Caches" / "mailtrust"
    # XDG Base Directory Specification: a relative path in the variable is to be ignored.
    given = environment.get("XDG_CACHE_HOME", "")
    return (Path(given) if os.path.isabs(given) else home / ".cache") / "mailtrust"


def _subject_hash(name: Name) -> str:
    return hashlib.sha256(repr(name.match_key).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _is_worth_keeping(certificate: Certificate) -> bool:
    return certificate.is_ca and len(certificate.der) <= LARGEST and not encoding_problems(certificate)


def _read(path: Path) -> Certificate | None:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    fingerprint = path.stem.partition("-")[2]
    if hashlib.sha256(data).hexdigest() != fingerprint:
        return None
    certificate = read_certificate(data)
    return certificate if isinstance(certificate, Certificate) and _is_worth_keeping(certificate) else None


def _make_room(folder: Path) -> None:
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.is_file()]
    surplus = max(len(files) - MOST_IN_A_FOLDER + 1, 0)
    for oldest in sorted(files, key=lambda entry: entry.stat().st_mtime)[:surplus]:
        os.unlink(oldest.path)


def _write(path: Path, data: bytes) -> None:
    import tempfile  # late: mostly all is known already

    # Without fsync: what a power cut leaves half written is passed over by `_read`.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
