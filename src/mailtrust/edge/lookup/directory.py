"""One connection to a directory: TLS with a verified certificate before any password, and then the search."""

import asyncio
import ssl
from collections.abc import Iterable

from mailtrust.core.formats.directory_place import DirectoryServer
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.frozen import record
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import ScpAnswer
from mailtrust.core.protocols.dialogue import Failed, NeedData, Send, StartTls
from mailtrust.core.protocols.directory_search import DirectorySearch, Login
from mailtrust.core.protocols.ldap import LdapDialogue
from mailtrust.edge.lookup.verifying import verifying_context
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.edge.probe.wire import Wire, WireError

MOST_OCTETS = 4 * 1024 * 1024
"""That one directory may send."""


class _NotVerifiedError(Exception):
    """There is no TLS in which a password would be safe."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


async def ask_directory(
    server: DirectoryServer,
    address: str,
    port: int,
    *,
    login: Login | None = None,
    roots: Iterable[Certificate] = (),
    timeouts: Timeouts | None = None,
) -> ScpAnswer:
    """The service connection points that the server at this address names. Never raises for what it does.

    A password is sent only within TLS whose certificate holds for the server's name, by this system's trusted roots
    and `roots`. Without one, ldap:// is asked in clear: nothing secret is said, and whoever answers is believed as
    much as DNS is.
    """
    timeouts = timeouts or Timeouts()
    end = asyncio.get_running_loop().time() + timeouts.total
    try:
        wire = await Wire.connect(address, port, min(end, _soon(timeouts.connect)), MOST_OCTETS)
    except WireError as error:
        return ScpAnswer(why=text("{host} cannot be reached: {why}", host=server.host, why=error.words))
    try:
        channel = _Channel(wire, timeouts, end)
        if login is not None or server.implicit_tls:
            await _secure(channel, server, roots)
        answer = await _converse(channel, DirectorySearch(login))
    except _NotVerifiedError as error:
        return ScpAnswer(
            why=text("{host}: {why} Nothing was asked, and no password sent.", host=server.host, why=error.why)
        )
    except (WireError, ssl.SSLError) as error:
        return ScpAnswer(why=text("{host} breaks off: {why}", host=server.host, why=clean(str(error), 200)))
    finally:
        wire.abandon()
    if answer.why is None:
        return answer
    return ScpAnswer(answer.points, text("{host}: {why}", host=server.host, why=answer.why))


@record
class _Channel:
    """Octets to and from the server, in clear or within TLS."""

    wire: Wire
    timeouts: Timeouts
    end: float
    tls: ssl.SSLObject | None = None
    incoming: ssl.MemoryBIO | None = None
    outgoing: ssl.MemoryBIO | None = None

    async def read(self) -> bytes:
        """What has come; b"" is the end."""
        deadline = min(self.end, _soon(self.timeouts.reply))
        if self.tls is None or self.incoming is None:
            return await self.wire.read(deadline)
        while True:
            try:
                return self.tls.read(65_536)
            except ssl.SSLWantReadError:
                self._flush()
                if not (data := await self.wire.read(deadline)):
                    return b""
                self.incoming.write(data)
            except ssl.SSLZeroReturnError:
                return b""

    def write(self, data: bytes) -> None:
        """Send it."""
        if self.tls is None:
            self.wire.write(data)
        else:
            self.tls.write(data)
            self._flush()

    async def shake_hands(self, context: ssl.SSLContext, host: str, already: bytes) -> None:
        """Begin TLS and verify. What came in clear before it counts as part of the handshake, which it breaks."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.incoming.write(already)
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)
        deadline = min(self.end, _soon(self.timeouts.handshake))
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                if not (data := await self.wire.read(deadline)):
                    raise _NotVerifiedError(text("it hangs up during the TLS handshake.")) from None
                self.incoming.write(data)
            else:
                self._flush()
                return

    def _flush(self) -> None:
        if self.outgoing is not None and (data := self.outgoing.read()):
            self.wire.write(data)


async def _secure(channel: _Channel, server: DirectoryServer, roots: Iterable[Certificate]) -> None:
    leftover = b"" if server.implicit_tls else await _start_tls(channel)
    context = verifying_context(roots)
    try:
        await channel.shake_hands(context, server.host, leftover)
    except ssl.SSLCertVerificationError as error:
        why = text(
            "its certificate does not hold for it: {why}. A root of your own is given by --roots.",
            why=clean(error.verify_message, 200),
        )
        raise _NotVerifiedError(why) from error
    except ssl.SSLError as error:
        raise _NotVerifiedError(text("no TLS: {why}.", why=clean(error.reason or str(error), 200))) from error


async def _start_tls(channel: _Channel) -> bytes:
    dialogue = LdapDialogue(TlsMode.STARTTLS, "mailtrust")
    while True:
        match dialogue.next_event():
            case Send(data):
                channel.write(data)
            case NeedData():
                dialogue.receive(await channel.read())
            case StartTls(leftover=leftover):
                return leftover
            case Failed(failure=failure):
                why = text("it offers no TLS ({said}); a domain controller needs a certificate for that.",
                           said=failure.detail)  # fmt: skip
                raise _NotVerifiedError(why)


async def _converse(channel: _Channel, search: DirectorySearch) -> ScpAnswer:
    while True:
        match search.next_event():
            case Send(data):
                channel.write(data)
            case NeedData():
                search.receive(await channel.read())
            case ScpAnswer() as answer:
                channel.write(search.farewell())
                return answer


def _soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
