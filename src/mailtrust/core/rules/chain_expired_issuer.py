"""An intermediate in the served chain is out of its time (RFC 5280 6.1.3 a 2): the certificate is fine, its chain not.

Where another path exists, clients that backtrack find it and those that take the first issuer do not.
"""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.completeness import in_time
from mailtrust.core.rules.grounds.membership import related
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import Chain, Fault, Served, fault, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import Hurt, hurt_by, reach, weigh
from mailtrust.core.validation.ascents import ascents, self_signed

ID = "chain-expired-issuer"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    found = fault(served, lambda chain: _out_of_time(evidence, served.leaf, chain))
    if found is not None:
        yield _finding(evidence, served, found, hurt_by(evidence, {ID}, found.ids))


def _finding(evidence: Evidence, served: Served, found: Fault, hurt: Hurt) -> Finding:
    first = found.culprits[0]
    names = tuple(called(one.subject) for one in found.culprits)
    better = any(way.whole and in_time(way, evidence.now) for way in ascents(evidence, served.leaf))
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=found.ids,
        certificates=(served.leaf.fingerprint, *(one.fingerprint for one in found.culprits)),
        clients=hurt.clients,
        facts=(
            ("expired", names),
            ("not_before", first.not_before),
            ("not_after", first.not_after),
            ("better_path", better),
        ),
        title=text("The chain that the server sends holds an expired intermediate: {names}", names=names),
        explanation=Explanation(
            admin=text(
                "At {places} the server sends {first} (issued by {issuer}) above {leaf}; it is valid from "
                "{not_before} to {not_after} only. The server's own certificate may be in order. {better}",
                places=places(found.observations),
                leaf=called_leaf(served.leaf),
                first=called(first.subject),
                issuer=called(first.issuer),
                not_before=first.not_before,
                not_after=first.not_after,
                better=text(
                    "Another path exists that is in its time: send that one. Clients that try every path find it even "
                    "now; those that take the first issuer they are given do not."
                )
                if better
                else text("No other path is known: the CA has to issue a new intermediate or a new certificate."),
            ),
            manager=text(
                "A part of the mail server's papers has run out. {reach} Replacing that part costs nothing.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Some mail programs say that the certificate of the mail server has expired or is not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )


def _out_of_time(evidence: Evidence, leaf: Certificate, chain: Chain) -> tuple[Certificate, ...]:
    """Intermediates of the leaf that are out of their time. A root's dates count for few, and it need not be sent."""
    return tuple(
        one
        for one in related(leaf, chain)
        if one.fingerprint != leaf.fingerprint
        and not one.not_before <= evidence.now <= one.not_after
        and not self_signed(one)
    )
