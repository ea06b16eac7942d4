"""The name stands in the common name only, not among the alternative names (RFC 9525 4.1 knows no CN-ID any more)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.hosts import Met, over_hosts, weigh_name, wrongly_named
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach

ID = "name-only-in-common-name"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each name by which a server was met."""
    return over_hosts(evidence, ID, lambda met: _look(evidence, met))


def _look(evidence: Evidence, met: Met) -> Iterable[Finding]:
    wrong = wrongly_named(evidence, met, ID)
    if wrong is not None:
        yield _finding(evidence, wrong)


def _finding(evidence: Evidence, met: Met) -> Finding:
    hurt = hurt_by(evidence, {ID}, met.ids)
    leaves = met.leaves()
    return Finding(
        rule=ID,
        severity=weigh_name(met, hurt),
        observations=met.ids,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", met.host), ("accepting", hurt.accepted)),
        title=text("The name {host} stands only where clients of today do not look", host=met.host),
        explanation=Explanation(
            admin=text(
                "The certificate {leaf} ({places}) has {host} as its common name, and not as subject alternative "
                "name. Browsers, phones and current mail programs look at the alternative names alone (RFC 9525); "
                "only older ones still read the common name. Reading it: {accepting}. Have the certificate issued "
                "again with {host} as DNS name; certreq needs the [Extensions] section for it, openssl -addext "
                "subjectAltName.",
                leaf=tuple(called_leaf(leaf) for leaf in leaves),
                places=places(seen for seen, _ in met.observations),
                host=met.host,
                accepting=titles(evidence, hurt.accepted) or text("none of those asked"),
            ),
            manager=text(
                "The mail server's certificate was made in an outdated way. {reach} A new one is needed.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Older programs work; newer ones say that the name in the certificate does not match. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=met.host,
    )
