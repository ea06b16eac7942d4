"""One look at one endpoint: dialogue, handshake, polite leave. Whatever a server does is an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeVar

from mailtrust.core.model.endpoint import Endpoint, Offer, TlsMode
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.observation import Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.protocols import dialogue_for
from mailtrust.core.protocols.dialogue import LEFTOVER_LIMIT, Dialogue, Failed, NeedData, Send, StartTls
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.edge.probe.wire import Wire, WireError

if TYPE_CHECKING:
    from mailtrust.edge.probe.tls_session import TlsSession

Seen = TypeVar("Seen")

_INSIDE_LIMIT = 65_536
"""Octets inside TLS among which the greeting's end is looked for."""


@record
class PortBudget:
    """How many more connections one port may see, and what was learnt about it on the way."""

    connections: int = 1
    tls12_only: bool = False
    """The server stumbles over the hello of TLS 1.3."""
    glance: bool = False
    """A look in passing comes first, and a whole handshake only where that shows nothing certain."""
    on_seen: Callable[[Observation], None] | None = None
    """Told of a completed handshake before the connection is left, which takes a server's answer or two more."""

    def take(self) -> bool:
        """Take one connection, if there is one left."""
        self.connections -= 1
        return self.connections >= 0

    def give_back(self) -> None:
        """One that was taken has not been made."""
        self.connections += 1


@frozen
class _Visit:
    """What one connection showed."""

    result: Handshake | ProbeFailure
    transcript: tuple[str, ...] = ()
    clear_text: bytes = b""
    may_succeed_with_tls12: bool = False


async def probe(
    endpoint: Endpoint,
    offer: Offer,
    *,
    now: Callable[[], datetime],
    timeouts: Timeouts | None = None,
    client_name: str | None = None,
    budget: PortBudget | None = None,
) -> Observation:
    """Connect, talk up to TLS, shake hands, read what is presented, and leave politely.

    Never raises for what a server or the network does. `client_name` is said in EHLO; None: the address literal of
    our end (RFC 5321 4.1.4). A default offer that breaks over TLS 1.3 is made once more up to TLS 1.2 while `budget`
    lasts; the first connection has been taken from it already. Where the budget says so, a default offer is a look in
    passing, and a whole handshake only where that is not enough.
    """
    timeouts = timeouts or Timeouts()
    budget = budget or PortBudget()
    loop = asyncio.get_running_loop()
    at, begun = now(), loop.time()

    def observed(seen: _Visit) -> Observation:
        return Observation(
            endpoint=endpoint,
            offer=offer,
            at=at,
            result=seen.result,
            transcript=seen.transcript,
            bytes_before_tls=seen.clear_text,
            duration_ms=round((visit.ended - begun) * 1000),
        )

    def tell(seen: _Visit) -> None:
        if budget.on_seen is not None:
            budget.on_seen(observed(seen))

    visit = _Visitor(endpoint, offer, timeouts, begun + timeouts.total, client_name, tell)
    seen = await _in_passing(visit, budget) if budget.glance and offer is Offer.DEFAULT else None
    seen = seen or await visit(tls12_only=budget.tls12_only)
    if offer is Offer.DEFAULT and seen.may_succeed_with_tls12 and not budget.tls12_only and budget.take():
        again = await visit(tls12_only=True)
        if _better(again.result, seen.result):
            budget.tls12_only = True
            seen = replace(again, result=_after_failing(seen.result, again.result))
    return observed(seen)


async def _in_passing(visit: "_Visitor", budget: PortBudget) -> _Visit | None:
    """None: a whole handshake is needed; the connection for it has been taken from the budget."""
    if not budget.take():  # None would be left for the handshake: it is made at once.
        return None
    seen = await visit.in_passing()
    if seen is not None:
        budget.give_back()
    else:
        budget.glance = False  # The other names of this port would meet the same.
    return seen


@record
class _Visitor:
    endpoint: Endpoint
    offer: Offer
    timeouts: Timeouts
    end: float
    """Loop time after which nothing is waited for."""
    client_name: str | None
    tell: Callable[[_Visit], None]
    """Before the leave."""
    ended: float = 0.0
    """Loop time at which the last result was there; the polite leave is not counted."""

    async def __call__(self, *, tls12_only: bool) -> _Visit:
        """Make one connection with a whole handshake."""
        return await self._connect(lambda wire: self._talk(wire, tls12_only=tls12_only))

    async def in_passing(self) -> _Visit | None:
        """Make one connection with a look in passing; None: it takes a whole handshake to know more."""
        return await self._connect(self._glance)

    async def _connect(self, talk: Callable[[Wire], Awaitable[Seen]]) -> Seen | _Visit:
        try:
            wire = await Wire.connect(
                self.endpoint.connect_address or self.endpoint.address,
                self.endpoint.connect_port or self.endpoint.port,
                self._deadline(Stage.CONNECT),
            )
        except WireError as error:
            self._stop_clock()
            return _Visit(error.at(Stage.CONNECT))
        try:
            visit = await talk(wire)
        except BaseException:
            wire.abandon()
            raise
        await wire.leave(self._leave_by)
        return visit

    async def _up_to_tls(self, wire: Wire) -> tuple[Dialogue, StartTls | ProbeFailure]:
        name = self.client_name or _address_literal(wire.own_address)
        dialogue = dialogue_for(self.endpoint.protocol, self.endpoint.tls_mode, name)
        begun = await self._converse(wire, dialogue)
        if isinstance(begun, ProbeFailure):
            self._stop_clock()
            wire.write(dialogue.farewell())
        return dialogue, begun

    async def _glance(self, wire: Wire) -> _Visit | None:
        dialogue, begun = await self._up_to_tls(wire)
        if isinstance(begun, ProbeFailure):
            return _Visit(begun, dialogue.transcript)
        if begun.leftover:
            return None
        from mailtrust.edge.probe.glance import Glance

        glance, deadline = Glance(self.endpoint.server_name), self._deadline(Stage.HANDSHAKE)
        wire.write(glance.hello)
        try:
            while (data := await wire.read(deadline)) and not glance.receive(data):
                pass
        except WireError:
            pass
        shown = glance.result()
        self._stop_clock()
        wire.write(glance.goodbye)
        return _Visit(shown, dialogue.transcript) if shown is not None else None

    async def _talk(self, wire: Wire, *, tls12_only: bool) -> _Visit:
        dialogue, begun = await self._up_to_tls(wire)
        if isinstance(begun, ProbeFailure):
            return _Visit(begun, dialogue.transcript)

        # The heaviest import of a probe, and useless where nobody listens.
        from mailtrust.edge.probe.handshaking import shake_hands
        from mailtrust.edge.probe.tls_session import TlsSession

        session = TlsSession(self.offer, self.endpoint.server_name, tls12_only=tls12_only)
        completed = await shake_hands(
            wire,
            session,
            self._deadline(Stage.HANDSHAKE),
            clear_text_ends=self.endpoint.tls_mode is TlsMode.IMPLICIT,
        )
        result = session.result()
        self._stop_clock()
        upgraded = self.endpoint.tls_mode is TlsMode.STARTTLS
        clear = (begun.leftover + session.clear_text)[:LEFTOVER_LIMIT] if upgraded else b""
        seen = _Visit(result, dialogue.transcript, clear, session.may_succeed_with_tls12)
        if completed:
            self.tell(seen)
            await self._take_leave(wire, session, dialogue)
        wire.write(session.outgoing())
        return seen

    async def _converse(self, wire: Wire, dialogue: Dialogue) -> StartTls | ProbeFailure:
        stage: Stage | None = None
        deadline = 0.0
        while True:
            match dialogue.next_event():
                case Send(data):
                    wire.write(data)
                case NeedData():
                    if dialogue.stage is not stage:
                        stage = dialogue.stage
                        deadline = self._deadline(stage)
                    try:
                        dialogue.receive(await wire.read(deadline))
                    except WireError as error:
                        return error.at(stage)
                case StartTls() as start:
                    return start
                case Failed(failure):
                    return failure

    async def _take_leave(self, wire: Wire, session: "TlsSession", dialogue: Dialogue) -> None:
        """Wait for the greeting inside, say goodbye, hear the answer, end TLS."""
        deadline = self._leave_by
        inside = session.receive(b"")
        try:
            while not dialogue.greeted(inside):
                data = await wire.read(deadline)
                if not data or len(inside) > _INSIDE_LIMIT:
                    return
                inside += session.receive(data)
            if goodbye := dialogue.farewell():
                session.send(goodbye)
                wire.write(session.outgoing())
                while (data := await wire.read(deadline)) and not session.receive(data):
                    pass  # session tickets; the first words inside are the answer to our goodbye
        except WireError:
            pass
        finally:
            session.close()

    def _deadline(self, stage: Stage) -> float:
        return min(asyncio.get_running_loop().time() + self.timeouts.of(stage), self.end)

    @property
    def _leave_by(self) -> float:
        """Loop time until which we leave politely: owed even when all other time is up."""
        return self.ended + self.timeouts.leave

    def _stop_clock(self) -> None:
        self.ended = asyncio.get_running_loop().time()


def _address_literal(address: str) -> str:
    """RFC 5321 4.1.3."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "[127.0.0.1]"
    return f"[{parsed}]" if parsed.version == 4 else f"[IPv6:{parsed}]"


def _better(again: Handshake | ProbeFailure, before: Handshake | ProbeFailure) -> bool:
    return isinstance(again, Handshake) and (again.completed or isinstance(before, ProbeFailure))


def _after_failing(before: Handshake | ProbeFailure, again: Handshake | ProbeFailure) -> Handshake | ProbeFailure:
    """Say in the note that the first hello met something else."""
    if isinstance(again, ProbeFailure):
        return again
    met = before.note if isinstance(before, Handshake) else f"{before.kind.value}: {before.detail}"
    note = f"TLS 1.3 in the hello met {met}; read up to TLS 1.2"
    return replace(again, note=f"{note}; {again.note}" if again.note else note)
