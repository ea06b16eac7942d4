"""An organisation as an export (mailtrust/exchange/1): what `nouns` reads again."""

from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ReceiveConnector,
    SendConnector,
)


def wire_of(organisation: ExchangeOrganisation) -> wire.ExchangeWire:
    """The organisation as it is written."""
    auth, hybrid, subscriptions = organisation.auth, organisation.hybrid, organisation.edge_subscriptions
    return wire.ExchangeWire(
        schema=wire.SCHEMA,
        exported=organisation.exported,
        servers=[_server(one) for one in organisation.servers],
        send_connectors=(
            None if organisation.send_connectors is None else [_send(one) for one in organisation.send_connectors]
        ),
        auth=(
            None
            if auth is None
            else wire.AuthWire(
                current=auth.current,
                previous=auth.previous,
                next=auth.next,
                next_effective=auth.next_effective,
            )
        ),
        edge_subscriptions=(
            None
            if subscriptions is None
            else [wire.SubscriptionWire(name=one.name, site=one.site, created=one.created) for one in subscriptions]
        ),
        hybrid=(
            None
            if hybrid is None
            else wire.HybridWire(
                tls_certificate_name=hybrid.tls_certificate_name,
                sending_servers=list(hybrid.sending_servers),
                receiving_servers=list(hybrid.receiving_servers),
                edge_servers=list(hybrid.edge_servers),
                smart_host=hybrid.smart_host,
                agent_targets=list(hybrid.agent_targets),
            )
        ),
        federation=list(organisation.federation),
        accepted_domains=list(organisation.accepted_domains),
        not_read=[wire.NotReadWire(server=one.server, part=one.part, why=one.why) for one in organisation.not_read],
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
        client_access=[
            wire.ClientAccessWire(
                service=one.service,
                certificate_name=one.certificate_name,
                connection_settings=list(one.connection_settings),
                running=one.running,
            )
            for one in server.client_access
        ],
        um=[wire.UmWire(service=one.service, startup_mode=one.startup_mode) for one in server.um],
        bindings=(
            None
            if server.bindings is None
            else [
                wire.BindingWire(
                    site=one.site, port=one.port, thumbprint=one.thumbprint, address=one.address, host=one.host
                )
                for one in server.bindings
            ]
        ),
        directories=(
            None
            if server.directories is None
            else [
                wire.DirectoryWire(
                    name=one.name,
                    site=one.site,
                    urls=list(one.urls),
                    extended_protection=one.extended_protection,
                    ssl_offloading=one.ssl_offloading,
                )
                for one in server.directories
            ]
        ),
        internal_transport=server.internal_transport,
    )


def _certificate(one: ExchangeCertificate) -> wire.CertificateWire:
    services = one.services
    return wire.CertificateWire(
        thumbprint=one.thumbprint,
        services=None if services is None else [word for word in EXCHANGE_SERVICES if word in services],
        status=one.status,
        subject=one.subject,
        issuer=one.issuer,
        domains=list(one.domains),
        friendly_name=one.friendly_name,
        not_before=one.not_before,
        not_after=one.not_after,
        has_private_key=one.has_private_key,
        self_signed=one.self_signed,
        root_ca_type=one.root_ca_type,
        exportable=one.exportable,
        raw=None if one.certificate is None else one.certificate.der,
    )


def _receive(one: ReceiveConnector) -> wire.ReceiveConnectorWire:
    return wire.ReceiveConnectorWire(
        name=one.name,
        fqdn=one.fqdn,
        auth_mechanisms=None if one.auth_mechanisms is None else sorted(one.auth_mechanisms),
        tls_certificate_name=one.tls_certificate_name,
        bindings=list(one.bindings),
        role=one.role,
        enabled=one.enabled,
        suppresses_anonymous_tls=one.suppresses_anonymous_tls,
    )


def _send(one: SendConnector) -> wire.SendConnectorWire:
    return wire.SendConnectorWire(
        name=one.name,
        fqdn=one.fqdn,
        source_servers=list(one.source_servers),
        tls_certificate_name=one.tls_certificate_name,
        address_spaces=list(one.address_spaces),
        smart_hosts=list(one.smart_hosts),
        tls_auth_level=one.tls_auth_level,
        tls_domain=one.tls_domain,
        require_tls=one.require_tls,
        ignore_starttls=one.ignore_starttls,
        cloud_services_mail=one.cloud_services_mail,
        smart_host_auth=one.smart_host_auth,
        enabled=one.enabled,
    )
