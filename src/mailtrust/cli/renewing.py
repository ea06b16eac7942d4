"""What a renewal meets: the servers, the CA, DNS, the plans that were applied, and whoever reads along."""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.apply import Stopped, applied, interrupted_ended, status_of
from mailtrust.cli.auditing import beside_plan
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, read_file, read_password, write_output
from mailtrust.cli.looking import dns_server, edge_of, looking_words, request_of, roots_of
from mailtrust.cli.organisation import organisation_of
from mailtrust.cli.progress import watched
from mailtrust.cli.showing import settings_of
from mailtrust.cli.state_folder import state_of
from mailtrust.cli.translations import translator
from mailtrust.core.formats.plan_file import decode_plan, encode_plan
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.renewal_told import RenewalTold
from mailtrust.core.model.renewing import Renewed
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.comparing import wanted_served
from mailtrust.edge.person import person
from mailtrust.edge.probe.loop import run as run_loop
from mailtrust.edge.renewal.folder import RenewalFolder, renewing
from mailtrust.flows.apply import Stale
from mailtrust.flows.renewal_around import Around
from mailtrust.flows.renewing import Renewing

if TYPE_CHECKING:
    from mailtrust.core.forecast.renewal_time import Window
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.observation import Observation
    from mailtrust.core.model.settings import Server
    from mailtrust.core.targets.mending.work import Material
    from mailtrust.core.validation.tlsa_switch import Beside, Place
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.edge.lookup.dns_update import ZoneEditor
    from mailtrust.flows.acme import Judging
    from mailtrust.flows.check import CheckRequest
    from mailtrust.flows.renewal_plan import RenewalPlan


@contextmanager
def ready(options: argparse.Namespace, *, only_look: bool) -> Iterator[int]:
    """Alone with the state folder, and with nothing left open by a run before; the exit status of that."""
    if only_look:
        yield exit_status.CLEAN
        return
    # The system's request to end clears proofs of control away, as Ctrl-C does.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with renewing(state_of(options).path):
            runs = interrupted_ended(options)
            for one in runs:
                say(one.why)
            yield status_of(runs, options) if runs else exit_status.CLEAN
    finally:
        signal.signal(signal.SIGTERM, before)


def renew_one(one: Renewed, options: argparse.Namespace, *, only_look: bool) -> RenewalTold:
    """What this run comes to with one certificate; a refusal is what it has come to, too."""
    from mailtrust.flows.renewal_plan import servers_of

    try:
        servers = servers_of(one.names, one.servers, organisation_of(options).servers)
        folder = RenewalFolder(state_of(options).path / "renewals" / one.name, one.name)
        around = Outside(one, options, folder, tuple(dict.fromkeys(_targets(one, servers))))
        return Renewing(
            one, servers, folder, around.around(servers),
            force=options.force, only_look=only_look, dry_run=options.dry_run, ignore_tlsa=options.ignore_tlsa,
        ).run()  # fmt: skip
    except Stopped:
        raise
    except UserProblem as problem:
        said = text("{name}: {why}", name=clean(one.name, 100), why=problem.message)
        return RenewalTold(one.name, "failed", problem.status, (said,))


def _targets(one: Renewed, servers: "Sequence[Server]") -> Iterator[str]:
    from mailtrust.core.rules.grounds.hosts import met_under

    for server in servers:
        yield from (place.target for place in server.places if met_under(place.host, one.names))


class Outside:
    """For one certificate."""

    def __init__(
        self, one: Renewed, options: argparse.Namespace, folder: RenewalFolder, targets: Sequence[str]
    ) -> None:
        """`targets`: where it is served."""
        self._one = one
        self._options = options
        self._folder = folder
        self._target = " ".join(targets)

    def around(self, servers: "Sequence[Server]") -> Around:
        """As the flow wants it."""
        editor = self._editor()
        return Around(
            now=lambda: datetime.now(UTC),
            look=self._look,
            window=self._window,
            order=self._order,
            places=lambda seen: self._places(seen, editor),
            publish=None if editor is None else lambda records: self._publish(records, editor),
            take_away=None if editor is None else lambda records: self._take_away(records, editor),
            plan=lambda assessment, material: self._plan(assessment, material, servers),
            stand_in=self._stand_in,
            written=self._written,
            kept=self._kept,
            apply=self._apply,
            clear_away=lambda: self._clear_away(servers),
            finished=self._finished,
            tell=self._say,
        )

    def _look(self) -> Assessment:
        from mailtrust.flows.check import check

        with watched() as on_progress:
            return run_loop(check(self._request(), edge_of(self._options), on_progress))

    def _request(self) -> "CheckRequest":
        return request_of(self._options, self._target, settings=settings_of(self._options))

    def _window(self, leaf: "Certificate") -> "Window | None":
        from mailtrust.flows.renewal_ordering import window_of

        return window_of(self._one, leaf)

    def _order(self, key: "PrivateKey", old: "Certificate") -> "tuple[Certificate, ...]":
        from mailtrust.flows.renewal_ordering import by_acme, by_ca

        if self._one.is_acme:
            dns = None if self._options.dns is None else dns_server(self._options.dns)
            return by_acme(self._one, key, old, self._judging(), dns)
        password = read_password(Path(self._one.password_file)) if self._one.password_file else None
        return by_ca(self._one, key, datetime.now(UTC), password)

    def _judging(self) -> "Judging":
        from mailtrust.cli.verify import store_loader
        from mailtrust.flows.acme import Judging

        organisation = organisation_of(self._options)
        own = roots_of(self._options, organisation)
        return Judging(store_loader(), datetime.now(UTC), organisation.clients or None, own)

    def _editor(self) -> "ZoneEditor | None":
        if not self._one.dns_update:
            return None
        from mailtrust.core.formats.listening import parse_dns_server
        from mailtrust.edge.lookup.dns_update import ZoneEditor
        from mailtrust.edge.lookup.tsig_key import read_tsig_key

        key = read_tsig_key(Path(self._one.tsig_file)) if self._one.tsig_file else None
        return ZoneEditor(parse_dns_server(self._one.dns_update, "dns_update"), key)

    def _places(self, seen: "Sequence[Observation]", editor: "ZoneEditor | None") -> "tuple[Place, ...]":
        from mailtrust.flows.renewal_dns import places_of

        return run_loop(places_of(seen, self._one.names, edge_of(self._options).resolver, editor))

    def _publish(self, records: "Sequence[Beside]", editor: "ZoneEditor") -> None:
        from mailtrust.flows.renewal_dns import publish

        run_loop(publish(records, editor))

    def _take_away(self, records: Sequence[tuple[str, str]], editor: "ZoneEditor") -> None:
        from mailtrust.flows.renewal_dns import take_away

        run_loop(take_away(records, editor))

    def _plan(self, assessment: Assessment, material: "Material", servers: "Sequence[Server]") -> "RenewalPlan":
        from mailtrust.edge.transport.reaching import machines_for
        from mailtrust.flows.renewal_plan import plan_renewal

        async def made() -> "RenewalPlan":
            roots = roots_of(self._options, organisation_of(self._options))
            async with machines_for(servers, roots) as machines:
                return await plan_renewal(assessment, machines, servers, material, looking_words(self._options))

        return run_loop(made())

    def _stand_in(self) -> "Material":
        from mailtrust.flows.renewal_ordering import stand_in

        return stand_in(self._one, datetime.now(UTC))

    def _written(self, plan: Plan) -> tuple[bytes, Plan]:
        octets = encode_plan(replace(plan, made_by=person()), translator(self._options.lang))
        return octets, decode_plan(octets)

    def _kept(self) -> tuple[bytes, Plan] | None:
        """A plan that waits for approval: made again it would have none."""
        path = self._folder.plan_file
        if not organisation_of(self._options).approvals or not path.exists():
            return None
        octets = read_file(path)
        plan = decode_plan(octets)
        wanted = wanted_served("", self._folder.next_chain()[0], ()).id
        return (octets, plan) if any(one.id.startswith(wanted) for one in plan.findings) else None

    def _apply(self, plan: Plan, octets: bytes) -> int:
        path = self._folder.plan_file
        self._options.approvals_file = beside_plan(path)
        if organisation_of(self._options).approvals:
            write_output(octets, path)
        try:
            runs = applied(plan, octets, self._options)
        except Stale:
            path.unlink(missing_ok=True)  # the next run makes another one
            raise
        for sentence in (one.why for one in runs if one.outcome in ("undone", "not-undone")):
            self._say(sentence)
        status = status_of(runs, self._options)
        if status == exit_status.NOT_UNDONE:
            self._say(text("Run mailtrust apply {plan} again: it says what is to be done.",
                           plan=called_file(state_of(self._options).remembered(plan.id))))  # fmt: skip
        return status

    def _clear_away(self, servers: "Sequence[Server]") -> None:
        from mailtrust.edge.transport.reaching import machines_for
        from mailtrust.flows.renewal_clearing import clear_away

        organisation = organisation_of(self._options)
        reaches = {one.reach for one in servers}
        there = [one for one in organisation.servers if one.reach in reaches]

        async def cleared() -> None:
            async with machines_for(there, roots_of(self._options, organisation)) as machines:
                # Nothing is done that others have not approved.
                only_tell = organisation.approvals > 0
                await clear_away(servers, there, machines, datetime.now(UTC), self._say, only_tell=only_tell)

        try:
            run_loop(cleared())
        except UserProblem as problem:
            self._say(problem.message)

    def _finished(self, plan: str) -> bool:
        ended = state_of(self._options).journal(plan).past.ended
        return ended is not None and ended.how == "finished"

    def _say(self, sentence: Text) -> None:
        with suppress(OSError, UnicodeEncodeError):
            sys.stderr.write(f"{clean(sentence.render(translator(self._options.lang)), 2000)}\n")
            sys.stderr.flush()
