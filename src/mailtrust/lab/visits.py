"""Who is being served at the moment, so that a server that stops can send everybody away and leave nothing behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Visits:
    """The connections of one server."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @contextlib.asynccontextmanager
    async def serving(self, writer: asyncio.StreamWriter, patience: float) -> AsyncIterator[None]:
        """One visit of at most `patience` seconds.

        A client may break off, vanish or stay for ever: that is its right here, and no event of the lab.
        """
        visit = asyncio.current_task()
        if visit is not None:
            self._running[visit] = writer
            visit.add_done_callback(lambda done: self._running.pop(done, None))
        # Only `end` cancels a visit, and waits for it: there is nobody else to be told.
        with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(patience):
                yield
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    async def end(self) -> None:
        """Send everybody away."""
        visits = tuple(self._running)
        for visit, writer in self._running.items():
            visit.cancel()
            # Up to Python 3.11.3 a TLS transport that was closed already stumbles over its own absence here.
            with contextlib.suppress(AttributeError):
                writer.transport.abort()
        await asyncio.gather(*visits, return_exceptions=True)
