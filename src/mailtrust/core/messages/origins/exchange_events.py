"""Exchange's transport service in the application log: events 12012 to 12019 and 12024, source MSExchangeTransport."""

from mailtrust.core.messages.causes import likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

EVENTS = "Microsoft Exchange 2010 help, MSExchangeTransport {number}"

ORIGIN = Origin("exchange-events", text("Exchange, application log"), OriginKind.SERVER, "2010 to SE", scheme="smtp")

_INTERNAL = text(
    "This is about mail between Exchange servers (and Edge). Names and issuer play no part there, and clients never "
    "see this certificate: the server's ports may look well from outside."
)
_NEW_ONE = text(
    "Enable-ExchangeCertificate -Services SMTP for the right one (answer Yes only if it shall be the internal one), or "
    "New-ExchangeCertificate for a new self-signed one."
)


def _source(number: int) -> str:
    return EVENTS.format(number=number)


MESSAGES = (
    message(
        ORIGIN,
        heard(
            _source(12012),
            "Event ID 12012 MSExchangeTransport",
            "The internal transport certificate that is used for SMTP authentication by Microsoft Exchange could not "
            "be read from Active Directory. The certificate may be missing.",
        ),
        likely("exchange-transport-certificate"),
        _INTERNAL,
        _NEW_ONE,
    ),
    message(
        ORIGIN,
        heard(
            _source(12013),
            "Event ID 12013 MSExchangeTransport",
            "Microsoft Exchange could not load the certificate with thumbprint of {thumbprint} from the personal store "
            "on the local computer. This certificate was configured for authentication with other Exchange servers. "
            "Mail flow to other Exchange servers could be affected by this error.",
        ),
        likely("exchange-transport-certificate"),
        _INTERNAL,
        _NEW_ONE,
    ),
    message(
        ORIGIN,
        heard(
            _source(12014) + "; blog.expta.com 2010-09",
            "Event ID 12014 MSExchangeTransport",
            "Microsoft Exchange could not find a certificate that contains the domain name {host} in the personal "
            "store on the local computer. Therefore, it is unable to support the STARTTLS SMTP verb for the connector "
            "{connector} with a FQDN parameter of {host}.",
        ),
        (
            *likely("connector-name-stale", "served-not-assigned"),
            *possible("name-mismatch", "exchange-transport-certificate"),
        ),
        text(
            "Exchange looks for a certificate that is assigned to SMTP, has its key, and carries the connector's "
            "TlsCertificateName or FQDN, else the server's own; where none fits, STARTTLS is not offered there."
        ),
    ),
    message(
        ORIGIN,
        heard(
            _source(12015),
            "Event ID 12015 MSExchangeTransport",
            "An internal transport certificate expired. Thumbprint:{thumbprint}",
        ),
        likely("exchange-transport-certificate"),
        _INTERNAL,
        text("It is used all the same; mail goes on until something else makes it stop."),
    ),
    message(
        ORIGIN,
        heard(
            _source(12016),
            "Event ID 12016 MSExchangeTransport",
            "There is no valid SMTP Transport Layer Security (TLS) certificate for the FQDN of {host}. The existing "
            "certificate for that FQDN has expired. The continued use of that FQDN will cause mail flow problems.",
        ),
        (*likely("expired"), *possible("connector-name-stale", "served-not-assigned")),
        text("STARTTLS is offered all the same; servers that verify will no longer deliver."),
    ),
    message(
        ORIGIN,
        heard(
            _source(12017),
            "Event ID 12017 MSExchangeTransport",
            "An internal transport certificate will expire soon. Thumbprint:{thumbprint}, hours remaining: {hours}",
        ),
        (*likely("expiring"), *possible("exchange-transport-certificate")),
        _INTERNAL,
    ),
    message(
        ORIGIN,
        heard(
            _source(12018),
            "Event ID 12018 MSExchangeTransport",
            "The STARTTLS certificate will expire soon: subject: {subject}, thumbprint: {thumbprint}, hours remaining: "
            "{hours}. Run the New-ExchangeCertificate cmdlet to create a new certificate.",
        ),
        likely("expiring"),
    ),
    message(
        ORIGIN,
        heard(
            _source(12019),
            "Event ID 12019 MSExchangeTransport",
            "The remote internal transport certificate expired. Certificate subject: {subject}.",
        ),
        likely(
            "exchange-transport-certificate", why=text("Another Exchange or Edge server's inner certificate has ended.")
        ),
        _INTERNAL,
    ),
    message(
        ORIGIN,
        heard(
            _source(12024),
            "Event ID 12024 MSExchangeTransport",
            "Meanwhile, an ephemeral, self-signed certificate with thumbprint {thumbprint} is being used.",
        ),
        likely("exchange-transport-certificate"),
        _INTERNAL,
        _NEW_ONE,
    ),
)
