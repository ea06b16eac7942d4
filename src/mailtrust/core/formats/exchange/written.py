"""An organisation as an export (mailtrust/exchange/1): what `nouns` reads again."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct, convert, structs

from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ReceiveConnector,
)

Wire = TypeVar("Wire", bound=Struct)


def wire_of(organisation: ExchangeOrganisation) -> wire.ExchangeWire:
    """The organisation as it is written."""
    return wire.ExchangeWire(
        schema=wire.SCHEMA,
        exported=organisation.exported,
        servers=[_server(one) for one in organisation.servers],
        send_connectors=_all(organisation.send_connectors, wire.SendConnectorWire),
        auth=None if organisation.auth is None else _alike(organisation.auth, wire.AuthWire),
        edge_subscriptions=_all(organisation.edge_subscriptions, wire.SubscriptionWire),
        hybrid=None if organisation.hybrid is None else _alike(organisation.hybrid, wire.HybridWire),
        federation=list(organisation.federation),
        accepted_domains=list(organisation.accepted_domains),
        not_read=[_alike(one, wire.NotReadWire) for one in organisation.not_read],
    )


def _server(server: ExchangeServer) -> wire.ServerWire:
    return wire.ServerWire(
        name=server.name,
        fqdn=server.fqdn,
        version=server.version,
        edge=server.edge,
        site=server.site,
        certificates=[_certificate(one) for one in server.certificates],
        receive_connectors=[_receive(one) for one in server.receive_connectors],
        client_access=[_alike(one, wire.ClientAccessWire) for one in server.client_access],
        um=[_alike(one, wire.UmWire) for one in server.um],
        bindings=_all(server.bindings, wire.BindingWire),
        directories=_all(server.directories, wire.DirectoryWire),
        internal_transport=server.internal_transport,
    )


def _certificate(one: ExchangeCertificate) -> wire.CertificateWire:
    written = _alike(one, wire.CertificateWire)
    # A set has no order, and the same organisation is written by the same octets.
    services = None if one.services is None else [word for word in EXCHANGE_SERVICES if word in one.services]
    return structs.replace(written, services=services, raw=one.certificate.der if one.certificate is not None else None)


def _receive(one: ReceiveConnector) -> wire.ReceiveConnectorWire:
    mechanisms = None if one.auth_mechanisms is None else sorted(one.auth_mechanisms)
    return structs.replace(_alike(one, wire.ReceiveConnectorWire), auth_mechanisms=mechanisms)


def _all(given: Iterable[object] | None, kind: type[Wire]) -> list[Wire] | None:
    return None if given is None else [_alike(one, kind) for one in given]


def _alike(given: object, kind: type[Wire]) -> Wire:
    """What is called the same is the same, tuples as lists."""
    return convert(given, kind, from_attributes=True)
