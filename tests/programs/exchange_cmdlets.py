"""An Exchange organisation that takes cmdlets, keeps what they change, and refuses as Exchange does.

Each rule names Microsoft's document that it is taken from; what no document says is marked `unsourced`, and so is
wording that none quotes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from tests.programs import exchange_objects as objects
from tests.programs.exchange_reading import (
    NO_SUCH_OBJECT,
    NOT_FOUND,
    Given,
    Question,
    Reading,
    RefusedError,
    Said,
    Warned,
)

from mailtrust.core.formats.exchange.services_text import read_services
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import (
    AuthConfig,
    ExchangeCertificate,
    ExchangeService,
    ReceiveConnector,
    SendConnector,
)
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.windows_names import windows_name

ON_CONNECTORS = (
    "A special Rpc error occurs on server {server}: These certificates are tagged with following Send Connectors : "
    "{names}. Removing and replacing certificates from Send Connector would break the mail flow."
)
"""Microsoft, "Can't remove a certificate that's installed in Exchange Server"."""
INTERNAL = (
    "A special Rpc error occurs on server {server}: The internal transport certificate cannot be removed because that "
    "would cause the Microsoft Exchange Transport service to stop."
)
"""practical365 and somoit.net quote it from "cannot be removed" on; the beginning is unsourced."""
WILDCARD = "The certificate with thumbprint {thumbprint} is a wildcard certificate and cannot be used for {service}."
"""That it is an error: Microsoft, Set-ImapSettings and Set-PopSettings (notes of the example). Wording unsourced."""
UM_TCP = "The certificate cannot be enabled for {service}: the startup mode is TCP."
"""That it is refused: Microsoft, Enable-ExchangeCertificate (-Services). Wording unsourced."""
PENDING = "The certificate with thumbprint {thumbprint} has the status {status} and cannot be enabled."
"""Microsoft, "Assign certificates to Exchange Server services": the status must be Valid. That the shell refuses others
too, and its wording, is unsourced."""
AUTH_IN_USE = "The certificate with thumbprint {thumbprint} is used for OAuth and cannot be removed."
"""Unsourced, wording and all: Microsoft says only that a certificate in use is not removed."""


class Exchange(Reading):
    """The same, and the cmdlets that change it."""

    def enable_exchangecertificate(self, given: Given) -> Said:
        server, one = self._certificate(given)
        services = _services(given["Services"])
        if one.status != "Valid":
            raise RefusedError(PENDING.format(thumbprint=one.thumbprint, status=one.status))
        for service in services & {"IMAP", "POP"}:
            if any(name.startswith("*.") for name in one.domains):
                raise RefusedError(WILDCARD.format(thumbprint=one.thumbprint, service=service))
        for service in services & {"UM", "UMCallRouter"}:
            modes = [um.startup_mode for um in server.um if um.service == service]
            if modes != ["TLS"] and modes != ["Dual"]:
                raise RefusedError(UM_TCP.format(service=service))
        if "SMTP" in services and server.internal_transport not in (None, "", one.thumbprint):
            former = server.certificate(server.internal_transport or "")
            yes = bool(given.get("Force"))
            if not yes:
                # Microsoft, "Maintain (rotate) the Exchange Server Auth Certificate": question and answers.
                answer = yield Question(
                    "Confirm",
                    "Overwrite the existing default SMTP certificate?\r\n\r\nCurrent certificate: "
                    f"'{server.internal_transport}' (expires {_shown(former)})\r\nReplace it with certificate: "
                    f"'{one.thumbprint}' (expires {_shown(one)})",
                )
                yes = answer in (0, 1)
            if yes:
                server = replace(server, internal_transport=one.thumbprint)
        if "SMTP" in services and server.internal_transport == "":
            # CSS-Exchange, InternalTransportCertificateCheck.md: that is the cure where there is none.
            server = replace(server, internal_transport=one.thumbprint)
        # Microsoft, Enable-ExchangeCertificate (-Services): values only add. An IIS site has one certificate, and each
        # of the client access services too: what served before serves no longer.
        moved = services & {"IIS", "IMAP", "POP", "UM", "UMCallRouter"}
        # After No the certificate has the SMTP service all the same: unsourced.
        self._put(
            replace(
                server,
                certificates=tuple(
                    replace(each, services=(each.services or frozenset()) | services)
                    if each.thumbprint == one.thumbprint
                    else replace(each, services=(each.services or frozenset()) - moved)
                    for each in server.certificates
                ),
            )
        )

    def import_exchangecertificate(self, given: Given) -> Said:
        server = self._server(given)
        try:
            _, held, _ = load_key_and_certificates(bytes(given["FileData"]), given["Password"].decrypt().encode())
        except ValueError:
            raise RefusedError("The specified network password is not correct.") from None  # recalled: Windows' own
        assert held is not None
        der = held.public_bytes(Encoding.DER)
        read = read_certificate(der)
        assert isinstance(read, Certificate)
        made = ExchangeCertificate(
            hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(), frozenset(), "Valid",
            windows_name(read.subject), windows_name(read.issuer), read.dns_names,
            not_before=read.not_before, not_after=read.not_after, has_private_key=True, self_signed=False,
            root_ca_type="ThirdParty", exportable=bool(given.get("PrivateKeyExportable")), certificate=read,
        )  # fmt: skip
        self._put(replace(server, certificates=(*server.certificates, made)))
        yield objects.certificate(server, made)

    def remove_exchangecertificate(self, given: Given) -> Said:
        server, one = self._certificate(given)
        if one.thumbprint == server.internal_transport:
            raise RefusedError(INTERNAL.format(server=server.name))
        pair = f"<I>{one.issuer}<S>{one.subject}".lower()
        tagged = [
            connector.name
            for connector in self.organisation.send_connectors or ()
            if connector.tls_certificate_name.lower() == pair
        ]
        if tagged:
            raise RefusedError(ON_CONNECTORS.format(server=server.name, names=", ".join(tagged)))
        auth = self.organisation.auth
        if auth is not None and one.thumbprint in (auth.current, auth.next):
            raise RefusedError(AUTH_IN_USE.format(thumbprint=one.thumbprint))
        if given.get("Confirm") is not False:
            # Microsoft, Remove-ExchangeCertificate (-Confirm): Remove-* cmdlets ask. The wording is PowerShell's own.
            answer = yield Question(
                "Confirm", f"Are you sure you want to perform this action?\r\nRemove certificate {one.thumbprint}?"
            )
            if answer not in (0, 1):
                return
        self._put(replace(server, certificates=tuple(each for each in server.certificates if each != one)))

    def set_imapsettings(self, given: Given) -> Said:
        yield from self._set_client_access(given, "IMAP")

    def set_popsettings(self, given: Given) -> Said:
        yield from self._set_client_access(given, "POP")

    def _set_client_access(self, given: Given, service: str) -> Said:
        server = self._server(given)
        self._put(
            replace(
                server,
                client_access=tuple(
                    replace(one, certificate_name=str(given["X509CertificateName"])) if one.service == service else one
                    for one in server.client_access
                ),
            )
        )
        # Microsoft, "Enable and configure IMAP4": the services are restarted afterwards. The wording is unsourced.
        yield Warned(f"Changes to {service} settings will only take effect after all services are restarted.")

    def set_sendconnector(self, given: Given) -> Said:
        wanted, value = str(given["Identity"]), str(given["TlsCertificateName"] or "")
        connectors = self.organisation.send_connectors or ()
        if wanted.lower() not in [one.name.lower() for one in connectors]:
            raise RefusedError(NO_SUCH_OBJECT.format(name=wanted), "ManagementObjectNotFoundException")
        changed: list[SendConnector] = [
            replace(one, tls_certificate_name=value) if one.name.lower() == wanted.lower() else one
            for one in connectors
        ]
        self.organisation = replace(self.organisation, send_connectors=tuple(changed))
        yield from ()

    def set_receiveconnector(self, given: Given) -> Said:
        wanted, value = str(given["Identity"]).lower(), str(given["TlsCertificateName"] or "")
        for server in self.organisation.servers:
            if wanted in [one.identity.lower() for one in server.receive_connectors]:
                changed: list[ReceiveConnector] = [
                    replace(one, tls_certificate_name=value) if one.identity.lower() == wanted else one
                    for one in server.receive_connectors
                ]
                self._put(replace(server, receive_connectors=tuple(changed)))
                return
        raise RefusedError(NO_SUCH_OBJECT.format(name=given["Identity"]), "ManagementObjectNotFoundException")
        yield

    def set_authconfig(self, given: Given) -> Said:
        thumbprint = str(given["NewCertificateThumbprint"])
        if not any(one.certificate(thumbprint) for one in self.organisation.servers):
            raise RefusedError(NOT_FOUND.format(server=self.organisation.servers[0].name, thumbprint=thumbprint))
        auth = self.organisation.auth or AuthConfig("")
        effective = given["NewCertificateEffectiveDate"]
        self.organisation = replace(
            self.organisation,
            auth=replace(auth, next=thumbprint, next_effective=datetime.fromtimestamp(effective.timestamp(), UTC)),
        )
        yield from ()


def _services(given: Any) -> frozenset[ExchangeService]:
    words: Sequence[Any] = given if isinstance(given, list) else [given]
    found, unknown = read_services(", ".join(str(word) for word in words))
    if unknown:
        # The wording is PowerShell's for any parameter that cannot be converted, recalled and shortened.
        raise RefusedError(
            f"Cannot process argument transformation on parameter 'Services'. {unknown[0]}", terminating=True
        )
    return found


def _shown(certificate: ExchangeCertificate | None) -> str:
    return "" if certificate is None or certificate.not_after is None else f"{certificate.not_after:%m/%d/%Y %H:%M:%S}"
