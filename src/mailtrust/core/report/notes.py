"""What a report rests on: what was assumed, which stores judged, and what could not be looked at."""

import re

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import NotApplicable, Passed, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.accepted import weighing
from mailtrust.core.report.page import Page
from mailtrust.core.report.reach import unreached_by
from mailtrust.core.rules.grounds.naming import called, called_leaf

_PAUSE = re.compile(r"[:,;] ")


def draw_assumptions(page: Page, evidence: Evidence) -> None:
    """What was supposed rather than seen; it stands before everything else, for it changes how all is read."""
    for sentence in assumptions(evidence):
        page.paragraph((page.say(sentence), "yellow"), first=[(f"{page.glyphs.warned} ", "yellow")])


def assumptions(evidence: Evidence) -> list[Text]:
    """What was supposed rather than seen, as sentences."""
    case = evidence.case
    sentences: list[Text] = []
    if case.hypothetical:
        names = tuple(
            called_leaf(case.hypothetical[0]) if number == 0 else called(one.subject)
            for number, one in enumerate(case.hypothetical)
        )
        sentences.append(
            text(
                "Judged as if the servers presented this chain, which they do not today (--with): {names}.", names=names
            )
        )
    if case.local_roots:
        names = tuple(called(root.subject) for root in case.local_roots)
        if case.deployed:
            sentences.append(
                text(
                    "Assumed: {names} is trusted on the clients that {ways} reach (--roots, --deployed).",
                    names=names,
                    ways=case.deployed,
                )
            )
            sentences += [
                text(
                    "It does not reach {clients}: {why}",
                    clients=tuple(Text(client.title) for client in some.clients),
                    why=some.why,
                )
                for some in unreached_by(evidence)
            ]
        else:
            sentences.append(text("Assumed: {names} is trusted on every client (--roots).", names=names))
    return sentences


def draw_unseen(page: Page, assessment: Assessment) -> None:
    """What could not be looked at, and why."""
    missed = unseen(assessment)
    if not missed:
        return
    page.heading(text("What could not be looked at"))
    mark = f"{page.glyphs.unknown} "
    for sentence, rule in missed:
        asked_by = [(f"  {page.name(rule)}", "dim")] if rule else []
        page.paragraph((page.say(sentence), ""), *asked_by, first=[(mark, "yellow")])


def unseen(assessment: Assessment) -> list[tuple[Text, str]]:
    """What could not be looked at and why, with the rule that wanted to; questions that were not answered have none."""
    unknown = [(result.why, result.rule) for result in assessment.results if isinstance(result, Unknown)]
    lookups = [
        text("{question} ({kind}): {failure}", question=asked.question, kind=asked.kind, failure=asked.failure)
        for asked in assessment.evidence.case.lookups
        if asked.failure
    ]
    return [*unknown, *((sentence, "") for sentence in lookups)]


def draw_basis(page: Page, assessment: Assessment) -> None:
    """The anchor stores with their dates, and what was found in order."""
    page.heading(text("What this rests on"))
    for name, store in sorted(assessment.evidence.stores.items()):
        line = store_line(name, store)
        page.line(("  ", ""), (page.cut(page.say(line), page.width - 2), "dim"))
        for doubt in store_doubts(assessment.evidence, name):
            page.paragraph((page.say(doubt), "yellow"), first=[(f"  {page.glyphs.warned} ", "yellow")])
    for sentence in (counts(assessment), *weighing(assessment.evidence)):
        page.paragraph((page.say(sentence), "dim"), first=[("  ", "")], then=[("    ", "")])


def store_line(name: str, store: AnchorStore) -> Text:
    """An anchor store with its date and size."""
    return text(
        "{name}, {date}, anchors: {count}. {provenance}",
        name=name,
        count=len(store),
        date=store.date.date(),
        # The whole sentence stands in the JSON report; here its beginning tells copy from approximation.
        provenance=_PAUSE.split(store.provenance, 1)[0],
    )


def store_doubts(evidence: Evidence, name: str) -> list[Text]:
    """What makes verdicts that rest on this store less certain."""
    store, doubts = evidence.stores[name], []
    recorded = {known.name: known.digest for known in evidence.case.stores}
    if not store:
        doubts.append(text("{name} is empty and trusts nothing.", name=name))
    if store.is_stale(evidence.now):
        doubts.append(text("{name} is older than 180 days: clients that are up to date may trust others.", name=name))
    if recorded.get(name, store.digest) != store.digest:
        doubts.append(text("{name} is not in the state in which it was when the case was recorded.", name=name))
    return doubts


def counts(assessment: Assessment) -> Text:
    """For when it was judged, and how many checks had nothing to say."""
    return text(
        "Judged for {now}. Checks that found nothing wrong: {passed}; that had nothing to look at: {idle}.",
        now=assessment.evidence.now,
        passed=sum(isinstance(result, Passed) for result in assessment.results),
        idle=sum(isinstance(result, NotApplicable) for result in assessment.results),
    )
