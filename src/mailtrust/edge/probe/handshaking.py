"""A TLS session taken through its handshake on a wire."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.edge.probe.tls_session import Progress, TlsSession
from mailtrust.edge.probe.wire import Wire, WireError


async def shake_hands(wire: Wire, session: TlsSession, deadline: float, *, clear_text_ends: bool) -> bool:
    """Go on until the handshake is done or broken; the session knows why. Whether it was completed.

    `clear_text_ends`: a line of clear text where TLS should begin is another protocol, and nothing more is waited for.
    """
    while (progress := session.handshake()) is Progress.NEED_DATA:
        wire.write(session.outgoing())
        if clear_text_ends and session.speaks_clear_text:
            return False
        try:
            data = await wire.read(deadline)
        except WireError as error:
            session.give_up(error.kind, error.words)
            return False
        if not data:
            session.give_up(FailureKind.CLOSED, "closed during the handshake")
            return False
        session.receive(data)
    wire.write(session.outgoing())
    return progress is Progress.COMPLETED
