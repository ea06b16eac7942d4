"""A name that means something inside one network only: no public CA certifies it, and outside nobody finds it."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.hosts import Met, hosts_met, weigh_name, wrongly_named
from mailtrust.core.rules.grounds.naming import called_leaf, presented_names
from mailtrust.core.rules.grounds.served import Served, places, served_leaves
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import hurt_by, reach
from mailtrust.core.validation.names.internal import is_internal

ID = "name-internal"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at the names by which servers were met, and at those in certificates that serve public names too."""
    hosts = hosts_met(evidence)
    if not hosts:
        yield NotApplicable(ID, text("No server presented a certificate that could be read."))
    for met in hosts:
        wrong = wrongly_named(evidence, met, "name-mismatch") if is_internal(met.host) else None
        yield _asked_for(evidence, wrong) if wrong else Passed(ID, met.host, met.ids)
    for served in served_leaves(evidence):
        inside = tuple(name for name in presented_names(served.leaf) if is_internal(name))
        # A private certificate for a private name is as it should be.
        mixed = inside and not all(is_internal(host) for host in served.hosts)
        yield _carried(served, inside) if mixed else Passed(ID, served.subject, served.ids)


def _asked_for(evidence: Evidence, met: Met) -> Finding:
    hurt = hurt_by(evidence, {"name-mismatch"}, met.ids)
    leaves = met.leaves()
    return Finding(
        rule=ID,
        severity=weigh_name(met, hurt),
        observations=met.ids,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", met.host), ("presented", tuple(n for leaf in leaves for n in presented_names(leaf))[:12])),
        title=text("Clients use the internal name {host}, which the certificate does not carry", host=met.host),
        explanation=Explanation(
            admin=text(
                "The server is reached as {host} ({places}), which means something inside this network only. Its "
                "certificate {leaf} is made out to: {names}. No public CA certifies internal names. Let clients use a "
                "public name, inside too (split DNS; in Exchange the internal URLs and the Autodiscover service "
                "connection point), or serve this name with a certificate from your own CA.",
                host=met.host,
                places=places(seen for seen, _ in met.observations),
                leaf=tuple(called_leaf(leaf) for leaf in leaves),
                names=tuple(dict.fromkeys(name for leaf in leaves for name in presented_names(leaf)))[:12]
                or text("no name at all"),
            ),
            manager=text(
                "Inside the house, devices call the mail server by a name that no certificate for the public can "
                "carry. {reach} The settings must be changed to the public name.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Inside the organisation your mail program says that the name in the certificate does not match. "
                "{safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=met.host,
    )


def _carried(served: Served, inside: tuple[str, ...]) -> Finding:
    return Finding(
        rule=ID,
        severity=Severity.INFO,
        observations=served.ids,
        certificates=(served.leaf.fingerprint,),
        clients=(),
        facts=(("internal_names", inside),),
        title=text("The certificate carries internal names: {names}", names=inside),
        explanation=Explanation(
            admin=text(
                "The certificate {leaf} ({places}) carries {names}. They tell everybody what things are called "
                "inside, and no public CA will issue them again. When the certificate is replaced by a public one, "
                "clients inside must use a public name by then (split DNS).",
                leaf=called_leaf(served.leaf),
                places=places(served.observations),
                names=inside,
            ),
            manager=text("Nobody is hurt today. The next certificate cannot be ordered with the same list of names."),
            user=NOTHING_TO_DO,
        ),
        subject=served.subject,
    )
