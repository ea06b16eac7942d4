"""The cure for everything that is wrong with the chain alone: serve exactly the best one. One remedy a leaf."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy, ServeChain
from mailtrust.core.model.text import text
from mailtrust.core.remedies.best_chain import BestChain, best_chain
from mailtrust.core.remedies.repositories import repository_named, repository_of
from mailtrust.core.rules.grounds.completeness import whereabouts
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import Served, served_leaves
from mailtrust.core.validation.ascents import Ascent, ascents

KIND = "serve-chain"

BY_ORDER = frozenset({"chain-wrong-order", "chain-unrelated", "chain-duplicate", "chain-root-included"})
"""Cured by whatever chain is clean."""

BY_ANOTHER_PATH = frozenset({"signature-invalid", "issuer-not-ca", "path-budget-exceeded", "anchor-distrusted"})
"""Cured when the best chain leaves the culprit out and satisfies the clients that complained."""

DISAGREEMENTS = frozenset({"ports-disagree", "addresses-disagree"})

BROKEN = "certificate-unparsable"
"""Cured when the certificate that cannot be read is one that need not be sent."""


def propose_chains(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """One remedy for each served leaf that has a finding which a chain can cure."""
    proposed = (_for_leaf(evidence, served, findings) for served in served_leaves(evidence))
    return tuple(remedy for remedy in proposed if remedy is not None)


def _for_leaf(evidence: Evidence, served: Served, findings: tuple[Finding, ...]) -> Remedy | None:
    concerned = tuple(finding for finding in findings if _concerns(finding, served))
    if not concerned:
        return None
    best = best_chain(evidence, served.leaf)
    if best is None:
        return _into_the_open(evidence, served, concerned)
    cured = tuple(finding for finding in concerned if _cures(best, finding, served))
    return _remedy(evidence, best, cured) if cured else None


def _concerns(finding: Finding, served: Served) -> bool:
    if finding.rule in DISAGREEMENTS:
        # Where the leaf is the same everywhere, it is the chain that differs.
        return finding.certificates == (served.leaf.fingerprint,)
    if finding.rule == BROKEN:
        above = {one.fingerprint for chain, _ in served.chains() for one in chain} - {served.leaf.fingerprint}
        return above.issuperset(finding.certificates)
    return finding.subject == served.subject


def _cures(best: BestChain, finding: Finding, served: Served) -> bool:
    match finding.rule:
        case "chain-incomplete":
            return True
        case "chain-expired-issuer":
            return best.in_time
        case "chain-outlived":
            return best.in_time and best.outlives
        case "certificate-unparsable":
            return {one.fingerprint for one in best.intermediates}.isdisjoint(finding.certificates)
        case rule if rule in BY_ANOTHER_PATH:
            culprits = set(finding.certificates) - {served.leaf.fingerprint}
            kept = {one.fingerprint for one in best.intermediates}
            return bool(best.clients) and set(finding.clients) <= set(best.clients) and not culprits & kept
        case rule:
            return rule in BY_ORDER or rule in DISAGREEMENTS


def _remedy(evidence: Evidence, best: BestChain, cured: tuple[Finding, ...]) -> Remedy:
    chain = tuple(called(one.subject) for one in best.intermediates)
    leaf = called_leaf(best.leaf)
    return Remedy(
        kind=KIND,
        goal=ServeChain(
            leaf=best.leaf.fingerprint,
            intermediates=tuple(one.fingerprint for one in best.intermediates),
            origins=_origins(evidence, best.intermediates, cured),
        ),
        title=text("Let the server send {leaf}, then {chain}, and nothing else", leaf=leaf, chain=chain)
        if chain
        else text("Let the server send {leaf} and nothing else", leaf=leaf),
        safe=True,
        steps=(),
        cures=tuple(finding.id for finding in cured),
        observations=_where(cured),
    )


def _into_the_open(evidence: Evidence, served: Served, concerned: tuple[Finding, ...]) -> Remedy | None:
    """No way leads to a root that is known: serve what is known in good order, and get what is said to be missing."""
    cured = tuple(finding for finding in concerned if finding.rule == "chain-incomplete" or finding.rule in BY_ORDER)
    if not cured:
        return None
    furthest = max(ascents(evidence, served.leaf), key=lambda way: len(way.certificates))
    if any(finding.rule == "chain-incomplete" for finding in cured):
        return _to_be_found(evidence, served, furthest, cured)
    known = BestChain(served.leaf, furthest.certificates[1:], clients=(), in_time=True, outlives=True)
    return _remedy(evidence, known, cured)


def _to_be_found(evidence: Evidence, served: Served, furthest: Ascent, cured: tuple[Finding, ...]) -> Remedy:
    """The issuer was found nowhere: somebody has to get it."""
    known = furthest.certificates[1:]
    issuer = furthest.end.issuer
    page = repository_named(issuer)
    return Remedy(
        kind=KIND,
        goal=ServeChain(
            leaf=served.leaf.fingerprint,
            intermediates=tuple(one.fingerprint for one in known),
            origins=(*_origins(evidence, known, cured), *((page.url,) if page else ()), *furthest.end.ca_issuers),
        ),
        title=text(
            "Get the certificate of {issuer} from the CA, and let the server send it too", issuer=called(issuer)
        ),
        safe=False,
        steps=(),
        cures=tuple(finding.id for finding in cured),
        observations=_where(cured),
        decision=text(
            "Its certificate was found nowhere, so somebody must get it: from the CA's e-mail or download, or from "
            "{page}. If {issuer} is your own root, do nothing here, and bring it to the clients instead.",
            page=page.url if page else text("the CA's page of intermediate certificates"),
            issuer=called(issuer),
        ),
    )


def _origins(evidence: Evidence, intermediates: tuple[Certificate, ...], cured: tuple[Finding, ...]) -> tuple[str, ...]:
    """Where to get what is not sent today, most trustworthy first: the CA's own page, then where it was found."""
    missing = {one for finding in cured if finding.rule == "chain-incomplete" for one in finding.certificates[1:]}
    sources: list[str] = []
    for one in intermediates:
        if one.fingerprint in missing:
            page = repository_of(one)
            sources.extend(whereabouts(evidence, one))
            sources.extend((page.url,) if page else ())
    return tuple(dict.fromkeys(sources))


def _where(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for finding in findings for one in finding.observations))
