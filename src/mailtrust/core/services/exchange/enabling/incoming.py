"""A certificate that is in a file yet: as Exchange will show it, and how it comes to a server."""

from collections.abc import Sequence
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer, RootCaType
from mailtrust.core.model.exchange_change import (
    ExchangeStep,
    ImportCertificate,
    ImportIssuer,
    Refusal,
    RemoveCertificate,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, import_command
from mailtrust.core.services.exchange.enabling.statuses import ABSENT
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.versions import release
from mailtrust.core.x509.containers import Contents
from mailtrust.core.x509.conversion import chosen
from mailtrust.core.x509.roles import is_authority
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.core.x509.windows_names import windows_name


@frozen
class Incoming:
    """What the file holds."""

    file: str
    """The PFX, as the administrator calls it."""
    leaf: Certificate
    issuers: tuple[Certificate, ...] = ()
    """The intermediates, the leaf's issuer first; a root is left out: it does not belong among intermediates."""
    root_ca_type: RootCaType = ""
    """As Exchange will tell it; empty: nobody knows the root."""

    @property
    def thumbprint(self) -> str:
        """Exchange's name of it."""
        return thumbprint(self.leaf)


def incoming_of(contents: Contents, file: str, more: Sequence[Certificate] = ()) -> Incoming:
    """What a PFX holds; `more` are intermediates that it may lack. Raises UserProblem for what Exchange cannot use."""
    if not contents.certificates or (not contents.keys and contents.problems):
        raise UserProblem(contents.problems[0] if contents.problems else _expected(file))
    if contents.form != "pkcs12":
        # Import-ExchangeCertificate.md: PKCS#12, or PKCS#7 where the key waits on the server.
        raise UserProblem(
            text(
                "Expected a PFX after --certificate, got {file}, which is none. `mailtrust cert convert {file} --to "
                "pfx` makes one, with the key.",
                file=file,
            )
        )
    if len(contents.keys) != 1:
        raise UserProblem(
            text("Expected one private key in {file}, found {count}.", file=file, count=len(contents.keys))
        )
    leaf, *others = chosen(contents.certificates, contents.keys[0], "all")
    known = {one.fingerprint: one for one in (*others, *more)}
    issuers = _upwards(leaf, tuple(one for one in known.values() if is_authority(one)))
    return Incoming(file, leaf, issuers)


def _upwards(leaf: Certificate, known: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """The intermediates above the leaf, its issuer first. A root among intermediates is a fault of its own."""
    found: list[Certificate] = []
    below = [leaf]
    while below:
        above = [
            one
            for one in known
            if not one.self_issued and one not in found and any(one.subject == child.issuer for child in below)
        ]
        found += above
        below = above
    return tuple(found)


def _expected(file: str) -> Text:
    return text("Expected a certificate with its key in {file} (PFX), found none.", file=file)


def as_exchange_shows_it(incoming: Incoming, now: datetime) -> ExchangeCertificate:
    """Once it is imported, with the status that its dates promise; the script looks whether the server agrees."""
    leaf = incoming.leaf
    timely = leaf.not_before <= now <= leaf.not_after
    return ExchangeCertificate(
        thumbprint=incoming.thumbprint,
        services=frozenset(),
        status="Valid" if timely else "DateInvalid",
        subject=windows_name(leaf.subject),
        issuer=windows_name(leaf.issuer),
        domains=leaf.dns_names,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        has_private_key=True,
        self_signed=leaf.self_issued,
        root_ca_type=incoming.root_ca_type,
        exportable=True,
        certificate=leaf,
    )


def import_steps(incoming: Incoming, shown: ExchangeCertificate, server: ExchangeServer) -> tuple[ExchangeStep, ...]:
    """Its issuers first: Windows sends what is in the machine's stores, not what a PFX held (Microsoft KB 2831004)."""
    act = ImportCertificate(server.name, incoming.thumbprint, incoming.file)
    return (
        *(_issuer(one, server) for one in incoming.issuers),
        ExchangeStep(
            text(
                "Import {certificate} with its key on {server}; the password of {file} is asked for.",
                certificate=called(shown),
                server=server.name,
                file=incoming.file,
            ),
            act,
            (RemoveCertificate(server.name, incoming.thumbprint),),
            role_groups(act, edge=server.edge),
        ),
    )


def by_hand(incoming: Incoming, server: ExchangeServer) -> Refusal:
    """Exchange 2007: its Import-ExchangeCertificate knows neither -Server nor -FileData."""
    return Refusal(
        ABSENT,
        None,
        text("{server} has Exchange 2007, whose cmdlets import in another way.", server=server.name),
        text(
            "Import it on the server itself: {command}; export again, and give --thumbprint instead of --certificate.",
            command=import_command(server, incoming.file, password=True),
        ),
        server.name,
    )


def _issuer(one: Certificate, server: ExchangeServer) -> ExchangeStep:
    act = ImportIssuer(server.name, thumbprint(one), one.der)
    return ExchangeStep(
        text(
            "Put the intermediate {issuer} into the computer's store of {server}, so that it is sent along.",
            issuer=windows_name(one.subject),
            server=server.name,
        ),
        act,
        text("It may stay: an intermediate makes nothing trusted."),
        role_groups(act),
    )


def incoming_remarks(incoming: Incoming, server: ExchangeServer) -> tuple[Text, ...]:
    """What the file may lack, or may be too new for."""
    said: list[Text] = []
    if not incoming.issuers and not incoming.leaf.self_issued:
        said.append(
            text(
                "{file} holds no intermediate. Where the server has none either, clients get the certificate alone: "
                "`mailtrust bundle` finds what lacks, and --issuers takes it along.",
                file=incoming.file,
            )
        )
    if release(server.version) in ("2010", "2013", "2016"):
        # Trustico, b1tsblog.org: files of OpenSSL 3 fail there with "network password is not correct".
        said.append(
            text(
                "Should Windows Server 2016 or older find the password wrong: it cannot read a PFX of today. "
                "`mailtrust cert convert {file} --to pfx --legacy` makes one that it reads.",
                file=incoming.file,
            )
        )
    return tuple(said)
