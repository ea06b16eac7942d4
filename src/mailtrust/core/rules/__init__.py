"""One finding a file; the tuple below names them all. `grounds` holds what several of them stand on.

A rule looks at evidence and answers with findings, passes, `NotApplicable` or `Unknown`: silence proves nothing.
"""

from collections.abc import Iterable
from typing import Protocol

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import RuleResult
from mailtrust.core.rules import (
    addresses_disagree,
    anchor_distrusted,
    anchor_private,
    anchor_unknown,
    certificate_unparsable,
    chain_duplicate,
    chain_expired_issuer,
    chain_incomplete,
    chain_outlived,
    chain_root_included,
    chain_unrelated,
    chain_wrong_order,
    client_auth_missing,
    critical_extension_unknown,
    ct_missing,
    eku_no_server_auth,
    expired,
    expiring,
    issuer_not_ca,
    key_not_proven,
    key_usage_wrong,
    key_weak,
    leaf_is_ca,
    must_staple_without_staple,
    name_constraint_violated,
    name_internal,
    name_ip_as_dns,
    name_mismatch,
    name_near_miss,
    name_only_in_common_name,
    name_wildcard_depth,
    network_blocked,
    not_yet_valid,
    path_budget_exceeded,
    path_length_exceeded,
    policy_violated,
    ports_disagree,
    revocation_unreachable,
    revoked,
    self_signed,
    signature_invalid,
    signature_weak,
    sni_needed,
    staple_bad,
    starttls_injection,
    tls_handshake_failed,
    tls_intercepted,
    tls_not_offered,
    tls_version_old,
    validity_too_long,
)
from mailtrust.core.rules.grounds.asking import ask_each


class Rule(Protocol):
    """What each file in this folder is: a module with an id and a judgement."""

    ID: str
    """The rule's id in the contract's vocabulary; the file is called so, with underscores."""

    def judge(self, evidence: Evidence, /) -> Iterable[RuleResult]:
        """Answer for every subject it looked at."""
        ...


RULES: tuple[Rule, ...] = (
    # what doubts all others: of findings that weigh alike it is told first
    tls_intercepted,
    # chain
    chain_incomplete,
    chain_expired_issuer,
    chain_outlived,
    chain_wrong_order,
    chain_unrelated,
    chain_duplicate,
    chain_root_included,
    # path
    signature_invalid,
    issuer_not_ca,
    path_length_exceeded,
    name_constraint_violated,
    critical_extension_unknown,
    policy_violated,
    certificate_unparsable,
    path_budget_exceeded,
    # anchor
    self_signed,
    anchor_private,
    anchor_unknown,
    anchor_distrusted,
    ct_missing,
    # name
    name_mismatch,
    name_near_miss,
    name_internal,
    name_only_in_common_name,
    name_wildcard_depth,
    name_ip_as_dns,
    # time
    expired,
    not_yet_valid,
    expiring,
    validity_too_long,
    # key and use
    key_not_proven,
    key_weak,
    signature_weak,
    key_usage_wrong,
    eku_no_server_auth,
    leaf_is_ca,
    client_auth_missing,
    # revocation
    revoked,
    revocation_unreachable,
    staple_bad,
    must_staple_without_staple,
    # transport
    network_blocked,
    tls_not_offered,
    tls_handshake_failed,
    tls_version_old,
    starttls_injection,
    ports_disagree,
    addresses_disagree,
    sni_needed,
)


def judge_all(evidence: Evidence, rules: Iterable[Rule] = RULES) -> tuple[RuleResult, ...]:
    """What every rule says of it."""
    return ask_each(rules, evidence)
