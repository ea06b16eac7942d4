"""How CAs make sure of a domain: methods that end, and what they look at on the way."""

from datetime import date

from mailtrust.core.forecast.lifetimes import lifetime_days
from mailtrust.core.forecast.notices.rule import Binds, DatedRule, Situation
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text

_BR = "cabforum/servercert:docs/BR.md 2.2.6 (f884280, 2026-05)"
_BY_HAND = 90
"""Let's Encrypt's 90 days and less are had by machine only; longer ones are often proven by mail or telephone."""

REVERSE_ZONES = (".in-addr.arpa", ".ip6.arpa")


def _perhaps_by_hand(situation: Situation) -> bool:
    return situation.public and lifetime_days(situation.leaf) > _BY_HAND


def _unanswered_dns(situation: Situation) -> bool:
    lookups = situation.evidence.case.lookups
    return situation.public and any("SERVFAIL" in one.failure for one in lookups if one.kind.startswith("dns"))


def _reverse_name(situation: Situation) -> bool:
    return situation.public and any(name.lower().endswith(REVERSE_ZONES) for name in situation.leaf.dns_names)


RULES: tuple[DatedRule, ...] = (
    DatedRule(
        "dnssec-validation",
        date(2026, 3, 15),
        Binds.ISSUERS,
        text("CAs validate DNSSEC, and issue nothing where it fails"),
        text(
            "A question about this domain ended in SERVFAIL, as it does where DNSSEC is broken. Mend it before the "
            "certificate is renewed: CAs must not take such an answer as a permission."
        ),
        text("the next renewal"),
        _unanswered_dns,
        Citation(f"{_BR}, 3.2.2.4 and 3.2.2.8.1"),
    ),
    DatedRule(
        "no-reverse-zones",
        date(2026, 3, 15),
        Binds.ISSUERS,
        text("CAs issue nothing for names in reverse zones"),
        text("The certificate names a host below in-addr.arpa or ip6.arpa; the next one cannot."),
        text("the next renewal"),
        _reverse_name,
        Citation(f"{_BR}, 4.2.2"),
    ),
    DatedRule(
        "no-telephone-validation",
        date(2027, 3, 15),
        Binds.ISSUERS,
        text("Proof of control by telephone ends"),
        text(
            "If the CA calls a telephone number to validate the domain, choose a proof by DNS or HTTP (ACME) instead."
        ),
        text("whoever has domains validated by telephone"),
        _perhaps_by_hand,
        Citation(f"{_BR}, 3.2.2.4.16 and 3.2.2.4.17: ballot SC-090"),
    ),
    DatedRule(
        "no-mail-validation",
        date(2028, 3, 15),
        Binds.ISSUERS,
        text("Proof of control by mail ends (admin@, hostmaster@, contacts in DNS)"),
        text("If the CA sends a mail to validate the domain, choose a proof by DNS or HTTP (ACME) instead."),
        text("whoever has domains validated by mail"),
        _perhaps_by_hand,
        Citation(f"{_BR}, 3.2.2.4.4, 3.2.2.4.13 and 3.2.2.4.14: ballot SC-090"),
    ),
)
