"""PathCheck: one demand on a path each, as functions or as factories that make one. Profiles take them from here."""

from mailtrust.core.validation.checks.anchor_selection import anchor_selected
from mailtrust.core.validation.checks.anchors import anchor_limits, by_anchor, transparency
from mailtrust.core.validation.checks.authority import (
    issuer_key_usage,
    issuers_are_cas,
    issuers_are_cas_openssl,
    leaf_is_no_ca,
    path_lengths,
)
from mailtrust.core.validation.checks.dates import dates, dates_openssl, dates_with_anchor
from mailtrust.core.validation.checks.extensions import (
    critical_extensions,
    names_without_subject_are_critical,
    no_empty_names,
    readable,
)
from mailtrust.core.validation.checks.keys import minimum_keys, refuse_hashes
from mailtrust.core.validation.checks.lifetimes import lifetime_398_public, lifetime_apple
from mailtrust.core.validation.checks.name_constraints import (
    constrained_dns_names_are_valid,
    name_constraints,
    no_empty_dns_constrained,
)
from mailtrust.core.validation.checks.policies import explicit_policy
from mailtrust.core.validation.checks.usages import leaf_key_usage, server_auth, server_auth_apple

__all__ = [
    "anchor_limits",
    "anchor_selected",
    "by_anchor",
    "constrained_dns_names_are_valid",
    "critical_extensions",
    "dates",
    "dates_openssl",
    "dates_with_anchor",
    "explicit_policy",
    "issuer_key_usage",
    "issuers_are_cas",
    "issuers_are_cas_openssl",
    "leaf_is_no_ca",
    "leaf_key_usage",
    "lifetime_398_public",
    "lifetime_apple",
    "minimum_keys",
    "name_constraints",
    "names_without_subject_are_critical",
    "no_empty_dns_constrained",
    "no_empty_names",
    "path_lengths",
    "readable",
    "refuse_hashes",
    "server_auth",
    "server_auth_apple",
    "transparency",
]
