"""What standards demand of the certificates themselves, as PathChecks: for the reference profiles, not for any client.

Engines forgive most of it. Each demand that is not met is one `profile-violated` with the facts `field` (the standard's
name of the place), `because` (one of BREACHES) and `requirement` (where the demand stands).
"""

from mailtrust.core.validation.conformance.baseline import (
    baseline_keys,
    baseline_leaf,
    baseline_root,
    lifetime_baseline,
)
from mailtrust.core.validation.conformance.breaches import BREACHES
from mailtrust.core.validation.conformance.rfc5280 import well_formed

__all__ = ["BREACHES", "baseline_keys", "baseline_leaf", "baseline_root", "lifetime_baseline", "well_formed"]
