"""When a certificate of an ACME server is renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.forecast.renewal_time import Window, due
from mailtrust.core.model.settings import Threshold

DAY = timedelta(days=1)


def test_at_two_thirds_of_its_life_and_below_ten_days_at_half(caseworld: Any) -> None:
    leaf = caseworld.leaf(begins=-30, ends=60)
    assert abs(due(leaf, None).at - (leaf.not_before + 60 * DAY)) < timedelta(minutes=1)
    short = caseworld.leaf(begins=-1, ends=5)
    assert abs(due(short, None).at - (short.not_before + 3 * DAY)) < timedelta(minutes=1)


def test_a_share_or_a_time_that_was_asked_for_counts_in_its_stead(caseworld: Any) -> None:
    leaf = caseworld.leaf(begins=-10, ends=90)
    assert due(leaf, None, Threshold(days=7)).at == leaf.not_after - 7 * DAY
    assert due(leaf, None, Threshold(percent=50)).at == leaf.not_before + (leaf.not_after - leaf.not_before) / 2


def test_the_window_of_the_ca_counts_before_both_and_always_gives_the_same_moment(caseworld: Any) -> None:
    leaf = caseworld.leaf(begins=-10, ends=90)
    window = Window(leaf.not_before + 5 * DAY, leaf.not_before + 7 * DAY)
    first = due(leaf, window, Threshold(days=1))
    assert window.start <= first.at <= window.end
    assert due(leaf, window) == first
    moments = {
        due(replace(leaf, fingerprint=f"{number:08x}" + "0" * 56), window).at for number in range(0, 2**32, 2**29)
    }
    assert len(moments) == 8
    assert max(moments) - min(moments) > DAY


@pytest.mark.parametrize(("start", "end"), [(5, 5), (7, 5), (80, 101)])
def test_a_window_that_ends_before_it_begins_or_after_the_certificate_is_none(
    caseworld: Any, start: int, end: int
) -> None:
    leaf = caseworld.leaf(begins=-10, ends=90)
    odd = Window(leaf.not_before + start * DAY, leaf.not_before + end * DAY)
    assert due(leaf, odd) == due(leaf, None)
