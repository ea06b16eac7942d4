"""How long a server certificate may be valid: `validity-too-long`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.paths import leaf_is_anchor
from mailtrust.core.validation.reasons import error

DAYS_398 = timedelta(days=398)
DAYS_825 = timedelta(days=825)
_SLACK = timedelta(hours=1)

_APPLE_825_FROM = datetime(2019, 7, 1, tzinfo=UTC)
_APPLE_398_FROM = datetime(2020, 9, 1, tzinfo=UTC)


def lifetime_398_public(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """Chromium: 398 days below a public root, whenever it was issued; no limit below a local one.

    net/cert/cert_verify_proc.cc, HasTooLongValidity, in the text that dropped the older tiers.
    """
    if path.anchor is not None and not path.anchor.locally_added:
        yield from _longer_than(path, DAYS_398, DAYS_398)


def lifetime_apple(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """Apple: 398 days below a public root, 825 below any other; the leaf itself in the store is exempt.

    Public roots: 825 days (and an hour) for what was issued before 2020-09-01, then exactly 398. Other roots, those of
    an administrator too: 825 days (and an hour) if issued after 2019-07-01. Source: trustd SecPolicyServer.c.
    """
    if path.anchor is None or leaf_is_anchor(path):
        return
    issued = path.leaf.not_before
    if not path.anchor.locally_added:
        if issued < _APPLE_398_FROM:
            yield from _longer_than(path, DAYS_825, DAYS_825 + _SLACK)
        else:
            yield from _longer_than(path, DAYS_398, DAYS_398)
    elif issued > _APPLE_825_FROM:
        yield from _longer_than(path, DAYS_825, DAYS_825 + _SLACK)


def _longer_than(path: CandidatePath, limit: timedelta, with_slack: timedelta) -> Iterator[Reason]:
    lifetime = path.leaf.not_after - path.leaf.not_before
    if lifetime > with_slack:
        yield error("validity-too-long", path.leaf, days=lifetime.days, most_days=limit.days)
