"""At no moment of a switch may a chain be served that no published record fits."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.issuance.authority import Issued, issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.validation.tlsa_rollover import advised, fits, rollover

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DATES = {"not_before": NOW, "not_after": NOW + timedelta(days=90)}
KEY = make_key("ec-p256")


def made() -> tuple[Issued, Issued, Issued, Issued]:
    root = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, **DATES)
    other_root = make_root(root_recipe("Other", "Test"), make_key("ec-p256"), serial=1, **DATES)
    today = issue(root, server_recipe("mx.b.test"), KEY, serial=2, **DATES)
    return (
        root,
        other_root,
        today,
        issue(other_root, server_recipe("mx.b.test"), make_key("ec-p256"), serial=3, **DATES),
    )


ROOT, OTHER_ROOT, TODAY, NEXT = made()
SAME_KEY = issue(ROOT, server_recipe("mx.b.test"), KEY, serial=4, **DATES)
CURRENT = (TODAY.certificate, ROOT.certificate)
FOLLOWING = (NEXT.certificate, OTHER_ROOT.certificate)


def record(usage: int, selector: int, matching: int, certificate: Certificate) -> Tlsa:
    octets = certificate.der if selector == 0 else certificate.public_key.spki
    hashed = {0: octets, 1: hashlib.sha256(octets).digest(), 2: hashlib.sha512(octets).digest()}
    return Tlsa(usage, selector, matching, hashed[matching])


RECORDS = st.builds(
    record,
    st.integers(0, 4),
    st.integers(0, 1),
    st.integers(0, 2),
    st.sampled_from((*CURRENT, *FOLLOWING, SAME_KEY.certificate)),
)


@given(st.lists(RECORDS, max_size=5), st.integers(0, 86400), st.booleans())
def test_something_fits_at_every_moment(published: list[Tlsa], ttl: int, same_key: bool) -> None:
    following = (SAME_KEY.certificate, ROOT.certificate) if same_key else FOLLOWING
    steps = rollover(published, ttl, CURRENT, following)
    usable = [one for one in published if one.usable_for_smtp]
    if not any(fits(one, CURRENT) for one in usable):
        assert steps.publish == steps.remove == ()
        return
    before = {*usable, *steps.publish}
    assert any(fits(one, CURRENT) for one in before)
    assert any(fits(one, following) for one in before), "else mail stops at the switch"
    assert any(fits(one, following) for one in before - {*steps.remove})
    assert not any(fits(one, following) for one in steps.remove)
    assert steps.wait == (2 * ttl if steps.publish else 0)
    assert not (steps.publish and any(fits(one, following) for one in usable))


@pytest.mark.parametrize(("selector", "kept"), [(1, True), (0, False)])
def test_the_same_key_spares_it_where_the_key_is_what_is_published(selector: int, kept: bool) -> None:
    steps = rollover([record(3, selector, 1, TODAY.certificate)], 300, CURRENT, FOLLOWING)
    assert (steps.keep_key, steps.wait) == (kept, 600)
    again = rollover(
        [record(3, selector, 1, TODAY.certificate)], 300, CURRENT, (SAME_KEY.certificate, ROOT.certificate)
    )
    assert bool(again.publish) is not kept


def test_another_ca_is_prepared_by_the_servers_own_record() -> None:
    steps = rollover([record(2, 0, 1, ROOT.certificate)], 300, CURRENT, FOLLOWING)
    assert steps.publish == (advised(NEXT.certificate),)
    assert str(steps.publish[0]).startswith("3 1 1 ")
