"""The root is known to a client's vendor, and no longer trusted for this certificate."""

from collections.abc import Iterable
from datetime import datetime

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "anchor-distrusted"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who no longer trusts the root."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("{names} is no longer trusted by every vendor", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places} the path from {leaf} ends at {names}. {because} No chain and no setting on the server "
                "changes that; get a certificate from another CA. Refusing: {clients}.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                because=_because(complaint),
                clients=titles(evidence, complaint.hurt.clients) or text("none of those asked"),
            ),
            manager=text(
                "Vendors of mail programs have withdrawn their trust from the issuer of our certificate. {reach} A "
                "certificate from another issuer is needed.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )


def _because(complaint: Complaint) -> Text:
    since = complaint.fact("distrust_after") or complaint.fact("disallowed_from")
    day = since if isinstance(since, datetime) else None
    match complaint.fact("because"):
        case "issued-after" if day is not None:
            return text("Vendors trust no certificate under it that was issued after {day}, and this one was.", day=day)
        case "disallowed" if day is not None:
            return text("Vendors trust nothing under it since {day}.", day=day)
        case "purpose":
            return text("Vendors keep it for other purposes, such as e-mail signatures, and not for servers.")
        case _:
            return text("Vendors have withdrawn their trust from it.")
