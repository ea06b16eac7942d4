"""Walks as JSON (mailtrust/walk/1): one is an object, several are a list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from mailtrust.core.discovery.outcome import is_well
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.text import Text
from mailtrust.core.model.walk import Attempt, DnsAnswer, Walk
from mailtrust.core.remedies.finding.planner import Cure
from mailtrust.core.remedies.finding.receiving import Receiving
from mailtrust.core.remedies.finding.ways import Cures, weighed
from mailtrust.core.report import walk_wire as wire
from mailtrust.core.report.report_json import finding_to_wire, step_to_wire
from mailtrust.core.report.walk_words import changes_told, headline, quoted, receiving_steps, steps_told
from mailtrust.core.targets.parts.finding_servers import steps_for
from mailtrust.version import __version__

Translate = Callable[[str], str]


def walks_to_json(
    walks: Sequence[Walk],
    travellers: Mapping[str, Traveller],
    at: datetime,
    translate: Translate,
    lang: str,
    *,
    cures: Cures | None = None,
    receiving: Sequence[Receiving] = (),
    findings: Mapping[tuple[str, bool], Sequence[Finding]] | None = None,
) -> bytes:
    """Write the walks; `lang` is the language that `translate` speaks.

    `findings`: what is wrong, by address and place (True: inside).
    """
    plans = [_plan(cure, cures, travellers, translate) for cure in cures.cures] if cures is not None else []
    made: list[msgspec.Struct] = [
        _walk(
            walk,
            travellers[walk.client],
            at,
            translate,
            lang=lang,
            plans=plans,
            mail_plans=[_mail_plan(one, translate) for one in receiving if one.address == walk.address],
            findings=(findings or {}).get((walk.address, walk.situation.inside), ()),
        )
        for walk in walks
    ]
    return to_json_text(made[0] if len(made) == 1 else made)


def _plan(cure: Cure, cures: Cures, travellers: Mapping[str, Traveller], translate: Translate) -> wire.WalkPlanWire:
    return wire.WalkPlanWire(
        changes=[sentence.render(translate) for sentence in changes_told(cure, cures)],
        steps=[step_to_wire(step, translate) for step in steps_told(cure, cures)],
        left_out=[wire.LeftOutWire(address=address, client=client) for address, client in cure.left_out],
        questions=len(cure.asked),
        asked=[wire.LeftOutWire(address=address, client=client) for address, client, _ in cure.asked],
        risk=cure.risk,
        weighed=[sentence.render(translate) for sentence in weighed(cure, cures.best, travellers)],
    )


def _mail_plan(receiving: Receiving, translate: Translate) -> wire.MailPlanWire:
    return wire.MailPlanWire(
        changes=[steps_for(change)[0].say.render(translate) for change in receiving.changes],
        steps=[step_to_wire(step, translate) for step in receiving_steps(receiving)],
        left_out=list(receiving.left_out),
    )


def _walk(
    walk: Walk,
    traveller: Traveller,
    at: datetime,
    translate: Translate,
    *,
    lang: str,
    plans: list[wire.WalkPlanWire],
    mail_plans: list[wire.MailPlanWire],
    findings: Sequence[Finding],
) -> wire.WalkWire:
    attempts: list[wire.AttemptWire] = []
    found = None
    for place, attempt in enumerate(walk.attempts):
        number = len(attempts) + 1
        if attempt is walk.found:
            found = number
        attempts.extend(_attempts(attempt, number, None, translate, lang, reached=place < walk.reached))
    return wire.WalkWire(
        schema=wire.SCHEMA,
        address=walk.address,
        client=walk.client,
        title=Text(traveller.title).render(translate),
        inside=walk.situation.inside,
        at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        version=__version__,
        lang=lang,
        headline=headline(walk, traveller).render(translate),
        well=is_well(walk, traveller),
        attempts=attempts,
        found=found,
        findings=[
            finding_to_wire(one, (), translate) for one in findings if not one.clients or walk.client in one.clients
        ],
        plans=plans,
        mail_plans=mail_plans,
    )


def _attempts(
    attempt: Attempt, number: int, parent: int | None, translate: Translate, lang: str, *, reached: bool
) -> Iterator[wire.AttemptWire]:
    verdict = attempt.verdict
    yield wire.AttemptWire(
        n=number,
        parent=parent,
        method=attempt.method,
        url=clean(attempt.url, 500),
        asked=attempt.asked,
        reached=reached,
        leads=attempt.leads,
        dns=_dns(attempt.dns, translate) if attempt.dns is not None else None,
        endpoint=attempt.observation,
        verdict=wire.WalkVerdictWire(
            outcome=verdict.outcome,
            overridable=verdict.overridable,
            reference_identifier=verdict.reference_identifier,
            reasons=sorted(verdict.error_codes),
            message=quoted(attempt, lang),
        )
        if verdict is not None
        else None,
        http_status=attempt.http_status,
        redirect=attempt.redirect,
        user_meets=attempt.meets,
        detail=clean(attempt.detail.render(translate), 1000),
        ms=attempt.ms,
    )
    following = number + 1
    for child in attempt.children:
        below = list(_attempts(child, following, number, translate, lang, reached=reached))
        yield from below
        following += len(below)


def _dns(answer: DnsAnswer, translate: Translate) -> wire.DnsWire:
    return wire.DnsWire(
        status=answer.status,
        records=[clean(record, 300) for record in answer.records[:20]],
        aliases=[clean(name, 255) for name in answer.aliases],
        ttl=answer.ttl,
        secure=answer.secure,
        why=clean(answer.why.render(translate), 300) if answer.why is not None else "",
        claimed=answer.claimed,
        resolver=clean(answer.resolver, 300),
        ttl_by=clean(answer.ttl_by, 100),
    )
