"""A host that clients ask for settings shows a certificate that does not hold for its name: mostly somebody else's."""

from collections.abc import Iterable

from mailtrust.core.discovery.steps.https_candidate import NAME_CODES
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import weigh
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    by_host,
    codes_at,
    exchange_walks,
    hurt_at,
    leaves_at,
    meetings,
    names_in,
    reach,
    seen_at,
)

ID = "autodiscover-foreign-certificate"
METHODS = frozenset({Method.ROOT, Method.AUTODISCOVER, Method.HTTP_REDIRECT})


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at every host that was asked over https."""
    hosts = by_host(one for one in meetings(exchange_walks(evidence), METHODS) if one.attempt.verdict is not None)
    if not hosts:
        yield NotApplicable(ID, text("No host with a certificate was met."))
    for host, met in hosts.items():
        failed = [one for one in met if one.failed]
        yield _finding(evidence, host, failed) if failed else Passed(ID, host, seen_at(met))


def _finding(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    hurt = hurt_at(evidence, failed)
    seen = seen_at(failed)
    leaves = leaves_at(evidence, seen)
    codes = codes_at(failed)
    names = names_in(leaves)
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=seen,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", host), ("presented", names), ("codes", codes)),
        title=_title(host, codes),
        explanation=Explanation(
            admin=text(
                "Clients ask {host} for the settings of {address}, and it presents {leaf}, made out to {names} "
                "({codes}). {way}",
                host=host,
                address=evidence.address,
                leaf=tuple(map(called_leaf, leaves)),
                names=names or text("no name at all"),
                codes=codes,
                way=_way(host, evidence.domain, leaves),
            ),
            manager=text(
                "The place where Outlook and phones look for their settings shows a certificate that is not its own. "
                "{reach} The warning comes back about every hour, not once.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your program warns that the name of a certificate is wrong, although you only opened it. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=host,
    )


def _title(host: str, codes: tuple[str, ...]) -> Text:
    if NAME_CODES.intersection(codes):
        return text("{host}, which is asked for settings, shows a certificate for other names", host=host)
    return text("{host}, which is asked for settings, shows a certificate that does not hold", host=host)


def _way(host: str, domain: str, leaves: Iterable[Certificate]) -> Text:
    if host == domain:
        return text(
            "That is the domain's own host, mostly a web site. Give it a certificate for {host}; whether it knows "
            "Autodiscover does not matter then. Outlook 2016 and later passes over it without a word.",
            host=host,
        )
    if not any(leaves):
        return text("Its certificate cannot even be read.")
    return text(
        "Put {host} into the mail server's certificate, or delete the name {host} from DNS and publish the SRV record "
        "_autodiscover._tcp.{domain} that leads to a name in the certificate.",
        host=host,
        domain=domain,
    )
