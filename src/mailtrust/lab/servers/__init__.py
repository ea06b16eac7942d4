"""The lab's servers: each speaks just enough of its protocol for a real client to reach TLS and to leave politely."""

from collections.abc import Awaitable, Callable, Mapping

from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.frozen import frozen
from mailtrust.lab.servers import https, imap, ldap, lmtp, pop3, sieve, smtp, tls
from mailtrust.lab.stream import Stream

Speak = Callable[[Stream, str], Awaitable[None]]
"""Talk to one client until it leaves; the second argument is the server's own name."""


@frozen
class Speaker:
    """A protocol and who speaks it."""

    protocol: Protocol
    speak: Speak


SPEAKERS: tuple[Speaker, ...] = (
    Speaker(Protocol.SMTP, smtp.speak),
    Speaker(Protocol.SUBMISSION, smtp.speak),
    Speaker(Protocol.LMTP, lmtp.speak),
    Speaker(Protocol.IMAP, imap.speak),
    Speaker(Protocol.POP3, pop3.speak),
    Speaker(Protocol.SIEVE, sieve.speak),
    Speaker(Protocol.LDAP, ldap.speak),
    Speaker(Protocol.HTTPS, https.speak),
    Speaker(Protocol.TLS, tls.speak),
)

SPEAK: Mapping[Protocol, Speak] = {speaker.protocol: speaker.speak for speaker in SPEAKERS}
