"""NSS' certificate database, which Chromium, Firefox, Thunderbird and tstclnt read their added anchors from."""

from collections.abc import Iterable
from pathlib import Path

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem, to_pem
from mailtrust.lab.oracles.question import OracleError
from mailtrust.lab.oracles.running import line_with, run

AUTHORITY = "C,,"
"""Trusted to issue servers' certificates."""
BOTH = "CP,,"
"""A server's own certificate that says of itself that it is a CA."""
PATIENCE = 300.0
"""Seconds for a thousand certificates."""
PEER = "P,,"
"""Trusted as a server's own certificate: how an administrator adds one that signed itself and is no CA."""


async def make_database(folder: Path, roots: Iterable[Path]) -> str:
    """A new database in `folder` that trusts every certificate of these PEM files; the answer is its name for NSS."""
    database = f"sql:{folder}"
    batch = _write_batch(folder, database, roots)
    await _certutil("-N", "-d", database, "--empty-password")
    if batch is not None:
        await _certutil("-B", "-d", database, "-i", str(batch))
    return database


def _write_batch(folder: Path, database: str, roots: Iterable[Path]) -> Path | None:
    """Certutil's commands for all of them, in one file: a run for each would take a quarter of a second."""
    folder.mkdir(parents=True)
    commands = []
    for number, certificate in enumerate(_certificates(roots)):
        file = folder / f"anchor-{number}.pem"
        file.write_text(to_pem(certificate), "ascii")
        trust = _trust(certificate)
        commands.append(f"-A -d {database} -n anchor-{number} -t {trust} -i {file}\n")
    batch = folder / "batch"
    batch.write_text("".join(commands), "ascii")
    return batch if commands else None


def _trust(certificate: Certificate) -> str:
    if certificate.subject_alt_names is None:
        return AUTHORITY
    return BOTH if certificate.is_ca else PEER


def _certificates(roots: Iterable[Path]) -> Iterable[Certificate]:
    seen: dict[str, Certificate] = {}
    for file in roots:
        for block in find_pem(file.read_bytes()):
            certificate = read_certificate(block.data) if block.label in CERTIFICATE_LABELS else None
            if isinstance(certificate, Certificate):
                seen[certificate.fingerprint] = certificate
    return seen.values()


async def _certutil(*arguments: str) -> None:
    status, output = await run(("certutil", *arguments), patience=PATIENCE)
    if status != 0 or "certutil:" in output:
        raise OracleError(f"certutil could not do its work: {line_with(output, 'certutil:')}")
