"""A small Exchange server, as far as Autodiscover goes: who has no password is asked for it, others get settings."""

import asyncio

from mailtrust.lab.daemons import LOOPBACK

LONGEST = 65536
PATIENCE = 10.0

_SETTINGS = """\
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
 <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
  <Account><AccountType>email</AccountType><Action>settings</Action>
   <Protocol><Type>EXPR</Type><Server>{server}</Server><SSL>On</SSL>
    <EwsUrl>https://{server}/EWS/Exchange.asmx</EwsUrl></Protocol>
  </Account>
 </Response>
</Autodiscover>
"""


class AutodiscoverHost:
    """Plain http behind a web server that does TLS."""

    def __init__(self, server: str) -> None:
        """`server`: the name that its settings give."""
        self._settings = _SETTINGS.format(server=server).encode()
        self._listening: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Answer from now on."""
        self._listening = await asyncio.start_server(self._answer, LOOPBACK, port, limit=LONGEST)

    async def stop(self) -> None:
        """Answer no more."""
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                if b"\r\nauthorization: basic " in head:
                    body, status = self._settings, "200 OK\r\nContent-Type: text/xml; charset=utf-8"
                else:
                    body, status = b"", '401 Unauthorized\r\nWWW-Authenticate: Basic realm="Exchange"'
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
                writer.write(body)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # Whoever breaks off gets nothing.
        finally:
            writer.close()
