"""How things stand: what servers are told to present, and, where it is asked for, what they do present."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.looking import dns_server, roots_of
from mailtrust.cli.organisation import organisation_of, own_settings
from mailtrust.cli.progress import watched
from mailtrust.cli.services.opening import add_balancer_option, add_facts_options, exchange_of, facts_given
from mailtrust.cli.translations import told
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.formats.connect_to import Detours
    from mailtrust.core.model.assignment import AssignmentEvidence
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.exchange import ExchangeOrganisation
    from mailtrust.core.model.kept import Holdings
    from mailtrust.core.model.settings import Server
    from mailtrust.flows.check import Edge, OnProgress
    from mailtrust.flows.services_assigned import Told
    from mailtrust.flows.services_served import Shown


@frozen
class Standing:
    """All that was learnt."""

    told: "Told"
    shown: "Shown"
    evidence: "AssignmentEvidence"
    holdings: "Holdings"
    edge: "Edge"
    detours: "Detours"

    @property
    def notes(self) -> tuple[Text, ...]:
        """What could not be read or asked."""
        return (*self.told.notes, *self.shown.notes)


def add_standing_options(parser: argparse.ArgumentParser, *, compared: bool = True) -> None:
    """Add them; `standing_of` reads them. `compared`: what is told is compared with what is seen."""
    add_facts_options(parser)
    parser.add_argument(
        "--servers", metavar="FILE", type=Path,
        help=told(text("your domains, servers and defaults (default: ./mailtrust.toml, else the user's own)")),
    )  # fmt: skip
    parser.add_argument(
        "--store", metavar="PLACE",
        help=told(text("a file, or postgresql://USER@HOST/DATABASE (default: as mailtrust.toml says, else your own)")),
    )  # fmt: skip
    parser.add_argument("--dns", metavar="ADDR:PORT", help=told(text("ask this DNS server")))
    parser.add_argument(
        "--resolve", metavar="HOST:PORT:ADDR", action="append", default=[],
        help=told(text("look for HOST:PORT at this address, as in curl; more than once, if need be")),
    )  # fmt: skip
    if compared:
        add_balancer_option(parser)
    else:
        parser.set_defaults(balancer="unknown")


def standing_of(options: argparse.Namespace, wanted: Sequence[str], *, served: bool) -> Standing:
    """Read what the options name, and ask the ports where `served` is wanted. Raises UserProblem."""
    from mailtrust.core.formats.connect_to import Detours, parse_resolve
    from mailtrust.core.model.kept import Holdings
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.edge import real_edge
    from mailtrust.flows.services_assigned import chosen
    from mailtrust.flows.services_served import evidence_of

    organisation = organisation_of(options)
    exported = exchange_of(options) if facts_given(options) else None
    servers, exchange = chosen(wanted, organisation.servers, exported)
    holdings = _holdings(options) if servers or exchange is None else Holdings()
    detours = Detours(resolve=tuple(map(parse_resolve, options.resolve)))
    edge = real_edge(dns=dns_server(options.dns) if options.dns is not None else None)
    with watched() as on_progress:
        now_told, shown = run_loop(
            _look(
                servers,
                exchange,
                holdings,
                edge,
                detours,
                exported=exported,
                roots=roots_of(options, organisation),
                served=served,
                on_progress=on_progress,
            )
        )
    evidence = evidence_of(now_told, shown, own_settings(organisation), edge, balancer=options.balancer)
    return Standing(now_told, shown, evidence, holdings, edge, detours)


async def _look(
    servers: "Sequence[Server]",
    exchange: "ExchangeOrganisation | None",
    holdings: "Holdings",
    edge: "Edge",
    detours: "Detours",
    *,
    exported: "ExchangeOrganisation | None",
    roots: "Sequence[Certificate]",
    served: bool,
    on_progress: "OnProgress | None",
) -> "tuple[Told, Shown]":
    from mailtrust.edge.transport.reaching import machines_for
    from mailtrust.flows.services_assigned import told as what_is_told
    from mailtrust.flows.services_served import shown, shown_by_mailstore
    from mailtrust.flows.survey import configurable

    async with machines_for(filter(configurable, servers), roots) as machines:
        now_told = await what_is_told(servers, exchange, holdings, machines, exported=exported)
    return now_told, await (shown if served else shown_by_mailstore)(now_told, edge, detours, on_progress)


def _holdings(options: argparse.Namespace) -> "Holdings":
    """What the store keeps; nothing where nobody names one and the user has none."""
    from mailtrust.cli.store.opening import opened, place_of
    from mailtrust.core.model.kept import Holdings
    from mailtrust.edge.store.place import FilePlace
    from mailtrust.flows.store import look

    place = place_of(options)
    named = options.store is not None or organisation_of(options).store is not None
    if not named and isinstance(place, FilePlace) and not place.path.exists():
        return Holdings()
    return look(opened(options))
