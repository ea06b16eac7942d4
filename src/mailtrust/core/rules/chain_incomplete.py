"""The server does not send an intermediate certificate: "works in Outlook, not on the phone".

RFC 8446 4.4.2: only the anchor may be left out, because peers must have it anyway. Clients that download issuers
(RFC 5280 4.2.2.1, caIssuers) hide the fault from whoever tests with them.
"""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Name
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity, Unknown
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.completeness import Gap, gap, origins
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
        if widest.open_end and not widest.missing and kind_of(served.leaf, evidence) is Kind.PRIVATE_CA:
            yield Unknown(ID, _root_or_not(widest.open_end), served.subject)
            return
        yield _finding(evidence, served, widest, tuple(seen for _, where in broken for seen in where))


def _finding(evidence: Evidence, served: Served, found: Gap, where: tuple[Observation, ...]) -> Finding:
    ids = tuple(seen.id for seen in where)
    hurt = hurt_by(evidence, CODES, ids, found.clients or None)
    missing = tuple(called(one.subject) for one in found.missing)
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
        title=text("The chain is incomplete: the server does not send {missing}", missing=missing or (issuer,)),
        explanation=Explanation(
            admin=text(
                "{gap} {who} That Outlook or a browser works proves nothing about the chain.",
                gap=_gap(evidence, served, found, where),
                who=_who(evidence, hurt),
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


def _gap(evidence: Evidence, served: Served, found: Gap, where: tuple[Observation, ...]) -> Text:
    begin = text(
        "At {places} the server sends the certificate {leaf}, but not that of {issuer}, which issued {below}.",
        places=places(where),
        leaf=called_leaf(served.leaf),
        issuer=called(found.below.issuer),
        below=called(found.below.subject),
    )
    known = text("{begin} {found}", begin=begin, found=_found(evidence, found)) if found.missing else begin
    if found.open_end is None:
        return known
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
    where = tuple(origin for one in found.missing for origin in origins(evidence, one))
    names = tuple(called(one.subject) for one in found.missing)
    prints = tuple(one.fingerprint for one in found.missing)
    if where:
        return text(
            "To be added: {names} (SHA-256 {prints}), found at {where}.", names=names, prints=prints, where=where
        )
    return text("To be added: {names} (SHA-256 {prints}), known from earlier.", names=names, prints=prints)


def _who(evidence: Evidence, hurt: Hurt) -> Text:
    if hurt.clients and hurt.accepted:
        return text(
            "{accepted} accept the server all the same: they download the missing certificate, or know it from "
            "elsewhere; {hurt} do neither.",
            accepted=titles(evidence, hurt.accepted),
            hurt=titles(evidence, hurt.clients),
        )
    if hurt.clients:
        return text("{hurt} do not look for the missing certificate elsewhere.", hurt=titles(evidence, hurt.clients))
    return text("The clients that were asked about get by; those that download no issuers do not.")
