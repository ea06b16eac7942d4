"""A certificate that is in a file yet: as Exchange will show it, and how it comes to a server."""

from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.exchange_change import ExchangeStep, ImportCertificate, ImportIssuer, RemoveCertificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.selection import called
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

    @property
    def thumbprint(self) -> str:
        """Exchange's name of it."""
        return thumbprint(self.leaf)


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
        exportable=True,
        certificate=leaf,
    )


def import_steps(incoming: Incoming, shown: ExchangeCertificate, server: ExchangeServer) -> tuple[ExchangeStep, ...]:
    """Its issuers first: Windows sends what is in the machine's stores, not what a PFX held (Microsoft KB 2831004)."""
    act = ImportCertificate(server.name, incoming.thumbprint, incoming.file)
    return (
        # A root among the intermediates is a fault of its own, so it is never imported there.
        *(_issuer(one, server) for one in incoming.issuers if not one.self_issued),
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
