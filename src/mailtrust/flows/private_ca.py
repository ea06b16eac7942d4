"""A certification authority of one's own: made, issuing, taking back, telling so. One writer at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict

from mailtrust.core.formats.hash_chain import FIRST, whole_lines
from mailtrust.core.issuance import ca_journal as journal
from mailtrust.core.issuance import ca_policy as policy
from mailtrust.core.issuance.authority import Authority, issue, issue_for, make_intermediate, make_root
from mailtrust.core.issuance.keys import KeyKind, make_key, make_serial
from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.issuance.revocation_list import TakenBack, make_revocation_list
from mailtrust.core.model.certificate import AnyCertificate, Certificate, PublicKey
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.private_ca import AuthorityName, CaSettings, CaState, IssuedRecord
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.status import RevocationList
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem, to_pem
from mailtrust.core.x509.private_key import PrivateKey, read_private_key
from mailtrust.core.x509.revocation_list import read_revocation_list
from mailtrust.edge.ca.folder import JOURNAL, CaFolder
from mailtrust.flows.self_signed import CLOCK_SLACK

ROOT_DAYS = 20 * 365
ISSUING_DAYS = 10 * 365
RESPONDER_DAYS = 90
RESPONDER_LEFT = timedelta(days=30)
"""With less than this left the responder is given another certificate."""
ROOT_LIST_DAYS = 365
LIST_DAYS = 7


@frozen
class Operator:
    """Who runs a command, when, and how keys are opened."""

    name: str
    now: datetime
    password: bytes | None


@frozen
class Granted:
    """A new certificate, and what was asked for and not granted."""

    certificate: Certificate
    refused: tuple[Text, ...]


def create(path: Path, settings: CaSettings, kind: KeyKind, operator: Operator) -> CaFolder:
    """Make a root, an issuing CA below it, a responder's certificate and both lists, in a folder of their own."""
    first = operator.now.replace(microsecond=0) - CLOCK_SLACK
    root = make_root(policy.root_of(settings), make_key(kind), **_dates(first, ROOT_DAYS))
    issuing = make_intermediate(root, policy.issuing_of(settings), make_key(kind), **_dates(first, ISSUING_DAYS))
    made = journal.Created(
        title=settings.title,
        organisation=settings.organisation,
        domains=list(settings.domains),
        networks=list(settings.networks),
        url=settings.url,
        root=root.certificate.der,
        issuing=issuing.certificate.der,
    )
    line = journal.write_entry(made, number=1, at=operator.now, by=operator.name, head=FIRST)
    folder = CaFolder.create(
        path,
        (
            ("root.key", root.key.to_pem(operator.password).encode("ascii"), 0o600),
            ("issuing.key", issuing.key.to_pem(operator.password).encode("ascii"), 0o600),
            (JOURNAL, line, 0o600),
            ("root.pem", to_pem(root.certificate).encode("ascii"), 0o644),
            ("issuing.pem", to_pem(issuing.certificate).encode("ascii"), 0o644),
        ),
    )
    with opened(folder, operator) as ca:
        ca.sign_list("root", ROOT_LIST_DAYS)
        ca.sign_list("issuing", LIST_DAYS)
        ca.entrust_responder()
    return folder


def look(folder: CaFolder) -> CaState:
    """What the journal says now. Raises UserProblem when it cannot be believed."""
    return journal.state_of(read(folder))


def read(folder: CaFolder) -> journal.Journal:
    """The journal, checked line by line; a torn last line is of an act that did not take place."""
    return journal.read_journal(read_lines(folder))


def read_lines(folder: CaFolder) -> bytes:
    """The journal's whole lines."""
    return whole_lines(folder.read(JOURNAL))


@contextmanager
def opened(folder: CaFolder, operator: Operator) -> Iterator["OpenCa"]:
    """The CA, for one writer. What a crash left undone after its line was written is done first."""
    with folder.writing():
        ca = OpenCa(folder, operator)
        ca.restore()
        yield ca


class OpenCa:
    """A CA under the lock. Each act is a line in the journal, on the disk before anything else of it is seen."""

    def __init__(self, folder: CaFolder, operator: Operator) -> None:
        self._folder = folder
        self._operator = operator
        self._octets = len(read_lines(folder))
        self.state = look(folder)

    def restore(self) -> None:
        """Write again what the journal knows and the folder has not."""
        for serial, record in self.state.issued.items():
            name = _file_of(serial)
            if not self._folder.has(name):
                self._folder.write(name, to_pem(record.certificate).encode("ascii"))
        for name, certificate in (("root.pem", self.state.root), ("issuing.pem", self.state.issuing)):
            if not self._folder.has(name):
                self._folder.write(name, to_pem(certificate).encode("ascii"))

    def issue(self, request: CertificateRequest, profile: policy.Profile, names: Sequence[str], days: int) -> Granted:
        """Answer a request. Raises UserProblem where nothing can be granted."""
        granted = policy.grant(request, self.state.settings, profile, names)
        made = self._issue(granted.recipe, granted.key, days)
        act = journal.Issued(certificate=made.der, profile=profile, request=request.fingerprint)
        self._record_issued(act, made)
        return Granted(made, granted.refused)

    def renew(self, record: IssuedRecord, days: int) -> Certificate:
        """The same names and the same key, for another while. Raises UserProblem for one that was revoked."""
        old = record.certificate
        if old.serial in self.state.revoked:
            raise UserProblem(
                text(
                    "{serial} was revoked ({reason}), so its key is not to be used again. Issue one for a new request.",
                    serial=f"{old.serial:x}",
                    reason=self.state.revoked[old.serial].reason,
                )
            )
        profile: policy.Profile = "server-and-client" if record.profile == "server-and-client" else "server"
        policy.expect_permitted(self.state.settings, old.dns_names, old.ip_addresses)
        recipe = policy.recipe(self.state.settings, profile, old.dns_names, old.ip_addresses, old.public_key)
        made = self._issue(recipe, old.public_key, days)
        self._record_issued(
            journal.Issued(certificate=made.der, profile=profile, request=None, renews=f"{old.serial:x}"), made
        )
        return made

    def revoke(self, serial: int, reason: str) -> None:
        """Take a certificate back, and say so in a new list at once. Raises UserProblem for one that is not known."""
        by: AuthorityName = "root" if serial == self.state.issuing.serial else "issuing"
        if serial in self.state.revoked:
            if self._listed(serial, by):
                raise UserProblem(text("{serial} was revoked already.", serial=f"{serial:x}"))
            self.sign_list(by, ROOT_LIST_DAYS if by == "root" else LIST_DAYS)  # what a crash has left undone
            return
        if by == "issuing" and serial not in self.state.issued:
            raise UserProblem(
                text(
                    "This CA has issued no certificate with the serial number {serial}. `mailtrust ca list` shows all.",
                    serial=f"{serial:x}",
                )
            )
        self._key_of(by)  # a key that cannot be opened is told of before anything is recorded
        self._record(journal.Revoked(serial=f"{serial:x}", authority=by, reason=reason))
        self.sign_list(by, ROOT_LIST_DAYS if by == "root" else LIST_DAYS)

    def sign_list(self, name: AuthorityName, days: int) -> None:
        """Sign a revocation list that holds for so many days (RFC 5280 5)."""
        number = self.state.list_numbers.get(name, 0) + 1
        now = self._operator.now.replace(microsecond=0)
        until = now + timedelta(days=days)
        taken_back = [TakenBack(one.serial, one.at, one.reason) for one in journal.revoked_by(self.state, name)]
        signed = make_revocation_list(
            self._key_of(name), taken_back, number=number, this_update=now - CLOCK_SLACK, next_update=until
        )
        self._record(
            journal.Listed(authority=name, number=number, next_update=until, sha256=hashlib.sha256(signed).hexdigest())
        )
        self._folder.write(f"{name}.crl", signed)

    def entrust_responder(self) -> bool:
        """Give the OCSP responder a key and certificate where it has none for a month more; whether that was done."""
        known = self.state.responder
        lasts = known is not None and known.not_after - self._operator.now > RESPONDER_LEFT
        if lasts and self._folder.has("ocsp.pem") and known in certificates_in(self._folder.read("ocsp.pem")):
            return False
        first = self._operator.now.replace(microsecond=0) - CLOCK_SLACK
        key = make_key("ec-p256")
        made = issue(
            self._key_of("issuing"), policy.responder_of(self.state.settings), key, **_dates(first, RESPONDER_DAYS)
        )
        self._record(journal.Entrusted(certificate=made.certificate.der))
        both = to_pem(made.certificate) + key.to_pem(self._operator.password)
        self._folder.write("ocsp.pem", both.encode("ascii"), 0o600)  # in one file, so that they always fit
        return True

    def _listed(self, serial: int, by: AuthorityName) -> bool:
        """Whether the list on the disk tells of it."""
        if not self._folder.has(f"{by}.crl"):
            return False
        found = read_revocation_list(self._folder.read(f"{by}.crl"))
        return (
            isinstance(found, RevocationList) and (self.state.authority(by).subject.match_key, serial) in found.entries
        )

    def _issue(self, recipe: Recipe, key: PublicKey, days: int) -> Certificate:
        issuer = self._key_of("issuing")
        first = self._operator.now.replace(microsecond=0) - CLOCK_SLACK
        last = min(first + timedelta(days=days, seconds=-1), issuer.certificate.not_after)
        return issue_for(issuer, recipe, key, serial=make_serial(), not_before=first, not_after=last)

    def _record_issued(self, act: journal.Issued, made: Certificate) -> None:
        self._record(act)
        self._folder.write(_file_of(made.serial), to_pem(made).encode("ascii"))

    def _record(self, act: journal.Event) -> None:
        state = self.state
        line = journal.write_entry(
            act, number=state.entries + 1, at=self._operator.now, by=self._operator.name, head=state.head
        )
        self._folder.append(line, self._octets)
        self._octets += len(line)
        self.state = look(self._folder)

    def _key_of(self, name: AuthorityName) -> Authority:
        certificate = self.state.authority(name)
        return Authority(certificate, open_key(self._folder, f"{name}.key", certificate, self._operator.password))


def certificates_in(pem: bytes) -> tuple[AnyCertificate, ...]:
    """Those of a file of our own."""
    return tuple(read_certificate(block.data) for block in find_pem(pem) if block.label == "CERTIFICATE")


def open_key(folder: CaFolder, name: str, certificate: Certificate, password: bytes | None) -> PrivateKey:
    """A key of the CA. Raises UserProblem where it is not there, locked, or another one."""
    if not folder.has(name):
        raise UserProblem(
            text("{name} is not in the folder of the CA. If it is kept elsewhere, bring it there for this step.",
                 name=name)
        )  # fmt: skip
    key = read_private_key(folder.read(name), password)
    if isinstance(key, Text):
        raise UserProblem(text("{path}: {why}", path=name, why=key))
    if not key.matches(certificate):
        raise UserProblem(text("{name} is not the key of this CA.", name=name))
    return key


def find(state: CaState, wanted: str) -> IssuedRecord:
    """An issued certificate by serial number (hex), or the newest for a name. Raises UserProblem."""
    given = wanted.strip().lower().replace(":", "")
    found = [one for one in state.issued.values() if f"{one.certificate.serial:x}" == given.lstrip("0")]
    if not found:
        found = [
            one
            for one in state.issued.values()
            if wanted.lower() in (*one.certificate.dns_names, *one.certificate.ip_addresses)
            and one.certificate.serial not in state.revoked
        ]
    if not found:
        raise UserProblem(
            text(
                "This CA has issued nothing that is called {wanted} and is not revoked. `mailtrust ca list` shows all.",
                wanted=clean(wanted, 80),
            )
        )
    return found[-1]


def serial_of(state: CaState, wanted: str) -> int:
    """The serial number of what is to be revoked; `issuing` is the issuing CA itself."""
    return state.issuing.serial if wanted == "issuing" else find(state, wanted).certificate.serial


class _Dates(TypedDict):
    serial: int
    not_before: datetime
    not_after: datetime


def _dates(first: datetime, days: int) -> _Dates:
    return {"serial": make_serial(), "not_before": first, "not_after": first + timedelta(days=days, seconds=-1)}


def _file_of(serial: int) -> str:
    return f"issued-{serial:x}.pem"
