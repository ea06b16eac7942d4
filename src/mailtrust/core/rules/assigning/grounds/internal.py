"""The internal transport certificate: what servers of one organisation show each other (X-ANONYMOUSTLS).

Microsoft, "Selection of Inbound Anonymous TLS Certificates": names, issuer and trust play no part; the attribute
msExchServerInternalTLSCert alone says which one it is.
"""

from collections.abc import Iterator

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.lasting import soon
from mailtrust.core.services.exchange.certificates import called, from_a_ca, holds, usable
from mailtrust.core.services.exchange.internal_transport import make_another
from mailtrust.core.services.exchange.versions import at_server


def another_internal(evidence: AssignmentEvidence, server: ExchangeServer) -> Text:
    """How a server gets another one: a self-signed one that lies there, else a new one."""
    for one in own_of(evidence, server):
        if "SMTP" in (one.services or ()) and soon(evidence, one) is None:
            return text(
                "{own} lies there, self-signed and valid: Enable-ExchangeCertificate{at} -Thumbprint "
                "{print} -Services SMTP, and answer Yes to the question whether the default SMTP certificate is "
                "overwritten.",
                own=called(one),
                at=at_server(server),
                print=one.thumbprint,
            )
    return text("Make a self-signed one: {command}.", command=make_another(server))


def own_of(evidence: AssignmentEvidence, server: ExchangeServer) -> Iterator[ExchangeCertificate]:
    """The self-signed certificates that bear the server's own name, and can serve: what setup made, as a rule."""
    for one in server.certificates:
        if not from_a_ca(one) and usable(one, evidence.now) and holds(one, server.fqdn or server.name):
            yield one
