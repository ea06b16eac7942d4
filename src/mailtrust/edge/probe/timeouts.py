"""How long a server may take for each thing, in seconds."""

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Stage


@frozen
class Timeouts:
    """Seconds for each stage of one connection, and for all of it."""

    connect: float = 10.0
    greeting: float = 30.0
    """postscreen, greet_pause and tarpits keep strangers waiting for 5 to 25 s (RFC 5321 4.5.3.2.1 allows 5 min)."""
    reply: float = 20.0
    """For each answer of the dialogue."""
    handshake: float = 15.0
    leave: float = 3.0
    """For a greeting inside TLS before we say goodbye, and for the server to hang up afterwards."""
    total: float = 75.0
    """For a whole probe, a second connection included."""
    busy_pause: float = 5.0
    """Before a server that said 421 is asked once more."""

    def of(self, stage: Stage) -> float:
        """Give the seconds for one stage."""
        match stage:
            case Stage.RESOLVE | Stage.CONNECT:
                return self.connect
            case Stage.GREETING:
                return self.greeting
            case Stage.CAPABILITY | Stage.STARTTLS:
                return self.reply
            case Stage.HANDSHAKE:
                return self.handshake
            case Stage.LEAVE:
                return self.leave
