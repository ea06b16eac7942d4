"""How a certificate that is used no more goes away by Exchange's rules."""

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.services.exchange.removing.remove import Remove, remove
from mailtrust.core.services.exchange.versions import at_server


def how_to_remove(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    server: ExchangeServer,
    certificate: ExchangeCertificate,
) -> Text:
    """The cmdlet, or why Exchange does not let it go yet and what comes first; and the command that writes it down."""
    change = remove(organisation, Remove((server.name,), certificate.thumbprint), evidence.now)
    name = argument(server.name)
    ours = (
        f"mailtrust services remove --export FILE --server {name} --thumbprint {certificate.thumbprint} -o remove.ps1"
    )
    if not change.refusals:
        return text(
            "Remove-ExchangeCertificate{at} -Thumbprint {print} ({ours} looks first whether it may go).",
            at=at_server(server),
            print=certificate.thumbprint,
            ours=ours,
        )
    first = change.refusals[0]
    said = [first.why, *((first.instead,) if first.instead is not None else ()), *(one.say for one in first.first)]
    return text("{said} This writes it down: {ours}.", said=in_a_row(said), ours=ours)
