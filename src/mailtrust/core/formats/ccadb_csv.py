"""CCADB's certificate reports (ccadb.org/resources): CSV with one CA certificate a row, PEM included.

Read are the reports that have a column with PEM: AllCertificatePEMsCSVFormat, Mozilla's
PublicAllIntermediateCertsWithPEMCSV and IncludedCACertificateReportPEMCSV. Columns are found by their titles, for the
reports differ and grow. The data are CCADB's, under CDLA-Permissive-2.0: whoever passes them on names CCADB.
"""

import binascii
import csv
import hashlib
import re
from collections.abc import Iterable, Iterator

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

_BASE64 = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


class CcadbProblem(UserProblem):
    """The file is not one of CCADB's reports with PEM."""


@frozen
class CcadbCertificate:
    """One row: the certificate's DER, and what CCADB says of it."""

    der: bytes
    owner: str
    revoked: bool


@frozen
class CcadbReport:
    """The readable rows of a report."""

    certificates: tuple[CcadbCertificate, ...]
    skipped: int
    """Rows whose PEM could not be read or is not the certificate that the row's SHA-256 names."""


def read_ccadb(lines: Iterable[str]) -> CcadbReport:
    """Read a report from its lines. Raises CcadbProblem when there is no column with PEM."""
    rows = csv.reader(lines)
    try:
        titles = [title.strip().lower() for title in next(rows, [])]
        pem = _column(titles, "pem info", "x.509 certificate (pem)", "certificate pem", "pem")
        if pem is None:
            raise CcadbProblem(
                text(
                    "Expected a report of CCADB with a column of PEM certificates, but found the columns {titles}. "
                    "Download PublicAllIntermediateCertsWithPEMCSV or AllCertificatePEMsCSVFormat from "
                    "ccadb.org/resources.",
                    titles=tuple(clean(title, 40) for title in titles[:6]),
                )
            )
        return _report(rows, titles, pem)
    except csv.Error as error:
        raise CcadbProblem(
            text("The file is not readable as CSV: {detail}. Download the report again.", detail=str(error))
        ) from None


def _report(rows: Iterator[list[str]], titles: list[str], pem: int) -> CcadbReport:
    fingerprint = _column(titles, "sha-256 fingerprint", "sha256 fingerprint", "certificate fingerprint (sha-256)")
    owner = _column(titles, "ca owner", "owner")
    revocation = _column(titles, "revocation status", "onecrl status")
    found: list[CcadbCertificate] = []
    skipped = 0
    for row in rows:
        if not row:
            continue
        der = _der(_cell(row, pem))
        named = re.sub("[^0-9a-f]", "", _cell(row, fingerprint).lower())
        if not der or (named and named != hashlib.sha256(der).hexdigest()):
            skipped += 1
            continue
        status = _cell(row, revocation).strip().lower()
        found.append(CcadbCertificate(der, _cell(row, owner), status not in ("", "not revoked")))
    return CcadbReport(tuple(found), skipped)


def _column(titles: list[str], *names: str) -> int | None:
    return next((titles.index(name) for name in names if name in titles), None)


def _cell(row: list[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


def _der(cell: str) -> bytes:
    # Mozilla's reports put the PEM in apostrophes, so that a spreadsheet leaves it alone.
    match = _BASE64.search(cell)
    if match is None:
        return b""
    try:
        return binascii.a2b_base64(match[1])
    except binascii.Error:
        return b""
