"""Every path, with backtracking: RFC 4158, and the engines that leave no way untried."""

from collections.abc import Iterator

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.model.pool import PoolEntry, Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation.checks.dates import in_its_time
from mailtrust.core.validation.paths import (
    LOOK_COST,
    SOURCE_ORDER,
    Budget,
    BudgetSpentError,
    Ended,
    Signatures,
    anchor_like,
    anchors_for,
    dead_end,
    first_that_holds,
    key_identifiers_agree,
    readable_leaf,
    strongest_source,
    too_long,
    wrong_signature,
)
from mailtrust.core.x509.signatures import SignatureResult


def search_all_paths(problem: SearchProblem, /) -> SearchResult:
    """Try every path, likeliest first, until one holds: RFC 4158; Windows, Chromium, Apple.

    Anchors come before other issuers, near sources before far ones, issuers with the right key identifier and in their
    time before others. What was tried before the path that holds is kept. When the budget is spent the answer is what
    was found so far, and no path at all holds unless one was found within it.
    """
    budget = Budget(problem.limits.budget)
    return first_that_holds(all_ways(problem, budget), problem, budget)


def all_ways(problem: SearchProblem, budget: Budget) -> Iterator[Ended]:
    """Every path as `search_all_paths` tries them, found once for all clients that see the same certificates."""
    key = (search_all_paths, id(problem.store), id(problem.pool), problem.limits)
    ways = problem.memory.ways.get(key)
    if not isinstance(ways, _Ways):
        ways = problem.memory.ways[key] = _Ways(problem)
    return ways.again(budget)


class _Ways:
    """The paths of one problem, found once, for every client that looks for them in this manner.

    They do not depend on a client's checks. Who looks again pays again: each has the budget of its own.
    """

    def __init__(self, problem: SearchProblem) -> None:
        self._problem = problem  # holds on to store and pool, so that their ids stay theirs
        self._budget = Budget(problem.limits.budget)
        self._ahead = enumerate_paths(problem, self._budget)
        self._found: list[tuple[int, Ended]] = []
        self._exhausted = False

    def again(self, budget: Budget) -> Iterator[Ended]:
        """Every path from the first on. BudgetSpentError when `budget` does not last for what finding it costs."""
        at = 0
        while at < len(self._found) or self._look():
            cost, ended = self._found[at]
            budget.spend(cost)
            yield ended
            at += 1
        if self._exhausted:
            raise BudgetSpentError
        # What was looked at in vain behind the last path
        budget.spend(self._problem.limits.budget - self._budget.left - sum(cost for cost, _ in self._found))

    def _look(self) -> bool:
        """Find one more path; False when there is none, or no budget for it."""
        before = self._budget.left
        try:
            ended = next(self._ahead, None)
        except BudgetSpentError:
            self._exhausted = True
            return False
        if ended is not None:
            self._found.append((before - self._budget.left, ended))
        return ended is not None


def enumerate_paths(problem: SearchProblem, budget: Budget) -> Iterator[Ended]:
    """Every path from the first presented certificate up, whole or broken, each with how it ends.

    A path is whole at the first anchor: what lies above an anchor needs no proof. BudgetSpentError when the budget
    does not last.
    """
    leaf = readable_leaf(problem)
    if leaf is None:
        return
    signatures = Signatures(budget)
    first = Link(leaf, Source.PRESENTED)
    anchor = anchor_like(leaf, problem)
    if anchor is not None and anchor.fingerprint == leaf.fingerprint:
        yield Ended(CandidatePath((first,), anchor))
    yield from _grow((first,), problem, signatures)


def _grow(links: tuple[Link, ...], problem: SearchProblem, signatures: Signatures) -> Iterator[Ended]:
    last = links[-1].certificate
    issued = False
    for anchor in anchors_for(last, problem):
        if anchor.fingerprint == last.fingerprint:
            continue
        signatures.budget.spend(LOOK_COST)
        result = signatures.check(last, anchor.certificate)
        if result is SignatureResult.VALID:
            issued = True
            yield Ended(CandidatePath(links, anchor))
        else:
            path = CandidatePath(links, None)
            yield Ended(path, (wrong_signature(last, anchor.certificate, result, anchor=True),))
    met = {(link.certificate.subject.match_key, link.certificate.public_key.spki) for link in links}
    for entry in _candidates(last, problem):
        issuer = entry.certificate
        signatures.budget.spend(LOOK_COST)
        # RFC 4158 5.2: a name with its key comes once; and an anchor needs no proof. A cross-certificate for its name
        # and key is a way of its own: it may hold where the anchor's own certificate does not (seen in Firefox 153).
        if (issuer.subject.match_key, issuer.public_key.spki) in met or _is_anchor(issuer, problem):
            continue
        result = signatures.check(last, issuer)
        if result is not SignatureResult.VALID:
            path = CandidatePath(links, None)
            yield Ended(path, (wrong_signature(last, issuer, result, anchor=False),))
            continue
        issued = True
        longer = (*links, Link(issuer, strongest_source(entry.sources)))
        # The anchor above it needs a place too
        if len(longer) >= problem.limits.max_certificates:
            yield Ended(CandidatePath(longer, None), (too_long(CandidatePath(longer, None), len(longer)),))
        else:
            yield from _grow(longer, problem, signatures)
    if not issued:
        yield dead_end(CandidatePath(links, None), signatures)


def _is_anchor(certificate: Certificate, problem: SearchProblem) -> bool:
    return any(anchor.fingerprint == certificate.fingerprint for anchor in problem.store.named(certificate.subject))


def _candidates(child: Certificate, problem: SearchProblem) -> list[PoolEntry]:
    """Certificates of the issuer's name, likeliest first (RFC 4158 3.5)."""

    def rank(entry: PoolEntry) -> tuple[int, int, bool, bool, float]:
        issuer = entry.certificate
        agree = key_identifiers_agree(child, issuer)
        return (
            SOURCE_ORDER.index(strongest_source(entry.sources)),
            {True: 0, None: 1, False: 2}[agree],
            not in_its_time(issuer, problem.at),
            not problem.store.named(issuer.issuer),
            -issuer.not_after.timestamp(),
        )

    named = problem.pool.named(child.issuer)
    return sorted(named, key=rank) if len(named) > 1 else list(named)
