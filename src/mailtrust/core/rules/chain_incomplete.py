"""The server does not send an intermediate certificate: "works in Outlook, not on the phone".

RFC 8446 4.4.2: only the anchor may be left out, because peers must have it anyway. Clients that download issuers
(RFC 5280 4.2.2.1, caIssuers) hide the fault from whoever tests with them.
"""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity, Unknown
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Source
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.rules.grounds.completeness import Gap, gap, origins, whereabouts
from mailtrust.core.rules.grounds.naming import called, called_leaf, titles
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import Hurt, hurt_by, reach, weigh
from mailtrust.core.validation.kinds import Kind, kind_of

ID = "chain-incomplete"

CODES = frozenset({ID, "anchor-unknown"})
"""What engines call it: to some, an issuer that was not sent is an unknown anchor."""


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding | Unknown]:
    broken = [(found, where) for chain, where in served.chains() if (found := gap(evidence, served.leaf, chain))]
    if broken:
        # The chain with the widest gap names what must be added everywhere.
        widest = max(broken, key=lambda pair: len(pair[0].missing))[0]
        unseen = None if widest.missing or widest.ring else widest.open_end
        if unseen and kind_of(served.leaf, evidence) is Kind.PRIVATE_CA:
            yield Unknown(ID, _root_or_not(unseen), served.subject)
            return
        yield _finding(evidence, served, widest, tuple(seen for _, where in broken for seen in where))


def _finding(evidence: Evidence, served: Served, found: Gap, where: tuple[Observation, ...]) -> Finding:
    ids = tuple(seen.id for seen in where)
    hurt = hurt_by(evidence, CODES, ids, found.clients or None)
    missing = tuple(called(one.subject) for one in found.missing)
    former = _former(evidence, found, where)
    issuer = called(found.open_end) if found.open_end else ""
    return Finding(
        rule=ID,
        severity=weigh(hurt, harmless=Severity.WARNING),
        observations=ids,
        certificates=(served.leaf.fingerprint, *(one.fingerprint for one in found.missing)),
        clients=hurt.clients,
        facts=(
            ("missing", missing),
            ("missing_fingerprints", tuple(one.fingerprint for one in found.missing)),
            ("found_at", tuple(origin for one in found.missing for origin in origins(evidence, one))),
            ("issuer", called(found.below.issuer)),
            ("not_found", issuer),
        ),
        title=text("The chain is incomplete: the server does not send {missing}", missing=missing or (issuer,))
        if former is None
        else text("The server sends {missing} as it was, and not the one that is valid now", missing=missing),
        explanation=Explanation(
            admin=text(
                "{gap} {who} That Outlook or a browser works proves nothing about the chain.",
                gap=_gap(evidence, served, found, where, former),
                who=_who(evidence, hurt, found)
                if former is None
                else text("Whom that stops, the finding on the expired intermediate tells."),
            ),
            manager=text(
                "A file is missing on the mail server, so some mail programs cannot prove that they talk to it, while "
                "others seem to work. {reach} Adding the file costs nothing and takes minutes.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Some phones and mail programs say that the certificate of the mail server is not valid or not "
                "trusted, although others work. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )


def _root_or_not(issuer: Name) -> Text:
    return text(
        "The certificate of {issuer}, a CA of an organisation's own, was found nowhere. Whether it is the root, which "
        "need not be sent, or an intermediate, which must be, cannot be said. Check again with --roots FILE.",
        issuer=called(issuer),
    )


def _former(evidence: Evidence, found: Gap, where: tuple[Observation, ...]) -> Certificate | None:
    """The expired certificate of the same name and key that is sent in the place of what is missing."""
    wanted = {(one.subject.match_key, one.public_key.spki) for one in found.missing}
    sent = (one for seen in where for one in seen.presented_chain if isinstance(one, Certificate))
    twins = (one for one in sent if (one.subject.match_key, one.public_key.spki) in wanted)
    return next((one for one in twins if one.not_after < evidence.now), None)


def _gap(
    evidence: Evidence, served: Served, found: Gap, where: tuple[Observation, ...], former: Certificate | None
) -> Text:
    begin = (
        text(
            "At {places} the server sends, with the certificate {leaf}, {issuer} as it was until {ended}; the CA has "
            "renewed it since.",
            places=places(where),
            leaf=called_leaf(served.leaf),
            issuer=called(former.subject),
            ended=former.not_after,
        )
        if former is not None
        else text(
            "At {places} the server sends the certificate {leaf}, but not that of {issuer}, which issued {below}.",
            places=places(where),
            leaf=called_leaf(served.leaf),
            issuer=called(found.below.issuer),
            below=called(found.below.subject),
        )
    )
    known = text("{begin} {found}", begin=begin, found=_found(evidence, found)) if found.missing else begin
    if found.open_end is None:
        return known
    if found.ring:
        return text(
            "{known} These certificates issued each other in a ring, so that no root is above them: ask the CA which "
            "root its certificates lead to.",
            known=known,
        )
    return text(
        "{known} The certificate of {issuer} was found nowhere: neither at the addresses that the certificate below "
        "names ({urls}) nor elsewhere in this run. Get it from the CA. Should {issuer} be your own root, then nothing "
        "is missing here: bring it to the clients, and check again with --roots FILE.",
        known=known,
        issuer=called(found.open_end),
        urls=tuple(dict.fromkeys(url for one in (*found.missing[-1:], found.below) for url in one.ca_issuers))
        or text("none"),
    )


def _found(evidence: Evidence, found: Gap) -> Text:
    where = tuple(origin for one in found.missing for origin in whereabouts(evidence, one))
    names = tuple(called(one.subject) for one in found.missing)
    prints = tuple(one.fingerprint for one in found.missing)
    if where:
        return text(
            "To be added: {names} (SHA-256 {prints}), found at {where}.", names=names, prints=prints, where=where
        )
    return text("To be added: {names} (SHA-256 {prints}), known from earlier.", names=names, prints=prints)


def _who(evidence: Evidence, hurt: Hurt, found: Gap) -> Text:
    """Why some get by and others do not: those that would download it fail where nobody hands it out."""
    seekers = tuple(one for one in hurt.clients if Source.AIA in evidence.clients[one].issuer_sources)
    others = tuple(one for one in hurt.clients if one not in seekers)
    said: list[Text] = []
    if hurt.accepted and others:
        said.append(
            text(
                "{accepted} accept the server all the same: they download the missing certificate, or know it from "
                "elsewhere; {hurt} do neither.",
                accepted=titles(evidence, hurt.accepted),
                hurt=titles(evidence, others),
            )
        )
    elif others:
        said.append(text("{hurt} do not look for the missing certificate elsewhere.", hurt=titles(evidence, others)))
    if seekers and found.open_end is not None:
        said.append(text("{hurt} would download it, and find it nowhere either.", hurt=titles(evidence, seekers)))
    elif seekers and found.below.ca_issuers:
        said.append(
            text(
                "{hurt} would download it, but none of the addresses that the certificate names ({urls}) gave it to "
                "this check.",
                hurt=titles(evidence, seekers),
                urls=found.below.ca_issuers,
            )
        )
    elif seekers:
        said.append(
            text(
                "{hurt} would download it, but the certificate names no address for that.",
                hurt=titles(evidence, seekers),
            )
        )
    return (
        in_a_row(said)
        if said
        else text("The clients that were asked about get by; those that download no issuers do not.")
    )
