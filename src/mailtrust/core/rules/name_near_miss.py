"""A name in the certificate is misspelt: `autdiscover` for `autodiscover`."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.hosts import Met, hosts_met, weigh_name, wrongly_named
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, places, served_leaves
from mailtrust.core.rules.grounds.spelling import misspelt_service, near_miss
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import hurt_by, reach

ID = "name-near-miss"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Compare each name wanted in this run, and the customary ones, with each name in the certificates."""
    met_by_slip: set[tuple[str, str]] = set()
    hosts = hosts_met(evidence)
    if not hosts:
        yield NotApplicable(ID, text("No server presented a certificate that could be read."))
    for met in hosts:
        wrong = wrongly_named(evidence, met, "name-mismatch")
        slips = {
            leaf.fingerprint: written
            for leaf in (wrong.leaves() if wrong else ())
            if (written := near_miss(met.host, leaf.dns_names))
        }
        if wrong and slips:
            met_by_slip.update(slips.items())
            yield _wanted(evidence, wrong, next(iter(slips.values())))
        else:
            yield Passed(ID, met.host, met.ids)
    for served in served_leaves(evidence):
        yield from _customary(served, met_by_slip)


def _wanted(evidence: Evidence, met: Met, written: str) -> Finding:
    hurt = hurt_by(evidence, {"name-mismatch"}, met.ids)
    leaves = met.leaves()
    return Finding(
        rule=ID,
        severity=weigh_name(met, hurt),
        observations=met.ids,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", met.host), ("written", written)),
        title=text("The certificate says {written} instead of {host}", written=written, host=met.host),
        explanation=Explanation(
            admin=text(
                "Clients reach the server as {host} ({places}); its certificate {leaf} does not carry that name, but "
                "{written}, which looks like a typing error in the order. Have it issued again with the right "
                "spelling.",
                host=met.host,
                places=places(seen for seen, _ in met.observations),
                leaf=tuple(called_leaf(leaf) for leaf in leaves),
                written=written,
            ),
            manager=text(
                "The mail server's certificate was ordered with a typing error in a name. {reach} It has to be issued "
                "again.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the name in the certificate does not match the server. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=met.host,
    )


def _customary(served: Served, known: set[tuple[str, str]]) -> Iterable[RuleResult]:
    """Misspelt customary names that no endpoint of this run was met by: nobody could reach them anyway."""
    carried = {name.lower() for name in served.leaf.dns_names}
    found = False
    for written in served.leaf.dns_names:
        right = misspelt_service(written)
        if right and right not in carried and (served.leaf.fingerprint, written) not in known:
            found = True
            yield _misspelt(served.leaf, served, written, right)
    if not found:
        yield Passed(ID, served.subject, served.ids)


def _misspelt(leaf: Certificate, served: Served, written: str, right: str) -> Finding:
    return Finding(
        rule=ID,
        severity=Severity.WARNING,
        observations=served.ids,
        certificates=(leaf.fingerprint,),
        clients=(),
        facts=(("wanted", right), ("written", written)),
        title=text("The certificate says {written}; probably {right} was meant", written=written, right=right),
        explanation=Explanation(
            admin=text(
                "The certificate {leaf} ({places}) carries {written} and not {right}, which mail clients look for by "
                "that name. Have it issued again with the right spelling before the name is used.",
                leaf=called_leaf(leaf),
                places=places(served.observations),
                written=written,
                right=right,
            ),
            manager=text(
                "The mail server's certificate was probably ordered with a typing error. Setting up new devices may "
                "fail or show warnings."
            ),
            user=NOTHING_TO_DO,
        ),
        subject=f"{served.subject}:{written.lower()}",
    )
