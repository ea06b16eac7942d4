"""What applying a plan meets: the machines, the wire, the zone, the store, and the person at the terminal."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mailtrust.cli.files import write_output
from mailtrust.cli.looking import dns_server, edge_of, looking_options_given, request_of, roots_of
from mailtrust.cli.organisation import opened_as_here, organisation_of
from mailtrust.cli.plan_shown import drawn_plan
from mailtrust.cli.prove import looking_of
from mailtrust.cli.terminal import agreed, somebody_is_there, write
from mailtrust.cli.translations import translator
from mailtrust.core.model.applied import Happening
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import AskPerson, ChangeRecords, Plan, PlanStep
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, in_a_row, text

if TYPE_CHECKING:
    from mailtrust.edge.lookup.dns_update import ZoneEditor
    from mailtrust.edge.transport.machine import Machine
    from mailtrust.flows.apply_session import Intent, Surroundings, Verdict
    from mailtrust.flows.prove import Proven
    from mailtrust.flows.prove_ways import WaysProven

QUESTIONS: "dict[Intent, Text]" = {
    "apply": text("Do exactly this?"),
    "recover": text("Finish it if it only wants its proof, and take back what it had begun otherwise?"),
    "undo": text("Take this plan back?"),
}


class Outside:
    """Made for one run; `close` leaves every machine."""

    def __init__(self, plan: Plan | None, options: argparse.Namespace) -> None:
        """`plan`: the one that the looking options on the command line are for."""
        self._plan = plan
        self._options = options
        self._opened: dict[str, Machine] = {}
        """By `Server.reach`: what reads the facts again does what is to be done there, too."""

    @property
    def surroundings(self) -> "Surroundings":
        """As the flow wants it."""
        from mailtrust.flows.apply_session import Surroundings

        return Surroundings(
            machine=self._machine,
            differing=self._differing,
            prove=self._prove,
            zone=self._zone,
            stored_key=self._stored_key,
            agree=self._agree,
            ask=self._ask if somebody_is_there() else None,
            tell=self._tell,
        )

    async def close(self) -> None:
        """Leave all machines; a way that is lost already is no trouble."""
        for machine in self._opened.values():
            with suppress(UserProblem):
                await machine.close()
        self._opened.clear()

    def _machine(self, server: Server) -> "Machine":
        from mailtrust.edge.transport.reaching import machine_for

        if server.reach in self._opened:
            return self._opened[server.reach]
        own = self._options.roots or self._options.servers
        looking = looking_of(self._plan) if self._plan and not own else self._options
        organisation = organisation_of(looking)
        machine = machine_for(opened_as_here(server, organisation), roots_of(looking, organisation))
        self._opened[server.reach] = machine
        return machine

    async def _differing(self, plan: Plan) -> Sequence[str]:
        from mailtrust.flows.survey import differing

        return await differing(plan, {server.reach: self._machine(server) for server in plan.servers})

    async def _prove(self, plan: Plan, servers: tuple[str, ...]) -> "Verdict":
        if plan.looked_by == "discover":
            return await self._prove_ways(plan)
        from mailtrust.cli.showing import settings_of
        from mailtrust.flows.apply_proving import verdict
        from mailtrust.flows.prove import prove

        given = plan == self._plan and (looking_options_given(self._options) or self._options.roots)
        looking = self._options if given else looking_of(plan)
        request = request_of(looking, plan.target, settings=settings_of(looking))

        async def look() -> "Proven":
            return await prove(plan, request, edge_of(looking), servers=servers)

        return await verdict(plan, look)

    async def _prove_ways(self, plan: Plan) -> "Verdict":
        """The zone's own server is asked for what was changed; what others still keep is told."""
        from mailtrust.cli.proving_ways import ways_proven
        from mailtrust.edge.lookup.dns import DnsResolver
        from mailtrust.flows.apply_proving import verdict

        given = self._options if plan == self._plan else None
        zone = None
        if self._options.dns_update is not None:
            zone = DnsResolver(dns_server(self._options.dns_update, "--dns-update"))
        last: list[WaysProven] = []

        async def look() -> "WaysProven":
            last[:] = [await ways_proven(plan, given, zone)]
            return last[0]

        seen = await verdict(plan, look)
        return replace(seen, why=in_a_row((seen.why, *(held.said for held in last[0].held))))

    def _zone(self, records: ChangeRecords) -> "ZoneEditor":
        from mailtrust.edge.lookup.dns_update import ZoneEditor
        from mailtrust.edge.lookup.tsig_key import read_tsig_key

        if self._options.dns_update is None:
            raise UserProblem(
                text(
                    "The plan changes records of {name}: say with --dns-update ADDR:PORT at which server, and with "
                    "--tsig-file where the key of the update is.",
                    name=clean(records.name, 255),
                )
            )
        key = read_tsig_key(self._options.tsig_file) if self._options.tsig_file is not None else None
        return ZoneEditor(dns_server(self._options.dns_update, "--dns-update"), key)

    def _stored_key(self, fingerprint: str) -> bytes:
        from mailtrust.cli.store.opening import opened, source_of, who
        from mailtrust.flows.store import key_of, look

        store = opened(self._options)
        found = [one for one in look(store).certificates if one.certificate.fingerprint == fingerprint]
        if not found:
            raise UserProblem(
                text("The store has no certificate {fingerprint}: name the store with --store, or make the plan again.",
                     fingerprint=clean(fingerprint, 64))
            )  # fmt: skip
        return key_of(store, found[0], source_of(self._options), who()).to_pem().encode("ascii")

    def _ask(self, said: Text, step: PlanStep) -> bool:
        self.say(said)
        if isinstance(step.do, AskPerson):
            for click in step.do.clicks:
                self.say(text("   {what}", what=click))
            for line in (*step.do.command.splitlines(), *step.do.file.splitlines()):
                self.say(text("   {what}", what=line))
        return agreed(text("Is it done?"), self._options.lang)

    def _agree(self, intent: "Intent", plan: Plan) -> None:
        from mailtrust.cli.auditing import approvals_for, note_begun

        approvals = approvals_for(plan, self._options) if intent == "apply" else ()
        self._ask_whether(intent, plan)
        note_begun(intent, plan, approvals, self._options)

    def _ask_whether(self, intent: "Intent", plan: Plan) -> None:
        match intent:
            case "apply" if self._options.quiet:
                self.say(text("Applying the plan {plan}. Steps: {count}.", plan=plan.id[:12], count=len(plan.steps)))
            case "apply":
                self._show(plan)
            case "recover":
                self.say(
                    text("A run before this one was interrupted while it applied the plan {plan} for {target}.",
                         plan=plan.id[:12], target=plan.target)
                )  # fmt: skip
            case "undo":
                self.say(
                    text("The plan {plan} for {target} is taken back. Steps: {count}.",
                         plan=plan.id[:12], target=plan.target, count=len(plan.steps))
                )  # fmt: skip
        if self._options.yes:
            return
        if not somebody_is_there():
            raise UserProblem(
                text("Nothing was changed: standard input is no terminal, so nobody can be asked. Give --yes to go on.")
            )
        if not agreed(QUESTIONS[intent], self._options.lang):
            raise UserProblem(text("Nothing was changed."))

    def _show(self, plan: Plan) -> None:
        drawn = drawn_plan(plan, self._options)
        if self._options.format == "json" or self._options.output is not None:
            write(drawn)
        else:
            from mailtrust.cli.screen import screen_of

            write_output(drawn.encode(screen_of(self._options).encoding, "replace"), None)

    def say(self, sentence: Text) -> None:
        """A line on standard error. That nobody listens any more must not stop what has been begun."""
        write(f"{clean(sentence.render(translator(self._options.lang)), 2000)}\n")

    def _tell(self, now: Happening) -> None:
        servers = now.servers or (text("all servers"),)
        match now:
            case Happening(what="doing", step=PlanStep() as step):
                self.say(text("{step}. {what}", step=step.id, what=step.say))
            case Happening(what="failed", why=Text() as why):
                self.say(text("   It failed: {why}", why=why))
            case Happening(what="proving"):
                self.say(text("Looking on the wire: {servers} …", servers=servers))
            case Happening(what="proven" | "copy-stays", why=Text() as why):
                self.say(text("   {what}", what=why))
            case Happening(what="taking-back", why=Text() as why):
                self.say(text("Taking back what was begun. {why}", why=why))
            case Happening(what="back", step=PlanStep() as step):
                self.say(text("{step}. Taken back: {what}", step=step.id, what=step.say))
            case Happening(what="left", step=PlanStep() as step, why=Text() as why):
                self.say(text("{step}. NOT taken back: {why}", step=step.id, why=why))
