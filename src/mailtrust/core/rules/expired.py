"""The server's certificate has run out (RFC 5280 4.1.2.5: notAfter is the last moment of its life)."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "expired"

_RENEW = text(
    "Renew it. If it has been renewed already, the service still holds the old one in memory or reads another file: "
    "reload the service, and look at every port."
)


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each served leaf's last day."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if served.leaf.not_after < evidence.now:
        yield _finding(evidence, served)


def _finding(evidence: Evidence, served: Served) -> Finding:
    hurt = hurt_by(evidence, {ID}, served.ids)
    leaf = served.leaf
    other = _of_the_other_kind(evidence, served)
    return Finding(
        rule=ID,
        severity=weigh(hurt, harmless=Severity.WARNING),
        observations=served.ids,
        certificates=(leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("not_after", leaf.not_after), ("days", (evidence.now - leaf.not_after).days)),
        title=text("The certificate {leaf} expired on {day}", leaf=called_leaf(leaf), day=leaf.not_after.date())
        if other is None
        else text(
            "The {kind} certificate {leaf} expired on {day}",
            kind=_kind(leaf),
            leaf=called_leaf(leaf),
            day=leaf.not_after.date(),
        ),
        explanation=Explanation(
            admin=text(
                "At {places} the server presents {leaf}, issued by {issuer}, which was valid until {end}. {next}",
                places=places(served.observations),
                leaf=called_leaf(leaf),
                issuer=called(leaf.issuer),
                end=leaf.not_after,
                next=_RENEW if other is None else _one_of_two(other),
            ),
            manager=text(
                "The mail server's certificate ran out on {day}. {reach} It must be renewed today; a reminder before "
                "the next one is due costs nothing.",
                day=leaf.not_after.date(),
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the certificate has expired. {safe} If only your device says so, check "
                "its date and time.",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )


def _of_the_other_kind(evidence: Evidence, served: Served) -> Certificate | None:
    """The certificate in its time that the same ports show to who takes another kind of key."""
    ports = {(seen.endpoint.host_and_port, seen.endpoint.place) for seen in served.observations}
    shown = (
        evidence.leaf(seen)
        for seen, _ in evidence.handshakes
        if (seen.endpoint.host_and_port, seen.endpoint.place) in ports and seen.offer is not Offer.NO_SNI
    )
    return next(
        (
            one
            for one in shown
            if isinstance(one, Certificate)
            and one.public_key.algorithm != served.leaf.public_key.algorithm
            and one.not_before <= evidence.now <= one.not_after
        ),
        None,
    )


def _one_of_two(other: Certificate) -> Text:
    return text(
        "The same ports hold a second certificate, with a key of the kind {other}, that lasts until {end}; which of "
        "the two a client gets, the kinds of keys decide that it can handle. A renewal that reached one of them only "
        "is the usual cause: renew this one too, or take it out of the configuration, and reload the service.",
        other=_kind(other),
        end=other.not_after,
    )


def _kind(certificate: Certificate) -> str:
    return {"rsa": "RSA", "ec": "ECDSA"}.get(certificate.public_key.algorithm, certificate.public_key.algorithm)
