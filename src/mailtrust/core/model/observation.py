"""What a server showed on one connection: a handshake, or how the attempt failed."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from mailtrust.core.model.certificate import AnyCertificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.frozen import frozen


class Stage(StrEnum):
    """How far an attempt came before it failed."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    GREETING = "greeting"
    CAPABILITY = "capability"
    STARTTLS = "starttls"
    HANDSHAKE = "handshake"
    LEAVE = "leave"


class FailureKind(StrEnum):
    """What stopped an attempt."""

    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    NO_ADDRESS = "no-address"
    LOOKUP_FAILED = "lookup-failed"
    """Nobody knows whether the name has an address: DNS gave no answer."""
    BUSY = "busy"
    """421 and its kin: the server asks us to come back later."""
    GREYLISTED = "greylisted"
    REJECTED = "rejected"
    """The server speaks the protocol and will not talk to us: 554, `* BYE`, `-ERR` before anything was asked."""
    TLS_NOT_OFFERED = "tls-not-offered"
    TLS_REFUSED = "tls-refused"
    """Offered, but the server answered the upgrade command with a failure."""
    NOT_THIS_PROTOCOL = "not-this-protocol"
    ALERT = "alert"
    """A fatal TLS alert; its name stands in `detail`."""
    PROTOCOL_ERROR = "protocol-error"
    LIMIT = "limit"
    """The server sent more than is allowed."""


@frozen
class ProbeFailure:
    """Why there was no handshake: an answer, not an error."""

    stage: Stage
    kind: FailureKind
    detail: str
    """The machine's words (server line, alert, errno), cleaned of control characters and cut to 500 characters."""


@frozen
class Handshake:
    """A handshake as seen by the client."""

    tls_version: str
    """TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3."""
    cipher: str
    presented_chain: tuple[AnyCertificate, ...]
    """As sent: order, duplicates and strangers kept."""
    ocsp_staple: bytes | None
    key_proven: bool
    """The server signed or decrypted with the leaf's key in this handshake."""
    completed: bool
    """False when the chain was read although the handshake broke afterwards; `note` says how."""
    note: str = ""


@frozen
class Observation:
    """One connection to one endpoint."""

    endpoint: Endpoint
    offer: Offer
    at: datetime
    result: Handshake | ProbeFailure
    transcript: tuple[str, ...] = ()
    """The dialogue before TLS, `> ` ours and `< ` theirs, cleaned and bounded; never holds a credential."""
    bytes_before_tls: bytes = b""
    """Clear text the server sent between its go-ahead and its TLS answer (RFC 3207 4.2, response injection)."""
    duration_ms: int = 0
    id: str = field(init=False, repr=False, compare=False)
    """The endpoint's id, and the offer where it is not the default. Rules ask for it all the time."""

    def __post_init__(self) -> None:
        own = self.endpoint.id
        object.__setattr__(self, "id", own if self.offer is Offer.DEFAULT else f"{own}#{self.offer.value}")

    @property
    def presented_chain(self) -> tuple[AnyCertificate, ...]:
        """The presented chain, empty where there was no handshake."""
        return self.result.presented_chain if isinstance(self.result, Handshake) else ()
