"""Dated events that no judge can compute, one entry an event, each with a source: see `rule.DatedRule`.

Adding an event is an entry in the file of its subject; a new subject is a file with `RULES`, and a line in _FILES.
Events that are data elsewhere do not stand here: how long certificates may be (`lifetimes`), roots that leave a store
(`departures`), and the dates that stores themselves carry (AnchorStore).
"""

from types import ModuleType

from mailtrust.core.forecast.notices import (
    client_auth,
    distrusted_roots,
    domain_validation,
    exchange_online,
    lets_encrypt,
    root_programmes,
)
from mailtrust.core.forecast.notices.rule import DatedRule, Notice, Situation

__all__ = ["NOTICES", "DatedRule", "Notice", "Situation", "notices"]

_FILES: tuple[ModuleType, ...] = (
    client_auth,
    distrusted_roots,
    domain_validation,
    exchange_online,
    lets_encrypt,
    root_programmes,
)

NOTICES: tuple[DatedRule, ...] = tuple(
    sorted((rule for file in _FILES for rule in file.RULES), key=lambda rule: (rule.on, rule.id))
)
"""Every event, in order of time."""


def notices(situations: tuple[Situation, ...]) -> tuple[Notice, ...]:
    """The events that concern one of these certificates, those of the past too, in order of time."""
    found = (Notice(rule, tuple(one.leaf for one in situations if rule.concerns(one))) for rule in NOTICES)
    return tuple(notice for notice in found if notice.leaves)
