"""A reason as a sentence, in the reader's language."""

from mailtrust.cli.translations import translator
from mailtrust.core.clients import client_by_id
from mailtrust.core.model.verdict import Reason, ReasonSeverity
from mailtrust.core.report.reason_sentences import sentence


def test_why_nobody_can_know_is_told_in_the_readers_language() -> None:
    because = client_by_id("mta-dane").unknown_because
    reason = Reason("client-unknowable", ReasonSeverity.INFO, None, (("because", because),))
    assert because in sentence(reason).render(str)
    for lang in ("fr", "zh"):
        translate = translator(lang)
        assert translate(because) != because
        assert translate(because) in sentence(reason).render(translate)
