"""A small Exchange server, as far as Autodiscover goes: POX and SOAP for who gives a password, V2 for everybody.

Of what is sent to it only the path is read, whether a password is there, and whose mailbox SOAP asks about.
"""

import asyncio
import json
import re
from http import HTTPStatus
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from mailtrust.core.formats.xml_tree import XmlError, read_xml
from mailtrust.lab.daemons import LOOPBACK
from mailtrust.lab.visits import Visits

LONGEST = 65536
"""Octets of a request's head, and of its body."""
PATIENCE = 10.0
LONGEST_ADDRESS = 254

# MS-OXDSCLI 2.2.4: what Outlook and phones are told.
_POX = """\
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
# MS-OXWADISC 3.1.4.2: GetUserSettings, the one operation that programs on EWS ask for.
_SOAP = """\
<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
 <s:Body>
  <GetUserSettingsResponseMessage xmlns="http://schemas.microsoft.com/exchange/2010/Autodiscover">
   <Response>
    <ErrorCode>NoError</ErrorCode><ErrorMessage/>
    <UserResponses><UserResponse>
     <ErrorCode>NoError</ErrorCode><ErrorMessage>No error.</ErrorMessage>
     <RedirectTarget i:nil="true"/><UserSettingErrors/>
     <UserSettings>
      <UserSetting i:type="StringSetting"><Name>AutoDiscoverSMTPAddress</Name>
       <Value>{mailbox}</Value></UserSetting>
      <UserSetting i:type="StringSetting"><Name>ExternalEwsUrl</Name>
       <Value>https://{server}/EWS/Exchange.asmx</Value></UserSetting>
      <UserSetting i:type="StringSetting"><Name>EwsSupportedSchemas</Name>
       <Value>Exchange2007, Exchange2010, Exchange2016</Value></UserSetting>
     </UserSettings>
    </UserResponse></UserResponses>
   </Response>
  </GetUserSettingsResponseMessage>
 </s:Body>
</s:Envelope>
"""
_V2 = {
    "activesync": ("ActiveSync", "https://{server}/Microsoft-Server-ActiveSync"),
    "autodiscoverv1": ("AutodiscoverV1", "https://{server}/autodiscover/autodiscover.xml"),
    "ews": ("EWS", "https://{server}/EWS/Exchange.asmx"),
}
_XML = "text/xml; charset=utf-8"
_PATHS = ("/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.svc")
_LENGTH = re.compile(r"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)


class AutodiscoverHost:
    """Plain http behind a web server that does TLS."""

    def __init__(self, server: str) -> None:
        """`server`: the name that its settings give."""
        self._server = server
        self._visits = Visits()
        self._listening: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Answer from now on."""
        self._listening = await asyncio.start_server(self._answer, LOOPBACK, port, limit=LONGEST)

    async def stop(self) -> None:
        """Answer no more."""
        if self._listening is not None:
            self._listening.close()
            await self._visits.end()
            await self._listening.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._visits.serving(writer, PATIENCE):
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = _LENGTH.search(head)
                body = await reader.readexactly(min(int(length[1]), LONGEST)) if length else b""
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                return  # Whoever breaks off, or does not come to an end, gets nothing.
            writer.write(self.said(head, body))
            await writer.drain()

    def said(self, head: str, asked: bytes) -> bytes:
        """The whole answer to a request: its head with the empty line, and its content. Never raises."""
        method, _, rest = head.partition("\r\n")[0].partition(" ")
        path, _, query = rest.partition(" ")[0].partition("?")
        path = path.lower()
        if path == "/autodiscover/autodiscover.json":
            status, kind, body = self._by_json(query)
        elif path not in _PATHS:
            status, kind, body = HTTPStatus.NOT_FOUND, "text/plain", ""
        elif "\r\nauthorization: basic " not in head.lower():
            status, kind, body = HTTPStatus.UNAUTHORIZED, "text/plain", ""
        else:
            form = _SOAP if path.endswith(".svc") else _POX
            settings = form.format(server=self._server, mailbox=escape(mailbox_in(asked)))
            status, kind, body = HTTPStatus.OK, _XML, settings
        # By this header clients of the EWS Managed API learn that SOAP is there (AutodiscoverService.cs).
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Type: {kind}", "X-SOAP-Enabled: True"]
        if status is HTTPStatus.UNAUTHORIZED:
            lines.append('WWW-Authenticate: Basic realm="Exchange"')
        lines += [f"Content-Length: {len(body.encode())}", "Connection: close", "", ""]
        # RFC 9110 9.3.2: HEAD is answered like GET, without the content.
        return ("\r\n".join(lines) + ("" if method == "HEAD" else body)).encode()

    def _by_json(self, query: str) -> tuple[HTTPStatus, str, str]:
        """V2: where a protocol's service is, without a password."""
        try:
            asked = {name.lower(): value for name, value in parse_qsl(query, max_num_fields=20)}
        except ValueError:
            asked = {}  # more fields than anybody has
        protocol = asked.get("protocol", "")[:40]
        known = _V2.get(protocol.lower())
        if known is None:
            names = ",".join(name for name, _ in _V2.values())
            message = f"The given protocol value '{protocol}' is invalid. Supported values are '{names}'."
            said = {"ErrorCode": "InvalidProtocol", "ErrorMessage": message}
            return HTTPStatus.BAD_REQUEST, "application/json; charset=utf-8", json.dumps(said)
        name, url = known
        said = {"Protocol": name, "Url": url.format(server=self._server)}
        return HTTPStatus.OK, "application/json; charset=utf-8", json.dumps(said)


def mailbox_in(asked: bytes) -> str:
    """The first mailbox that a GetUserSettings request asks about; empty where it is none. Never raises."""
    try:
        root = read_xml(asked)
    except XmlError:
        return ""
    return root.said("Body", "GetUserSettingsRequestMessage", "Request", "Users", "User", "Mailbox")[:LONGEST_ADDRESS]
