"""Let's Encrypt: its chains and what its certificates say. How long they last stands in `lifetimes`."""

from datetime import date, timedelta

from mailtrust.core.forecast.lifetimes import lifetime
from mailtrust.core.forecast.notices.rule import Binds, DatedRule, Situation
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text

_SITE = "letsencrypt/website (b89871e, 2026-08)"
_OWNER = "Let's Encrypt"
_GENERATION_2024 = frozenset({"R10", "R11", "R12", "R13", "R14", "E5", "E6", "E7", "E8", "E9"})
_DST_ROOT = "DST Root CA X3"
_SHORTENED_TO = timedelta(days=45)


def _old_generation(situation: Situation) -> bool:
    """Some certificate that is sent is one of the intermediates of 2024."""
    return any(
        (one.subject.organisation or "") == _OWNER and not _GENERATION_2024.isdisjoint(one.subject.common_names)
        for one in situation.sent
    )


def _next_generation(situation: Situation) -> bool:
    return situation.issued_by(_OWNER) and not _GENERATION_2024.isdisjoint(situation.leaf.issuer.common_names)


def _dst_cross_sign(situation: Situation) -> bool:
    return any(_DST_ROOT in one.issuer.common_names for one in situation.sent)


def _must_staple(situation: Situation) -> bool:
    return situation.issued_by(_OWNER) and situation.leaf.must_staple


def _tls_server_profile(situation: Situation) -> bool:
    """That profile's certificates have no common name; longer ones were issued before the day."""
    unnamed = not situation.leaf.subject.common_names
    return situation.issued_by(_OWNER) and unnamed and lifetime(situation.leaf) > _SHORTENED_TO


def _fixed_interval(situation: Situation) -> bool:
    return situation.issued_by(_OWNER) and lifetime(situation.leaf) > _SHORTENED_TO


RULES: tuple[DatedRule, ...] = (
    DatedRule(
        "dst-root-x3-cross-sign",
        date(2024, 9, 30),
        Binds.CLIENTS,
        text("The cross-sign of ISRG Root X1 by DST Root CA X3 has ended"),
        text(
            "The server still sends it: take it out of the chain file. Phones with Android 7.0 and older, and Java "
            "before 7u151 and 8u141, cannot be served any more with a certificate of Let's Encrypt."
        ),
        text("Android 7.0 and older, old Java"),
        _dst_cross_sign,
        Citation(f"{_SITE}: content/en/post/2023-07-10-cross-sign-expiration.md"),
    ),
    DatedRule(
        "lets-encrypt-no-ocsp",
        date(2025, 8, 6),
        Binds.ISSUERS,
        text("Let's Encrypt has switched OCSP off and issues no must-staple certificates"),
        text(
            "The certificate demands a stapled OCSP answer, and nobody gives one any more: renew it without that "
            "demand (certbot: without --must-staple)."
        ),
        text("clients that heed must-staple: Firefox, Thunderbird, GnuTLS"),
        _must_staple,
        Citation(
            f"{_SITE}: content/en/post/2024-12-05-Ending-OCSP.md, 2025-08-06-ocsp-service-has-reached-end-of-life.md"
        ),
    ),
    DatedRule(
        "lets-encrypt-tlsserver-45-days",
        date(2026, 5, 13),
        Binds.ISSUERS,
        text("Let's Encrypt's tlsserver profile issues for 45 days"),
        text("Have the renewal run daily, or at two thirds of the life: a fixed interval of 60 days comes too late."),
        text("jobs that renew every 60 days"),
        _tls_server_profile,
        Citation(f"{_SITE}: content/en/post/2025-12-02-from-90-to-45.md"),
    ),
    DatedRule(
        "lets-encrypt-generation-y",
        date(2026, 7, 1),
        Binds.ISSUERS,
        text("Let's Encrypt issues from its generation Y (YR1, YR2, YE1, YE2), with one more certificate in the chain"),
        text(
            "With the renewal comes a longer chain: serve the whole file that the CA hands over (fullchain.pem), not a "
            "leaf with an intermediate that was put there by hand."
        ),
        text("clients that fetch no issuers, where only the first intermediate is sent; whoever has pinned R10 to R14"),
        _next_generation,
        Citation(f"{_SITE}: content/en/certificates.md (2026-07-08), content/en/post/2025-11-24-gen-y-hierarchy.md"),
    ),
    DatedRule(
        "lets-encrypt-64-days",
        date(2027, 2, 10),
        Binds.ISSUERS,
        text("Let's Encrypt's default profile issues for 64 days, and asks for a new proof after 10 days"),
        text(
            "Have the renewal run daily, by ACME Renewal Information or at two thirds of the life: a job that renews "
            "every 60 days leaves four days to notice that it failed, and from 2028-02-16 on (45 days) it comes too "
            "late."
        ),
        text("scripts with fixed intervals"),
        _fixed_interval,
        Citation(f"{_SITE}: content/en/post/2025-12-02-from-90-to-45.md"),
    ),
    DatedRule(
        "lets-encrypt-2024-intermediates-end",
        date(2027, 3, 12),
        Binds.CLIENTS,
        text("Let's Encrypt's intermediates R10 to R14 and E5 to E9 end"),
        text(
            "One of them is sent from here. If it stands in a file that no renewal touches, put the chain in its place "
            "that came with the certificate."
        ),
        text("every client, where an old intermediate is fixed in the configuration"),
        _old_generation,
        Citation(f"{_SITE}: content/en/certificates.md (2026-07-08)"),
    ),
)
