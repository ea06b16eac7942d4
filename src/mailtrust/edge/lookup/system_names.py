"""Addresses as every program on this machine finds them: hosts file, DNS, and whatever else the system asks."""

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns_answers import MOST_RECORDS, AddressAnswer, Found, LookupFailed, NoData, NoSuchName

_Found = tuple[list[str], str]
"""Addresses, and the canonical name as far as the system says it."""

# EAI_NODATA is no longer in POSIX, but glibc and Windows still tell it from EAI_NONAME.
_NO_DATA = frozenset(
    getattr(socket, name) for name in ("EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)  # fmt: skip


async def system_addresses(host: str, lifetime: float) -> AddressAnswer:
    """Ask the system (getaddrinfo). Never raises for what it answers."""
    try:
        async with asyncio.timeout(lifetime):
            addresses, canonical = await _in_a_thread(host)
    except TimeoutError:
        return LookupFailed(
            text("This system did not find the addresses of {host} in time. Ask a DNS server with --dns.", host=host)
        )
    except socket.gaierror as error:
        if error.errno in _NO_DATA:
            return NoData(host)
        if error.errno == socket.EAI_NONAME:
            return NoSuchName(host)
        return LookupFailed(
            text(
                "This system could not look up {host}: {detail}. Ask a DNS server with --dns.",
                host=host,
                detail=clean(error.strerror or str(error), 200),
            )
        )
    except (OSError, UnicodeError, ValueError):
        # UnicodeError: a label that is empty, longer than 63 octets, or has no form in IDNA.
        return LookupFailed(text("{host} cannot be the name of a host.", host=clean(host, 255)))
    canonical = canonical.rstrip(".").lower()
    aliases = (canonical,) if canonical and canonical != host.rstrip(".").lower() else ()
    # By family, then by value: the same host gives the same order every time.
    ordered = sorted(map(ipaddress.ip_address, set(addresses)), key=lambda address: (address.version, address))
    return Found(tuple(map(str, ordered))[:MOST_RECORDS], aliases) if ordered else NoData(host)


async def _in_a_thread(host: str) -> _Found:
    """Call getaddrinfo in a thread of its own: one that hangs must not keep the program from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Found] = loop.create_future()

    def deliver(result: _Found | BaseException) -> None:
        if future.done():
            return
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)

    def ask() -> None:
        result: _Found | BaseException
        try:
            # One socket type, so that each address comes once.
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
            result = [str(entry[4][0]) for entry in entries], entries[0][3]
        except (OSError, UnicodeError, ValueError) as error:
            result = error
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(deliver, result)

    threading.Thread(target=ask, name=f"addresses of {host[:50]}", daemon=True).start()
    return await future
