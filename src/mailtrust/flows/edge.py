"""The real outside: one Edge made of the system's resolver, sockets, downloads and trust stores."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.status import StatusQuestion
from mailtrust.edge.anchors import load_stores
from mailtrust.edge.lookup.dns import DnsResolver
from mailtrust.flows.check import Edge, OnProgress, Progress
from mailtrust.flows.issuers import Gathered
from mailtrust.flows.status_source import Answers

if TYPE_CHECKING:
    from mailtrust.edge.probe.schedule import Gate


def real_edge(
    *,
    dns: tuple[str, int] | None = None,
    allow_private_aia: bool = False,
    proxy: str | None = None,
    glance: bool = False,
) -> Edge:
    """Everything real.

    `dns`: ask this server instead of the system's; `proxy`: for all downloads; `glance`: look at ports in passing.
    """
    resolver = DnsResolver(dns)
    gates: WeakKeyDictionary[asyncio.AbstractEventLoop, Gate] = WeakKeyDictionary()

    async def probe(
        wishes: Sequence[tuple[Endpoint, Offer]], *, per_host: int | None, on_progress: OnProgress | None
    ) -> tuple[Observation, ...]:
        from mailtrust.edge.probe.schedule import Gate, probe_all

        def tell(done: int, total: int) -> None:
            if on_progress is not None:
                on_progress(Progress("probing", done, total))

        gate = gates.setdefault(asyncio.get_running_loop(), Gate())
        return await probe_all(wishes, per_host=per_host, on_progress=tell, gate=gate, glance=glance)

    leaving: set[asyncio.Task[None]] = set()

    async def first_sight(endpoint: Endpoint) -> Observation:
        from mailtrust.edge.probe.schedule import Gate, probe_all

        loop = asyncio.get_running_loop()
        told: asyncio.Future[Observation] = loop.create_future()

        def tell(seen: Observation) -> None:
            if not told.done():
                told.set_result(seen)

        async def whole() -> None:
            gate = gates.setdefault(loop, Gate())
            try:
                (seen,) = await probe_all([(endpoint, Offer.DEFAULT)], gate=gate, on_seen=tell)
            except Exception as error:  # a mistake of ours, which is to be heard of
                if told.done():
                    raise
                told.set_exception(error)
            else:
                tell(seen)

        task = loop.create_task(whole())
        leaving.add(task)
        task.add_done_callback(leaving.discard)
        return await told

    async def farewells() -> None:
        while leaving:
            await asyncio.gather(*leaving)

    async def download(certificates: Sequence[Certificate]) -> Gathered:
        from mailtrust.edge.lookup.aia import fetch_issuers

        return await fetch_issuers(certificates, allow_private=allow_private_aia, proxy=proxy, resolver=resolver)

    async def ask(questions: Sequence[StatusQuestion]) -> Answers:
        from mailtrust.edge.lookup.revocation import fetch_status

        return await fetch_status(questions, allow_private=allow_private_aia, proxy=proxy, resolver=resolver)

    async def recall(certificates: Sequence[Certificate]) -> Gathered:
        from mailtrust.edge.lookup.catalogue import Catalogue

        return Catalogue.of_this_user().issuers_of(certificates), ()

    def remember(certificates: Iterable[Certificate]) -> None:
        from mailtrust.edge.lookup.catalogue import Catalogue

        Catalogue.of_this_user().remember(certificates)

    return Edge(
        resolver=resolver,
        probe=probe,
        issuers=(download, recall),
        load_stores=load_stores,
        now=lambda: datetime.now(UTC),
        remember=remember,
        status=ask,
        first_sight=first_sight,
        farewells=farewells,
    )
