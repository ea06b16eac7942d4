"""An assessment as text for a terminal. Import it late: it draws with rich, which nobody else needs."""

from collections.abc import Callable, Sequence

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.accepted import draw_accepted
from mailtrust.core.report.findings import draw_findings
from mailtrust.core.report.formats import Reader, Voice
from mailtrust.core.report.headline import headline
from mailtrust.core.report.matrix import draw_matrix
from mailtrust.core.report.notes import draw_assumptions, draw_basis, draw_unseen
from mailtrust.core.report.outcome import outcome_of
from mailtrust.core.report.page import Page
from mailtrust.core.report.tree import draw_tree

_HEADLINE_STYLES = {
    "clean": "bold green",
    "info": "bold green",
    "warning": "bold yellow",
    "error": "bold red",
    "critical": "bold red",
    "unknown": "bold yellow",
}


def write(assessments: Sequence[Assessment], reader: Reader) -> bytes:
    """One report after the other; what the reader's encoding lacks becomes a question mark."""
    return b"".join(
        render(
            assessment,
            width=reader.width,
            colour=reader.colour,
            translate=reader.translate,
            lang=reader.lang,
            voice=reader.voice,
            ascii_only=reader.ascii_only,
        ).encode(reader.encoding, "replace")
        for assessment in assessments
    )


def render(
    assessment: Assessment,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    voice: Voice = "admin",
    ascii_only: bool = False,
) -> str:
    """Draw the report: headline, chains, who accepts it, findings with cures, and what it rests on.

    `width` in cells; less than 40 and more than 120 are not used. `lang` chooses among a client's own words;
    `translate` gives our sentences. With `ascii_only` every drawn sign is ASCII. Colour is never the only carrier of
    anything. The environment is not looked at.
    """
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    page.paragraph((page.say(headline(assessment)), _HEADLINE_STYLES[outcome_of(assessment)]))
    draw_assumptions(page, assessment.evidence)
    if voice == "admin":
        draw_tree(page, assessment.evidence)
    if voice != "user":
        draw_matrix(page, assessment.evidence)
    draw_findings(page, assessment, voice)
    if voice != "user":
        draw_accepted(page, assessment)
    if voice == "admin":
        draw_unseen(page, assessment)
        draw_basis(page, assessment)
    return page.print(colour=colour)
