"""An IP address is written as a DNS name in the certificate, where nearly nobody looks for it (RFC 9525 6.4)."""

from collections.abc import Iterable, Iterator

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.hosts import is_address
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "name-ip-as-dns"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each served leaf's DNS names."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterator[Finding]:
    as_dns = tuple(name for name in served.leaf.dns_names if is_address(name))
    if as_dns:
        yield _finding(evidence, served, as_dns)


def _finding(evidence: Evidence, served: Served, as_dns: tuple[str, ...]) -> Finding:
    hurt = hurt_by(evidence, {ID}, served.ids)
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=served.ids,
        certificates=(served.leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("addresses", as_dns), ("as_addresses", served.leaf.ip_addresses)),
        title=text("An IP address is written as a DNS name in the certificate: {addresses}", addresses=as_dns),
        explanation=Explanation(
            admin=text(
                "The certificate {leaf} ({places}) carries {addresses} as DNS name. Clients that are given an address "
                "compare it with entries of the type iPAddress only (RFC 9525 6.4), so this entry helps hardly "
                "anybody, and strict readers stumble over it. In certreq write IPADDRESS= for it, in openssl IP:. "
                "Better still, let clients use a name.",
                leaf=called_leaf(served.leaf),
                places=places(served.observations),
                addresses=as_dns,
            ),
            manager=text(
                "The mail server's certificate holds an entry that was made in the wrong way. {reach}",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "If your mail program is set to a number instead of a name, it may say that the name does not match. "
                "{safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
