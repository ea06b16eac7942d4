"""A wildcard is there, but it does not reach this name: `*` stands for exactly one left-most label (RFC 9525 6.3)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.hosts import Met, over_hosts, weigh_name, wrongly_named
from mailtrust.core.rules.grounds.naming import called_leaf, presented_names
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach

ID = "name-wildcard-depth"


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
    wildcards = tuple(
        dict.fromkeys(
            name
            for leaf in leaves
            for name in presented_names(leaf)
            if name.startswith("*.") and f".{met.host}".lower().endswith(name[1:].lower())
        )
    )
    return Finding(
        rule=ID,
        severity=weigh_name(met, hurt),
        observations=met.ids,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", met.host), ("wildcards", wildcards)),
        title=text("The wildcard {wildcards} does not reach {host}", wildcards=wildcards, host=met.host),
        explanation=Explanation(
            admin=text(
                "Clients reach the server as {host} ({places}). The certificate {leaf} carries {wildcards}, where * "
                "stands for exactly one label: neither for two, nor for none (RFC 9525 6.3). Add {host} to the "
                "certificate by name, or use a name that lies directly under the wildcard.",
                host=met.host,
                places=places(seen for seen, _ in met.observations),
                leaf=tuple(called_leaf(leaf) for leaf in leaves),
                wildcards=wildcards,
            ),
            manager=text(
                "The mail server's certificate covers many names, but not the one that people use. {reach} Either "
                "people's settings or the certificate must change.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the name in the certificate does not match the server. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=met.host,
    )
