"""An explanation as text for a terminal. Import it late: it draws with rich, which nobody else needs."""

import re
from collections.abc import Callable, Sequence

from mailtrust.core.messages.explanation import Answer, Comparison, Explanation, Quote, Standing, Suspicion
from mailtrust.core.messages.message import Likelihood, Origin
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Utterance
from mailtrust.core.report.page import Page

RECALLED = "recalled"
MANY_CAUSES = 4
"""Of more causes than these the rare ones are named in one line."""

_PLACE = re.compile(r"\{\w*\}")

_LIKELIHOODS: dict[Likelihood, Text] = {
    Likelihood.LIKELY: text("likely"),
    Likelihood.POSSIBLE: text("possible"),
    Likelihood.RARE: text("rare"),
}
_STANDINGS: dict[Standing, tuple[Text, str]] = {
    Standing.CONFIRMED: (text("this is so in the certificate given"), "bold red"),
    Standing.RULED_OUT: (text("not so in the certificate given"), "green"),
}


def render_explanation(
    explanation: Explanation,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    ascii_only: bool = False,
) -> str:
    """Draw the explanation: who says it, what it can mean, what it hides, what to run next."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    if not explanation.answers:
        _draw_unknown(page, explanation)
    for number, answer in enumerate(explanation.answers):
        if number:
            page.heading(text("It can also be"))
        _draw_answer(page, answer)
    if explanation.comparison is not None:
        _draw_comparison(page, explanation.comparison)
    _draw_next(page, explanation.answers)
    if explanation.cut:
        page.blank()
        page.paragraph((page.say(text("Only the beginning of the text was looked at: it is very long.")), "dim"))
    return page.print(colour=colour)


def _draw_unknown(page: Page, explanation: Explanation) -> None:
    page.paragraph((page.say(text("This text is not known here.")), "bold yellow"))
    page.blank()
    page.paragraph(
        (
            page.say(
                text(
                    "mailtrust knows what mail programs, servers and tools say about certificates. Give the words as "
                    "they stand on the screen or in the log, with the error code; or look at the server itself:"
                )
            ),
            "",
        )
    )
    target = explanation.place.target if explanation.place is not None else "HOST"
    page.paragraph((f"mailtrust check {page.name(target)}", "bold"), first=[("  ", "")])
    if explanation.perhaps:
        page.heading(text("Perhaps"))
        for answer in explanation.perhaps:
            page.paragraph((page.say(_named(answer.speakers)), "bold"))
            for quote in answer.quotes[:1]:
                _draw_words(page, quote.utterance, "  ")
            names = tuple(suspicion.cause.name for suspicion in answer.suspicions[:4])
            page.paragraph((page.say(text("It would mean: {causes}.", causes=names)), ""), first=[("  ", "")])
            page.blank()


def _draw_answer(page: Page, answer: Answer) -> None:
    if answer.title is not None:
        page.paragraph((page.say(answer.title), "bold"))
    else:
        page.paragraph((page.say(text("{speakers} says this.", speakers=_named(answer.speakers))), "bold"))
        if answer.passed_on:
            inner = text("The reason in it comes from {speakers}.", speakers=_named(answer.passed_on))
            page.paragraph((page.say(inner), ""))
    for quote in answer.quotes:
        _draw_quote(page, quote)
    page.blank()
    _draw_causes(page, answer.suspicions)
    if alike := _alike(answer):
        page.blank()
        page.paragraph((page.say(alike), ""))
    for note in answer.notes:
        page.paragraph((page.say(note), ""), first=[(f"{page.glyphs.note} ", "bold")])


def _alike(answer: Answer) -> Text | None:
    """What cannot be told apart; nothing where one cause is all there is, or the certificate has settled it."""
    if any(suspicion.standing is Standing.CONFIRMED for suspicion in answer.suspicions):
        return None
    open_ones = [one.cause for one in answer.suspicions if one.standing is Standing.OPEN]
    names = tuple(cause.name for cause in open_ones if cause.likelihood is not Likelihood.RARE)
    if len(names) < 2:
        return None
    if answer.title is not None:
        return text(
            "From outside these look the same: {causes}. Only a look at the server tells which it is.", causes=names
        )
    return text(
        "The words are the same for all of these: {causes}. Only a look at the server tells which it is.", causes=names
    )


def _draw_quote(page: Page, quote: Quote) -> None:
    _draw_words(page, quote.utterance, "  ")
    shown = next((one for one in quote.translations if one.lang == page.lang), None)
    shown = shown or next((one for one in quote.translations if one.lang == "en"), None)
    if shown is not None and quote.utterance.lang != page.lang:
        _draw_words(page, shown, f"  {page.glyphs.to} ")


def _draw_words(page: Page, said: Utterance, before: str) -> None:
    words = _PLACE.sub(page.ellipsis, page.say(said.text))
    page.paragraph((f"“{words}”" if page.glyphs.to == "→" else f'"{words}"', "italic"), first=[(before, "")])
    if said.source.startswith(RECALLED):
        source = text("less certain: recalled, nobody could source it")
        page.paragraph((page.say(source), "dim"), first=[(" " * len(before), "")])


def _draw_causes(page: Page, suspicions: Sequence[Suspicion]) -> None:
    told = [one for one in suspicions if not _only_named(one, len(suspicions))]
    for number, suspicion in enumerate(told, 1):
        cause = suspicion.cause
        head = f"{number}. {_capital(page.say(cause.name))}"
        page.ends([(head, "bold")], (f"{page.say(_LIKELIHOODS[cause.likelihood])}, {cause.code}", "dim"))
        page.paragraph((page.say(cause.why), ""), first=[("   ", "")])
        if suspicion.standing in _STANDINGS:
            sentence, style = _STANDINGS[suspicion.standing]
            page.paragraph((page.say(sentence), style), first=[(f"   {page.glyphs.to} ", "")])
    named = tuple(one.cause.name for one in suspicions if one not in told)
    if named:
        page.paragraph((page.say(text("Rarely: {causes}.", causes=named)), "dim"))


def _only_named(suspicion: Suspicion, count: int) -> bool:
    """Whether a cause is but named: a rare one among many, of which nothing more is known."""
    rare = suspicion.cause.likelihood is Likelihood.RARE
    return rare and suspicion.standing is Standing.OPEN and count > MANY_CAUSES


def _draw_comparison(page: Page, comparison: Comparison) -> None:
    page.heading(text("The URL and the certificate"))
    for sentence in comparison.sentences:
        page.paragraph((page.say(sentence), ""), first=[(f"{page.glyphs.dot} ", "")])


def _draw_next(page: Page, answers: Sequence[Answer]) -> None:
    commands = tuple(dict.fromkeys(command for answer in answers for command in answer.commands))
    if not commands:
        return
    page.heading(text("What to run next"))
    for command in commands:
        page.paragraph((page.say(command), "bold"), first=[("  ", "")])
    if any("HOST" in command or "DOMAIN" in command or "ADDRESS" in command for command in commands):
        page.paragraph((page.say(text("Put your own server's name where a word stands in capitals.")), "dim"))


def _named(speakers: Sequence[Origin]) -> Text:
    return text("{names}", names=tuple(speaker.title for speaker in speakers))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
