"""What the judge says over time: staged ends, to the second, and the cross-sign that saves a client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.clients import CLIENTS, client_by_id
from mailtrust.core.forecast import departures, old_devices
from mailtrust.core.forecast.altered_store import store_at
from mailtrust.core.forecast.courses import Track, gist
from mailtrust.core.forecast.forecast import breaks_within, forecast
from mailtrust.core.forecast.lifetimes import next_lifetime
from mailtrust.core.forecast.moments import OriginKind
from mailtrust.core.forecast.old_devices import OLD_DEVICES, OldDevice
from mailtrust.core.forecast.turns import Turn
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.client import CandidatePath, Citation
from mailtrust.core.model.observation import Handshake
from mailtrust.core.model.pool import Source
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.status import StatusEvidence
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Outcome, Reason
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.validation.reasons import error

if TYPE_CHECKING:
    from tests.forecast.conftest import Sky

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ACCEPTED, REFUSED, WARNED = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.WARNED


def codes_at(sky: Sky, made: object, client: str, at: datetime, **more: object) -> set[str]:
    return set(sky.course(made, client, **more).at(at).error_codes)  # type: ignore[arg-type]


def test_a_leaf_ends_to_the_second_and_for_openssl_a_second_earlier(sky: Sky) -> None:
    root = sky.root("Root")
    ends = sky.now + 80 * DAY
    made = sky.forecast(sky.seen(sky.leaf(root, ends)), stores=sky.stores(root))
    for client, last in (("firefox", ends), ("java-mail", ends), ("gmail-android", ends), ("openssl", ends - SECOND)):
        assert sky.course(made, client).at(last).outcome is ACCEPTED, client
        assert codes_at(sky, made, client, last + SECOND) == {"expired"}, client
    change = sky.change(made, Turn.BREAKS)
    assert change.at == ends
    assert {one.at for one in change.affected} == {ends, ends + SECOND}
    assert {one.at for one in change.affected if one.course.client.id == "openssl"} == {ends}


def test_an_end_at_the_last_second_of_a_day_is_one_change(sky: Sky) -> None:
    root = sky.root("Root")
    for second in (0, 57, 58, 59):
        ends = datetime(2027, 2, 10, 23, 59, second, tzinfo=sky.now.tzinfo)
        made = sky.forecast(sky.seen(sky.leaf(root, ends)), stores=sky.stores(root))
        assert [change.turn for change in made.of(Track.AS_IT_STANDS)] == [Turn.BREAKS]


def test_an_intermediate_that_ends_first_breaks_everybody_and_renewing_does_not_help(sky: Sky) -> None:
    root = sky.root("Root")
    middle = sky.ca(root, "Issuing", sky.now + 40 * DAY)
    made = sky.forecast(sky.seen(sky.leaf(middle), middle.certificate), stores=sky.stores(root))
    first, second = made.of(Track.AS_IT_STANDS)
    assert [origin.certificate for origin in first.origins] == [middle.certificate]
    assert first.turn is Turn.BREAKS
    assert {one.course.client.id for one in first.affected} == {
        client.id for client in CLIENTS if not client.unknown_because and client.id != "mta-opportunistic"
    }
    assert second.turn is Turn.OTHER_REASON  # then the leaf ends too
    renewed = sky.change(made, Turn.BREAKS, Track.RENEWED)
    assert renewed.at == first.at
    (advice,) = made.renewals
    assert advice.first_break == first
    assert advice.last_day == (sky.now + 39 * DAY).date()


def test_a_roots_own_end_counts_for_some_engines_only(sky: Sky) -> None:
    ends = sky.now + 100 * DAY
    root = sky.root("Root", ends=ends)
    middle = sky.ca(root, "Issuing")
    leaf = sky.leaf(middle, sky.now + 300 * DAY)
    made = sky.forecast(sky.seen(leaf, middle.certificate), stores=sky.stores(root))
    change = made.of(Track.AS_IT_STANDS)[0]
    broken = {one.course.client.id for one in change.affected}
    # An anchor is a name and a key (RFC 5280 6.1.1 d): Java, Android and Chromium do not look at its dates.
    assert {"firefox", "thunderbird", "gnutls", "openssl", "outlook-windows", "apple-mail-ios"} <= broken
    assert broken.isdisjoint({"java-mail", "gmail-android", "chrome"})
    assert sky.course(made, "java-mail").at(ends + 10 * DAY).outcome is ACCEPTED


def test_a_cross_sign_saves_the_client_that_knows_only_the_old_root(sky: Sky) -> None:
    old, new = sky.root("Old Root"), sky.root("New Root")
    middle = sky.ca(new, "Issuing")
    ends = sky.now + 50 * DAY
    cross = sky.cross(old, new, ends)
    chain = (sky.leaf(middle, sky.now + 300 * DAY), middle.certificate, cross)
    made = sky.forecast(sky.seen(*chain), stores=sky.stores(new, java=(old,), android=(old, new)))
    assert sky.course(made, "java-mail").at(ends).outcome is ACCEPTED
    assert "chain-expired-issuer" in codes_at(sky, made, "java-mail", ends + SECOND)
    for client in ("firefox", "gmail-android", "chrome", "openssl"):
        assert sky.course(made, client).at(ends + SECOND).outcome is ACCEPTED, client
    change = made.of(Track.AS_IT_STANDS)[0]
    assert {one.course.client.id for one in change.affected} == {"java-mail"}
    assert change.origins[0].certificate == cross


def test_a_client_that_fetches_issuers_is_saved_by_another_path_and_the_others_break(sky: Sky) -> None:
    old, new = sky.root("Old Root"), sky.root("New Root")
    middle, ends = sky.ca(old, "Issuing", sky.now + 50 * DAY), sky.now + 50 * DAY
    other = sky.cross(new, middle, sky.now + 900 * DAY)
    chain = (sky.leaf(middle, sky.now + 300 * DAY), middle.certificate)
    made = sky.forecast(sky.seen(*chain), stores=sky.stores(old, new), known=[(other, Source.AIA)])
    assert sky.course(made, "outlook-windows").at(ends + SECOND).outcome is ACCEPTED
    assert sky.course(made, "gmail-android").at(ends + SECOND).outcome is REFUSED
    saved = sky.change(made, Turn.OTHER_PATH)
    assert "outlook-windows" in {one.course.client.id for one in saved.affected}
    assert "gmail-android" not in {one.course.client.id for one in saved.affected}


def test_what_begins_later_heals(sky: Sky) -> None:
    root = sky.root("Root")
    begins = sky.now + 5 * DAY
    made = sky.forecast(sky.seen(sky.leaf(root, begins=begins)), stores=sky.stores(root))
    healed = sky.change(made, Turn.HEALS)
    assert healed.at == begins
    assert codes_at(sky, made, "openssl", begins - SECOND) == {"not-yet-valid"}
    assert sky.course(made, "openssl").at(begins).outcome is ACCEPTED
    assert healed.origins[0].kind is OriginKind.BEGINS


@pytest.mark.parametrize("fraction", [timedelta(), timedelta(milliseconds=250)])
def test_a_root_is_disallowed_from_a_moment_on(sky: Sky, fraction: timedelta) -> None:
    root = sky.root("Root")
    day = sky.now + 20 * DAY
    stores = sky.stores(root, microsoft=(TrustAnchor(root.certificate, disallowed_from=day + fraction),))
    made = sky.forecast(sky.seen(sky.leaf(root)), stores=stores)
    first = day + (SECOND if fraction else timedelta())
    assert sky.course(made, "outlook-windows").at(first - SECOND).outcome is ACCEPTED
    assert codes_at(sky, made, "outlook-windows", first) == {"anchor-distrusted"}
    change = made.of(Track.AS_IT_STANDS)[0]
    assert change.at == first
    assert (change.origins[0].kind, change.origins[0].store) == (OriginKind.DISALLOWED, "microsoft")
    assert "firefox" not in {one.course.client.id for one in change.affected}


def test_a_root_that_is_distrusted_for_new_certificates_is_a_trap_for_the_renewal(sky: Sky) -> None:
    root = sky.root("Root")
    day = sky.now + 20 * DAY
    stores = sky.stores(root, mozilla=(TrustAnchor(root.certificate, distrust_after=day),))
    made = sky.forecast(sky.seen(sky.leaf(root)), stores=stores)
    assert all(change.at > day + DAY for change in made.of(Track.AS_IT_STANDS))  # what was issued before lives on
    trap = sky.change(made, Turn.BREAKS, Track.RENEWED)
    assert trap.at == day + SECOND
    assert trap.origins[0].kind is OriginKind.DISTRUST
    assert {"firefox", "thunderbird"} <= {one.course.client.id for one in trap.affected}
    assert "chrome" not in {one.course.client.id for one in trap.affected}
    assert sky.course(made, "firefox", Track.RENEWED).at(day).outcome is ACCEPTED
    assert codes_at(sky, made, "firefox", day + SECOND, track=Track.RENEWED) == {"anchor-distrusted"}


def test_a_trap_that_is_set_already_is_told_as_such(sky: Sky) -> None:
    root = sky.root("Root")
    day = sky.now - 5 * DAY
    stores = sky.stores(root, mozilla=(TrustAnchor(root.certificate, distrust_after=day),))
    made = sky.forecast(sky.seen(sky.leaf(root, begins=sky.now - 10 * DAY)), stores=stores)
    trap = sky.change(made, Turn.BREAKS, Track.RENEWED, already=True)
    assert trap.at == sky.now
    assert trap.origins[0].kind is OriginKind.DISTRUST
    assert sky.course(made, "firefox").at(sky.now).outcome is ACCEPTED


def test_renewing_heals_what_has_ended(sky: Sky) -> None:
    root = sky.root("Root")
    made = sky.forecast(sky.seen(sky.leaf(root, sky.now - DAY, sky.now - 90 * DAY)), stores=sky.stores(root))
    assert sky.course(made, "firefox").at(sky.now).outcome is not ACCEPTED
    healed = sky.change(made, Turn.HEALS, Track.RENEWED, already=True)
    assert healed.origins[0].kind is OriginKind.RENEWAL
    assert breaks_within(made, Threshold(days=1))


def test_old_roots_leave_the_lists_of_mozilla_and_chrome_by_the_age_of_their_keys(sky: Sky) -> None:
    made_in_2009 = datetime(2009, 9, 1, tzinfo=sky.now.tzinfo)
    root = sky.root("Old Root", begins=made_in_2009)
    middle = sky.ca(root, "Issuing")
    chain = (sky.leaf(middle, sky.now + 300 * DAY), middle.certificate)
    made = sky.forecast(sky.seen(*chain), stores=sky.stores(root))
    day = datetime(2027, 4, 15, tzinfo=sky.now.tzinfo)
    for client in ("chrome", "firefox", "thunderbird"):
        assert sky.course(made, client).at(day - SECOND).outcome is ACCEPTED
        assert sky.course(made, client).at(day).outcome is not ACCEPTED
    for client in ("outlook-windows", "java-mail", "gmail-android", "apple-mail-ios"):
        assert sky.course(made, client).at(day).outcome is ACCEPTED
    rules = {
        origin.rule.id
        for change in made.of(Track.AS_IT_STANDS)
        for origin in change.origins
        if origin.rule is not None and change.at == day
    }
    assert rules == {"chrome-term-limit", "mozilla-root-lifecycle"}


def test_a_store_that_is_newer_than_the_announced_day_knows_better(sky: Sky) -> None:
    root = sky.root("Old Root", begins=datetime(2009, 9, 1, tzinfo=sky.now.tzinfo))
    later = datetime(2027, 6, 1, tzinfo=sky.now.tzinfo)
    seen = sky.seen(sky.leaf(root, sky.now + 300 * DAY))
    made = sky.forecast(seen, stores=sky.stores(root, date=later))
    assert {origin.kind for change in made.changes for origin in change.origins} == {OriginKind.ENDS}


def test_what_is_announced_for_a_day_that_is_over_counts_where_the_store_is_older(sky: Sky) -> None:
    root = sky.root("Old Root", begins=datetime(2009, 9, 1, tzinfo=sky.now.tzinfo))
    today = datetime(2027, 5, 1, tzinfo=sky.now.tzinfo)
    seen = sky.seen(sky.leaf(root, sky.now + 300 * DAY))
    made = sky.forecast(seen, stores=sky.stores(root, date=sky.now), now=today)
    already = [one for one in made.of(Track.AS_IT_STANDS) if one.already]
    assert {origin.rule.id for one in already for origin in one.origins if origin.rule} == {
        "chrome-term-limit",
        "mozilla-root-lifecycle",
    }
    assert all(one.turn is Turn.BREAKS and one.at == today for one in already)
    assert sky.course(made, "chrome").at(today).outcome is REFUSED


def test_a_root_that_somebody_added_stays(sky: Sky) -> None:
    root = sky.root("Old Root", begins=datetime(2009, 9, 1, tzinfo=sky.now.tzinfo))
    anchor = TrustAnchor(root.certificate, locally_added=True)
    made = sky.forecast(sky.seen(sky.leaf(root, sky.now + 300 * DAY)), stores=sky.stores(anchor))
    assert {origin.kind for change in made.changes for origin in change.origins} == {OriginKind.ENDS}
    assumed = sky.forecast(
        sky.seen(sky.leaf(root, sky.now + 300 * DAY)), stores=sky.stores(), local_roots=(root.certificate,)
    )
    assert sky.course(assumed, "firefox").at(sky.now + 290 * DAY).outcome is ACCEPTED


def test_old_devices_fare_worse_where_their_list_lacks_the_root(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = sky.root("Old Root"), sky.root("New Root")
    middle, ends = sky.ca(new, "Issuing"), sky.now + 50 * DAY
    cross = sky.cross(old, new, ends)
    young = OldDevice("android-13", text("Android"), "android", frozenset({new.certificate.fingerprint}), Citation("-"))
    elder = replace(young, id="android-9")  # lacks nothing more: it would tell the same again
    monkeypatch.setattr(old_devices, "OLD_DEVICES", (young, elder))
    leaf = sky.leaf(middle, sky.now + 300 * DAY)
    with_cross = sky.forecast(sky.seen(leaf, middle.certificate, cross), stores=sky.stores(old, new))
    assert sky.course(with_cross, "gmail-android").at(ends + SECOND).outcome is ACCEPTED
    assert sky.course(with_cross, "gmail-android", device="android-13").at(ends).outcome is ACCEPTED
    assert sky.course(with_cross, "gmail-android", device="android-13").at(ends + SECOND).outcome is REFUSED
    assert {course.device.id for course in with_cross.courses if course.device} == {"android-13"}
    change = made_first = with_cross.of(Track.AS_IT_STANDS)[0]
    assert [one.course.device for one in made_first.affected] == [young]
    assert with_cross.renewals[0].first_break is None or with_cross.renewals[0].first_break != change
    assert not breaks_within(with_cross, Threshold(days=60))  # phones that are that old wake nobody
    without = sky.forecast(sky.seen(leaf, middle.certificate), stores=sky.stores(old, new))
    lacking = sky.change(without, Turn.BREAKS, already=True)
    assert lacking.origins[0].kind is OriginKind.LACKS
    assert lacking.origins[0].certificate == new.certificate


def test_the_lists_of_old_devices_are_nested_and_name_what_is_known() -> None:
    android = [device for device in OLD_DEVICES if device.store == "android"]
    for younger, older in pairwise(android):
        assert younger.lacking < older.lacking
    x1 = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
    x2 = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470"
    assert [device.id for device in OLD_DEVICES if x1 in device.lacking] == ["android-7.0"]
    assert {device.id for device in OLD_DEVICES if x2 in device.lacking} == {device.id for device in OLD_DEVICES}
    assert all(len(one) == 64 and int(one, 16) for device in OLD_DEVICES for one in device.lacking)


def test_who_decides_in_secret_is_not_foretold(staged: object, sky: Sky) -> None:
    for client in CLIENTS:
        if client.unknown_because:
            (stage,) = sky.course(staged, client.id).stages  # type: ignore[arg-type]
            assert stage.verdict.outcome is Outcome.UNKNOWN


def test_what_is_shown_alike_is_judged_once(staged: object, sky: Sky) -> None:
    assert len(sky.course(staged, "firefox").observations) == 3  # type: ignore[arg-type]


def test_what_is_known_of_revocation_today_counts_on(sky: Sky) -> None:
    """A stapled answer grows old, and the server gets a new one: that is no break, and no cure either."""
    root = sky.root("Root")

    def outdated(path: CandidatePath, _told: StatusEvidence, at: datetime, /) -> Iterable[Reason]:
        return [error("revocation-unreachable", path.leaf)] if at > sky.now + 5 * DAY else []

    def revoked(path: CandidatePath, _told: StatusEvidence, at: datetime, /) -> Iterable[Reason]:
        return [error("revoked", path.leaf)] if at < sky.now + 5 * DAY and path.leaf.serial else []

    seen, stores = sky.seen(sky.leaf(root)), sky.stores(root)
    strict = replace(client_by_id("openssl"), revocation=outdated)
    made = sky.forecast(seen, stores=stores, clients=[strict])
    assert sky.course(made, "openssl").at(sky.now + 70 * DAY).outcome is ACCEPTED
    hurt = replace(strict, revocation=revoked)
    made = sky.forecast(seen, stores=stores, clients=[hurt])
    assert codes_at(sky, made, "openssl", sky.now + 70 * DAY) == {"revoked"}
    assert sky.change(made, Turn.HEALS, Track.RENEWED, already=True)


def test_two_chains_have_two_courses(sky: Sky) -> None:
    root = sky.root("Root")
    first, second = sky.leaf(root, sky.now + 50 * DAY), sky.leaf(root, sky.now + 60 * DAY)
    made = sky.forecast(sky.seen(first), sky.seen(second, port=443), stores=sky.stores(root))
    breaks = [change for change in made.of(Track.AS_IT_STANDS) if change.turn is Turn.BREAKS]
    assert [change.leaves for change in breaks] == [(first,), (second,)]
    assert [one.leaf for one in made.renewals] == [first, second]


def test_without_a_handshake_there_is_nothing_to_foretell(sky: Sky) -> None:
    made = sky.forecast(sky.refused(), stores=sky.stores(sky.root("Root")))
    assert (made.courses, made.changes, made.renewals, made.notices) == ((), (), (), ())
    assert not breaks_within(made, Threshold(days=100))


@pytest.mark.parametrize("added", [False, True])
def test_a_certificate_without_an_end_is_no_trouble(sky: Sky, added: bool) -> None:
    never = datetime(9999, 12, 31, 23, 59, 59, tzinfo=sky.now.tzinfo)
    root = sky.root("Root", ends=never)
    anchor = TrustAnchor(root.certificate, locally_added=added)
    made = sky.forecast(
        sky.seen(sky.leaf(root, never)),
        stores=sky.stores(anchor),
        until=never,
        clients=[client_by_id("openssl"), client_by_id("java-mail")],
    )
    assert not made.of(Track.AS_IT_STANDS)
    assert made.renewals[0].last_day == never.date()


def test_the_edge_of_the_forecast_belongs_to_it(sky: Sky) -> None:
    root, ends = sky.root("Root"), sky.now + 80 * DAY
    seen, stores = sky.seen(sky.leaf(root, ends)), sky.stores(root)
    assert not sky.forecast(seen, stores=stores, until=ends - SECOND).of(Track.AS_IT_STANDS)
    only_openssl = sky.forecast(seen, stores=stores, until=ends).of(Track.AS_IT_STANDS)
    assert {one.course.client.anchor_store for change in only_openssl for one in change.affected} <= {
        "system", "mozilla"
    }  # fmt: skip
    assert "firefox" not in {one.course.client.id for change in only_openssl for one in change.affected}


def test_breaking_within_a_part_of_the_life(sky: Sky) -> None:
    root = sky.root("Root")
    made = sky.forecast(sky.seen(sky.leaf(root, sky.now + 20 * DAY, sky.now - 80 * DAY)), stores=sky.stores(root))
    assert not breaks_within(made, Threshold(percent=19))
    assert breaks_within(made, Threshold(percent=20))
    assert not breaks_within(made, Threshold(days=19))
    assert breaks_within(made, Threshold(days=20))


@st.composite
def skies(draw: st.DrawFn) -> tuple[list[int], list[int], int, list[int], int]:
    ends = st.integers(min_value=-20, max_value=400)
    return (
        draw(st.lists(ends, min_size=5, max_size=5)),
        draw(st.lists(st.integers(min_value=-600, max_value=60), min_size=4, max_size=4)),
        draw(st.integers(min_value=0, max_value=31)),
        draw(st.lists(st.integers(min_value=0, max_value=420 * 86400), min_size=8, max_size=8)),
        draw(st.integers(min_value=1, max_value=300)),
    )


@settings(max_examples=40)
@given(drawn=skies())
def test_the_forecast_never_disagrees_with_the_judge(drawn: tuple[list[int], list[int], int, list[int], int]) -> None:
    """At any second, also the seconds beside each end, `evaluate` says what the forecast has foretold."""
    from tests.forecast.conftest import Sky

    ends, begins, choice, seconds, limited = drawn
    sky = Sky()

    def over(number: int) -> datetime:
        return sky.now + ends[number] * DAY + number * SECOND

    old = sky.root("Old Root", ends=over(0))
    new = sky.root("New Root")
    middle = sky.ca(new, "Issuing", over(1), begins=min(sky.now + begins[0] * DAY, over(1)))
    cross = sky.cross(old, new, over(2), begins=min(sky.now + begins[1] * DAY, over(2)))
    other = sky.cross(old, middle, over(3), begins=min(sky.now + begins[2] * DAY, over(3)))
    leaf = sky.leaf(middle, over(4), begins=min(sky.now + begins[3] * DAY, over(4)))
    chain = [leaf, *(one for bit, one in ((1, middle.certificate), (2, cross), (4, other)) if choice & bit)]
    if choice & 8:
        chain[1:] = chain[:0:-1]
    known = [(other, Source.AIA)] if choice & 16 else []
    limit = TrustAnchor(new.certificate, disallowed_from=sky.now + limited * DAY)
    stores = sky.stores(old, new, java=(old,), microsoft=(limit, old), android=(new,))
    clients = [client_by_id(one) for one in
               ("gmail-android", "outlook-windows", "firefox", "chrome", "java-mail", "openssl", "gnutls",
                "apple-mail-ios")]  # fmt: skip
    evidence = sky.evidence(sky.seen(*chain), stores=stores, clients=clients, known=known)
    made = forecast(evidence, sky.now + 420 * DAY)
    times = {sky.now + second * SECOND for second in seconds}
    for certificate in (leaf, middle.certificate, cross, other, old.certificate):
        for moment in (certificate.not_before, certificate.not_after):
            times |= {moment + step * SECOND for step in (-1, 0, 1, 2)}
    times |= {limit.disallowed_from + step * SECOND for step in (-1, 0, 1) if limit.disallowed_from}
    for at in sorted(times):
        if not made.begins <= at <= made.until:
            continue
        for course in made.courses:
            if course.device is not None:
                continue
            (seen,) = evidence.case.observations
            if course.track is Track.RENEWED:
                assert isinstance(seen.result, Handshake)
                lasts = next_lifetime(leaf, at, public=True)
                fresh = replace(leaf, not_before=at, not_after=at + lasts - SECOND)
                seen = replace(seen, result=replace(seen.result, presented_chain=(fresh, *chain[1:])))
            told = evaluate(
                seen,
                pool=evidence.case.pool,
                store=store_at(stores[course.client.anchor_store], at),
                client=course.client,
                now=at,
            )
            assert gist(course.at(at)) == gist(told), (course.client.id, course.track, at)


def test_every_rule_of_departure_has_its_source() -> None:
    ids = [departure.id for departure in departures.DEPARTURES]
    assert len(set(ids)) == len(ids)
    assert all(departure.source.where for departure in departures.DEPARTURES)
