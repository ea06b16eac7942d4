"""Connectors that name the certificate which another one replaces: the name goes stale without a word.

Set-SendConnector.md, Set-ReceiveConnector.md: TlsCertificateName is issuer and subject, `<I>...<S>...`. After a renewal
with the same two nothing need be set. Hybrid's connectors are such ones (Exchange Team, "TLS Certificates in Exchange
Hybrid", 2025).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from mailtrust.core.formats.exchange.tls_certificate_name import name_of, names
from mailtrust.core.model.exchange import (
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ReceiveConnector,
    SendConnector,
)
from mailtrust.core.model.exchange_change import ExchangeStep, PersonDoes, SetConnectorCertificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import bears, called, takes_the_place_of
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.serving import is_source, named_by
from mailtrust.core.services.exchange.versions import cmdlets_are_local


@frozen
class Following:
    """What follows for connectors."""

    steps: tuple[ExchangeStep, ...]
    remarks: tuple[Text, ...]
    after: ExchangeOrganisation


def follow(organisation: ExchangeOrganisation, servers: Iterable[str], thumbprint: str, now: datetime) -> Following:
    """Connectors of these servers, which have it for SMTP by now, name it where it replaces what they name."""
    wanted = tuple(servers)
    steps: list[ExchangeStep] = []
    remarks: list[Text] = []
    after: list[ExchangeServer] = []
    for server in organisation.servers:
        certificate = server.certificate(thumbprint) if server.name in wanted else None
        if certificate is None:
            after.append(server)
            continue
        connectors: list[ReceiveConnector] = []
        for one in server.receive_connectors:
            stale = _stale(one.tls_certificate_name, one.fqdn or server.fqdn, server, certificate, now)
            if stale:
                steps.append(_set("receive", one.identity, one.tls_certificate_name, certificate))
            connectors.append(replace(one, tls_certificate_name=str(name_of(certificate))) if stale else one)
        after.append(replace(server, receive_connectors=tuple(connectors)))
    sending: list[SendConnector] = []
    for each in organisation.send_connectors or ():
        successor, said = _send(each, organisation, wanted, thumbprint, now)
        remarks += said
        if successor is not None:
            steps += _first_there(each, organisation, wanted)
            steps.append(_set("send", each.name, each.tls_certificate_name, successor))
        sending.append(each if successor is None else replace(each, tls_certificate_name=str(name_of(successor))))
    done = replace(organisation, servers=tuple(after))
    if organisation.hybrid is not None and (chosen := _hybrid(organisation, wanted, thumbprint, now)) is not None:
        steps.append(_wizard(chosen))
        done = replace(done, hybrid=replace(organisation.hybrid, tls_certificate_name=str(name_of(chosen))))
    if organisation.send_connectors is not None:
        done = replace(done, send_connectors=tuple(sending))
    return Following(tuple(steps), tuple(remarks), done)


def keep_another(organisation: ExchangeOrganisation, servers: Iterable[str], thumbprint: str) -> Text | None:
    """What to know of connectors that name another certificate, once those that follow have followed; None: nothing."""
    keeping: list[str] = []
    for server in map(organisation.server, servers):
        certificate = server.certificate(thumbprint) if server is not None else None
        if server is None or certificate is None:
            continue
        keeping += [one.identity for one in server.receive_connectors if one.enabled and _another(one, certificate)]
        # One that waits for its other servers has its own remark.
        keeping += [
            one.name
            for one in organisation.send_connectors or ()
            if one.enabled
            and is_source(one, server)
            and _another(one, certificate)
            and all(_everywhere(organisation, one, thumbprint))
        ]
    if not keeping:
        return None
    return text(
        "These connectors name another certificate (TlsCertificateName) and go on presenting it, as this one does not "
        "hold its names: {connectors}. Should one present this one, set it: $c = Get-ExchangeCertificate -Thumbprint "
        "{print}; Set-ReceiveConnector or Set-SendConnector <name> -TlsCertificateName ('<I>' + $c.Issuer + '<S>' + "
        "$c.Subject).",
        connectors=tuple(dict.fromkeys(keeping)),
        print=thumbprint,
    )


def _another(connector: ReceiveConnector | SendConnector, certificate: ExchangeCertificate) -> bool:
    return bool(connector.tls_certificate_name) and not names(connector.tls_certificate_name, certificate)


def _everywhere(organisation: ExchangeOrganisation, connector: SendConnector, thumbprint: str) -> Iterator[bool]:
    for server in map(organisation.server, connector.source_servers):
        yield server is not None and _has_it(server, thumbprint)


def _stale(named: str, fqdn: str, server: ExchangeServer, certificate: ExchangeCertificate, now: datetime) -> bool:
    """Whether the connector names what this certificate replaces, or nothing that the server has."""
    if not named or names(named, certificate):
        return False
    owners = named_by(server, named)
    if not owners:
        return bears(certificate, fqdn)
    return all(takes_the_place_of(certificate, owner, now) for owner in owners)


def _send(
    connector: SendConnector,
    organisation: ExchangeOrganisation,
    wanted: tuple[str, ...],
    thumbprint: str,
    now: datetime,
) -> tuple[ExchangeCertificate | None, tuple[Text, ...]]:
    """A Send connector has several servers: the certificate must be on each of them before it is named."""
    sources = [(name, organisation.server(name)) for name in connector.source_servers]
    found: ExchangeCertificate | None = None
    for _, server in sources:
        if server is None or server.name not in wanted:
            continue
        certificate = server.certificate(thumbprint)
        fqdn = connector.fqdn or server.fqdn
        if certificate is not None and _stale(connector.tls_certificate_name, fqdn, server, certificate, now):
            found = certificate
    lacking = tuple(name for name, server in sources if server is None or not _has_it(server, thumbprint))
    if found is None or not lacking:
        return found, ()
    # 454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found.
    remark = text(
        "The Send connector {connector} still names the former certificate: {servers} send by it too, and have not got "
        "{certificate} for SMTP yet. Give it to them, and repeat this.",
        connector=connector.name,
        servers=lacking,
        certificate=called(found),
    )
    return None, (remark,)


def _first_there(
    connector: SendConnector, organisation: ExchangeOrganisation, wanted: tuple[str, ...]
) -> Iterator[ExchangeStep]:
    """What happens on an Edge server itself nobody sees from here: its mail would stay in the queue (454 4.7.5)."""
    found = (organisation.server(name) for name in connector.source_servers)
    apart = tuple(one.name for one in found if one is not None and one.name in wanted and cmdlets_are_local(one))
    if apart:
        act = PersonDoes()
        yield ExchangeStep(
            text(
                "Let the steps of {servers} be done there first, by this script: {connector} sends from there, and "
                "its mail would wait for the certificate.",
                servers=apart,
                connector=connector.name,
            ),
            act,
            text("There is nothing to take back."),
            role_groups(act, edge=True),
        )


def _has_it(server: ExchangeServer, thumbprint: str) -> bool:
    certificate = server.certificate(thumbprint)
    return certificate is not None and "SMTP" in (certificate.services or ())


def _set(
    kind: Literal["send", "receive"], identity: str, former: str, certificate: ExchangeCertificate
) -> ExchangeStep:
    act = SetConnectorCertificate(kind, identity, str(name_of(certificate)), certificate.thumbprint)
    if kind == "send":
        say = text(
            "The Send connector {connector} names its certificate by issuer and subject, which are others now.",
            connector=identity,
        )
    else:
        say = text(
            "The Receive connector {connector} names its certificate by issuer and subject, which are others now.",
            connector=identity,
        )
    undo = SetConnectorCertificate(kind, identity, former)
    return ExchangeStep(say, act, (undo,), role_groups(act), "reload")


def _hybrid(
    organisation: ExchangeOrganisation, wanted: tuple[str, ...], thumbprint: str, now: datetime
) -> ExchangeCertificate | None:
    """The certificate, where the hybrid configuration names what it replaces."""
    named = organisation.hybrid.tls_certificate_name if organisation.hybrid is not None else ""
    primary = organisation.accepted_domains[0] if organisation.accepted_domains else ""
    for server in organisation.servers:
        certificate = server.certificate(thumbprint) if server.name in wanted else None
        if certificate is not None and _stale(named, primary, server, certificate, now):
            return certificate
    return None


def _wizard(certificate: ExchangeCertificate) -> ExchangeStep:
    act = PersonDoes()
    return ExchangeStep(
        # What the wizard wrote down itself, only the wizard writes anew.
        text(
            "Run the Hybrid Configuration Wizard once more and choose {certificate} in it: the hybrid configuration "
            "names the former one. Microsoft 365 knows a server by its certificate's names.",
            certificate=called(certificate),
        ),
        act,
        text("Run it again, and choose the former certificate."),
        role_groups(act),
    )
