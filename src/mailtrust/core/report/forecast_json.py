"""A forecast as JSON (mailtrust/forecast/1): the same bytes for the same forecast."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, timedelta

from mailtrust.core.forecast.courses import Course
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.lifetimes import DAY, LIMITS
from mailtrust.core.forecast.moments import Origin
from mailtrust.core.forecast.notices import Notice
from mailtrust.core.forecast.renewal import Pace, Renewal
from mailtrust.core.forecast.turns import Affected, Change
from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.verdict import Reason
from mailtrust.core.report import forecast_wire as wire
from mailtrust.core.report.assumed import assumed
from mailtrust.core.report.forecast_words import advice_on, cause_of, headline, renew_by
from mailtrust.core.report.report_wire import StoreWire
from mailtrust.version import __version__

Translate = Callable[[str], str]


def to_json(made: Forecast, translate: Translate, lang: str) -> bytes:
    """Write the forecast; `lang` is the language that `translate` speaks."""
    case = made.evidence.case
    written = wire.ForecastWire(
        schema=wire.SCHEMA,
        target=case.target,
        begins=made.begins.astimezone(UTC),
        until=made.until.astimezone(UTC),
        complete=made.whole,
        headline=headline(made).render(translate),
        lang=lang,
        version=__version__,
        changes=[_change(change, translate) for change in made.changes],
        renewals=[_renewal(renewal, translate) for renewal in made.renewals],
        notices=[_notice(made, notice, translate) for notice in made.notices],
        limits=_limits(made),
        courses=[_course(course) for course in made.courses],
        certificates={
            fingerprint: _certificate(certificate) for fingerprint, certificate in sorted(_named(made).items())
        },
        devices=_devices(made, translate),
        anchor_stores=_stores(made.evidence),
        assumed=assumed(made.evidence, translate),
    )
    return to_json_text(written)


def _change(change: Change, translate: Translate) -> wire.ChangeWire:
    advice = advice_on(change)
    return wire.ChangeWire(
        id=change.id,
        at=change.at.astimezone(UTC),
        already=change.already,
        turn=change.turn,
        track=change.track,
        title=cause_of(change).render(translate),
        advice=advice.render(translate) if advice else None,
        causes=[_cause(origin) for origin in change.origins],
        affected=[_affected(one) for one in change.affected],
    )


def _cause(origin: Origin) -> wire.CauseWire:
    return wire.CauseWire(
        kind=origin.kind,
        certificate=origin.certificate.fingerprint if origin.certificate else None,
        store=origin.store or None,
        rule=origin.rule.id if origin.rule else None,
        source=origin.rule.source.where if origin.rule else None,
        certain=origin.rule is None or origin.rule.certain,
    )


def _affected(one: Affected) -> wire.AffectedWire:
    return wire.AffectedWire(
        client=one.course.client.id,
        device=one.course.device.id if one.course.device else None,
        at=one.at.astimezone(UTC),
        before=one.before.outcome,
        after=one.after.outcome,
        new_codes=_codes(one.new_reasons),
        gone_codes=_codes(one.gone_reasons),
        endpoints=list(one.course.observations),
    )


def _codes(reasons: Iterable[Reason]) -> list[str]:
    return list(dict.fromkeys(reason.code for reason in reasons))


def _course(course: Course) -> wire.CourseWire:
    return wire.CourseWire(
        client=course.client.id,
        device=course.device.id if course.device else None,
        track=course.track,
        certificate=course.leaf.fingerprint if course.leaf else None,
        endpoints=list(course.observations),
        stages=[
            wire.StageWire(
                begins=stage.begins.astimezone(UTC),
                outcome=stage.verdict.outcome,
                overridable=stage.verdict.overridable,
                codes=sorted(stage.verdict.error_codes),
                path=list(stage.verdict.path),
            )
            for stage in course.stages
        ],
    )


def _notice(made: Forecast, notice: Notice, translate: Translate) -> wire.NoticeWire:
    rule = notice.rule
    return wire.NoticeWire(
        id=rule.id,
        on=rule.on,
        in_force=rule.on <= made.begins.date(),
        certain=rule.certain,
        binds=rule.binds,
        title=rule.title.render(translate),
        effect=rule.effect.render(translate),
        hurts=rule.hurts.render(translate),
        source=rule.source.where,
        certificates=[leaf.fingerprint for leaf in notice.leaves],
    )


def _renewal(renewal: Renewal, translate: Translate) -> wire.RenewalWire:
    longest = renewal.longest
    return wire.RenewalWire(
        certificate=renewal.leaf.fingerprint,
        endpoints=[seen.id for seen in renewal.observations],
        kind=renewal.kind,
        lifetime_days=renewal.lifetime_days,
        ends=renewal.ends,
        renew_by=renewal.last_day,
        overdue=renewal.overdue,
        due=renewal.due,
        first_break=renewal.first_break.id if renewal.first_break else None,
        trap=renewal.trap.id if renewal.trap else None,
        issuable_days=renewal.limit.most_days if renewal.limit else None,
        longer_than_issuable=renewal.longer_than_allowed,
        longest=wire.LongestWire(day=longest.day, days=longest.days, ends=longest.ends, then_days=longest.then_days)
        if longest
        else None,
        paces=[_pace(pace) for pace in renewal.paces],
        advice=renew_by(renewal).render(translate),
    )


def _pace(pace: Pace) -> wire.PaceWire:
    return wire.PaceWire(
        since=pace.since.astimezone(UTC),
        lifetime_days=_days(pace.lifetime),
        every_days=_days(pace.every),
        a_year=pace.a_year,
    )


def _days(span: timedelta) -> float:
    return round(span / DAY, 2)


def _limits(made: Forecast) -> wire.LimitsWire:
    return wire.LimitsWire(
        issuance=[
            wire.IssuanceLimitWire(
                since=limit.since,
                most_days=limit.most_days,
                reuse_days=limit.reuse_days,
                owner=limit.owner or None,
                source=limit.source.where,
            )
            for limit in LIMITS
        ],
        enforced=[
            wire.EnforcedLimitWire(
                most_days=limit.most_days,
                below="public-roots" if limit.public else "added-roots",
                clients=list(limit.clients),
            )
            for limit in made.enforced
        ],
    )


def _certificates(made: Forecast) -> Iterator[Certificate]:
    for course in made.courses:
        yield from course.reach.certificates
    for renewal in made.renewals:
        yield renewal.leaf
    case = made.evidence.case
    yield from (*case.local_roots, *case.hypothetical)


def _named(made: Forecast) -> dict[str, Certificate]:
    """The certificates whose fingerprints stand anywhere in the forecast."""
    case = made.evidence.case
    wanted = {one.fingerprint for one in (*case.local_roots, *case.hypothetical)}
    wanted |= {renewal.leaf.fingerprint for renewal in made.renewals}
    wanted |= {leaf.fingerprint for notice in made.notices for leaf in notice.leaves}
    for course in made.courses:
        wanted.update(fingerprint for stage in course.stages for fingerprint in stage.verdict.path)
    for change in made.changes:
        wanted.update(origin.certificate.fingerprint for origin in change.origins if origin.certificate)
    return {one.fingerprint: one for one in _certificates(made) if one.fingerprint in wanted}


def _certificate(one: Certificate) -> wire.CertificateWire:
    return wire.CertificateWire(
        subject=one.subject.text,
        issuer=one.issuer.text,
        serial=f"{one.serial:x}",
        not_before=one.not_before,
        not_after=one.not_after,
    )


def _devices(made: Forecast, translate: Translate) -> list[wire.DeviceWire]:
    met = dict.fromkeys(course.device for course in made.courses if course.device is not None)
    return [
        wire.DeviceWire(
            id=device.id, title=device.title.render(translate), store=device.store, source=device.source.where
        )
        for device in met
    ]


def _stores(evidence: Evidence) -> list[StoreWire]:
    recorded = {store.name: store.digest for store in evidence.case.stores}
    return [
        StoreWire(
            name=store.name,
            date=store.date.astimezone(UTC),
            anchors=len(store.anchors),
            provenance=store.provenance,
            digest=store.digest,
            stale=store.is_stale(evidence.now),
            digest_when_recorded=then if (then := recorded.get(store.name, store.digest)) != store.digest else None,
        )
        for _, store in sorted(evidence.stores.items())
    ]
