"""What IMAP, POP, IIS and Unified Messaging present. They are told which certificate; only IMAP and POP search."""

from collections.abc import Iterable
from datetime import datetime

from mailtrust.core.model.exchange import (
    ClientAccessSettings,
    ExchangeCertificate,
    ExchangeServer,
    ExchangeService,
    IisBinding,
    UmSettings,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, expired, holds
from mailtrust.core.services.exchange.selecting.selection import (
    NO_CERTIFICATES,
    Chosen,
    NoneEligible,
    NotOffered,
    SearchStep,
    Selection,
    SelectionKind,
    SelectionOutcome,
    SelectionUnknown,
)
from mailtrust.core.services.exchange.serving import FRONT_SITE

_KINDS: dict[ExchangeService, SelectionKind] = {
    "IMAP": "imap",
    "POP": "pop",
    "UM": "um",
    "UMCallRouter": "um-call-router",
}


def client_access(server: ExchangeServer, settings: ClientAccessSettings, now: datetime) -> Selection:
    """What IMAP or POP presents: a certificate that holds X509CertificateName and is assigned, or a wildcard.

    Microsoft, Set-ImapSettings and Set-PopSettings, -X509CertificateName: a certificate of one name or several must be
    assigned to the service too; a wildcard must not, and cannot. Which of several goes first is not documented.
    """
    service = settings.service

    def ended(outcome: SelectionOutcome, *why: SearchStep) -> Selection:
        return Selection(server.name, _KINDS[service], service, outcome, why)

    if settings.running is False:
        return ended(NotOffered(text("its Windows service does not run")))
    if not settings.certificate_name:
        return ended(
            SelectionUnknown(text("The export does not say the X509CertificateName of {service}.", service=service))
        )
    name = settings.certificate_name
    first = SearchStep(text("X509CertificateName is {name}.", name=name))
    if not server.certificates:
        return ended(SelectionUnknown(NO_CERTIFICATES), first)
    kinds = [(one, holds(one, name)) for one in server.certificates if one.status != "PendingRequest"]
    judged = [(one, _not_for(one, kind, service)) for one, kind in kinds]
    fitting = [one for one, why in judged if why is None]
    second = SearchStep(
        text(
            "A certificate that holds this name serves if {service} is assigned to it; a wildcard serves unassigned: "
            "{count} of {all}.",
            service=service, count=len(fitting), all=len(judged),
        ),
        tuple(text("{certificate}: {why}", certificate=called(one), why=why) for one, why in judged if why is not None),
    )  # fmt: skip
    if any(kind and one.services is None for one, kind in kinds):
        reason = text("The export does not say which services are assigned to a certificate that holds the name.")
        return ended(SelectionUnknown(reason, tuple(one for one, kind in kinds if kind)), first, second)
    if not fitting:
        follows = text("Neither TLS nor STARTTLS works for {service}.", service=service)
        return ended(NoneEligible(follows), first, second)
    if len(fitting) > 1:
        reason = text("Several fit, and which of them goes first is not documented. Keep one of them.")
        return ended(SelectionUnknown(reason, tuple(fitting)), first, second)
    return ended(chosen(fitting[0], now), first, second)


def _not_for(one: ExchangeCertificate, kind: str, service: ExchangeService) -> Text | None:
    if not kind:
        return text("does not hold the name")
    if one.has_private_key is False:
        return text("has no private key")
    if kind == "exact" and one.services is not None and service not in one.services:
        return text("holds the name, but the service {service} is not assigned to it", service=service)
    return None


def binding(server: ExchangeServer, bound: IisBinding, now: datetime) -> Selection:
    """What a site presents: what is bound, nothing is searched for."""
    name = f"{bound.site}:{bound.port}" + (f" {bound.host}" if bound.host else "")

    def ended(outcome: SelectionOutcome, *why: SearchStep) -> Selection:
        return Selection(server.name, "iis", name, outcome, why)

    if not bound.thumbprint:
        step = SearchStep(text("The binding names no certificate."))
        return ended(NoneEligible(text("No TLS comes about on port {port}.", port=bound.port)), step)
    step = SearchStep(text("The binding names {print}.", print=bound.thumbprint))
    one = server.certificate(bound.thumbprint)
    if one is None and not server.certificates:
        return ended(SelectionUnknown(NO_CERTIFICATES), step)
    if one is None and bound.elsewhere:
        reason = text(
            "It lies in the computer's store {store}, which Get-ExchangeCertificate does not list: what it is and "
            "whether it is still there nobody said.",
            store=bound.store,
        )
        return ended(SelectionUnknown(reason), step)
    if one is None:
        # System log, HttpEvent 15021: the hash of a binding that leads nowhere.
        gone = SearchStep(
            text("It is not in the computer's own store; http.sys writes event 15021 into the System log.")
        )
        return ended(NoneEligible(text("No TLS comes about on port {port}.", port=bound.port)), step, gone)
    return ended(chosen(one, now), step)


def front_by_assignment(server: ExchangeServer, now: datetime) -> Selection | None:
    """What the front site presents, where the export holds no bindings; None: nothing is assigned to IIS."""
    assigned = [one for one in server.certificates if one.services is not None and "IIS" in one.services]
    if not assigned:
        return None
    name = f"{FRONT_SITE}:443"
    step = SearchStep(
        text("The export holds no bindings of IIS. The service IIS is assigned to: {count}.", count=len(assigned)),
        tuple(map(called, assigned)),
    )
    if len(assigned) > 1:
        reason = text("Several certificates have the service IIS: one may be the back end's. Only the bindings tell.")
        return Selection(server.name, "iis", name, SelectionUnknown(reason, tuple(assigned)), (step,))
    return Selection(server.name, "iis", name, chosen(assigned[0], now), (step,))


def unified_messaging(server: ExchangeServer, settings: UmSettings, now: datetime) -> Selection:
    """What Unified Messaging or its call router presents: the certificate that has the service."""
    service = settings.service

    def ended(outcome: SelectionOutcome, *why: SearchStep) -> Selection:
        return Selection(server.name, _KINDS[service], service, outcome, why)

    if settings.startup_mode == "TCP":
        return ended(NotOffered(text("UMStartupMode is TCP")))
    if not settings.startup_mode:
        return ended(SelectionUnknown(text("The export does not say the UMStartupMode.")))
    first = SearchStep(text("UMStartupMode is {mode}.", mode=settings.startup_mode))
    if not server.certificates:
        return ended(SelectionUnknown(NO_CERTIFICATES), first)
    assigned = [one for one in server.certificates if one.services is not None and service in one.services]
    second = SearchStep(
        text("The service {service} is assigned to: {count}.", service=service, count=len(assigned)),
        tuple(map(called, assigned)),
    )
    if not assigned:
        if any(one.services is None for one in server.certificates):
            return ended(SelectionUnknown(text("The export does not say which services are assigned.")), first, second)
        return ended(NoneEligible(text("No TLS comes about for {service}.", service=service)), first, second)
    if len(assigned) > 1:
        reason = text("Several fit, and which of them goes first is not documented. Keep one of them.")
        return ended(SelectionUnknown(reason, tuple(assigned)), first, second)
    return ended(chosen(assigned[0], now), first, second)


def chosen(one: ExchangeCertificate, now: datetime) -> Chosen:
    """It is presented; what clients will have against it at once."""
    return Chosen(one, tuple(_faults(one, now)))


def _faults(one: ExchangeCertificate, now: datetime) -> Iterable[Text]:
    if expired(one, now):
        yield text("it has expired")
    elif one.not_before is not None and one.not_before > now:
        yield text("it is not valid yet")
    if one.has_private_key is False:
        yield text("it has no private key")
