"""How a server of the lab misbehaves on purpose. Good manners are the default."""

import ssl
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from mailtrust.core.model.frozen import frozen


@frozen
class Manners:
    """What a server does otherwise than it should."""

    upgrade: Literal["offered", "absent", "refused"] = "offered"
    """STARTTLS: offered and done; never mentioned; offered, and answered with a failure."""
    greeting: str = ""
    """SMTP and its kin: said instead of the greeting, and to every command after it."""
    guests: bool = False
    """Whoever comes may log in with any password, finds an empty mailbox, and may send: it is thrown away."""
    pages: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """HTTPS: content type and body by path; any other path, and every path where there are none: the server's name."""
    injected: bytes = b""
    """Clear text that goes out with the go-ahead, in one packet (RFC 3207 4.2)."""
    octet_pause: float = 0.0
    """Seconds before each octet of clear text: a tarpit."""
    newest_tls: ssl.TLSVersion | None = None
    """Nothing newer is spoken; None: whatever OpenSSL has."""
    handshake: Literal["whole", "by-hand"] = "whole"
    """By hand: a first flight of TLS 1.2 with whatever stands in the folder, be it no certificate or another's key."""


GOOD_MANNERS = Manners()
