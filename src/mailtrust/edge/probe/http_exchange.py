"""One HTTP request and its answer, with the handshake it came by: what a client that looks for its server would see."""

import asyncio
from collections.abc import Callable
from dataclasses import field
from datetime import datetime

import h11

from mailtrust.core.formats import autodiscover
from mailtrust.core.formats.host_name import is_address
from mailtrust.core.formats.url import PORTS, parts_of
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.walk import HttpAnswer, HttpQuestion
from mailtrust.edge.probe.handshaking import shake_hands
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.edge.probe.tls_session import TlsSession
from mailtrust.edge.probe.wire import Wire, WireError
from mailtrust.version import __version__

LARGEST_BODY = 64 * 1024
"""Octets of an answer that are kept: settings are small, and RFC 8461 3.3 suggests this much for a policy."""
LARGEST_HEAD = 16 * 1024
_LIMIT = 4 * LARGEST_BODY


@frozen
class Route:
    """Where the connection really goes."""

    address: str
    port: int


async def exchange(
    question: HttpQuestion, route: Route, *, now: Callable[[], datetime], timeouts: Timeouts | None = None
) -> HttpAnswer:
    """Ask one URL at one address. Never raises for what a server or the network does; redirects are not followed.

    No password is ever sent, and a bad certificate stops nothing: it is what is wanted to be seen.
    """
    timeouts = timeouts or Timeouts()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    visit = _Visit(question, route, timeouts, begun + timeouts.total)
    at = now()
    try:
        wire = await Wire.connect(route.address, route.port, visit.deadline(timeouts.connect), _LIMIT)
    except WireError as error:
        return HttpAnswer(route.address, failure=error.at(Stage.CONNECT), ms=visit.elapsed(begun))
    try:
        failure = await visit.converse(wire)
    finally:
        wire.abandon()
    ms = visit.elapsed(begun)
    observation = None
    if visit.session is not None:
        observation = Observation(
            endpoint_of(question.url, route), Offer.DEFAULT, at, visit.session.result(), duration_ms=ms
        )
        if isinstance(observation.result, ProbeFailure):
            failure, observation = observation.result, None
        elif isinstance(observation.result, Handshake) and not observation.result.completed and failure is None:
            failure = ProbeFailure(Stage.HANDSHAKE, FailureKind.PROTOCOL_ERROR, observation.result.note)
    return HttpAnswer(
        route.address, observation, failure, visit.status, visit.location, visit.content_type, bytes(visit.body), ms
    )


def endpoint_of(url: str, route: Route) -> Endpoint:
    """The endpoint that a URL names, at this address."""
    _, host, port, _ = parts_of(url)
    return Endpoint(
        host=host,
        port=port,
        protocol=Protocol.HTTPS,
        tls_mode=TlsMode.IMPLICIT,
        address=route.address,
        server_name=None if is_address(host) else host,
        found_by="walk",
        connect_port=route.port if route.port != port else None,
    )


@record
class _Visit:
    question: HttpQuestion
    route: Route
    timeouts: Timeouts
    end: float
    session: TlsSession | None = None
    status: int | None = None
    location: str | None = None
    content_type: str = ""
    body: bytearray = field(default_factory=bytearray)

    async def converse(self, wire: Wire) -> ProbeFailure | None:
        scheme, host, _, _ = parts_of(self.question.url)
        if scheme == "https":
            endpoint = endpoint_of(self.question.url, self.route)
            self.session = TlsSession(Offer.DEFAULT, endpoint.server_name)
            deadline = self.deadline(self.timeouts.handshake)
            if not await shake_hands(wire, self.session, deadline, clear_text_ends=True):
                return None  # The session tells why
        try:
            await self._ask(wire, host)
        except WireError as error:
            return error.at(Stage.CAPABILITY)
        except (h11.RemoteProtocolError, h11.LocalProtocolError) as error:
            return ProbeFailure(Stage.CAPABILITY, FailureKind.NOT_THIS_PROTOCOL, clean(str(error), 200))
        return None

    async def _ask(self, wire: Wire, host: str) -> None:
        state = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._send(wire, self._request(state, host))
        deadline = self.deadline(self.timeouts.reply)
        while True:
            event = state.next_event()
            if event is h11.NEED_DATA:
                data = await wire.read(deadline)
                inside = self.session.receive(data) if self.session is not None and data else data
                if inside or not data:
                    state.receive_data(inside)
            elif isinstance(event, h11.Response):
                self._head(event)
            elif isinstance(event, h11.Data):
                self.body += event.data
                if len(self.body) > LARGEST_BODY:
                    raise WireError(FailureKind.LIMIT, f"more than {LARGEST_BODY} octets")
            elif not isinstance(event, h11.InformationalResponse):
                return

    def _request(self, state: h11.Connection, host: str) -> bytes:
        scheme, _, port, target = parts_of(self.question.url)
        body = b""
        headers = [
            ("Host", host if port == PORTS[scheme] else f"{host}:{port}"),
            ("User-Agent", f"mailtrust/{__version__}"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]
        if self.question.content:
            body = autodiscover.request(self.question.content, self.question.address)
            headers += [("Content-Type", autodiscover.CONTENT_TYPE), ("Content-Length", str(len(body)))]
        request = h11.Request(method="POST" if body else "GET", target=target, headers=headers)
        parts = [state.send(request), state.send(h11.Data(data=body)) if body else b"", state.send(h11.EndOfMessage())]
        return b"".join(part for part in parts if part)

    def _send(self, wire: Wire, data: bytes) -> None:
        if self.session is None:
            wire.write(data)
        else:
            self.session.send(data)
            wire.write(self.session.outgoing())

    def _head(self, response: h11.Response) -> None:
        fields = {bytes(name).lower(): bytes(value).decode("latin-1") for name, value in response.headers}
        self.status = response.status_code
        self.location = fields[b"location"][:2048] if b"location" in fields else None
        self.content_type = clean(fields.get(b"content-type", ""), 100)

    def deadline(self, seconds: float) -> float:
        return min(asyncio.get_running_loop().time() + seconds, self.end)

    def elapsed(self, begun: float) -> int:
        return round((asyncio.get_running_loop().time() - begun) * 1000)
