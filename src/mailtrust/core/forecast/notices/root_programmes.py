"""What root programmes demand of CAs, as far as a chain shows whether it is met."""

from datetime import date

from mailtrust.core.forecast.notices.rule import CLIENT_AUTH, SERVER_AUTH, Binds, DatedRule, Situation
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text

_POLICY = "GoogleChrome/chromerootprogram:content/index.md, policy 1.8 (41e424b, 2026-02)"
_CHROME = "chrome"
_MOST_ROOTS = 2


def _one_root_of_many(situation: Situation) -> bool:
    """Every way to a Chrome root ends with an owner that has more than two of them there."""
    store = situation.evidence.stores.get(_CHROME)
    if store is None or not situation.asks(_CHROME):
        return False
    owners = {way.end.subject.organisation for way in situation.ways if _CHROME in way.stores}
    if not owners or None in owners:
        return False
    having = [anchor.subject.organisation for anchor in store]
    return all(having.count(owner) > _MOST_ROOTS for owner in owners)


def _multi_purpose(situation: Situation) -> bool:
    """An intermediate on every way to a Chrome root may issue for more than TLS (RFC 5280 4.2.1.12)."""
    if not situation.asks(_CHROME):
        return False
    ways = [way for way in situation.ways if _CHROME in way.stores]
    return bool(ways) and all(
        any(
            one.extended_key_usage is None or not set(one.extended_key_usage) <= {SERVER_AUTH, CLIENT_AUTH}
            for one in way.intermediates
        )
        for way in ways
    )


RULES: tuple[DatedRule, ...] = (
    DatedRule(
        "chrome-multi-purpose-cas",
        date(2026, 6, 15),
        Binds.CLIENTS,
        text("Chrome phases out hierarchies whose intermediates serve more than TLS"),
        text(
            "An intermediate of this chain is not limited to TLS. Where Chrome's programme finds that, new "
            "certificates from it are refused 90 days later: ask the CA from which chain the next certificate will "
            "come."
        ),
        text("Chrome, at the next renewal"),
        _multi_purpose,
        Citation(f"{_POLICY}, 1.3.2"),
        certain=False,
    ),
    DatedRule(
        "chrome-two-roots",
        date(2027, 9, 15),
        Binds.CLIENTS,
        text("Chrome keeps at most two roots of a CA"),
        text(
            "The chain ends at a root of a CA that has more than two in Chrome's list today. Which of them stay is the "
            "CA's choice: ask it, and renew under one that stays."
        ),
        text("Chrome, if it is this root that goes"),
        _one_root_of_many,
        Citation(f"{_POLICY}, 1.3.1.1"),
        certain=False,
    ),
)
