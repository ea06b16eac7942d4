"""Mozilla: mozilla::pkix, which tries every path as others do, with three demands of its own."""

from itertools import pairwise

from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.validation.paths import (
    Budget,
    Ended,
    first_that_holds,
    leaf_is_anchor,
    missing_issuer,
    too_long,
    untrusted_end,
)
from mailtrust.core.validation.search.all_paths import all_ways

MOST_CERTIFICATES = 8
"""The server's own, six intermediates, the root."""


def search_mozilla(problem: SearchProblem, /) -> SearchResult:
    """Try every path until one holds, as mozilla::pkix does.

    Names of subject and issuer are equal octet by octet; a path has at most eight certificates; and the server's own
    certificate is never its own anchor: trust in it alone is an exception that a user stores.
    nss-dev/nss lib/mozpkix/lib/pkixbuild.cpp, PathBuildingStep::Check and MAX_SUBCA_COUNT (9d75dfd), and
    mozilla/gecko-dev security/certverifier/NSSCertDBTrustDomain.cpp, GetCertTrust; seen in Firefox and Thunderbird 153.
    """
    budget = Budget(problem.limits.budget)
    return first_that_holds(map(_as_mozilla_goes, all_ways(problem, budget)), problem, budget)


def _as_mozilla_goes(ended: Ended) -> Ended:
    """The path, cut where Mozilla goes no further."""
    path = ended.path
    if leaf_is_anchor(path):
        alone = CandidatePath(path.links, None)
        reason = untrusted_end(alone) if path.leaf.self_issued else missing_issuer(path.leaf)
        return Ended(alone, (reason,))
    chain = path.with_anchor
    for number, (child, issuer) in enumerate(pairwise(chain), 1):
        if child.issuer.der != issuer.subject.der:
            return Ended(CandidatePath(path.links[:number], None), (missing_issuer(child, issuer),))
    if len(chain) > MOST_CERTIFICATES:
        cut = CandidatePath(path.links[:MOST_CERTIFICATES], None)
        return Ended(cut, (too_long(cut, MOST_CERTIFICATES),))
    return ended
