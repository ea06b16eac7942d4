"""Sans-IO dialogues up to the start of TLS, one file per protocol."""

import re
from collections.abc import Mapping
from importlib import import_module

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.protocols.dialogue import Dialogue

DIALOGUES: Mapping[Protocol, str] = {
    Protocol.SMTP: "smtp",
    Protocol.SUBMISSION: "smtp",
    Protocol.LMTP: "lmtp",
    Protocol.IMAP: "imap",
    Protocol.POP3: "pop3",
    Protocol.SIEVE: "sieve",
    Protocol.LDAP: "ldap",
    Protocol.HTTPS: "tls",
    Protocol.TLS: "tls",
}
"""The file of each protocol's DIALOGUE, imported when it is first spoken."""

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
    dialogue: Dialogue = import_module(f"{__name__}.{DIALOGUES[protocol]}").DIALOGUE(tls_mode, client_name)
    return dialogue
