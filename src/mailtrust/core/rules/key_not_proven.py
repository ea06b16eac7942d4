"""The server shows a certificate but does not prove that it has its key (RFC 8446 4.4.3)."""

from collections.abc import Iterable

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "key-not-proven"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at whether the key was used in each handshake."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    unproven = tuple(
        (seen, seen.result)
        for seen in served.observations
        if isinstance(seen.result, Handshake) and not seen.result.key_proven
    )
    if unproven:
        yield _finding(evidence, served, unproven)


def _finding(evidence: Evidence, served: Served, unproven: tuple[tuple[Observation, Handshake], ...]) -> Finding:
    ids = tuple(seen.id for seen, _ in unproven)
    hurt = hurt_by(evidence, {ID}, ids)
    notes = tuple(dict.fromkeys(clean(shake.note) for _, shake in unproven if shake.note))
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=ids,
        certificates=(served.leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("notes", notes),),
        title=text("The server did not prove that it has the key of {leaf}", leaf=called_leaf(served.leaf)),
        explanation=Explanation(
            admin=text(
                "At {places} the server sent {leaf}, and the handshake broke before it had used that certificate's "
                "key: {notes}. Most often the key file belongs to another certificate (compare: openssl x509 -noout "
                "-pubkey and openssl pkey -pubout), or the service may not read the key. Sometimes the service "
                "demands something of us that this check does not offer.",
                places=places(seen for seen, _ in unproven),
                leaf=called_leaf(served.leaf),
                notes=notes or text("nothing more is known"),
            ),
            manager=text(
                "The mail server shows a certificate that it cannot prove to be its own. {reach} It must be mended at "
                "once.",
                reach=reach(evidence, hurt),
            ),
            user=text("Your mail program cannot connect securely. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=served.subject,
    )
