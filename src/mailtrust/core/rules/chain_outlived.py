"""An intermediate in the served chain ends before the leaf: a fault that comes on a known day."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.membership import related
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import Chain, Fault, Served, fault, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.validation.ascents import ascents, self_signed

ID = "chain-outlived"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf that is still in its time."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if served.leaf.not_after < evidence.now:
        return
    found = fault(served, lambda chain: _short_lived(evidence, served.leaf, chain))
    if found is not None:
        yield _finding(evidence, served, found)


def _finding(evidence: Evidence, served: Served, found: Fault) -> Finding:
    first = min(found.culprits, key=lambda one: one.not_after)
    names = tuple(called(one.subject) for one in found.culprits)
    better = any(
        way.whole and all(one.not_after >= served.leaf.not_after for one in way.intermediates)
        for way in ascents(evidence, served.leaf)
    )
    return Finding(
        rule=ID,
        severity=Severity.WARNING,
        observations=found.ids,
        certificates=(served.leaf.fingerprint, *(one.fingerprint for one in found.culprits)),
        clients=(),
        facts=(
            ("ends_first", names),
            ("ends", first.not_after),
            ("leaf_ends", served.leaf.not_after),
            ("better_path", better),
        ),
        title=text("The chain ends on {ends}, before the server's certificate does", ends=first.not_after.date()),
        explanation=Explanation(
            admin=text(
                "At {places} the server sends {first} (issued by {issuer}), which is valid until {ends}; {leaf} "
                "itself is valid until {leaf_ends}. From {ends} on clients that do not know another path refuse the "
                "server, although its own certificate is in order. {better}",
                places=places(found.observations),
                first=called(first.subject),
                issuer=called(first.issuer),
                ends=first.not_after,
                leaf=called_leaf(served.leaf),
                leaf_ends=served.leaf.not_after,
                better=text("A path that lasts as long as the certificate exists: send that one.")
                if better
                else text(
                    "No longer path is known: renew the certificate before that day, under another intermediate."
                ),
            ),
            manager=text(
                "Nobody notices today. From {day} on a part of the clients will be turned away, unless the server is "
                "changed before.",
                day=first.not_after.date(),
            ),
            user=NOTHING_TO_DO,
        ),
        subject=served.subject,
    )


def _short_lived(evidence: Evidence, leaf: Certificate, chain: Chain) -> tuple[Certificate, ...]:
    """Intermediates that end after now and before the leaf. Twins that last longer beside them make them harmless.

    What has ended already is `chain-expired-issuer`'s; a root's end counts for few clients, and it need not be sent.
    """
    kin = [one for one in related(leaf, chain) if one.fingerprint != leaf.fingerprint and not self_signed(one)]
    return tuple(
        one
        for one in kin
        if evidence.now <= one.not_after < leaf.not_after
        and not any(
            twin.public_key.spki == one.public_key.spki
            and twin.subject.match_key == one.subject.match_key
            and twin.not_after >= leaf.not_after
            for twin in kin
        )
    )
