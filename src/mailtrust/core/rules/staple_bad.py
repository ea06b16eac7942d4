"""The OCSP answer that the server sends along tells nothing: out of date, about another certificate, wrongly signed."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, places, served_leaves
from mailtrust.core.rules.grounds.stapling import NO_ISSUER, NO_STAPLE, reasons_told, stapled, words
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh
from mailtrust.core.validation.status.word import Undetermined

ID = "staple-bad"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Read every answer that was sent along."""
    with_answers = [served for served in served_leaves(evidence) if stapled(served)]
    if not with_answers:
        yield NotApplicable(ID, NO_STAPLE)
    for served in with_answers:
        yield _look(evidence, served)


def _look(evidence: Evidence, served: Served) -> RuleResult:
    said = words(evidence, served)
    if said is None:
        return Unknown(ID, NO_ISSUER, served.subject)
    bad = tuple((seen, word) for seen, word in said if isinstance(word, Undetermined))
    return _finding(evidence, served, bad) if bad else Passed(ID, served.subject, served.ids)


def _finding(evidence: Evidence, served: Served, bad: tuple[tuple[Observation, Undetermined], ...]) -> Finding:
    where = tuple(seen for seen, _ in bad)
    ids = tuple(seen.id for seen in where)
    because = bad[0][1].because
    hurt = hurt_by(evidence, {ID}, ids)
    return Finding(
        rule=ID,
        severity=weigh(hurt, harmless=Severity.WARNING),
        observations=ids,
        certificates=(served.leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("because", because),),
        title=text("The OCSP answer that the server sends along does not count: {why}", why=reasons_told(because)),
        explanation=Explanation(
            admin=text(
                "At {places} an OCSP answer comes with {leaf}, and it does not count: {why}. Some clients refuse then, "
                "although they would accept no answer at all. Most often the server keeps an old file, or cannot reach "
                "the CA's responder (a firewall, a proxy, DNS). Let it fetch a new answer, or switch stapling off "
                "until it can; many CAs have switched their responders off for good.",
                places=places(where),
                leaf=called_leaf(served.leaf),
                why=reasons_told(because),
            ),
            manager=text(
                "The mail server shows an outdated proof that its certificate is in order. {reach} It is a small "
                "setting of the server.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
