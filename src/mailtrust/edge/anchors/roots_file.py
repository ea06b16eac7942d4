"""Roots from a file that the user names: they count as present in every client's store."""

from pathlib import Path

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MAX_OCTETS = 16 * 1024 * 1024


def load_roots_file(path: Path) -> tuple[Certificate, ...]:
    """Every certificate in the file (PEM, DER, PKCS#7, bundle), each once. Raises UserProblem where there is none."""
    # Late: who names no file does not pay for the reading of archives and key stores.
    from mailtrust.core.x509.containers import read_container

    try:
        with path.open("rb") as file:
            data = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=str(path), why=error.strerror or str(error))
        ) from error
    contents = read_container(data, path.name)
    if not contents.certificates:
        raise UserProblem(
            text(
                "Expected root certificates in {path} (PEM, DER or PKCS#7), found none. {problems}",
                path=str(path),
                problems=" ".join(map(str, contents.problems)),
            )
        )
    return contents.certificates
