"""The step by which a certificate goes."""

from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.exchange_change import ExchangeStep, RemoveCertificate
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.certificates import called
from mailtrust.core.services.exchange.roles import role_groups


def removal(certificate: ExchangeCertificate, server: ExchangeServer) -> ExchangeStep:
    """Remove-ExchangeCertificate there."""
    act = RemoveCertificate(server.name, certificate.thumbprint)
    return ExchangeStep(
        text("Remove {certificate} from {server}.", certificate=called(certificate), server=server.name),
        act,
        text("Nothing brings its key back but a PFX that was exported before."),
        role_groups(act, edge=server.edge),
    )
