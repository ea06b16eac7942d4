"""One download from a place that a stranger named: bounded in time, size and redirects, and only from public addresses.

Names are resolved here, every address is looked at, and the connection goes to an address that was looked at: there
is no second resolution that could answer differently (DNS rebinding).

An https server's certificate is not verified. What is fetched proves itself: an issuer counts only when its key made
the signature in question, and word about revocation only when it is rightly signed, whoever delivered it (RFC 5280
4.2.2.1 and 8 warn of the loop that verifying would make).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

import h11

from mailtrust.core.formats.url import CONTENTS_OF_URL, PORTS
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found, literal
from mailtrust.edge.lookup.http_conversation import READ_SIZE, Conversation, Place, Redirect, RefusedError, Wish
from mailtrust.edge.lookup.proxies import is_this_machine, proxy_for
from mailtrust.edge.lookup.public_addresses import is_public

LONGEST_URL = 2048
MOST_ADDRESSES = 4
"""Addresses of one host that are tried."""
ISSUERS = Wish(
    # RFC 2585 4, RFC 5280 4.2.2.1: one certificate or a certs-only CMS message.
    "application/pkix-cert, application/pkcs7-mime",
    text("an issuer's certificate has a few thousand"),
)


@frozen
class Bounds:
    """What one download may cost."""

    octets: int = 1024 * 1024
    seconds: float = 10.0
    """From the first question to DNS to the last octet."""
    connect_seconds: float = 4.0
    """For each address."""
    redirects: int = 5


@frozen
class Route:
    """How to get anywhere."""

    resolver: Resolver
    allow_private: bool = False
    proxy: str | None = None
    """As in `proxy_for`: None lets the environment decide, an empty one forbids proxies."""
    environment: Mapping[str, str] | None = None
    """Instead of the process's own."""


@frozen
class Downloaded:
    """The body, and the URL it came from after redirects."""

    body: bytes
    url: str
    redirects: tuple[str, ...] = ()


@frozen
class NotDownloaded:
    """Why there is no body."""

    why: Text
    redirects: tuple[str, ...] = ()


async def download(url: str, route: Route, bounds: Bounds, wish: Wish = ISSUERS) -> Downloaded | NotDownloaded:
    """Ask an http or https URL. Never raises for what servers do; the deadline counts for the whole.

    Where a POST is redirected it stays a POST: nobody sends an OCSP client on to read a page.
    """
    hops: list[str] = []
    try:
        async with asyncio.timeout(bounds.seconds):
            while True:
                answer = await _get(_place(url), route, bounds, wish)
                if isinstance(answer, bytes):
                    return Downloaded(answer, url, tuple(hops))
                url = urljoin(url, answer.location)
                hops.append(clean(url, LONGEST_URL))
                if len(hops) > bounds.redirects:
                    return NotDownloaded(
                        text("It was redirected more than {most} times.", most=bounds.redirects), tuple(hops)
                    )
    except TimeoutError:
        why = text("It was not there, whole, within {seconds} seconds.", seconds=f"{bounds.seconds:g}")
    except RefusedError as refused:
        why = refused.why
    except UserProblem as problem:
        why = problem.message
    except (h11.RemoteProtocolError, h11.LocalProtocolError) as error:
        why = text("The server does not speak HTTP as it should: {detail}", detail=clean(str(error), 200))
    except ssl.SSLError as error:
        why = text("There was no TLS handshake: {detail}", detail=clean(error.reason or str(error), 200))
    except (OSError, ValueError) as error:
        why = text("The connection failed: {detail}", detail=clean(str(error), 200))
    return NotDownloaded(why, tuple(hops))


def _place(url: str) -> Place:
    problem = RefusedError(text("It is not an address that can be fetched."))
    if len(url) > LONGEST_URL:
        raise problem
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if not literal(parts.hostname or "") else ""
    except ValueError:  # UnicodeError is one
        raise problem from None
    host = host or literal(parts.hostname or "") or ""
    if parts.scheme not in PORTS:
        raise RefusedError(
            text("It leads to an address of the kind {scheme}, which is not fetched.", scheme=parts.scheme)
        )
    if not host or port == 0:
        raise problem
    target = quote(parts.path or "/", safe=CONTENTS_OF_URL)
    if parts.query:
        target += "?" + quote(parts.query, safe=CONTENTS_OF_URL)
    return Place(parts.scheme, host, port or PORTS[parts.scheme], target)


async def _get(place: Place, route: Route, bounds: Bounds, wish: Wish) -> bytes | Redirect:
    proxy = proxy_for(place.scheme, place.host, route.proxy, route.environment)
    if proxy is None:
        addresses = await _vetted_addresses(place, route)
        async with _connected(addresses, place.port, bounds) as (reader, writer):
            if place.scheme == "https":
                await writer.start_tls(_tls(), server_hostname=place.host)
            return await Conversation(reader, writer).ask(place, wish, most=bounds.octets)
    hidden = is_this_machine(place.host) or (literal(place.host) is not None and not is_public(place.host))
    if hidden and not route.allow_private:
        raise _not_public(place.host)
    # The user's own proxy may stand anywhere. It resolves the name, so there is nothing more to look at here.
    async with _connected((proxy.host,), proxy.port, bounds) as (reader, writer):
        if place.scheme == "http":
            return await Conversation(reader, writer).ask(place, wish, most=bounds.octets, proxy=proxy)
        await Conversation(reader, writer).tunnel(place, proxy)
        await writer.start_tls(_tls(), server_hostname=place.host)
        return await Conversation(reader, writer).ask(place, wish, most=bounds.octets)


async def _vetted_addresses(place: Place, route: Route) -> tuple[str, ...]:
    answer = await route.resolver.addresses(place.host)
    if not isinstance(answer, Found):
        raise RefusedError(text("Its host has no address: {why}", why=str(answer)))
    public = [address for address in answer.records if route.allow_private or is_public(address)]
    if not public:
        raise _not_public(", ".join(answer.records[:MOST_ADDRESSES]))
    return tuple(public[:MOST_ADDRESSES])


def _not_public(address: str) -> RefusedError:
    return RefusedError(
        text(
            "It lies at {address}, which is not a public address. Where that is meant, allow it with "
            "--allow-private-aia; clients elsewhere cannot reach it.",
            address=address,
        )
    )


@asynccontextmanager
async def _connected(
    addresses: tuple[str, ...], port: int, bounds: Bounds
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    failures: list[str] = []
    for address in addresses:
        try:
            async with asyncio.timeout(bounds.connect_seconds):
                reader, writer = await asyncio.open_connection(address, port, limit=READ_SIZE)
            break
        except TimeoutError:
            failures.append(f"{address}: timeout")
        except OSError as error:
            failures.append(f"{address}: {error.strerror or error}")
    else:
        raise RefusedError(text("No connection to port {port}: {failures}", port=port, failures=tuple(failures)))
    try:
        yield reader, writer
    finally:
        # Nothing is waiting to be sent, and a server that does not read its end must not hold us up.
        writer.transport.abort()


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
