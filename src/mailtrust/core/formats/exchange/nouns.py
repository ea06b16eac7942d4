"""What exports say, as values: words that are known, thumbprints that are some, certificates that are read.

What cannot be used is left out and told: an export of a half-broken server is of use too.
"""

from datetime import UTC, datetime
from typing import TypeVar

from msgspec import convert

from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.formats.exchange.services_text import read_services
from mailtrust.core.formats.exchange.words import (
    build_of,
    root_ca_type_of,
    startup_mode_of,
    status_of,
    token_checking_of,
)
from mailtrust.core.formats.thumbprint_text import DIGITS, upper_digits
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import (
    AuthConfig,
    ClientAccessSettings,
    EdgeSubscription,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    Hybrid,
    IisBinding,
    NotRead,
    ReceiveConnector,
    SendConnector,
    UmSettings,
    VirtualDirectory,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.core.x509.windows_names import windows_name

Word = TypeVar("Word", bound=str)
Noun = TypeVar("Noun")


def organisation_of_wire(given: wire.ExchangeWire) -> tuple[ExchangeOrganisation, tuple[Text, ...]]:
    """The organisation, and a sentence for everything that was left out of it."""
    told: list[Text] = []
    organisation = ExchangeOrganisation(
        servers=tuple(_server(one, told) for one in given.servers),
        exported=_utc(given.exported),
        send_connectors=None
        if given.send_connectors is None
        else tuple(_alike(one, SendConnector) for one in given.send_connectors),
        auth=None if given.auth is None else _auth(given.auth, told),
        edge_subscriptions=(
            None
            if given.edge_subscriptions is None
            else tuple(EdgeSubscription(one.name, one.site, _utc(one.created)) for one in given.edge_subscriptions)
        ),
        hybrid=None if given.hybrid is None else _alike(given.hybrid, Hybrid),
        federation=tuple(
            dict.fromkeys(filter(None, (_named(one, "Get-FederationTrust", told) for one in given.federation)))
        ),
        accepted_domains=tuple(given.accepted_domains),
        not_read=tuple(NotRead(one.server, one.part, clean(one.why)) for one in given.not_read),
    )
    return organisation, tuple(told)


def _server(given: wire.ServerWire, told: list[Text]) -> ExchangeServer:
    where = given.name or given.fqdn
    internal = given.internal_transport
    return ExchangeServer(
        name=given.name,
        fqdn=given.fqdn,
        version=_word(given.version, build_of(given.version), "AdminDisplayVersion", where, told),
        certificates=tuple(filter(None, (_certificate(one, where, told) for one in given.certificates))),
        edge=given.edge,
        site=given.site,
        receive_connectors=tuple(_receive_connector(one, given.name) for one in given.receive_connectors),
        client_access=tuple(_alike(one, ClientAccessSettings) for one in given.client_access),
        um=tuple(_um(one, where, told) for one in given.um),
        bindings=None if given.bindings is None else tuple(_binding(one, where, told) for one in given.bindings),
        directories=(
            None if given.directories is None else tuple(_directory(one, where, told) for one in given.directories)
        ),
        internal_transport=None if internal is None else _named(internal, "Get-TransportService", told),
    )


def _certificate(given: wire.CertificateWire, server: str, told: list[Text]) -> ExchangeCertificate | None:
    read = None if given.raw is None else read_certificate(given.raw)
    certificate = read if isinstance(read, Certificate) else None
    digits = upper_digits(given.thumbprint)
    if read is not None and certificate is None:
        told.append(
            text(
                "{server}: the RawData of {thumbprint} cannot be read as a certificate.",
                server=clean(server, 100),
                thumbprint=clean(given.thumbprint, 80),
            )
        )
    if certificate is not None:
        if digits != (own := thumbprint(certificate)) and given.thumbprint:
            told.append(
                text(
                    "{server}: the certificate that is called {given} has the thumbprint {own}, and is taken as that.",
                    server=clean(server, 100),
                    given=clean(given.thumbprint, 80),
                    own=own,
                )
            )
        digits = own
    if not given.thumbprint.strip() and not digits:
        told.append(
            text(
                "{server}: a certificate is left out, as its Thumbprint is missing. Copy the whole output.",
                server=clean(server, 100),
            )
        )
        return None
    if len(digits) != DIGITS:
        told.append(
            text(
                "{server}: a certificate is left out, as “{given}” is no thumbprint of 40 hexadecimal digits.",
                server=clean(server, 100),
                given=clean(given.thumbprint, 80),
            )
        )
        return None
    return ExchangeCertificate(
        thumbprint=digits,
        services=None
        if given.services in (None, [""])
        else _services(given.services or [], f"{server} {digits}", told),
        status=_word(given.status, status_of(given.status), "Status", f"{server} {digits}", told),
        subject=given.subject or (windows_name(certificate.subject) if certificate is not None else ""),
        issuer=given.issuer or (windows_name(certificate.issuer) if certificate is not None else ""),
        domains=tuple(given.domains) or (_domains(certificate) if certificate is not None else ()),
        friendly_name=given.friendly_name,
        # The octets say it to the second and without a time zone.
        not_before=certificate.not_before if certificate is not None else _utc(given.not_before),
        not_after=certificate.not_after if certificate is not None else _utc(given.not_after),
        has_private_key=given.has_private_key,
        self_signed=given.self_signed,
        root_ca_type=_word(
            given.root_ca_type, root_ca_type_of(given.root_ca_type), "RootCAType", f"{server} {digits}", told
        ),
        exportable=given.exportable,
        certificate=certificate,
    )


def _domains(certificate: Certificate) -> tuple[str, ...]:
    """CertificateDomains as Exchange makes them: the common name and the DNS names, each once."""
    common = tuple(name for name in certificate.subject.common_names if " " not in name)
    return tuple(dict.fromkeys((*common, *certificate.dns_names)))


def _services(given: list[str], where: str, told: list[Text]) -> frozenset[ExchangeService]:
    found: frozenset[ExchangeService] = frozenset()
    unknown: list[str] = []
    for one in given:
        known, rest = read_services(one)
        found |= known
        unknown += rest
    if unknown:
        told.append(
            text(
                "{where}: left out what is no service that Exchange knows: {unknown}.",
                where=clean(where, 160),
                unknown=tuple(clean(one, 60) for one in unknown[:5]),
            )
        )
    return found


def _word(given: str, known: Word, what: str, where: str, told: list[Text]) -> Word:
    if given.strip() and not known:
        told.append(
            text(
                "{where}: left out a {what} that nobody knows: “{given}”.",
                where=clean(where, 160),
                what=what,
                given=clean(given, 60),
            )
        )
    return known


def _named(given: str, where: str, told: list[Text]) -> str:
    """A thumbprint that something names; empty where nothing is named, or nothing that is one."""
    digits = upper_digits(given)
    if given.strip() and len(digits) != DIGITS:
        told.append(
            text(
                "{where}: left out “{given}”, which is no thumbprint of 40 hexadecimal digits.",
                where=clean(where, 160),
                given=clean(given, 80),
            )
        )
        return ""
    return digits


def _utc(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:  # the first or the last day that there is, elsewhere
        return None


def _receive_connector(given: wire.ReceiveConnectorWire, server: str) -> ReceiveConnector:
    return ReceiveConnector(
        name=given.name,
        server=server,
        fqdn=given.fqdn,
        auth_mechanisms=None if given.auth_mechanisms is None else frozenset(given.auth_mechanisms) - {"None"},
        tls_certificate_name=given.tls_certificate_name,
        bindings=tuple(given.bindings),
        role=given.role,
        enabled=given.enabled,
        suppresses_anonymous_tls=given.suppresses_anonymous_tls,
    )


def _alike(given: object, kind: type[Noun]) -> Noun:
    """What is called the same is the same, lists as tuples."""
    return convert(given, kind, from_attributes=True)


def _um(given: wire.UmWire, server: str, told: list[Text]) -> UmSettings:
    mode = startup_mode_of(given.startup_mode)
    return UmSettings(given.service, _word(given.startup_mode, mode, "UMStartupMode", server, told))


def _binding(given: wire.BindingWire, server: str, told: list[Text]) -> IisBinding:
    bound = _named(given.thumbprint, f"{server} {given.site}:{given.port}", told)
    return IisBinding(given.site, given.port, bound, given.address, given.host, given.store)


def _directory(given: wire.DirectoryWire, server: str, told: list[Text]) -> VirtualDirectory:
    checking = token_checking_of(given.extended_protection)
    return VirtualDirectory(
        name=given.name,
        site=given.site,
        urls=tuple(given.urls),
        extended_protection=_word(
            given.extended_protection, checking, "ExtendedProtectionTokenChecking", f"{server} {given.name}", told
        ),
        ssl_offloading=given.ssl_offloading,
    )


def _auth(given: wire.AuthWire, told: list[Text]) -> AuthConfig:
    return AuthConfig(
        current=_named(given.current, "Get-AuthConfig", told),
        previous=_named(given.previous, "Get-AuthConfig", told),
        next=_named(given.next, "Get-AuthConfig", told),
        next_effective=_utc(given.next_effective),
    )
