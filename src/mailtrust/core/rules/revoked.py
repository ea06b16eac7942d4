"""The CA has taken back the certificate, or one above it: so say its responder, its list, or the server itself."""

from collections.abc import Iterable
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.complaints import Complaint, complaint_of
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import Served, places, served_leaves
from mailtrust.core.rules.grounds.stapling import NO_ISSUER, NOBODY_ASKED, stapled, words
from mailtrust.core.rules.grounds.told import LONGEST, Told, told
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh
from mailtrust.core.validation.status.word import Good, Revoked

ID = "revoked"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Read every answer that was sent along, and those of whoever was asked."""
    applicable = False
    for served in served_leaves(evidence):
        asked = told(evidence, served)
        if asked or stapled(served):
            applicable = True
            yield _look(evidence, served, asked)
    if not applicable:
        yield NotApplicable(ID, NOBODY_ASKED)


def _look(evidence: Evidence, served: Served, asked: tuple[Told, ...]) -> RuleResult:
    along = words(evidence, served) if stapled(served) else ()
    by_staple = tuple((seen, word) for seen, word in along or () if isinstance(word, Revoked))
    if by_staple:
        who = text("the OCSP answer that {places} sends along", places=places(seen for seen, _ in by_staple))
        return _finding(evidence, served, served.leaf, by_staple[0][1], who)
    for one in asked:
        if isinstance(one.word, Revoked):
            return _finding(evidence, served, one.certificate, one.word, _who(one, one.word))
    heeded = complaint_of(evidence, served, {ID})
    if heeded is not None:  # some clients heed a revocation that was told too long ago
        return _of_clients(evidence, served, heeded)
    on_the_leaf = (*(word for _, word in along or ()), *(one.word for one in asked if one.certificate == served.leaf))
    if any(isinstance(word, Good) for word in on_the_leaf):
        return Passed(ID, served.subject, served.ids)
    if along is None and not asked:
        return Unknown(ID, NO_ISSUER, served.subject)
    return Unknown(ID, text("No answer about revocation that came counts, so nothing is known."), served.subject)


def _of_clients(evidence: Evidence, served: Served, heeded: Complaint) -> Finding:
    since, reason = heeded.fact("since"), heeded.fact("reason")
    word = Revoked(
        since if isinstance(since, datetime) else None,
        reason if isinstance(reason, str) else None,
        "crl" if heeded.fact("source") == "crl" else "ocsp",
    )
    who = text(
        "an answer that is out of date, and that {clients} heed all the same,",
        clients=titles(evidence, heeded.hurt.clients),
    )
    return _finding(evidence, served, heeded.culprits[0], word, who)


def _who(told_: Told, word: Revoked) -> Text:
    urls = tuple(clean(one.url, LONGEST) for one in told_.by if one.way == word.source)
    if word.source == "ocsp":
        return text("the CA's responder at {urls}", urls=urls)
    return text("the CA's revocation list at {urls}", urls=urls)


def _finding(evidence: Evidence, served: Served, culprit: Certificate, word: Revoked, who: Text) -> Finding:
    # The certificate is bad everywhere, also where no answer comes along with it.
    hurt = hurt_by(evidence, {ID}, served.ids)
    severity = weigh(hurt, harmless=Severity.ERROR)
    name = called_leaf(culprit)
    since, reason = word.since or text("an unknown time"), word.reason or text("not given")
    if culprit == served.leaf:
        admin = text(
            "The CA revoked {leaf} at {since} (reason: {reason}); {who} says so. Clients that ask, or read what is "
            "sent along, refuse, and those that get lists of revoked certificates with their updates follow. Ask the "
            "CA why. If the key may have been stolen, make a new key; then have another certificate issued and put it "
            "everywhere at once.",
            leaf=name,
            since=since,
            reason=reason,
            who=who,
        )
    else:
        admin = text(
            "{name}, a CA's certificate above {leaf}, was revoked at {since} (reason: {reason}); {who} says so. What "
            "lies below it is worth nothing any more, and sooner or later every client learns of it. Ask the CA for a "
            "certificate below another one, and put it everywhere, with its new chain.",
            name=name,
            leaf=called_leaf(served.leaf),
            since=since,
            reason=reason,
            who=who,
        )
    return Finding(
        rule=ID,
        severity=severity if severity.rank >= Severity.ERROR.rank else Severity.ERROR,
        observations=served.ids,
        certificates=tuple(dict.fromkeys((served.leaf.fingerprint, culprit.fingerprint))),
        clients=hurt.clients,
        facts=(("since", word.since), ("reason", word.reason), ("source", word.source)),
        title=text("The certificate {leaf} has been revoked by its CA", leaf=name),
        explanation=Explanation(
            admin=admin,
            manager=text(
                "The issuer has withdrawn our mail server's certificate. {reach} It must be replaced today, and "
                "somebody has to find out why it was withdrawn.",
                reach=reach(evidence, hurt),
            ),
            user=text("Your mail program says that the certificate was revoked. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=served.subject,
    )
