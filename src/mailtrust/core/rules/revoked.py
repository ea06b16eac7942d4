"""The CA has taken the certificate back, and the server itself says so in the OCSP answer that it sends along."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, places, served_leaves
from mailtrust.core.rules.grounds.stapling import NO_ISSUER, NO_STAPLE, stapled, words
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh
from mailtrust.core.validation.status.word import Good, Revoked

ID = "revoked"


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
    for _, word in said:
        if isinstance(word, Revoked):
            return _finding(evidence, served, tuple(seen for seen, one in said if isinstance(one, Revoked)), word)
    if any(isinstance(word, Good) for _, word in said):
        return Passed(ID, served.subject, served.ids)
    return Unknown(ID, text("No OCSP answer that was sent along counts, so nothing is known."), served.subject)


def _finding(evidence: Evidence, served: Served, where: tuple[Observation, ...], word: Revoked) -> Finding:
    # The certificate is bad everywhere, also where no answer comes along with it.
    hurt = hurt_by(evidence, {ID}, served.ids)
    severity = weigh(hurt, harmless=Severity.ERROR)
    return Finding(
        rule=ID,
        severity=severity if severity.rank >= Severity.ERROR.rank else Severity.ERROR,
        observations=served.ids,
        certificates=(served.leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("since", word.since), ("reason", word.reason)),
        title=text("The certificate {leaf} has been revoked by its CA", leaf=called_leaf(served.leaf)),
        explanation=Explanation(
            admin=text(
                "The CA revoked {leaf} at {since} (reason: {reason}); the OCSP answer that {places} sends along says "
                "so. Clients that read it refuse, and those that get lists of revoked certificates with their updates "
                "follow. Ask the CA why. If the key may have been stolen, make a new key; then have another "
                "certificate issued and put it everywhere at once.",
                places=places(where),
                leaf=called_leaf(served.leaf),
                since=word.since or text("an unknown time"),
                reason=word.reason or text("not given"),
            ),
            manager=text(
                "The issuer has withdrawn our mail server's certificate. {reach} It must be replaced today, and "
                "somebody has to find out why it was withdrawn.",
                reach=reach(evidence, hurt),
            ),
            user=text("Your mail program says that the certificate was revoked. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=served.subject,
    )
