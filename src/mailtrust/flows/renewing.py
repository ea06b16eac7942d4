"""Renew one certificate: order it when it is due, bring it out by a plan, and call it renewed when that is proven.

Each run goes as far as it can and never waits: what DNS, a person or a server still has to do, the next run finds done.
Until the new certificate is proven the former one is served, and the new pair is kept and not ordered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec.structs import replace as changed

from mailtrust.core.forecast.renewal_time import Due, due
from mailtrust.core.formats.renewal_record import PublishedRecord
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.plan import OnThisMachine
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.renewal_told import Outcome, RenewalTold
from mailtrust.core.model.renewing import Renewed
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.targets.mending.work import Material
from mailtrust.core.validation.dane_renewal import pins_of
from mailtrust.core.validation.tlsa_rollover import settled_after
from mailtrust.core.validation.tlsa_switch import Beside, switch
from mailtrust.edge.renewal.folder import RenewalFolder
from mailtrust.flows.renewal_around import Around
from mailtrust.flows.renewal_plan import Presented, RenewalPlan, concerned, shown_at

PERSON, COULD_NOT_LOOK, NOT_UNDONE = 1, 3, 5
"""Exit statuses."""


@dataclass(slots=True)
class Renewing:
    """One certificate, in one run."""

    one: Renewed
    servers: Sequence[Server]
    folder: RenewalFolder
    around: Around
    force: bool = False
    only_look: bool = False
    dry_run: bool = True
    """Whether a look shows the plan, too, for which the configuration of all servers is read."""
    ignore_tlsa: bool = False

    def run(self) -> RenewalTold:
        """Do what can be done now. Raises UserProblem; then nothing is worse than before."""
        if not self.only_look:
            self.folder.make()
            self._settle()
        self._tidy()
        assessment = self.around.look()
        shown = self._shown(assessment)
        seen = tuple(one.seen for one in shown)
        old = min((one.leaf for one in shown), key=lambda leaf: leaf.not_after)
        self._discard_useless()
        if not self.folder.has_next:
            when = self._due(old)
            if when.at > self.around.now() and not self.force:
                said = text("{name}: ends {end}, due {date}: {why}",
                            name=self.one.name, end=old.not_after, date=when.at, why=when.why)  # fmt: skip
                return self._told("not-due", 0, said, old, when.at)
            if self.only_look:
                return self._planned(assessment, old, when)
            self._order(old, seen)
        return self._bring_out(assessment, seen, old)

    def _settle(self) -> None:
        """A run that was killed behind the proof: what it could not write down any more."""
        record, current = self.folder.record, self.folder.current_chain()
        if self.folder.has_next and record.plan and not record.missing and self.around.finished(record.plan):
            self._promote()
        elif not self.folder.has_next and current and current[0].fingerprint != record.certificate:
            self._note_proven(current[0])

    def _promote(self) -> None:
        leaf = self.folder.next_chain()[0]
        self.folder.promote()
        self._note_proven(leaf)

    def _note_proven(self, leaf: Certificate) -> None:
        record = self.folder.record
        self.folder.remember(
            changed(record, certificate=leaf.fingerprint, proven=self.around.now(), published=[], plan="", missing=[])
        )

    def _tidy(self) -> None:
        """Records of a former certificate, once no server presents it any more."""
        record = self.folder.record
        if not record.outlived or self.folder.has_next:
            return
        if self.around.take_away is None:
            for one in record.outlived:
                self.around.tell(
                    text("The TLSA record {record} at {place} speaks of the former certificate: remove it.",
                         record=one.record, place=one.place)
                )  # fmt: skip
        elif not self.only_look:
            try:
                self.around.take_away([(one.place, one.record) for one in record.outlived])
            except UserProblem as problem:
                self.around.tell(
                    text("The TLSA records of the former certificate could not be removed yet: {why}",
                         why=problem.message)
                )  # fmt: skip
                return
        if not self.only_look:
            self.folder.remember(changed(record, outlived=[]))

    def _shown(self, assessment: Assessment) -> tuple[Presented, ...]:
        case = assessment.evidence.case.observations
        kind = self.folder.next_chain()[0].public_key.algorithm if self.folder.has_next else self.one.key.split("-")[0]
        shown = [one for server in self.servers for one in concerned(shown_at(case, server, self.one.names), kind)]
        if not shown:
            raise CouldNotLook(text("No server of {name} answers: nobody knows what is served.", name=self.one.name))
        return tuple({one.seen.id: one for one in shown}.values())

    def _discard_useless(self) -> None:
        """A pair that waited until it was no use any more, or that is for other names than are wanted now."""
        chain = self.folder.next_chain()
        if not self.folder.has_next or self.only_look:
            return
        fitting = bool(chain) and _names(chain[0]) == {one.lower() for one in self.one.names}
        if fitting and due(chain[0], None, self.one.at).at > self.around.now():
            return
        record = self.folder.record
        self.around.tell(text("{name}: the certificate that waited is of no use any more.", name=self.one.name))
        left = record.outlived if record.missing else record.published
        self.folder.remember(changed(record, published=[], outlived=list(left), plan="", missing=[]))
        self.folder.discard_next()

    def _due(self, old: Certificate) -> Due:
        now = self.around.now()
        if lacking := sorted({one.lower() for one in self.one.names} - _names(old)):
            return Due(now, text("the certificate in service is not for {names}", names=tuple(lacking)))
        by_share = due(old, None, self.one.at)
        known = self.folder.current_chain()[:1]
        if not (self.one.is_acme and known and known[0].fingerprint == old.fingerprint):
            return by_share
        try:
            return due(old, self.around.window(old), self.one.at)
        except UserProblem as problem:
            # A CA out of reach is no matter as long as nothing is wanted of it.
            if by_share.at > now:
                self.around.tell(text("{name}: not due yet. {why}", name=self.one.name, why=problem.message))
            return by_share

    def _order(self, old: Certificate, seen: Sequence[Observation]) -> None:
        keep = self.folder.holds_key_of(old) and (self.one.keep_key or self._pinned(seen))
        key = self.folder.next_key(self.one.key, keep=keep)
        if keep:
            self.around.tell(text("{name}: the key is kept.", name=self.one.name))
        chain = self.around.order(key, old)
        if not chain or not key.matches(chain[0]):
            raise CouldNotLook(text("The CA gave a certificate for another key than the one it was asked for."))
        self.folder.put_next(chain)
        self.around.tell(
            text("{name}: issued {serial}, until {date}.",
                 name=self.one.name, serial=f"{chain[0].serial:x}", date=chain[0].not_after)
        )  # fmt: skip

    def _pinned(self, seen: Sequence[Observation]) -> bool:
        """Whether records hold on to the key, and nobody but a person can change them."""
        if self.around.publish is not None or self.ignore_tlsa:
            return False
        try:
            places = self.around.places(seen)
        except UserProblem:
            return True
        return any(
            pins_of({one.name: one.records}, [part for part in one.current if isinstance(part, Certificate)]).key
            for one in places
        )

    def _bring_out(self, assessment: Assessment, seen: Sequence[Observation], old: Certificate) -> RenewalTold:
        chain = self.folder.next_chain()
        material = Material(chain, OnThisMachine(str(self.folder.next_key_file)))
        waits = None if self.ignore_tlsa else self._waits_for_dns(seen, chain, old)
        if waits is not None:
            return waits
        if self.only_look:
            said = text("{name}: the new certificate waits to be brought out.", name=self.one.name)
            if missing := tuple(self.folder.record.missing):
                said = text("{name}: the next run brings it to {servers}.", name=self.one.name, servers=missing)
            told = self._told("due", 0, said, old, self.around.now())
            return replace(told, plan=self.around.plan(assessment, material).plan) if self.dry_run else told
        made = self.around.plan(assessment, material)
        if made.introduced:
            said = text(
                "{name}: the new certificate would bring {findings}. It is kept and not brought out; the former one is "
                "served.",
                name=self.one.name,
                findings=made.introduced,
            )
            return self._told("failed", PERSON, said, old)
        status = 0
        if made.plan.steps:
            octets, plan = self.around.kept() or self.around.written(made.plan)
            self.folder.remember(changed(self.folder.record, plan=plan.id, missing=list(made.missing)))
            status = self.around.apply(plan, octets)
        return self._outcome(status, made, old, chain)

    def _waits_for_dns(
        self, seen: Sequence[Observation], chain: Sequence[Certificate], old: Certificate
    ) -> RenewalTold | None:
        """What the TLSA records ask for before the switch; None: nothing, or no more."""
        record, now = self.folder.record, self.around.now()
        known = {(one.place, one.record): one.since for one in record.published}
        wanted = switch(self.around.places(seen), chain, known, now)
        if wanted.publish:
            records = tuple(dict.fromkeys(f"{one.name} TLSA {one.record.text}" for one in wanted.publish))
            if self.around.publish is None:
                said = text(
                    "{name}: publish {records} beside what stands there, and let it run again: it waits until two of "
                    "their TTLs have passed.",
                    name=self.one.name,
                    records=records,
                )
                return self._told("waiting", PERSON, said, old)
            if self.only_look:
                said = text("{name}: the next run publishes {records}, and waits until two of their TTLs have passed.",
                            name=self.one.name, records=records)  # fmt: skip
                return self._told("waiting", 0, said, old)
            self.around.publish(wanted.publish)
            self._note_published(wanted.publish, self.around.now())
            ends = self.around.now() + timedelta(seconds=max(settled_after(one.ttl) for one in wanted.publish))
            said = text("{name}: published {records}. They count everywhere from {date} on; a run after that goes on.",
                        name=self.one.name, records=records, date=ends)  # fmt: skip
            return self._told("waiting", self._pressing(old, ends), said, old, ends)
        new = [one for one in wanted.waits_for if (one.name, one.record.text) not in known]
        outlived = [PublishedRecord(place=one.name, record=one.record.text, since=now) for one in wanted.remove]
        if not self.only_look:
            self._note_published(new, now)
            there = {(one.place, one.record) for one in record.outlived}
            more = [one for one in outlived if (one.place, one.record) not in there]
            if more:
                self.folder.remember(changed(self.folder.record, outlived=[*record.outlived, *more]))
        if wanted.not_before is None:
            return None
        said = text("{name}: the TLSA records of the new certificate count everywhere from {date} on; a run after that "
                    "goes on.", name=self.one.name, date=wanted.not_before)  # fmt: skip
        return self._told("waiting", self._pressing(old, wanted.not_before), said, old, wanted.not_before)

    def _pressing(self, old: Certificate, ends: datetime) -> int:
        """Whether a person should know that it will be late."""
        return PERSON if old.not_after <= ends else 0

    def _note_published(self, records: Sequence[Beside], since: datetime) -> None:
        if records:
            record = self.folder.record
            noted = [PublishedRecord(place=one.name, record=one.record.text, since=since) for one in records]
            self.folder.remember(changed(record, published=[*record.published, *noted]))

    def _outcome(self, status: int, made: RenewalPlan, old: Certificate, chain: Sequence[Certificate]) -> RenewalTold:
        name = self.one.name
        if status == NOT_UNDONE:
            said = text("{name}: it failed, and not everything could be taken back.", name=name)
            return self._told("failed", status, said, old)
        if status != 0:
            said = text(
                "{name}: it could not be brought out; the former certificate is served, the new one is kept, and the "
                "next run tries again.",
                name=name,
            )
            return self._told("failed", status, said, old)
        if made.missing:
            told = self._told("waiting", COULD_NOT_LOOK, made.why[0], old)
            more = text("{name}: the next run brings it to {servers}.", name=name, servers=made.missing)
            return replace(told, said=(*made.why, more))
        self._promote()
        self._tidy()
        self.around.clear_away()
        again = due(chain[0], None, self.one.at).at
        said = text("{name}: renewed and proven, until {date}; due again {due}.",
                    name=name, date=chain[0].not_after, due=again)  # fmt: skip
        return self._told("renewed", 0, said, chain[0], again)

    def _planned(self, assessment: Assessment, old: Certificate, when: Due) -> RenewalTold:
        if not self.dry_run:
            said = text(
                "{name}: ends {end}, due since {date}: {why}. mailtrust renew --all orders the next and brings it out; "
                "with --dry-run it shows how.",
                name=self.one.name,
                end=old.not_after,
                date=when.at,
                why=when.why,
            )
            return self._told("due", 0, said, old, when.at)
        made = self.around.plan(assessment, self.around.stand_in())
        said = text(
            "{name}: ends {end}, due since {date}: {why}. A certificate would be ordered and brought out as follows; a "
            "stand-in is shown for it.",
            name=self.one.name,
            end=old.not_after,
            date=when.at,
            why=when.why,
        )
        # Of what clients will say to a certificate that nobody has, the best guess is what they say today.
        plan = replace(made.plan, after=made.plan.before, cures=())
        return replace(self._told("due", 0, said, old, when.at), plan=plan)

    def _told(
        self, outcome: Outcome, status: int, said: Text, leaf: Certificate, next_run: datetime | None = None
    ) -> RenewalTold:
        return RenewalTold(
            clean(self.one.name, 100), outcome, status, (said,), leaf.fingerprint, leaf.not_after, next_run
        )


def _names(certificate: Certificate) -> set[str]:
    return {one.lower() for one in (*certificate.dns_names, *certificate.ip_addresses)}
