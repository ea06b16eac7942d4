"""Many probes at once, and never too many to one server.

At most 2 connections at a time to one port and 10 to one address, 1 to a port that said 421; at most 4 connections to
one port in all. So fail2ban and postscreen stay calm, and a check lasts about as long as its slowest port.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any
from typing import Protocol as Interface

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.edge.probe.prober import PortBudget
from mailtrust.edge.probe.prober import probe as real_probe
from mailtrust.edge.probe.timeouts import Timeouts

AT_ONCE_PER_PORT = 2
AT_ONCE_PER_ADDRESS = 10
AT_ONCE = 200
"""Connections in all: below the usual limit of open files."""
CONNECTIONS_PER_PORT = 4

Wish = tuple[Endpoint, Offer]
OnProgress = Callable[[int, int], None]
"""Called with the number of wishes that are settled and the number of all."""

# What a port's few connections are spent on first.
_RANK = {Offer.DEFAULT: 0, Offer.NO_SNI: 1, Offer.LEGACY: 2, Offer.RSA: 3, Offer.ECDSA: 3}

_KIND_OF_KEY = {Offer.RSA: "rsa", Offer.ECDSA: "ec"}


class Probe(Interface):
    """What `prober.probe` is, for fakes of the same shape."""

    def __call__(
        self,
        endpoint: Endpoint,
        offer: Offer,
        *,
        timeouts: Timeouts,
        now: Callable[[], datetime],
        client_name: str | None,
        budget: PortBudget,
    ) -> Coroutine[Any, Any, Observation]:
        """Make one observation; a second connection, where it needs one, is taken from the budget."""


@frozen
class _Hello:
    """What a connection says: wishes with the same hello to one port are one connection.

    Not to send a name is what DEFAULT does for an IP literal, so NO_SNI is DEFAULT without a name here.
    """

    protocol: Protocol
    tls_mode: TlsMode
    server_name: str | None
    offer: Offer

    @classmethod
    def of(cls, endpoint: Endpoint, offer: Offer) -> "_Hello":
        if offer is Offer.NO_SNI:
            return cls(endpoint.protocol, endpoint.tls_mode, None, Offer.DEFAULT)
        return cls(endpoint.protocol, endpoint.tls_mode, endpoint.server_name, offer)


@record
class Gate:
    """What checks of one event loop share while they run at the same time: together they are as polite as one alone.

    A port is visited by one check after the other, each with its four connections.
    """

    everywhere: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    addresses: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    ports: dict[tuple[str, int], asyncio.Lock] = field(default_factory=dict)


@record
class _Port:
    """The wishes for one port of one address, and what came of them."""

    address: str
    number: int
    budget: PortBudget
    wishes: dict[_Hello, list[Wish]] = field(default_factory=dict)
    met: dict[_Hello, Observation] = field(default_factory=dict)
    said_busy: bool = False

    def by_rank(self, hellos: Iterable[_Hello]) -> deque[_Hello]:
        """The important ones first, otherwise in the order they were wished in."""
        return deque(sorted(hellos, key=lambda hello: min(_RANK[offer] for _, offer in self.wishes[hello])))

    def foretells(self, hello: _Hello) -> Observation | None:
        """Give what was met and would be met again by this hello, whatever name or offer it carries."""
        for other, seen in self.met.items():
            match seen.result:
                case ProbeFailure(stage=Stage.RESOLVE | Stage.CONNECT):
                    return seen
                case ProbeFailure(stage=stage, kind=kind) if _is_deaf_to_names(stage, kind):
                    if (other.protocol, other.tls_mode) == (hello.protocol, hello.tls_mode):
                        return seen
                case _:
                    pass
        return None

    def teaches(self, hello: _Hello) -> bool:
        """Whether asking is of use: for one kind of key only where the default offer met a leaf of another kind."""
        kind = _KIND_OF_KEY.get(hello.offer)
        default = None if kind is None else self.met.get(replace(hello, offer=Offer.DEFAULT))
        if default is None:
            return True
        match default.presented_chain:
            case (Certificate(public_key=key), *_):
                return key.algorithm != kind
            case _:
                return not isinstance(default.result, ProbeFailure)


async def probe_all(
    wishes: Sequence[Wish],
    *,
    per_host: int | None = None,
    timeouts: Timeouts | None = None,
    on_progress: OnProgress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    client_name: str | None = None,
    probe: Probe = real_probe,
    gate: Gate | None = None,
    glance: bool = False,
    on_seen: Callable[[Observation], None] | None = None,
) -> tuple[Observation, ...]:
    """Carry out the wishes, given in the order of their importance, and give what was seen in the same order.

    `per_host`: connections at a time to one address instead of 10. Two wishes that say the same to the same port share
    one connection, and what has nothing to do with the name (refused, no STARTTLS) holds for every name of the port. A
    wish that can teach nothing gets no observation: other offers where the default one met no TLS, RSA where it met an
    RSA leaf (ECDSA likewise), and whatever would be a fifth connection to a port. `gate`: shared with other calls that
    run at the same time. `glance`, `on_seen`: see PortBudget.
    """
    schedule = _Schedule(
        wishes=tuple(dict.fromkeys(wishes)),
        per_address=max(1, AT_ONCE_PER_ADDRESS if per_host is None else per_host),
        timeouts=timeouts or Timeouts(),
        on_progress=on_progress or (lambda _done, _total: None),
        connect=lambda wish, budget, limits: probe(
            *wish, timeouts=limits, now=now, client_name=client_name, budget=budget
        ),
        gate=gate or Gate(),
        glance=glance,
        on_seen=on_seen,
    )
    return await schedule.carry_out()


@record
class _Schedule:
    wishes: tuple[Wish, ...]
    per_address: int
    timeouts: Timeouts
    on_progress: OnProgress
    connect: Callable[[Wish, PortBudget, Timeouts], Coroutine[Any, Any, Observation]]
    gate: Gate
    glance: bool
    on_seen: Callable[[Observation], None] | None
    _seen: dict[Wish, Observation] = field(default_factory=dict)
    _settled: set[Wish] = field(default_factory=set)

    async def carry_out(self) -> tuple[Observation, ...]:
        """Visit all ports at once."""
        ports: dict[tuple[str, int], _Port] = {}
        for endpoint, offer in self.wishes:
            address = endpoint.connect_address or endpoint.address
            number = endpoint.connect_port or endpoint.port
            port = ports.setdefault(
                (address, number),
                _Port(address, number, PortBudget(CONNECTIONS_PER_PORT, glance=self.glance, on_seen=self.on_seen)),
            )
            port.wishes.setdefault(_Hello.of(endpoint, offer), []).append((endpoint, offer))
        self.on_progress(0, len(self.wishes))
        async with asyncio.TaskGroup() as tasks:
            for port in ports.values():
                tasks.create_task(self._visit_in_turn(port))
        return tuple(self._seen[wish] for wish in self.wishes if wish in self._seen)

    async def _visit_in_turn(self, port: _Port) -> None:
        async with self.gate.ports.setdefault((port.address, port.number), asyncio.Lock()):
            await self._visit(port)

    async def _visit(self, port: _Port) -> None:
        """Send a scout first; then two at a time, or one after the other where the server asked for patience."""
        waiting = port.by_rank(port.wishes)
        await self._ask(port, waiting[0])
        if not port.said_busy:
            waiting.popleft()
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(AT_ONCE_PER_PORT, self.per_address, len(waiting))):
                    tasks.create_task(self._ask_in_turn(port, waiting))
        if port.said_busy:
            await self._ask_patiently(port)
        self._settle(wish for group in port.wishes.values() for wish in group)

    async def _ask_in_turn(self, port: _Port, waiting: deque[_Hello]) -> None:
        while waiting and not port.said_busy:
            await self._ask(port, waiting.popleft())

    async def _ask_patiently(self, port: _Port) -> None:
        """One at a time, those that were sent away once more; a second 421 is the last word, for all that follow."""
        await asyncio.sleep(self.timeouts.busy_pause)
        port.met = {hello: seen for hello, seen in port.met.items() if not _is_busy(seen)}
        for hello in port.by_rank(hello for hello in port.wishes if hello not in port.met):
            await self._ask(port, hello)

    async def _ask(self, port: _Port, hello: _Hello) -> None:
        """Make one connection, unless it is known what it would meet."""
        known = port.foretells(hello)
        wishes = sorted(port.wishes[hello], key=lambda wish: _RANK[wish[1]])
        if known is not None:
            # Only default offers are told what others met: they stand for "this name at this port".
            self._note(known, [wish for wish in wishes if wish[1] is Offer.DEFAULT])
        elif port.teaches(hello) and port.budget.take():
            at_address = self.gate.addresses.setdefault(port.address, asyncio.Semaphore(self.per_address))
            async with at_address, self.gate.everywhere:
                seen = await self.connect(wishes[0], port.budget, self.timeouts)
            port.met[hello] = seen
            port.said_busy = port.said_busy or _is_busy(seen)
            self._note(seen, wishes)

    def _note(self, seen: Observation, wishes: Sequence[Wish]) -> None:
        for endpoint, offer in wishes:
            own = (seen.endpoint, seen.offer) == (endpoint, offer)
            self._seen[endpoint, offer] = seen if own else replace(seen, endpoint=endpoint, offer=offer)
        if not _is_busy(seen):
            self._settle(wishes)

    def _settle(self, wishes: Iterable[Wish]) -> None:
        before = len(self._settled)
        self._settled.update(wishes)
        if len(self._settled) > before:
            self.on_progress(len(self._settled), len(self.wishes))


def _is_busy(seen: Observation | None) -> bool:
    return seen is not None and isinstance(seen.result, ProbeFailure) and seen.result.kind is FailureKind.BUSY


def _is_deaf_to_names(stage: Stage, kind: FailureKind) -> bool:
    """Whether a failure has nothing to do with what a hello says: it came before the hello, or no TLS came at all."""
    return stage is not Stage.HANDSHAKE or kind in (FailureKind.TIMEOUT, FailureKind.NOT_THIS_PROTOCOL)
