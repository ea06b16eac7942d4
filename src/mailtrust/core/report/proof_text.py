"""A proof as text: what became of every finding."""

from collections.abc import Callable

from mailtrust.core.model.proof import Proof
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page


def render_proof(
    proof: Proof,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    ascii_only: bool = False,
) -> str:
    """Draw the proof. `width` in cells."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    page.paragraph((page.say(verdict_on(proof)), "bold"))
    glyphs = page.glyphs
    for sign, style, word, findings in (
        (glyphs.accepted, "green", text("resolved"), proof.resolved),
        (glyphs.refused, "red", text("remaining"), proof.remaining),
        (glyphs.refused, "red", text("introduced"), proof.introduced),
        (glyphs.unknown, "yellow", text("unproven"), proof.unproven),
    ):
        for finding in findings:
            page.paragraph((page.name(finding), ""), first=[(f"{sign} {page.say(word)}  ", style)])
    return page.print(colour=colour)


def verdict_on(proof: Proof) -> Text:
    """The proof in one sentence."""
    if proof.introduced:
        return text("Something is wrong now that was not before.")
    if proof.unproven:
        return text("Not proven: what could not be looked at counts as neither mended nor broken.")
    if proof.remaining:
        return text("Not everything is mended.")
    if proof.resolved:
        return text("Proven on the wire: everything that was found before is mended.")
    return text("There was nothing to mend, and nothing is wrong.")
