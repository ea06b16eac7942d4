"""What connectors present: to STARTTLS, as a client, and among Exchange servers (X-ANONYMOUSTLS).

Microsoft: "Selection of Inbound STARTTLS Certificates", "Selection of Inbound Anonymous TLS Certificates", "Selection
of Outbound Anonymous TLS Certificates".
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from mailtrust.core.formats.exchange.tls_certificate_name import TlsCertificateName, read_tls_certificate_name
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer, ReceiveConnector, SendConnector
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, expired
from mailtrust.core.services.exchange.selecting.by_name import Era, HostName, search
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
from mailtrust.core.services.exchange.serving import is_source, offers_tls

NOT_READ = 12012
NOT_IN_STORE = 12013
INTERNAL_EXPIRED = 12015


def receive(server: ExchangeServer, connector: ReceiveConnector, now: datetime, era: Era) -> Selection:
    """What a Receive connector presents after STARTTLS."""

    def ended(outcome: SelectionOutcome, *why: SearchStep) -> Selection:
        return Selection(server.name, "receive", connector.identity, outcome, why)

    if not connector.enabled:
        return ended(NotOffered(text("the connector is disabled")))
    offers = offers_tls(connector)
    if offers is None:
        return ended(SelectionUnknown(text("The export does not say the connector's AuthMechanism.")))
    if not offers:
        return ended(NotOffered(text("AuthMechanism lacks TLS")))
    follows = text("STARTTLS is not offered: mail comes in clear, or not at all.")
    offered = SearchStep(text("AuthMechanism has TLS: STARTTLS is to be offered."))
    asked = _Asked("receive", connector.identity, connector.tls_certificate_name, connector.fqdn, follows)
    return _searched(server, asked, now, era, before=(offered,))


def send(server: ExchangeServer, connector: SendConnector, now: datetime, era: Era) -> Selection:
    """What a source server of a Send connector presents as a client, where the other side asks for it."""

    def ended(outcome: SelectionOutcome, *why: SearchStep) -> Selection:
        return Selection(server.name, "send", connector.name, outcome, why)

    if not connector.enabled:
        return ended(NotOffered(text("the connector is disabled")))
    if connector.ignore_starttls:
        return ended(NotOffered(text("IgnoreSTARTTLS is on")))
    named = connector.tls_certificate_name
    asked = _Asked("send", connector.name, named, connector.fqdn, _QUEUED if named else _NOT_SAID)
    it = _searched(server, asked, now, era)
    if isinstance(it.outcome, NoneEligible) and not named:
        # TlsAuthLevel and the like ask for the other side's certificate; nothing says what happens without one's own.
        return replace(it, outcome=SelectionUnknown(_NOT_SAID))
    return it


# Microsoft, KB 4495258 (NoCredentials); "Mailflow issue from Exchange On-Prem to Office 365" (454 4.7.5).
_QUEUED = text(
    "Mail stays in the queue: 454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not "
    "be found."
)
_NOT_SAID = text(
    "No certificate fits the connector's name. What Exchange presents as a client then, if anything, is not "
    "documented. It matters only where the other side asks for one, as Exchange Online does of a hybrid connector."
)


@frozen
class _Asked:
    """For what is searched."""

    kind: SelectionKind
    name: str
    tls_certificate_name: str
    fqdn: str
    follows: Text


def _searched(
    server: ExchangeServer, asked: _Asked, now: datetime, era: Era, *, before: tuple[SearchStep, ...] = ()
) -> Selection:
    wanted: HostName | TlsCertificateName | None
    if asked.tls_certificate_name:
        wanted = read_tls_certificate_name(asked.tls_certificate_name)
        step = SearchStep(text("TlsCertificateName is set, and counts: {name}.", name=asked.tls_certificate_name))
    elif asked.fqdn:
        wanted = HostName(asked.fqdn)
        step = SearchStep(text("TlsCertificateName is empty, so the connector's Fqdn counts: {name}.", name=asked.fqdn))
    else:
        wanted = HostName(server.fqdn)
        step = SearchStep(
            text("TlsCertificateName and Fqdn are empty, so the server's own name counts: {name}.", name=server.fqdn)
        )
    steps = (*before, step)
    if wanted is None:
        reason = text("The TlsCertificateName is none: expected <I>issuer<S>subject.")
        return Selection(server.name, asked.kind, asked.name, SelectionUnknown(reason), steps)
    if isinstance(wanted, HostName) and not wanted.name:
        reason = text("The export says neither the connector's name nor the server's.")
        return Selection(server.name, asked.kind, asked.name, SelectionUnknown(reason), steps)
    found = search(server, wanted, asked.follows, now, era)
    basis: Literal["document", "recalled"] = "recalled" if found.recalled else "document"
    return Selection(server.name, asked.kind, asked.name, found.outcome, (*steps, *found.steps), found.events, basis)


def anonymous_inbound(server: ExchangeServer, now: datetime) -> Selection | None:
    """What the server presents to other Exchange servers; None: no connector is known that would."""
    read = [one for one in server.receive_connectors if one.auth_mechanisms is not None and one.enabled]
    if not read:
        return None
    within = [one for one in read if "exchangeserver" in map(str.casefold, one.auth_mechanisms or ())]
    # Set-ReceiveConnector.md, -SuppressXAnonymousTls: the verb is not offered.
    offering = [one.name for one in within if not one.suppresses_anonymous_tls]
    if not offering:
        setting = (
            text("SuppressXAnonymousTls is on")
            if within
            else text("no Receive connector's AuthMechanism has ExchangeServer")
        )
        return Selection(server.name, "anonymous-in", "X-ANONYMOUSTLS", NotOffered(setting), ())
    first = SearchStep(text("AuthMechanism has ExchangeServer on: {connectors}", connectors=tuple(offering)))
    return _internal(server, "anonymous-in", first, now)


def anonymous_outbound(server: ExchangeServer, organisation: ExchangeOrganisation, now: datetime) -> Selection | None:
    """What the server presents when it sends to another: a mailbox server to an Edge server, an Edge server inwards.

    None: there is no Edge server in the export, and so nobody to whom it would.
    """
    edges = [one.name for one in organisation.servers if one.edge]
    subscribed = [one.name for one in organisation.edge_subscriptions or ()]
    if server.edge:
        inward = [one.name for one in organisation.send_connectors or () if _leads_inward(one, server)]
        if not inward:
            return None
        first = SearchStep(
            text("These Send connectors have ExchangeServer, and “--” for the servers within: {connectors}",
                 connectors=tuple(inward))
        )  # fmt: skip
    elif edges or subscribed:
        first = SearchStep(text("To these Edge servers it sends by X-ANONYMOUSTLS: {servers}",
                                servers=tuple(dict.fromkeys((*edges, *subscribed)))))  # fmt: skip
    else:
        return None
    return _internal(server, "anonymous-out", first, now)


def _leads_inward(connector: SendConnector, server: ExchangeServer) -> bool:
    here = not connector.source_servers or is_source(connector, server)
    inward = any("--" in place for place in (*connector.smart_hosts, *connector.address_spaces))
    return connector.enabled and here and inward and connector.smart_host_auth.casefold() == "exchangeserver"


def _internal(server: ExchangeServer, kind: SelectionKind, first: SearchStep, now: datetime) -> Selection:
    """The internal transport certificate, which Active Directory names; names, issuer and trust play no part."""
    where = "X-ANONYMOUSTLS"
    print_ = server.internal_transport
    if print_ is None:
        reason = text("The export does not say the InternalTransportCertificateThumbprint.")
        return Selection(server.name, kind, where, SelectionUnknown(reason), (first,))
    if not print_:
        second = SearchStep(text("InternalTransportCertificateThumbprint is empty."))
        return Selection(server.name, kind, where, NoneEligible(_NO_INTERNAL), (first, second), (NOT_READ,))
    second = SearchStep(
        text("Active Directory names one certificate for the server: {print}. Its names, issuer and trust do not "
             "matter.",
             print=print_)
    )  # fmt: skip
    one = server.certificate(print_)
    if one is None and not server.certificates:
        return Selection(server.name, kind, where, SelectionUnknown(NO_CERTIFICATES), (first, second))
    if one is None:
        third = SearchStep(text("It is not in the computer's own store."))
        return Selection(server.name, kind, where, NoneEligible(_NO_INTERNAL), (first, second, third), (NOT_IN_STORE,))
    third = SearchStep(text("It is in the computer's own store: {certificate}.", certificate=called(one)))
    if expired(one, now):
        last = SearchStep(text("It has expired, which Exchange notes; it is used all the same."))
        # Nobody checks it but Edge servers, so an expired one still serves: no fault, an event.
        return Selection(server.name, kind, where, Chosen(one), (first, second, third, last), (INTERNAL_EXPIRED,))
    return Selection(server.name, kind, where, Chosen(one), (first, second, third))


_NO_INTERNAL = text(
    "X-ANONYMOUSTLS is not offered: the organisation's other servers cannot speak to it as Exchange servers do. "
    "Enable-ExchangeCertificate -Services SMTP with Yes to the question gives the server one again."
)
