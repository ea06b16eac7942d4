"""Whether servers may go over to another certificate: no verifier may be left without a record that fits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.validation.tlsa_rollover import advised, fits
from mailtrust.core.validation.tlsa_switch import Place, switch

NOW = datetime(2027, 1, 10, tzinfo=UTC)
NAME = "_25._tcp.mail.example.com"


def made() -> Certificate:
    span = {"not_before": NOW, "not_after": NOW + timedelta(days=90)}
    return self_signed(server_recipe("mail.example.com"), make_key("ec-p256"), serial=make_serial(), **span).certificate


OLD, NEW, OTHER = made(), made(), made()
RECORDS = [
    *(advised(one) for one in (OLD, NEW, OTHER)),
    *(Tlsa(3, 0, 1, bytes.fromhex(one.fingerprint)) for one in (OLD, NEW, OTHER)),
    Tlsa(1, 1, 1, advised(OLD).data),
    Tlsa(3, 1, 9, b"x"),
]
AGES = st.none() | st.integers(0, 8000)


@given(
    published=st.lists(st.sampled_from(RECORDS), unique=True, max_size=6),
    ttl=st.integers(1, 3600),
    ages=st.lists(AGES, min_size=6, max_size=6),
)
def test_nobody_is_left_without_a_record_that_fits(published: list[Tlsa], ttl: int, ages: list[int | None]) -> None:
    seen = {
        (NAME, record.text): NOW - timedelta(seconds=age)
        for record, age in zip(published, ages, strict=False)
        if age is not None
    }
    place = Place(NAME, tuple(published), ttl, (OLD,))
    answer = switch([place], (NEW,), seen, NOW)
    held = [one for one in published if one.usable_for_smtp and fits(one, (OLD,))]
    counting = [
        one
        for one in published
        if one.usable_for_smtp and fits(one, (NEW,))
        and NOW - seen.get((NAME, one.text), NOW) >= timedelta(seconds=2 * ttl)
    ]  # fmt: skip
    may_switch = not answer.publish and answer.not_before is None
    assert may_switch == (not held or bool(counting))
    if answer.publish:
        assert not any(fits(one, (NEW,)) and one.usable_for_smtp for one in published)
        assert any(fits(beside.record, (NEW,)) for beside in answer.publish)
    if answer.not_before is not None:
        assert NOW < answer.not_before <= NOW + timedelta(seconds=2 * ttl)
    assert all(fits(beside.record, (OLD,)) and not fits(beside.record, (NEW,)) for beside in answer.remove)
    assert {beside.record for beside in answer.remove} == set(held)


def test_the_same_key_waits_for_nothing_and_removes_nothing() -> None:
    place = Place(NAME, (advised(OLD),), 3600, (OLD,))
    assert switch([place], (OLD,), {}, NOW) == switch([], (NEW,), {}, NOW)
