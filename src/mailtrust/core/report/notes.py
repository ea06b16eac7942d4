"""What a report rests on: what was assumed, which stores judged, and what could not be looked at."""

import re

from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import NotApplicable, Passed, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page
from mailtrust.core.rules.grounds.naming import called, called_leaf

_PAUSE = re.compile(r"[:,;] ")


def draw_assumptions(page: Page, evidence: Evidence) -> None:
    """What was supposed rather than seen; it stands before everything else, for it changes how all is read."""
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
        else:
            sentences.append(text("Assumed: {names} is trusted on every client (--roots).", names=names))
    for sentence in sentences:
        page.paragraph((page.say(sentence), "yellow"), first=[(f"{page.glyphs.warned} ", "yellow")])


def draw_unseen(page: Page, assessment: Assessment) -> None:
    """What could not be looked at, and why."""
    unknown = [result for result in assessment.results if isinstance(result, Unknown)]
    lookups = [asked for asked in assessment.evidence.case.lookups if asked.failure]
    if not unknown and not lookups:
        return
    page.heading(text("What could not be looked at"))
    mark = f"{page.glyphs.unknown} "
    for result in unknown:
        page.paragraph((page.say(result.why), ""), (f"  {page.name(result.rule)}", "dim"), first=[(mark, "yellow")])
    for asked in lookups:
        sentence = text(
            "{question} ({kind}): {failure}", question=asked.question, kind=asked.kind, failure=asked.failure
        )
        page.paragraph((page.say(sentence, 400), ""), first=[(mark, "yellow")])


def draw_basis(page: Page, assessment: Assessment) -> None:
    """The anchor stores with their dates, and what was found in order."""
    evidence = assessment.evidence
    page.heading(text("What this rests on"))
    recorded = {store.name: store.digest for store in evidence.case.stores}
    for name, store in sorted(evidence.stores.items()):
        line = text(
            "{name}, {date}, anchors: {count}. {provenance}",
            name=name,
            count=len(store),
            date=store.date.date(),
            # The whole sentence stands in the JSON report; here its beginning tells copy from approximation.
            provenance=_PAUSE.split(store.provenance, 1)[0],
        )
        page.line(("  ", ""), (page.cut(page.say(line), page.width - 2), "dim"))
        if not store:
            page.paragraph(
                (page.say(text("{name} is empty and trusts nothing.", name=name)), "yellow"), first=[("    ", "")]
            )
        if store.is_stale(evidence.now):
            stale = text("{name} is older than 180 days: clients that are up to date may trust others.", name=name)
            page.paragraph((page.say(stale), "yellow"), first=[(f"  {page.glyphs.warned} ", "yellow")])
        if recorded.get(name, store.digest) != store.digest:
            differs = text("{name} is not in the state in which it was when the case was recorded.", name=name)
            page.paragraph((page.say(differs), "yellow"), first=[(f"  {page.glyphs.warned} ", "yellow")])
    passed = sum(isinstance(result, Passed) for result in assessment.results)
    idle = sum(isinstance(result, NotApplicable) for result in assessment.results)
    counts = text(
        "Judged for {now}. Checks that found nothing wrong: {passed}; that had nothing to look at: {idle}.",
        now=evidence.now,
        passed=passed,
        idle=idle,
    )
    page.paragraph((page.say(counts), "dim"), first=[("  ", "")], then=[("    ", "")])
