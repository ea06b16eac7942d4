"""The certificate demands that an OCSP answer comes along with it, and the server sends none (RFC 7633)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, places, served_leaves
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "must-staple-without-staple"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at the certificates that demand an answer."""
    demanding = [served for served in served_leaves(evidence) if served.leaf.must_staple]
    if not demanding:
        yield NotApplicable(ID, text("No certificate here demands that an OCSP answer is sent along."))
    for served in demanding:
        without = tuple(
            seen
            for seen in served.observations
            if isinstance(seen.result, Handshake) and seen.result.ocsp_staple is None
        )
        yield _finding(evidence, served, without) if without else Passed(ID, served.subject, served.ids)


def _finding(evidence: Evidence, served: Served, without: tuple[Observation, ...]) -> Finding:
    ids = tuple(seen.id for seen in without)
    hurt = hurt_by(evidence, {ID}, ids)
    return Finding(
        rule=ID,
        severity=weigh(hurt, harmless=Severity.WARNING),
        observations=ids,
        certificates=(served.leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("ocsp_urls", served.leaf.ocsp_urls),),
        title=text("{leaf} demands an OCSP answer, and the server sends none", leaf=called_leaf(served.leaf)),
        explanation=Explanation(
            admin=text(
                "{leaf} carries the TLS feature “must staple” (RFC 7633), but {places} sends no OCSP answer along. "
                "Firefox, Thunderbird and GnuTLS refuse then. Switch stapling on; or, better, have the certificate "
                "issued again without that demand: not all mail software can staple, and CAs are switching their "
                "OCSP responders off.",
                places=places(without),
                leaf=called_leaf(served.leaf),
            ),
            manager=text(
                "Our certificate demands something of the mail server that the server does not do. {reach} A "
                "certificate without the demand, or a setting, mends it.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
