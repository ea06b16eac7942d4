"""What is wrong about the ways to each address: the rules about walks, asked after the plan is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.finding import Finding, RuleResult, worst_first
from mailtrust.core.model.walk import Book, Question
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.remedies.finding.changes import names_added
from mailtrust.core.remedies.finding.ways import Cures
from mailtrust.core.rules.walking import judge_walks, questions_of
from mailtrust.flows.discover import Discovery


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one address."""

    address: str
    inside: bool
    results: tuple[RuleResult, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, worst first."""
        return worst_first(self.results)


def wanted_by_rules(
    discoveries: Sequence[Discovery],
    travellers: Mapping[str, Traveller],
    cures: Cures | None,
    books: Mapping[bool, Book],
) -> tuple[tuple[bool, Question], ...]:
    """What the rules want to know besides, and where (True: inside). Pure."""
    found = ((one.situation.inside, one) for one in discoveries)
    return tuple(
        dict.fromkeys(
            (inside, question)
            for inside, one in found
            for question in questions_of(evidence_of(one, travellers, cures, books[inside]))
        )
    )


def judge_each(
    discoveries: Sequence[Discovery],
    travellers: Mapping[str, Traveller],
    cures: Cures | None,
    books: Mapping[bool, Book],
    ca: str = "",
) -> tuple[Judged, ...]:
    """The results of every rule for every address. Pure."""
    return tuple(
        Judged(
            found.address,
            found.situation.inside,
            judge_walks(evidence_of(found, travellers, cures, books[found.situation.inside], ca)),
        )
        for found in discoveries
    )


def evidence_of(
    found: Discovery, travellers: Mapping[str, Traveller], cures: Cures | None, book: Book, ca: str = ""
) -> WalkEvidence:
    """What the rules look at."""
    added = names_added(cures.best.changes) if cures is not None else frozenset()
    return WalkEvidence(
        address=found.address,
        now=found.at,
        walks=found.walks,
        # Another place's answers may stand beside these; where both know, this place's own count.
        book={**book, **found.book},
        titles={one.id: one.title for one in travellers.values()},
        unknowable=frozenset(one.id for one in travellers.values() if one.unknown_because is not None),
        new_names=tuple(dict.fromkeys((*cures.server.leaf.dns_names, *sorted(added)))) if cures and added else (),
        replaced=cures.server.leaf.fingerprint if cures and added else "",
        ca=ca,
    )
