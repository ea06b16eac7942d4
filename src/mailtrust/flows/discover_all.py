"""All addresses of an organisation, from every side: their walks, what is wrong with them, and one cure for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.walk import Book
from mailtrust.core.remedies.finding.ways import Cures
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import OnProgress
from mailtrust.flows.cure import ails, books_of, cures_in, find_cures
from mailtrust.flows.discover import Discovery, WalkRequest, book_of, discover, walk_again
from mailtrust.flows.walk_findings import Judged, ask_for_rules, judge_each


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of it all."""

    discoveries: tuple[Discovery, ...]
    request: WalkRequest
    """The first of the requests: clients and assumptions are the same in all."""
    books: Mapping[bool, Book]
    """What was asked outside (False) and inside (True), for the cure as well."""
    cures: Cures | None = None
    judged: tuple[Judged, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, of every address, worst first."""
        found = [one for judged in self.judged for one in judged.findings]
        found.sort(key=lambda one: -one.severity.rank)
        # What is wrong on both sides, or for several domains on one mail server, is told once.
        told_once: dict[object, Finding] = {}
        for one in found:
            told_once.setdefault((one.rule, one.subject, one.certificates), one)
        return tuple(told_once.values())


async def walk_and_cure(
    requests: Sequence[WalkRequest],
    outsides: Mapping[bool, Outside],
    ca: str,
    on_progress: OnProgress | None = None,
) -> Walked:
    """Walk for each request, judge, and plan for all of them; `ca`: who is to issue, as CAA records name it."""
    found: list[tuple[Discovery, Mapping[str, AnchorStore]]] = []
    for request in requests:
        seen = [one for before, _ in found for one in before.observations]
        found.append(await discover(request, outsides[request.situation.inside], on_progress, seen))
    discoveries = tuple(discovery for discovery, _ in found)
    cures, books = None, books_of(discoveries)
    travellers = {one.id: one for one in requests[0].travellers}
    if ails(discoveries, travellers):
        cures, books = await find_cures(list(zip(discoveries, requests, strict=True)), outsides, found[0][1])
    await ask_for_rules(discoveries, travellers, cures, books, outsides)
    return Walked(discoveries, requests[0], books, cures, judge_each(discoveries, travellers, cures, books, ca))


def walk_and_cure_again(
    case: CaseFile, requests: Sequence[WalkRequest], stores: Mapping[str, AnchorStore], ca: str
) -> Walked:
    """The same over recorded facts, as far as they reach. Pure."""
    found = tuple(walk_again(case, request, stores) for request in requests)
    travellers = {one.id: one for one in requests[0].travellers}
    books = {inside: {**book_of(case, inside=inside), **book} for inside, book in books_of(found).items()}
    made = cures_in(books, list(zip(found, requests, strict=True)), stores) if ails(found, travellers) else None
    cures = made if isinstance(made, Cures) else None
    return Walked(found, requests[0], books, cures, judge_each(found, travellers, cures, books, ca))
