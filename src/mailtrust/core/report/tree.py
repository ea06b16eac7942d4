"""The picture: which ports present which chain, how it leads to an anchor, and the gap where it does not."""

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.text import text
from mailtrust.core.report.chains import (
    Anchor,
    Branch,
    FailedBranch,
    Presented,
    Rung,
    branches,
    failed_branches,
    is_broken,
)
from mailtrust.core.report.labels import addresses, places, several_hosts
from mailtrust.core.report.page import Page, Span
from mailtrust.core.report.rungs import MOST_IDLE, RungWords, failure_sentence, is_quiet


def draw_tree(page: Page, evidence: Evidence) -> None:
    """Draw every branch; those that failed come last."""
    seen = evidence.case.observations
    if not seen:
        return
    hosts = several_hosts(seen)
    title = (
        text("What the servers present")
        if hosts
        else text("What {host} presents", host=page.name(seen[0].endpoint.host))
    )
    page.heading(title, "" if hosts else addresses(page, seen))
    grown = branches(evidence)
    failed = failed_branches(evidence)
    for number, branch in enumerate(grown):
        _draw_branch(page, evidence, branch, hosts=hosts, last=not failed and number == len(grown) - 1)
    for number, failure in enumerate(failed):
        _draw_failure(page, failure, hosts=hosts, last=number == len(failed) - 1)


def _draw_branch(page: Page, evidence: Evidence, branch: Branch, *, hosts: bool, last: bool) -> None:
    glyphs = page.glyphs
    guide: Span = (" " * len(glyphs.guide) if last else glyphs.guide, "dim")
    label = places(page, branch.observations, hosts=hosts)
    page.paragraph(
        (label, "bold"),
        (f"  {', '.join(branch.tls_versions)}", "dim"),
        first=[(glyphs.last_branch if last else glyphs.branch, "dim")],
        then=[guide],
    )
    if len({one.endpoint.address for one in evidence.case.observations}) > 1:
        page.paragraph((addresses(page, branch.observations), "dim"), first=[guide], then=[guide])
    if not branch.rungs:
        page.paragraph((page.say(text("It presents no certificate at all.")), "red"), first=[guide], then=[guide])
    for number, rung in enumerate(branch.rungs):
        above = branch.rungs[number + 1] if number + 1 < len(branch.rungs) else None
        _Rungs(page, evidence, branch, guide).draw(rung, above)
    for one in branch.idle[:MOST_IDLE]:
        _Rungs(page, evidence, branch, guide).draw_idle(one)
    if (more := len(branch.idle) - MOST_IDLE) > 0:
        rest = page.say(text("and {count} more that are not needed", count=more))
        page.paragraph((rest, "yellow"), first=[guide, ("  ", "")], then=[guide, ("  ", "")])
    for anchor in branch.other_ends:
        _Rungs(page, evidence, branch, guide).draw_other_end(anchor)
    page.line(guide) if not last else page.blank()


class _Rungs:
    """Draws the certificates of one branch, from the leaf down the page to the anchor."""

    def __init__(self, page: Page, evidence: Evidence, branch: Branch, guide: Span) -> None:
        self._page = page
        self._words = RungWords(page, evidence, branch)
        self._guide = guide

    def draw(self, rung: Rung, above: Rung | None) -> None:
        """One rung: its name with a mark, and below it what is worth knowing; then the line to the next one."""
        glyphs = self._page.glyphs
        spine = self._spine(rung, above)
        match rung:
            case Presented():
                mark, style = glyphs.presented, "green"
            case Anchor():
                mark, style = glyphs.anchor, "cyan"
            case _:
                mark, style = glyphs.missing, "bold red"
        self._name(mark, style, *self._words.title(rung))
        for spans in self._words.details(rung):
            self._page.paragraph(*spans, first=[self._guide, spine], then=[self._guide, spine])

    def draw_idle(self, one: Presented) -> None:
        """A certificate that was sent for nothing."""
        self._name(self._page.glyphs.idle, "yellow", *self._words.idle(one))

    def draw_other_end(self, anchor: Anchor) -> None:
        """An anchor that other clients end at."""
        self._name(self._page.glyphs.anchor, "cyan", *self._words.other_end(anchor))

    def _name(self, mark: str, style: str, name: str, where: str) -> None:
        gap = style == "bold red"
        left: list[Span] = [self._guide, (f"{mark} ", style), (name, "bold" if not gap else style)]
        self._page.ends(
            left, (where, style), fill=self._page.glyphs.gap_rule if gap else " ", fill_style="red" if gap else ""
        )

    def _spine(self, rung: Rung, above: Rung | None) -> Span:
        glyphs = self._page.glyphs
        if above is None:
            return ("  ", "")
        broken = is_broken(rung, above)
        return (f"{glyphs.gap_spine if broken else glyphs.spine} ", "red" if broken else "dim")


def _draw_failure(page: Page, branch: FailedBranch, *, hosts: bool, last: bool) -> None:
    glyphs, failure = page.glyphs, branch.failure
    quiet = is_quiet(branch)
    label = places(page, branch.observations, hosts=hosts)
    style = "dim" if quiet else "yellow"
    page.paragraph(
        (f"{glyphs.not_asked if quiet else glyphs.warned} ", style),
        (f"{label}: ", "dim" if quiet else "bold"),
        (page.say(failure_sentence(failure)), style),
        first=[(glyphs.last_branch if last else glyphs.branch, "dim")],
        then=[("     " if last else glyphs.guide + "  ", "dim")],
    )
