"""TLS at once: HTTPS, and ports of which nothing is known but that they speak TLS."""

from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.protocols.dialogue import Script, ScriptedDialogue


class BareTls(ScriptedDialogue):
    """No dialogue before TLS and none inside."""

    def __init__(self, tls_mode: TlsMode, client_name: str) -> None:  # noqa: ARG002 - there is no upgrade to ask for
        super().__init__(TlsMode.IMPLICIT, client_name)

    def upgrade(self) -> Script:
        """Nothing to say."""
        yield from ()

    def goodbye(self) -> bytes:
        """Nothing but TLS's own close_notify."""
        return b""

    def greeting_is_whole(self, data: bytes) -> bool:  # noqa: ARG002 - these servers never speak first
        """Nothing to wait for."""
        return True


DIALOGUE = BareTls
