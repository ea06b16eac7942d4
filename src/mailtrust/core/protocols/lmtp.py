"""LMTP up to TLS: RFC 2033, with RFC 3207's STARTTLS."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.protocols.smtp import SmtpDialogue


class LmtpDialogue(SmtpDialogue):
    """SMTP's dialogue with another hello; a server that does not know it speaks SMTP (RFC 2033 4.1)."""

    hello = "LHLO"
    unknown_hello = FailureKind.NOT_THIS_PROTOCOL


DIALOGUE = LmtpDialogue
