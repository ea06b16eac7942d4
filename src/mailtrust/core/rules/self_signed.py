"""The server's certificate is signed with its own key: nobody vouches for it."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.rules.grounds.anchoring import CODES, UNMOVED, unanchored
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, THREE_KINDS
from mailtrust.core.rules.grounds.weight import Hurt, hurt_by, reach, weigh
from mailtrust.core.validation.ascents import self_signed

ID = "self-signed"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each served leaf that is its own issuer, and at who trusts it."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if not self_signed(served.leaf):
        return
    found = unanchored(evidence, served)
    lacking = found.lacking if found else ()
    # Who has it as a root and refuses it all the same: mozpkix takes roots of CAs only.
    unmoved = hurt_by(evidence, {ID}, served.ids, [one for one in evidence.clients if one not in lacking]).clients
    if lacking or unmoved:
        yield _finding(evidence, served, hurt_by(evidence, CODES, served.ids, (*lacking, *unmoved)), unmoved)


def _finding(evidence: Evidence, served: Served, hurt: Hurt, unmoved: tuple[str, ...]) -> Finding:
    leaf = called_leaf(served.leaf)
    by_nobody = set(hurt.clients) - set(unmoved)
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=served.ids,
        certificates=(served.leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("subject", leaf), ("not_after", served.leaf.not_after), (UNMOVED, unmoved)),
        title=text("The certificate {leaf} is self-signed: no client trusts it by itself", leaf=leaf)
        if by_nobody or not unmoved
        else text("{clients} accept no self-signed certificate, even as a root", clients=titles(evidence, unmoved)),
        explanation=Explanation(
            admin=text(
                "At {places} the server presents {leaf}, which is signed with its own key. Nobody vouches for it, so "
                "each client must be told to trust this very certificate. {kinds}",
                places=places(served.observations),
                leaf=leaf,
                kinds=in_a_row((_unmoved(evidence, unmoved), THREE_KINDS)) if unmoved else THREE_KINDS,
            ),
            manager=text(
                "The mail server made its identity card itself, so every new device is warned about it, and people "
                "learn to click warnings away. {reach} A certificate that everybody trusts can be had for nothing.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server comes from nobody it trusts. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )


def _unmoved(evidence: Evidence, clients: tuple[str, ...]) -> Text:
    return text(
        "{clients} refuse it even where it has been brought to them: they take certificates of CAs for roots, never a "
        "server's own. There each user has to make an exception, or the certificate has to come from a CA, a public "
        "one or your own.",
        clients=titles(evidence, clients),
    )
