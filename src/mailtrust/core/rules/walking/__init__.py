"""One finding about ways a file; the tuple below names them all. `grounds` holds what several of them stand on."""

from collections.abc import Iterable
from typing import Protocol

from mailtrust.core.model.finding import RuleResult
from mailtrust.core.model.walk import Question
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.asking import ask_each
from mailtrust.core.rules.walking import (
    autoconfig_certificate,
    autodiscover_foreign_certificate,
    autodiscover_insecure_redirect,
    autodiscover_not_found,
    autodiscover_srv_shadowed,
    caa_forbids,
    dane_mismatch,
    dane_unusable,
    mta_sts_certificate,
    mta_sts_mx_mismatch,
    mx_unreachable,
    scp_internal_name,
    scp_name_mismatch,
    srv_name_mismatch,
    tlsa_rollover_missing,
)


class WalkRule(Protocol):
    """A file in this folder."""

    ID: str

    def judge(self, evidence: WalkEvidence, /) -> Iterable[RuleResult]:
        """Look at the walks of one address. Every branch answers: *Passed* is an answer."""
        ...


WALK_RULES: tuple[WalkRule, ...] = (
    autodiscover_not_found,
    autodiscover_foreign_certificate,
    autodiscover_srv_shadowed,
    autodiscover_insecure_redirect,
    scp_name_mismatch,
    scp_internal_name,
    srv_name_mismatch,
    autoconfig_certificate,
    mx_unreachable,
    mta_sts_certificate,
    mta_sts_mx_mismatch,
    dane_mismatch,
    dane_unusable,
    tlsa_rollover_missing,
    caa_forbids,
)


def questions_of(evidence: WalkEvidence) -> tuple[Question, ...]:
    """What the rules want to know besides, and the book does not say."""
    return tuple(dict.fromkeys(one for one in caa_forbids.questions(evidence) if one not in evidence.book))


def judge_walks(evidence: WalkEvidence, rules: Iterable[WalkRule] = WALK_RULES) -> tuple[RuleResult, ...]:
    """What every rule says of it."""
    return ask_each(rules, evidence)
