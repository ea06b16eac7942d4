"""What serves what, as servers are told: as they are configured, as Exchange was exported, as a store has it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.kept import Holdings
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.services import mailstore
from mailtrust.core.services.assigned import EXCHANGE, from_configuration, from_exchange, from_store, written_at
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.edge.transport.machine import Machine
from mailtrust.flows.survey import survey_all

NOTHING_KNOWN = text(
    "No server is known: write your servers into mailtrust.toml, or give what Exchange told in --export FILE."
)


@frozen
class Told:
    """What servers are told to present, as far as it is known."""

    assigned: tuple[Assigned, ...]
    surveyed: tuple[Surveyed, ...]
    others: tuple[Server, ...]
    """Servers of mailtrust.toml of which no configuration was read."""
    organisation: ExchangeOrganisation | None
    notes: tuple[Text, ...]
    """What could not be read, a sentence each."""
    exported: ExchangeOrganisation | None = None
    """With the servers that nobody asked for: names that clients use lead to these too."""

    @property
    def is_something(self) -> bool:
        """Whether any server is known."""
        return bool(self.assigned or self.surveyed or self.others or self.organisation or self.notes)


async def told(
    servers: Sequence[Server],
    organisation: ExchangeOrganisation | None,
    holdings: Holdings,
    machines: Mapping[str, Machine],
    *,
    exported: ExchangeOrganisation | None = None,
) -> Told:
    """Read the configurations; `machines` by `Server.reach`. Nothing is changed.

    `exported`: the whole organisation, where some of its servers alone were asked for.
    """
    surveyed, unread = await survey_all(servers, machines)
    read = {one.server.name for one in surveyed}
    others = tuple(one for one in servers if one.name not in read)
    notes = [one.said for one in unread]
    assigned = list(from_exchange(organisation)) if organisation is not None else []
    for one in surveyed:
        places = [(place, one.leaf_of(place)) for place in one.places]
        assigned += from_configuration(one.server.name, one.product.ID, places)
        notes += [
            text(
                "{server}: {where} names {file}, in which no certificate can be read.",
                server=one.server.name,
                where=written_at(place),
                file=place.chain_file,
            )
            for place, leaf in places
            if leaf is None
        ]
    names = {one.name.lower() for one in others}
    kept = [one for one in from_store(holdings) if not servers or one.server.lower() in names]
    assigned += kept
    known = {one.server.lower() for one in assigned} | {one.server.name.lower() for one in unread}
    notes += [_silent(one) for one in others if one.name.lower() not in known]
    return Told(tuple(assigned), surveyed, others, organisation, tuple(notes), exported or organisation)


def chosen(
    wanted: Sequence[str], servers: Sequence[Server], organisation: ExchangeOrganisation | None
) -> tuple[tuple[Server, ...], ExchangeOrganisation | None]:
    """The servers that were asked for by name; without a name all of an export, else all of mailtrust.toml.

    Raises UserProblem for a name that nobody knows.
    """
    if not wanted:
        return (tuple(servers) if organisation is None else ()), organisation
    exported = organisation.servers if organisation is not None else ()
    ours = {one.name.lower() for one in servers}
    theirs = {name.lower() for one in exported for name in (one.name, one.fqdn) if name}
    for name in wanted:
        if name.lower() not in ours | theirs:
            known = [*(one.name for one in servers), *(one.name for one in exported)]
            if not known:
                raise UserProblem(NOTHING_KNOWN)
            raise UserProblem(
                text(
                    "Expected the name of a server, got “{given}”. There are: {known}.", given=name, known=tuple(known)
                )
            )
    asked = {name.lower() for name in wanted}
    if organisation is not None:
        left = tuple(one for one in exported if asked & {one.name.lower(), one.fqdn.lower()})
        organisation = replace(organisation, servers=left)
    return tuple(one for one in servers if one.name.lower() in asked), organisation


def _silent(server: Server) -> Text:
    """Why nothing is known of what a server is told."""
    if server.product == mailstore.ID:
        return text(
            "{server}: MailStore keeps its choice of certificates in its Service Configuration, where nothing can be "
            "read from here. What its ports present is all that can be told.",
            server=server.name,
        )
    if server.product == EXCHANGE:
        return text(
            "{server}: what Exchange is told comes from an export: `mailtrust services collect` writes the script, "
            "--export FILE reads what it wrote.",
            server=server.name,
        )
    if server.reach:
        return text(
            "{server}: mailtrust does not read the configuration of this product ({product}). --served shows what is "
            "presented.",
            server=server.name,
            product=server.product or "?",
        )
    return text(
        "{server}: nothing says how its configuration is come by: write reach and product into mailtrust.toml. "
        "--served shows what is presented.",
        server=server.name,
    )
