"""Connectors that name a certificate by issuer and subject hold it fast, and its renewed twin with it.

Microsoft, "Can't remove a certificate that's installed in Exchange Server": "These certificates are tagged with
following Send Connectors", and the order in which it is let go.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from mailtrust.core.formats.exchange.tls_certificate_name import names
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer, SendConnector
from mailtrust.core.model.exchange_change import (
    ExchangeAct,
    ExchangeStep,
    PersonDoes,
    Refusal,
    SetConnectorCertificate,
    SwitchService,
)
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.services.exchange.certificates import called, usable
from mailtrust.core.services.exchange.removing.in_use import still_serving
from mailtrust.core.services.exchange.removing.removal import removal
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.serving import named_by
from mailtrust.core.services.exchange.versions import TRANSPORT, cmdlets_are_local

TAGGED = "connector-tagged"


def tagged(
    certificate: ExchangeCertificate, server: ExchangeServer, organisation: ExchangeOrganisation, now: datetime
) -> Iterator[Refusal]:
    """The connectors that name it."""
    if sending := _naming(certificate, organisation):
        yield _by_send_connectors(certificate, server, organisation, sending, now)
    receiving = tuple(one.identity for one in server.receive_connectors if names(one.tls_certificate_name, certificate))
    if receiving and not _twin(certificate, server, now):
        why = text(
            "{certificate} is what {connectors} names by issuer and subject.",
            certificate=called(certificate),
            connectors=receiving,
        )
        yield Refusal(TAGGED, "SMTP", why, _NAME_ANOTHER, server.name)


def _by_send_connectors(
    certificate: ExchangeCertificate,
    server: ExchangeServer,
    organisation: ExchangeOrganisation,
    connectors: tuple[SendConnector, ...],
    now: datetime,
) -> Refusal:
    why = text(
        "{certificate} has the issuer and subject that the Send connectors {connectors} name. Exchange keeps all "
        "certificates of that pair, the former and the renewed one.",
        certificate=called(certificate),
        connectors=tuple(one.name for one in connectors),
    )
    named = dict.fromkeys(name for one in connectors for name in one.source_servers)
    sources = sources_of(certificate, organisation)
    having = {one.name for one in sources if _twin(certificate, one, now)}
    if server.name in having and (without := tuple(name for name in named if name not in having)):
        return Refusal(TAGGED, "SMTP", why, _bring_the_twin(without), server.name)
    if len(sources) < len(named) or len(having) < len(sources):
        return Refusal(TAGGED, "SMTP", why, _NAME_ANOTHER, server.name)
    if serving := tuple(one.name for one in sources if one is not server and _needed(certificate, one, now)):
        return Refusal(TAGGED, "SMTP", why, _still_needed(serving), server.name)
    instead = text(
        "Its renewed twin stays. Do the following in this order, while no mail goes out by these connectors."
    )
    if not any(map(cmdlets_are_local, (*sources, server))):
        instead = in_a_row((instead, text("With --stop-transport it is what is done, and -o writes it as a script.")))
    return Refusal(TAGGED, "SMTP", why, instead, server.name, let_go(certificate, (server,), organisation))


def _needed(certificate: ExchangeCertificate, source: ExchangeServer, now: datetime) -> bool:
    """It goes from every source server, also from those where nobody has wished it."""
    there = source.certificate(certificate.thumbprint)
    if there is None:
        return False
    return there.thumbprint == source.internal_transport or any(still_serving(there, source, now))


def _still_needed(servers: tuple[str, ...]) -> Text:
    return text(
        "It has to go from all servers that send by them, and {servers} still need it: give them its successor first "
        "(`mailtrust services enable`). Export again, and repeat this.",
        servers=servers,
    )


def _bring_the_twin(servers: tuple[str, ...]) -> Text:
    return text(
        "Its renewed twin is here, and not on {servers}, from where they send too, as far as was exported. Bring it "
        "there first, with the service SMTP: `mailtrust services enable --certificate`. Export again, and repeat this.",
        servers=servers,
    )


def _twin(certificate: ExchangeCertificate, server: ExchangeServer, now: datetime) -> bool:
    """Whether the server has another one of the same issuer and subject, which can serve."""
    pair = f"<I>{certificate.issuer}<S>{certificate.subject}"
    return any(
        one.thumbprint != certificate.thumbprint and usable(one, now) and "SMTP" in (one.services or ())
        for one in named_by(server, pair)
    )


def sources_of(certificate: ExchangeCertificate, organisation: ExchangeOrganisation) -> tuple[ExchangeServer, ...]:
    """The servers from which the connectors send that name it, as far as they were exported."""
    sending = _naming(certificate, organisation)
    found = map(organisation.server, dict.fromkeys(name for one in sending for name in one.source_servers))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def let_go(
    certificate: ExchangeCertificate, servers: tuple[ExchangeServer, ...], organisation: ExchangeOrganisation
) -> tuple[ExchangeStep, ...]:
    """The documented order in which it goes from these servers, and from all that send by the connectors."""
    return tuple(
        _let_go(certificate, servers, sources_of(certificate, organisation), _naming(certificate, organisation))
    )


def _naming(certificate: ExchangeCertificate, organisation: ExchangeOrganisation) -> tuple[SendConnector, ...]:
    return tuple(one for one in organisation.send_connectors or () if names(one.tls_certificate_name, certificate))


def _let_go(
    certificate: ExchangeCertificate,
    servers: tuple[ExchangeServer, ...],
    sources: tuple[ExchangeServer, ...],
    connectors: tuple[SendConnector, ...],
) -> Iterator[ExchangeStep]:
    for server in sources:
        say = text("Stop the transport service on {server}.", server=server.name)
        start = SwitchService(server.name, TRANSPORT[0], running=True)
        yield _step(say, replace(start, running=False), (start,), "restart", passing=True)
    for one in connectors:
        say = text("{connector} names no certificate for the moment.", connector=one.name)
        back = SetConnectorCertificate("send", one.name, one.tls_certificate_name)
        yield _step(say, SetConnectorCertificate("send", one.name, ""), (back,), passing=True)
    wait = text("Wait until Active Directory has replicated that everywhere.")
    yield _step(wait, PersonDoes("repadmin /syncall /AdeP"), _NOTHING)
    for server in dict.fromkeys((*sources, *servers)):
        if server.certificate(certificate.thumbprint) is not None:
            yield removal(certificate, server)
    for one in connectors:
        say = text("{connector} names the pair again, and finds the renewed one by it.", connector=one.name)
        yield _step(say, SetConnectorCertificate("send", one.name, one.tls_certificate_name), _NOTHING)
    for server in sources:
        say = text("Start the transport service on {server} again.", server=server.name)
        yield _step(say, SwitchService(server.name, TRANSPORT[0], running=True), _NOTHING)


_NOTHING = text("There is nothing to take back.")


def _step(
    say: Text,
    act: ExchangeAct,
    undo: tuple[ExchangeAct, ...] | Text,
    disruption: Literal["none", "restart"] = "none",
    *,
    passing: bool = False,
) -> ExchangeStep:
    return ExchangeStep(say, act, undo, role_groups(act), disruption, passing=passing)


_NAME_ANOTHER = text(
    "Give them a certificate that takes its place first: `mailtrust services enable` assigns it to SMTP and sets "
    "TlsCertificateName. Export again, and repeat this."
)
