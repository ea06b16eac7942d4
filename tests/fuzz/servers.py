"""Servers that never end, flood, reset, lie, dawdle, and send what a terminal or a browser would obey."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.fuzz import seeds
from tests.fuzz.mutation.words import HOSTILE

from mailtrust.lab.flight import send_flight

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

EVIL = "".join(HOSTILE[1:22]).encode("utf-8", "surrogatepass")
EVIL_LINE = EVIL.replace(b"\r", b"").replace(b"\n", b"")
HELLO, OFFERED, GO = b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"220 go\r\n"


@dataclass(frozen=True)
class Hostile:
    """A server, and how it is spoken to."""

    name: str
    scheme: str
    handler: Handler


def says(*pieces: bytes, then: Handler | None = None) -> Handler:
    """Says each piece when it has heard something after the last one."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, piece in enumerate(pieces):
            if number:
                await reader.read(4096)
            writer.write(piece)
            await writer.drain()
        if then is not None:
            await then(reader, writer)
        while await reader.read(4096):
            pass

    return handler


def for_ever(piece: bytes, pause: float | None = None) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(piece)
            await writer.drain()
            if pause is not None:
                await asyncio.sleep(pause)

    return handler


def after_hello(handler: Handler) -> Handler:
    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        await handler(reader, writer)

    return heard


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.02)
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()


def shows(*certificates: bytes) -> Handler:
    """A first flight of TLS 1.2 with these for certificates, signed with a key that everybody knows."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await send_flight(reader, writer, certificates, seeds.world().leaf.key)

    return handler


def record(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BHH", kind, 0x0303, len(payload)) + payload


def hostile_servers() -> tuple[Hostile, ...]:
    """All of them."""
    stages = {"greeting": (), "hello": (HELLO,), "upgrade": (HELLO, OFFERED), "handshake": (HELLO, OFFERED, GO)}
    endless = record(22, b"\x02\xff\xff\xff" + bytes(0x3FFC))
    lying = record(22, b"\x0b\xff\xff\xff\xff\xff\xff" + b"\xff\xff\xff0\x80" * 900)
    leaf, issuing = seeds.world().leaf.certificate.der, seeds.world().pki.issuing.certificate.der
    floods = sorted(seeds.floods(), key=len)
    evil = [chain for chain in seeds.world().chains if len(chain) == 2][9:]
    return (
        Hostile("a greeting without end", "smtp", for_ever(b"220-x\r\n" * 5000)),
        Hostile("a line without end", "imap", for_ever(b"*" * 50_000)),
        Hostile(
            "a reply without end",
            "smtp",
            says(HELLO, then=after_hello(for_ever(b"250-X " + EVIL_LINE[:300] + b"\r\n"))),
        ),
        Hostile("capabilities without end", "pop3", says(b"+OK\r\n", b"+OK\r\n", then=for_ever(b"X\r\n" * 999))),
        Hostile("capabilities without end, sieve", "sieve", for_ever(b'"X" {5}\r\nabcde\r\n' * 999)),
        Hostile(
            "a literal of four gigabytes",
            "imap",
            says(b"* OK\r\n", b"* X {4294967295}\r\n", then=for_ever(b"y" * 9999)),
        ),
        Hostile(
            "an element of four gigabytes", "ldap", says(b"", then=after_hello(for_ever(b"0\x84\xff\xff\xff\xff")))
        ),
        Hostile("an octet now and then", "smtp", for_ever(b"2", 0.05)),
        Hostile("an octet of TLS now and then", "tls", for_ever(b"\x16", 0.05)),
        Hostile("records without end", "imaps", for_ever(endless * 4)),
        Hostile("warnings without end", "imaps", after_hello(for_ever(record(21, b"\x01\x5a") * 5000))),
        Hostile("change cipher spec without end", "imaps", after_hello(for_ever(record(20, b"\x01") * 5000))),
        Hostile("lengths that lie", "imaps", after_hello(for_ever(lying))),
        Hostile("noise", "imaps", says(bytes(range(256)) * 64, then=for_ever(bytes(range(255, -1, -1)) * 64))),
        Hostile("a page instead of TLS", "https", says(b"HTTP/1.1 400 Bad\r\n\r\n<script>" + EVIL, then=half_close)),
        Hostile("escapes in the greeting", "smtp", says(b"220 " + EVIL_LINE + b"\r\n", b"250 " + EVIL_LINE + b"\r\n")),
        Hostile("escapes in a refusal", "pop3", says(b"-ERR " + EVIL)),
        Hostile("escapes behind the go-ahead", "smtp", says(HELLO, OFFERED, GO + EVIL * 300, then=half_close)),
        *(Hostile(f"a reset, {name}", "smtp", says(*said, then=reset)) for name, said in stages.items()),
        *(Hostile(f"half a close, {name}", "smtp", says(*said, then=half_close)) for name, said in stages.items()),
        Hostile("a reset in the handshake", "imaps", after_hello(reset)),
        *(Hostile(f"a certificate of {len(one)} octets", "imaps", shows(one, issuing)) for one in floods[-3:]),
        Hostile("a hundred certificates", "imaps", shows(leaf, *[issuing] * 99)),
        Hostile("certificates in a ring", "imaps", shows(*max(seeds.world().chains, key=len))),
        Hostile("as many nothings", "imaps", shows(*[b""] * 5000)),
        Hostile("as many smallest certificates", "imaps", shows(*[b"\x30\x00"] * 5000)),
        *(Hostile(f"names that do harm, {number}", "imaps", shows(*one)) for number, one in enumerate(evil[::9])),
    )


FRIENDLY = Hostile(
    "a friendly one", "imaps", shows(seeds.world().leaf.certificate.der, seeds.world().pki.issuing.certificate.der)
)
