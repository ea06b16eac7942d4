"""Somebody asked whether a certificate was revoked, and nobody could tell; some clients insist on knowing."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import Served, places
from mailtrust.core.rules.grounds.stapling import words
from mailtrust.core.rules.grounds.told import Told, told
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh
from mailtrust.core.validation.status.word import Good, Undetermined

ID = "revocation-unreachable"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who is stopped for want of an answer, and where nobody answers."""
    return over_complaints(
        evidence,
        ID,
        lambda complaint: _finding(evidence, complaint),
        plain=lambda served: tuple(one.certificate for one in _open(evidence, served)),
    )


def _open(evidence: Evidence, served: Served) -> tuple[Told, ...]:
    """The certificates about which somebody was asked in vain; none where a good answer is sent along."""
    along = words(evidence, served) or ()
    good = bool(along) and all(isinstance(word, Good) for _, word in along)
    return tuple(
        one
        for one in told(evidence, served)
        if isinstance(one.word, Undetermined) and not (good and one.certificate == served.leaf)
    )


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    answers = tuple(answer for one in _open(evidence, complaint.served) for answer in one.answers)
    if not complaint.hurt.clients:
        admin = text(
            "Whoever asks whether {names} was revoked is told nothing that counts ({answers}). Clients that ask go on "
            "all the same, Thunderbird and Firefox after up to two seconds at each connection; Exchange reports "
            "“RevocationCheckFailure” of its own certificate. See that the CA's addresses answer (a CA of your own "
            "publishes its list itself, before the last one ends), or have a certificate issued that names none.",
            names=complaint.names,
            answers=answers,
        )
    else:
        admin = text(
            "{clients} insist on knowing whether {names} was revoked, and at {places} nothing told them: no OCSP "
            "answer came along, and the CA's addresses gave none that counts ({answers}). See that these addresses can "
            "be reached from the clients' networks (a CA of your own publishes them itself), or let the server send "
            "the answer along.",
            clients=titles(evidence, complaint.hurt.clients),
            names=complaint.names,
            places=places(complaint.observations),
            answers=answers or text("nobody was asked"),
        )
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("Nobody could tell whether {names} was revoked", names=complaint.names),
        explanation=Explanation(
            admin=admin,
            manager=text(
                "Some programs want proof that our certificate {leaf} has not been withdrawn, and cannot get it. "
                "{reach}",
                leaf=called_leaf(complaint.served.leaf),
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
