"""Sans-IO dialogues up to the start of TLS, one file per protocol."""

import re

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.protocols.dialogue import Dialogue, ScriptedDialogue
from mailtrust.core.protocols.imap import ImapDialogue
from mailtrust.core.protocols.ldap import LdapDialogue
from mailtrust.core.protocols.lmtp import LmtpDialogue
from mailtrust.core.protocols.pop3 import Pop3Dialogue
from mailtrust.core.protocols.sieve import SieveDialogue
from mailtrust.core.protocols.smtp import SmtpDialogue
from mailtrust.core.protocols.tls import BareTls

DIALOGUES: tuple[type[ScriptedDialogue], ...] = (
    SmtpDialogue,
    LmtpDialogue,
    ImapDialogue,
    Pop3Dialogue,
    SieveDialogue,
    LdapDialogue,
    BareTls,
)

DEFAULT_PORTS: tuple[tuple[int, Protocol, TlsMode], ...] = (
    (25, Protocol.SMTP, TlsMode.STARTTLS),
    (465, Protocol.SUBMISSION, TlsMode.IMPLICIT),
    (587, Protocol.SUBMISSION, TlsMode.STARTTLS),
    (143, Protocol.IMAP, TlsMode.STARTTLS),
    (993, Protocol.IMAP, TlsMode.IMPLICIT),
    (110, Protocol.POP3, TlsMode.STARTTLS),
    (995, Protocol.POP3, TlsMode.IMPLICIT),
    (4190, Protocol.SIEVE, TlsMode.STARTTLS),
    (443, Protocol.HTTPS, TlsMode.IMPLICIT),
)
"""Where a bare host is asked."""

_CLIENT_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")


def dialogue_for(protocol: Protocol, tls_mode: TlsMode, client_name: str) -> Dialogue:
    """Begin a dialogue; `client_name` is what we call ourselves in EHLO and LHLO (RFC 5321 4.1.1.1).

    Raises ValueError when that name is neither a domain name nor an address literal.
    """
    if not _CLIENT_NAME.fullmatch(client_name):
        raise ValueError(f"{client_name!r} is neither a domain name nor an address literal")
    for dialogue in DIALOGUES:
        if protocol in dialogue.protocols:
            return dialogue(tls_mode, client_name)
    raise ValueError(f"no dialogue speaks {protocol}")
