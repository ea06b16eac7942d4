"""A client's own words, in the language that the reader has."""

from mailtrust.core.model.verdict import Utterance, Verdict


def spoken(verdict: Verdict, lang: str) -> tuple[Utterance, ...]:
    """What the user reads: in `lang` if it is sourced, else in English, else in the first language that is.

    Several utterances of one language are what stands behind each other: a dialog, and its details.
    """
    languages = [utterance.lang.partition("-")[0] for utterance in verdict.words]
    for wanted in (lang, "en", *languages):
        if wanted in languages:
            return tuple(said for said, spoken_in in zip(verdict.words, languages, strict=True) if spoken_in == wanted)
    return ()
