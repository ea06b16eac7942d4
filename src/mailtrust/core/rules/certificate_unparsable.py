"""A presented certificate that strict readers refuse: broken DER, or fields that cannot be read (RFC 5280 4.1)."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import AnyCertificate, Certificate, ParseProblem
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.rules.grounds.served import SUBJECT_LENGTH, looked_at, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh
from mailtrust.core.x509.strict import encoding_problems

ID = "certificate-unparsable"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at every presented certificate, readable or not, each once."""
    presented: dict[str, tuple[AnyCertificate, list[Observation]]] = {}
    for seen in looked_at(evidence):
        for one in seen.presented_chain:
            presented.setdefault(one.fingerprint, (one, []))[1].append(seen)
    if not presented:
        yield NotApplicable(ID, text("No server presented a certificate."))
    for one, where in presented.values():
        problems = encoding_problems(one)
        if problems:
            yield _finding(evidence, one, problems, tuple(dict.fromkeys(where)))
        else:
            ids = tuple(dict.fromkeys(seen.id for seen in where))
            yield Passed(ID, one.fingerprint[:SUBJECT_LENGTH], ids)


def _finding(
    evidence: Evidence, one: AnyCertificate, met: Iterable[ParseProblem], where: tuple[Observation, ...]
) -> Finding:
    ids = tuple(seen.id for seen in where)
    hurt = hurt_by(evidence, {ID}, ids)
    name = called(one.subject) if isinstance(one, Certificate) else text("a certificate that cannot be read at all")
    problems = tuple(clean(f"{problem.field}: {problem.detail}") for problem in met)
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=ids,
        certificates=(one.fingerprint,),
        clients=hurt.clients,
        facts=(("problems", problems),),
        title=text("A certificate that is sent is not written as the standard demands: {name}", name=name),
        explanation=Explanation(
            admin=text(
                "At {places} the server sends {name} (SHA-256 {fingerprint}). In its encoding this is wrong: "
                "{problems}. Strict clients refuse it or pass over it. Take the file anew from the CA; if the CA made "
                "it so, ask for a corrected certificate.",
                places=places(where),
                name=name,
                fingerprint=one.fingerprint,
                problems=problems,
            ),
            manager=text(
                "A file on the mail server is damaged or badly made. {reach} Replacing it usually costs nothing.",
                reach=reach(evidence, hurt),
            ),
            user=text("Some mail programs cannot connect, without saying why. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=one.fingerprint[:SUBJECT_LENGTH],
    )
