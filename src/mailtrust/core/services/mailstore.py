"""MailStore Server: on which ports it presents certificates. Nothing else of it can be read from outside.

Its certificates are chosen in the Service Configuration, a line for each of these, and no function of its
Administration API tells them (MailStore's own wrapper of that API, 2015).
"""

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.frozen import frozen

ID = "mailstore"


@frozen
class Service:
    """A line of the Service Configuration, at its usual port."""

    name: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode


ELSEWHERE = "MailStore"
"""What is behind a port that none of them has usually."""

# MailStore help, "MailStore Server Service Configuration". Port 8461 is HTTP without TLS.
SERVICES = (
    Service("MailStore Client", 8460, Protocol.TLS, TlsMode.IMPLICIT),
    Service("MailStore Web Access / Outlook Add-in (HTTPS)", 8462, Protocol.HTTPS, TlsMode.IMPLICIT),
    Service("MailStore Server Administration API", 8463, Protocol.HTTPS, TlsMode.IMPLICIT),
    Service("IMAP", 143, Protocol.IMAP, TlsMode.STARTTLS),
    Service("IMAP (TLS)", 993, Protocol.IMAP, TlsMode.IMPLICIT),
)
