"""The servers of our own in a story: what they say, and what they note of who comes."""

import asyncio
import json
import ssl
from contextlib import suppress

import pytest

from mailtrust.core.formats import autodiscover
from mailtrust.core.formats.xml_tree import read_xml
from mailtrust.lab.daemons import LOOPBACK, FreePorts
from mailtrust.lab.stories.parts.autodiscover_host import AutodiscoverHost
from mailtrust.lab.stories.parts.gate import Gate

HOST = AutodiscoverHost("ex.test")
PASSWORD = "Authorization: Basic YTpi\r\n"
SOAP = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://schemas.microsoft.com/exchange/'
    b'2010/Autodiscover"><s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User>'
    b"<a:Mailbox>a&amp;b@x.test</a:Mailbox></a:User></a:Users></a:Request></a:GetUserSettingsRequestMessage></s:Body>"
    b"</s:Envelope>"
)


def said(request: str, headers: str = "", body: bytes = b"") -> tuple[int, bytes]:
    head, _, content = HOST.said(f"{request} HTTP/1.1\r\n{headers}\r\n", body).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    length = next(line for line in lines if line.startswith("Content-Length: "))
    assert request.startswith("HEAD") or int(length.partition(" ")[2]) == len(content)
    return int(lines[0].split()[1]), content


def test_autodiscover_wants_a_password_and_then_gives_settings() -> None:
    assert said("POST /Autodiscover/Autodiscover.xml") == (401, b"")
    assert said("HEAD /autodiscover/autodiscover.svc") == (401, b"")
    status, body = said("POST /autodiscover/autodiscover.xml", PASSWORD)
    assert status == 200
    assert isinstance(autodiscover.read_answer(body), autodiscover.Settings)
    status, body = said("POST /autodiscover/autodiscover.svc", PASSWORD, SOAP)
    users = read_xml(body).first("Body", "GetUserSettingsResponseMessage", "Response", "UserResponses", "UserResponse")
    assert users is not None
    settings = {one.said("Name"): one.said("Value") for part in users.all("UserSettings") for one in part.children}
    assert settings["AutoDiscoverSMTPAddress"] == "a&b@x.test"
    assert settings["ExternalEwsUrl"] == "https://ex.test/EWS/Exchange.asmx"
    assert said("GET /owa", PASSWORD)[0] == 404


@pytest.mark.parametrize(
    ("protocol", "status", "url"),
    [
        ("ActiveSync", 200, "https://ex.test/Microsoft-Server-ActiveSync"),
        ("autodiscoverv1", 200, "https://ex.test/autodiscover/autodiscover.xml"),
        ("Telepathy", 400, None),
    ],
)
def test_v2_tells_everybody(protocol: str, status: int, url: str | None) -> None:
    got, body = said(f"GET /autodiscover/autodiscover.json?Email=a@x.test&Protocol={protocol}")
    assert got == status
    answer = json.loads(body)
    assert answer.get("Url") == url
    assert (answer.get("ErrorCode") == "InvalidProtocol") is (url is None)


async def came(scheme: str, octets: list[bytes]) -> tuple[list[tuple[str, int]], bytes]:
    """Whom a gate notes, and what reaches the server behind it."""
    noted: list[tuple[str, int]] = []
    heard = asyncio.get_running_loop().create_future()
    free = FreePorts()
    behind, before = free(), free()
    gate = Gate(scheme, behind, lambda host, port: noted.append((host, port)))  # type: ignore[arg-type]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.read(65536))
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, behind)
    await gate.start(before)
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(LOOPBACK, before)
            for some in octets:
                writer.write(some)
                await writer.drain()
            arrived = await heard
            with suppress(OSError):
                await reader.read()
            writer.close()
    finally:
        await gate.stop()
        server.close()
    return noted, arrived


def hello(name: str) -> bytes:
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("cut", [0, 1, 5, 60])
async def test_a_gate_notes_the_name_in_a_hello_and_passes_it_on(cut: int) -> None:
    octets = hello("autodiscover.companyc.test")
    noted, arrived = await came("https", [octets[:cut], octets[cut:]])
    assert noted == [("autodiscover.companyc.test", 443)]
    assert arrived == octets


@pytest.mark.parametrize(
    ("request_head", "name"),
    [
        (b"GET / HTTP/1.1\r\nHost: AutoConfig.x.test:80\r\n\r\n", "autoconfig.x.test"),
        (b"GET / HTTP/1.0\r\n\r\n", ""),
        (b"GET / HTTP/1.1\r\nHost: \x1b[31m\r\n\r\n", "\\x1b[31m"),
    ],
)
async def test_a_gate_notes_the_name_in_a_request(request_head: bytes, name: str) -> None:
    assert await came("http", [request_head]) == ([(name, 80)], request_head)


async def test_who_speaks_no_tls_came_without_a_name() -> None:
    assert (await came("https", [b"GET / HTTP/1.1\r\n\r\n"]))[0] == [("", 443)]
