"""What `issue` and `renew` share: the files of a certificate, and what is told of it."""

import argparse
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.making import (
    beside,
    bundle_file,
    names_of_certificate,
    new_key_file,
    say_written,
    show_verdicts,
)
from mailtrust.cli.files import called_file, certificates_of, read_anything
from mailtrust.cli.looking import dns_server
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.formats.acme_record import AcmeRecord
    from mailtrust.edge.files import NewFile
    from mailtrust.flows.acme import Issued, Judging

LEAST = ("pem",)
"""The form that is always written."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the system's request to end (systemctl stop, shutdown) clear proofs away as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def files_of(
    stem: Path, record: "AcmeRecord", issued: "Issued", password: bytes | None
) -> "tuple[list[NewFile], NewFile]":
    """What is written, the key first where it is new; and the record, which comes last."""
    from mailtrust.core.formats.acme_record import ENDING, write_document
    from mailtrust.edge.files import NewFile

    files: list[NewFile] = []
    if issued.new_key and issued.key is not None:
        files.append(new_key_file(beside(stem, ".key"), issued.key, password))
    files += [bundle_file(form, stem, issued.chain, issued.key, password=password) for form in (*LEAST, *record.forms)]
    return files, NewFile(beside(stem, ENDING), write_document(record))


def paths_of(stem: Path, record: "AcmeRecord") -> tuple[list[Path], Path]:
    """Where the files of a certificate are; and the record."""
    from mailtrust.core.formats.acme_record import ENDING
    from mailtrust.core.x509.bundles import HOLDS_KEY, suffix_of

    paths = [] if record.csr is not None else [beside(stem, ".key")]
    for form in (*LEAST, *record.forms):
        ending = suffix_of(form, with_key=form in HOLDS_KEY and record.csr is None)
        paths.append(beside(stem, ending if form in ("pem", "pfx") else f"-{form}{ending}"))
    return paths, beside(stem, ENDING)


def expect_absent(stem: Path, record: "AcmeRecord") -> None:
    """Raise UserProblem, before anything is ordered, where a file is there that would have to be replaced."""
    paths, last = paths_of(stem, record)
    for path in (*paths, last):
        if path.exists() or path.is_symlink():
            raise UserProblem(
                text(
                    "{path} is there already and is not replaced. Renew what was issued by `mailtrust acme renew "
                    "{stem}`, or name other files with --out.",
                    path=called_file(path),
                    stem=called_file(stem),
                )
            )


def judging_of(record: "AcmeRecord") -> "Judging":
    """By whom the chains are judged, now."""
    from mailtrust.cli.verify import store_loader
    from mailtrust.flows.acme import Judging

    roots = () if record.roots is None else certificates_of(Path(record.roots))
    clients = None if record.clients is None else tuple(record.clients)
    return Judging(store_loader(), datetime.now(UTC), clients, roots)


def say_issued(stem: Path, issued: "Issued", files: "Sequence[NewFile]", password: bytes | None) -> None:
    """What came, and where it is."""
    leaf = issued.chain[0]
    say(
        text("issued {serial} for {names}, until {date}",
             serial=f"{leaf.serial:x}", names=names_of_certificate(leaf), date=leaf.not_after.date()),
        *issued.remarks,
    )  # fmt: skip
    if issued.offered > 1:
        say(text("Of {count} chains the one was taken that most clients accept.", count=issued.offered))
    say_written(*((file.path, _role(file.path, stem)) for file in files))
    if issued.key is not None and password is None:
        say(text("The private key is not encrypted: keep the file to yourself, or give --password-file."))


def _role(path: Path, stem: Path) -> Text:
    roles = {
        beside(stem, ".key"): text("the private key, which stays here (mode 0600)"),
        beside(stem, ".pem"): text("the certificate with its chain"),
        beside(stem, ".acme.json"): text("how it was ordered, for `mailtrust acme renew`"),
    }
    return roles.get(path, text("the same, in another form"))


def show(options: argparse.Namespace, issued: "Issued", judging: "Judging") -> int:
    """What every client says; gives the exit status."""
    show_verdicts(options, (*issued.chain, *judging.roots), issued.verdicts, issued.at)
    refused = any(verdict.valid is False for verdict in issued.verdicts)
    return exit_status.FINDINGS if refused else exit_status.CLEAN


def request_in(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """DER of the one request in a file, and its names."""
    from mailtrust.core.model.certificate import IdentifierType
    from mailtrust.core.model.certificate_request import CertificateRequest
    from mailtrust.core.x509.containers import Kind
    from mailtrust.core.x509.request import read_request

    found = {other.octets for other in read_anything(path).others if other.kind is Kind.REQUEST}
    read = read_request(found.pop()) if len(found) == 1 else None
    if not isinstance(read, CertificateRequest):
        raise UserProblem(text("Expected one request (PKCS#10) in {path}, found none.", path=called_file(path)))
    kinds = (IdentifierType.DNS, IdentifierType.IP)
    names = tuple(name.value for name in read.subject_alt_names if name.type in kinds)
    return read.der, names or read.subject.common_names[-1:]


def dns_of(record: "AcmeRecord") -> tuple[str, int] | None:
    """The DNS server to ask; None: the system's."""
    return None if record.dns is None else dns_server(record.dns)
