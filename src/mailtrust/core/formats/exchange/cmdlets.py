"""Objects of Exchange's cmdlets, told apart by their class or their properties, into an export.

One file reads them all, whatever road they came by: CLIXML, pasted text, a live endpoint.
"""

import re
from collections.abc import Callable

from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.formats.exchange.certificate_shown import certificate_of
from mailtrust.core.formats.exchange.draft import Draft
from mailtrust.core.formats.exchange.format_list import ASKED
from mailtrust.core.formats.exchange.shown import Shown
from mailtrust.core.formats.exchange.words import directory_of
from mailtrust.core.formats.url import is_https
from mailtrust.core.model.exchange import ClientService


def add(shown: Shown, draft: Draft) -> None:
    """Bring one object into the draft; what nobody needs is counted there."""
    for recognised, bring in _KINDS:
        if recognised(shown):
            bring(shown, draft)
            draft.cut |= {_NEEDED_WHOLE[name] for name in shown.cut if name in _NEEDED_WHOLE}
            return
    draft.leave_aside(shown.types[0].rpartition(".")[2] if shown.types else "?")


def _is(*classes: str) -> Callable[[Shown], bool]:
    """Whether its class ends in one of these; a live object's is `Deserialized.Microsoft...`."""
    return lambda shown: any(one.rpartition(".")[2] in classes for one in shown.types)


def _any(*names: str) -> Callable[[Shown], bool]:
    """Whether it has one of these properties. What is told by its class is told by nothing else."""
    return lambda shown: any(map(shown.has, names))


def _is_server(shown: Shown) -> bool:
    # The organisation has a version too, in another form; a table shows a version's beginning, which is not read.
    in_a_table = shown.has("ServerRole", "AdminDisplayVersion")
    return shown.has("IsEdgeServer") or in_a_table or shown.word("AdminDisplayVersion").startswith("Version ")


def _server(shown: Shown, *names: str) -> str:
    """The server that an object is of, as the properties call it; empty where none does."""
    called = next(filter(None, map(shown.word, names)), "")
    if not called:
        # `MAIL1\Default Frontend MAIL1`, `MAIL1\1`
        called, backslash, _ = shown.word("Identity").partition("\\")
        called = called if backslash else ""
    return called or shown.word(ASKED)


def _certificate(shown: Shown, draft: Draft) -> None:
    server, certificate = certificate_of(shown)
    if certificate.services is None and certificate.raw is not None and _is("ExchangeCertificate")(shown):
        draft.silent += 1
    draft.server(server or shown.word(ASKED)).certificates.append(certificate)


def _auth(shown: Shown, draft: Draft) -> None:
    draft.wire.auth = wire.AuthWire(
        current=shown.word("CurrentCertificateThumbprint"),
        previous=shown.word("PreviousCertificateThumbprint"),
        next=shown.word("NextCertificateThumbprint"),
        next_effective=shown.moment("NextCertificateEffectiveDate"),
    )


def _exchange_server(shown: Shown, draft: Draft) -> None:
    server = draft.server(shown.word("Fqdn") or shown.word("Name"))
    server.name = shown.word("Name") or server.name
    server.version = shown.word("AdminDisplayVersion")
    edge = shown.flag("IsEdgeServer")
    server.edge = edge if edge is not None else "Edge" in shown.word("ServerRole")
    server.site = shown.word("Site").rpartition("/")[2]


def _transport(shown: Shown, draft: Draft) -> None:
    called = shown.word("Name") or shown.word("Identity").rpartition("\\")[2] or shown.word(ASKED)
    draft.server(called).internal_transport = shown.word("InternalTransportCertificateThumbprint")


def _receive_connector(shown: Shown, draft: Draft) -> None:
    mechanisms = shown.word("AuthMechanism")
    draft.server(_server(shown, "Server")).receive_connectors.append(
        wire.ReceiveConnectorWire(
            name=shown.word("Name") or shown.word("Identity").rpartition("\\")[2],
            fqdn=shown.word("Fqdn"),
            auth_mechanisms=[one.strip() for one in mechanisms.split(",")] if mechanisms else None,
            tls_certificate_name=shown.word("TlsCertificateName"),
            bindings=shown.words("Bindings"),
            role=shown.word("TransportRole"),
            enabled=shown.flag("Enabled") is not False,
            suppresses_anonymous_tls=shown.flag("SuppressXAnonymousTls"),
        )
    )


def _send_connector(shown: Shown, draft: Draft) -> None:
    draft.wire.send_connectors = [
        *(draft.wire.send_connectors or ()),
        wire.SendConnectorWire(
            name=shown.word("Name") or shown.word("Identity"),
            fqdn=shown.word("Fqdn"),
            source_servers=shown.words("SourceTransportServers"),
            tls_certificate_name=shown.word("TlsCertificateName"),
            address_spaces=shown.words("AddressSpaces"),
            smart_hosts=shown.words("SmartHosts"),
            tls_auth_level=shown.word("TlsAuthLevel"),
            tls_domain=shown.word("TlsDomain"),
            require_tls=shown.flag("RequireTLS"),
            ignore_starttls=shown.flag("IgnoreSTARTTLS"),
            cloud_services_mail=shown.flag("CloudServicesMailEnabled"),
            smart_host_auth=shown.word("SmartHostAuthMechanism"),
            enabled=shown.flag("Enabled") is not False,
        ),
    ]


def _client_access(shown: Shown, draft: Draft) -> None:
    settings = [*shown.words("InternalConnectionSettings"), *shown.words("ExternalConnectionSettings")]
    hints = " ".join((*shown.types, shown.word("ProtocolName"), shown.word("Banner"), *settings)).lower()
    hints += " ".join(shown.words("SSLBindings") + shown.words("UnencryptedOrTLSBindings"))
    service = next((one for one, marks in _PROTOCOLS if any(mark in hints for mark in marks)), None)
    if service is None:
        draft.leave_aside("X509CertificateName")
        return
    draft.server(_server(shown, "Server")).client_access.append(
        wire.ClientAccessWire(
            service=service, certificate_name=shown.word("X509CertificateName"), connection_settings=settings
        )
    )


_PROTOCOLS: tuple[tuple[ClientService, tuple[str, ...]], ...] = (
    ("IMAP", ("imap", ":143", ":993")),
    ("POP", ("pop3", ":110", ":995")),
)


def _um(shown: Shown, draft: Draft) -> None:
    router = _is("SIPFEServerConfiguration")(shown) or shown.has("UMForwardingAddressTemplate")
    router = router or "CallRouter" in shown.word("Identity")
    called = _server(shown, "Server") or ("" if router else shown.word("Name"))
    draft.server(called).um.append(
        wire.UmWire(service="UMCallRouter" if router else "UM", startup_mode=shown.word("UMStartupMode"))
    )


def _directory(shown: Shown, draft: Draft) -> None:
    called = shown.word("Name") or shown.word("Identity").rpartition("\\")[2]
    name = directory_of(called.partition(" (")[0])
    if not name:
        return
    hosts = [*shown.words("InternalHostname"), *shown.words("ExternalHostname")]
    server = draft.server(_server(shown, "Server", "ServerName"))
    server.directories = [
        *(server.directories or ()),
        wire.DirectoryWire(
            name=name,
            site="back" if "(exchange back end)" in called.lower() else "front",
            urls=[
                *shown.words("InternalUrl"),
                *shown.words("ExternalUrl"),
                *(f"https://{host}/rpc" for host in hosts if name == "RPC"),
            ],
            extended_protection=shown.word("ExtendedProtectionTokenChecking"),
            ssl_offloading=shown.flag("SSLOffloading"),
        ),
    ]


def _client_access_service(shown: Shown, draft: Draft) -> None:
    url = shown.word("AutoDiscoverServiceInternalUri")
    called = shown.word("Fqdn") or shown.word("Name") or shown.word("Identity") or shown.word(ASKED)
    server = draft.server(called)
    if is_https(url):
        server.directories = [*(server.directories or ()), wire.DirectoryWire(name="Autodiscover", urls=[url])]


def _web_binding(shown: Shown, draft: Draft) -> None:
    binding = _BINDING.fullmatch(shown.word("bindingInformation"))
    site = shown.word("ItemXPath").partition("@name='")[2].partition("'")[0]
    if shown.word("protocol").lower() != "https" or binding is None or not 0 < int(binding["port"]) < 65536 or not site:
        return
    server = draft.server(shown.word("PSComputerName") or shown.word(ASKED))
    server.bindings = [
        *(server.bindings or ()),
        wire.BindingWire(
            site=site,
            port=int(binding["port"]),
            thumbprint=shown.word("certificateHash"),
            address=binding["address"] or "*",
            host=binding["host"],
            store=shown.word("certificateStoreName"),
        ),
    ]


# An address of IPv6 holds colons of its own: `[::1]:443:mail.example.com`.
_BINDING = re.compile(r"(?P<address>.*):(?P<port>[0-9]{1,5}):(?P<host>[^:]*)")


def _edge_subscription(shown: Shown, draft: Draft) -> None:
    draft.wire.edge_subscriptions = [
        *(draft.wire.edge_subscriptions or ()),
        wire.SubscriptionWire(
            name=shown.word("Name"),
            site=shown.word("Site").rpartition("/")[2],
            created=shown.moment("WhenCreatedUTC") or shown.moment("WhenCreated"),
        ),
    ]


def _hybrid(shown: Shown, draft: Draft) -> None:
    hybrid = draft.wire.hybrid = draft.wire.hybrid or wire.HybridWire(tls_certificate_name="")
    hybrid.tls_certificate_name = shown.word("TlsCertificateName") or hybrid.tls_certificate_name
    hybrid.sending_servers = shown.words("SendingTransportServers") or hybrid.sending_servers
    hybrid.receiving_servers = shown.words("ReceivingTransportServers") or hybrid.receiving_servers
    hybrid.edge_servers = shown.words("EdgeTransportServers") or hybrid.edge_servers
    hybrid.smart_host = shown.word("OnPremisesSmartHost") or hybrid.smart_host
    hybrid.agent_targets += shown.words("TargetUri")


def _federation(shown: Shown, draft: Draft) -> None:
    for name in ("OrgPrivCertificate", "OrgNextPrivCertificate", "OrgPrevPrivCertificate"):
        draft.wire.federation += shown.words(name)


def _accepted_domain(shown: Shown, draft: Draft) -> None:
    draft.wire.accepted_domains += shown.words("DomainName")


_NEEDED_WHOLE = {name.lower(): name for name in (
    "Thumbprint", "Services", "Subject", "Issuer", "CertificateDomains", "FriendlyName", "Name", "Identity", "Server",
    "Fqdn", "TlsCertificateName", "Bindings", "AuthMechanism", "AddressSpaces", "SmartHosts", "SourceTransportServers",
    "InternalConnectionSettings", "ExternalConnectionSettings", "X509CertificateName", "InternalUrl", "ExternalUrl",
    "SendingTransportServers", "ReceivingTransportServers", "EdgeTransportServers", "DomainName",
    "InternalTransportCertificateThumbprint", "CurrentCertificateThumbprint", "NextCertificateThumbprint",
    "AdminDisplayVersion", "Site",
)}  # fmt: skip
"""Properties of which it is told when only their beginning is shown; of others nobody misses the rest."""

_KINDS: tuple[tuple[Callable[[Shown], bool], Callable[[Shown, Draft], None]], ...] = (
    (_any("CurrentCertificateThumbprint"), _auth),
    (_any("X509CertificateName"), _client_access),
    (_any("InternalTransportCertificateThumbprint"), _transport),
    (_any("UMStartupMode"), _um),
    (_any("SendingTransportServers", "ReceivingTransportServers", "TargetUri"), _hybrid),
    (_any("OrgPrivCertificate"), _federation),
    (_any("BindingInformation"), _web_binding),
    (_any("AutoDiscoverServiceInternalUri"), _client_access_service),
    (_any("MetabasePath", "InternalUrl", "ExtendedProtectionTokenChecking", "InternalHostname"), _directory),
    (_any("SourceTransportServers", "AddressSpaces", "SmartHosts", "CloudServicesMailEnabled"), _send_connector),
    (_any("AuthMechanism", "RemoteIPRanges", "PermissionGroups"), _receive_connector),
    (_is("EdgeSubscription"), _edge_subscription),
    (_is_server, _exchange_server),
    (_any("DomainType"), _accepted_domain),
    (_is("ExchangeCertificate", "X509Certificate2"), _certificate),
    (_any("Thumbprint", "CertificateDomains", "RootCAType"), _certificate),
)
"""The first that recognises an object reads it: most properties are one cmdlet's own."""
