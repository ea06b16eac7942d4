"""The transport service's search for a certificate by a connector's name.

Microsoft, "Selection of Inbound STARTTLS Certificates" (2016, 2019, Subscription Edition); Get-ExchangeCertificate,
example 4: a Send connector searches by its name like a Receive connector. The article of 2007 and 2010 begins in the
same way, with the FQDN alone; its preference among several is recalled.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from mailtrust.core.formats.exchange.tls_certificate_name import TlsCertificateName, name_of
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, expired, from_a_ca, holds
from mailtrust.core.services.exchange.selecting.selection import (
    NO_CERTIFICATES,
    Chosen,
    NoneEligible,
    SearchStep,
    SelectionOutcome,
    SelectionUnknown,
)

NOT_FOUND = 12014
EXPIRED = 12016

Era = Literal["documented", "older", "unknown"]
"""2016 and later, whose search is documented; 2013 and before; a server whose build the export does not tell."""


@frozen
class HostName:
    """A connector's FQDN, or the server's own."""

    name: str


@frozen
class Found:
    """How the search ended."""

    outcome: SelectionOutcome
    steps: tuple[SearchStep, ...]
    events: tuple[int, ...] = ()
    recalled: bool = False


@frozen
class _Match:
    certificate: ExchangeCertificate
    exact: bool
    """Not by a wildcard."""


def search(
    server: ExchangeServer, wanted: HostName | TlsCertificateName, follows: Text, now: datetime, era: Era
) -> Found:
    """Replay the search over the server's certificates; `follows` says what comes of finding none."""
    if not server.certificates:
        return Found(SelectionUnknown(NO_CERTIFICATES), ())
    matching, first = _matching(server.certificates, wanted)
    if not matching:
        return Found(NoneEligible(follows), (first,), (NOT_FOUND,))
    ruled_out = [(one, _ruled_out(one.certificate)) for one in matching]
    eligible = [one for one, why in ruled_out if why is None]
    second = SearchStep(
        text("Of these it can take those that have a private key and the service SMTP: {count}.", count=len(eligible)),
        tuple(
            text("{certificate}: {why}", certificate=called(one.certificate), why=why)
            for one, why in ruled_out
            if why is not None
        ),
    )
    undecided = tuple(
        one.certificate for one in matching if one.certificate.services is None and _has_key(one.certificate)
    )
    if undecided:
        return Found(SelectionUnknown(_SERVICES_UNSAID, undecided), (first, second))
    if not eligible:
        return Found(NoneEligible(follows), (first, second), (NOT_FOUND,))
    ordered = sorted(eligible, key=_newest_first)
    third = SearchStep(
        text("It takes the newest by its “valid from”, one of a CA before a self-signed one."),
        tuple(_merit(one.certificate) for one in ordered),
    )
    steps = (first, second, third) if len(ordered) > 1 else (first, second)
    recalled = era != "documented" and len(ordered) > 1
    if (open_question := _open_question(ordered, era, now)) is not None:
        candidates = tuple(one.certificate for one in ordered)
        return Found(SelectionUnknown(open_question, candidates), steps, recalled=recalled)
    best = ordered[0].certificate
    passed_over = [one for one, why in ruled_out if why is not None and _has_key(one.certificate)]
    doubts = tuple(
        text(
            "{certificate} holds the name too and would come first, but lacks the service SMTP. Microsoft notes that "
            "it may be taken all the same, and that TLS then fails: assign SMTP to it, or remove it.",
            certificate=called(one.certificate),
        )
        for one in passed_over
        if _newest_first(one) < _newest_first(ordered[0])
    )
    if expired(best, now):
        last = SearchStep(text("It has expired, which Exchange notes, and presents it all the same."))
        fault = text("it has expired")
        return Found(Chosen(best, (fault,), doubts), (*steps, last), (EXPIRED,), recalled)
    return Found(Chosen(best, (), doubts), steps, (), recalled)


def _matching(
    certificates: Sequence[ExchangeCertificate], wanted: HostName | TlsCertificateName
) -> tuple[list[_Match], SearchStep]:
    match wanted:
        case HostName(name=name):
            kinds = [(one, holds(one, name)) for one in certificates]
            say = text("It looks in the computer's own store for certificates that hold {name}: {count} of {all}.",
                       name=name, count=sum(bool(kind) for _, kind in kinds), all=len(kinds))  # fmt: skip
            others = tuple(
                text("{certificate}: does not hold the name", certificate=called(one))
                for one, kind in kinds
                if not kind
            )
            return [_Match(one, kind == "exact") for one, kind in kinds if kind], SearchStep(say, others)
        case TlsCertificateName():
            # What only differs by its issuer is what the administrator has in mind: it is told first.
            near = sorted(certificates, key=lambda one: name_of(one).key[1] != wanted.key[1])
            differs = [(one, _differs(one, wanted)) for one in near]
            say = text("It looks for the certificate of that issuer and that subject: {count} of {all}.",
                       count=sum(why is None for _, why in differs), all=len(differs))  # fmt: skip
            others = tuple(
                text("{certificate}: {why}", certificate=called(one), why=why)
                for one, why in differs
                if why is not None
            )
            return [_Match(one, True) for one, why in differs if why is None], SearchStep(say, others)


def _differs(one: ExchangeCertificate, wanted: TlsCertificateName) -> Text | None:
    named = name_of(one)
    if named.key == wanted.key:
        return None
    if named.key[1] == wanted.key[1]:
        return text("the subject is the same, but its issuer is {issuer}", issuer=one.issuer)
    return text("another subject")


def _ruled_out(one: ExchangeCertificate) -> Text | None:
    if not _has_key(one):
        return text("has no private key") if one.status != "PendingRequest" else text("is only a request yet")
    if one.certificate is not None and one.certificate.version != 3:
        return text("is no X.509 version 3 certificate")
    if one.services is None or "SMTP" in one.services:
        return None
    return text("the service SMTP is not assigned to it")


def _has_key(one: ExchangeCertificate) -> bool:
    # Microsoft, KB 4495258: the Exchange Management Shell lists only certificates that have their key.
    return one.has_private_key is not False and one.status != "PendingRequest"


def _newest_first(one: _Match) -> tuple[bool, float]:
    begins = one.certificate.not_before
    return (not from_a_ca(one.certificate), -begins.timestamp() if begins is not None else 0.0)


def _merit(one: ExchangeCertificate) -> Text:
    kind = text("of a CA") if from_a_ca(one) else text("self-signed")
    if one.not_before is None:
        return text("{certificate}: {kind}", certificate=called(one), kind=kind)
    return text("{certificate}: {kind}, valid from {date}", certificate=called(one), kind=kind, date=one.not_before)


_SERVICES_UNSAID = text("The export does not say which services are assigned to a certificate that holds the name.")


def _open_question(ordered: Sequence[_Match], era: Era, now: datetime) -> Text | None:
    """What neither the export nor the documentation answers, where the choice hangs on it; None: nothing."""
    best = ordered[0]
    alike = [one for one in ordered if from_a_ca(one.certificate) == from_a_ca(best.certificate)]
    questions: tuple[tuple[Text, Callable[[], bool]], ...] = (
        (
            text("The export does not say from when these certificates are valid, which decides among them."),
            lambda: len(alike) > 1 and any(one.certificate.not_before is None for one in alike),
        ),
        (
            text("They are valid from the same moment, and no further order is documented."),
            lambda: len(alike) > 1 and alike[0].certificate.not_before == alike[1].certificate.not_before,
        ),
        (
            text("The newest holds the name only by a wildcard, another one holds it itself: which goes first is not "
                 "documented."),
            lambda: not best.exact and any(one.exact for one in ordered),
        ),
        (
            text("The certificate holds the name only by a wildcard: whether Exchange 2013 and older takes it for a "
                 "connector is not documented."),
            lambda: era == "older" and not best.exact,
        ),
        (
            text("The newest is not valid yet: whether it is passed over is not documented."),
            lambda: best.certificate.not_before is not None and best.certificate.not_before > now,
        ),
    )  # fmt: skip
    return next((question for question, hangs_on_it in questions if hangs_on_it()), None)
