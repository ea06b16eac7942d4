"""What the reference profiles ask of a path, as tuples of PathCheck: standards, where `engines` has programs."""

from mailtrust.core.model.client import PathCheck
from mailtrust.core.validation.checks import (
    anchor_limits,
    critical_extensions,
    dates_with_anchor,
    explicit_policy,
    issuer_key_usage,
    issuers_are_cas,
    leaf_is_no_ca,
    name_constraints,
    path_lengths,
    readable,
    refuse_hashes,
    server_auth,
)
from mailtrust.core.validation.conformance import (
    baseline_keys,
    baseline_leaf,
    baseline_root,
    lifetime_baseline,
    well_formed,
)
from mailtrust.core.validation.purposes import SERVER, SERVER_OR_ANY

_PATH: tuple[PathCheck, ...] = (
    # RFC 5280 6.1 takes an anchor for name and key alone; what else its certificate says may be constraints (6.1.1 d,
    # RFC 5937 3). Here it is held to everything that intermediates are held to.
    readable,
    dates_with_anchor,
    issuers_are_cas(anchor=True, version_1_anchor=False),
    issuer_key_usage(anchor=True),
    path_lengths(anchor=True),
    critical_extensions(anchor=True),
    # RFC 9525 lets a wildcard stand for an excluded host; both together must not open what the CA had closed.
    name_constraints(anchor=True, wildcards_reach=True),
    explicit_policy,
    # RFC 8446 4.4.2.4: MD5 must not be relied on, and SHA-1 should not be (RFC 6194 2)
    refuse_hashes(frozenset({"md2", "md4", "md5", "sha1"})),
    anchor_limits,
)

CHECKS_REFERENCE: tuple[PathCheck, ...] = (
    *_PATH,
    # RFC 5280 4.2.1.12: a key is used for the purposes that its certificate names, an issuer's key too
    server_auth(SERVER_OR_ANY, issuers=SERVER_OR_ANY),
    well_formed(),
)
"""RFC 5280 whole, without an opinion on keys."""

CHECKS_BASELINE: tuple[PathCheck, ...] = (
    *_PATH,
    server_auth(SERVER, issuers=SERVER_OR_ANY),
    leaf_is_no_ca,
    well_formed(critical_name_constraints=False),
    baseline_leaf,
    baseline_root,
    baseline_keys,
    lifetime_baseline,
)
"""RFC 5280 with the CA/Browser Forum's Baseline Requirements for TLS server certificates."""
