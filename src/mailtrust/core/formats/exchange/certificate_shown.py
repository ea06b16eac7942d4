"""One certificate as Get-ExchangeCertificate gives it: in words, or in what Export-Clixml keeps of it."""

from contextlib import suppress

from mailtrust.core.formats.certificate_blob import CERTIFICATE, FRIENDLY_NAME, KEY_PROVIDER, properties_in
from mailtrust.core.formats.exchange.export_wire import CertificateWire
from mailtrust.core.formats.exchange.net_binary import NetBinaryError, NetStream, read_net_binary
from mailtrust.core.formats.exchange.shown import Shown
from mailtrust.core.formats.exchange.words import ROOT_CA_NUMBERS, STATUS_NUMBERS


def certificate_of(shown: Shown) -> tuple[str, CertificateWire]:
    """The server it is of, empty where nobody says, and the certificate."""
    identity = shown.word("Identity")
    certificate = CertificateWire(
        thumbprint=shown.word("Thumbprint") or identity.rpartition("\\")[2],
        # A certificate without services says `None`; nothing at all is a shell that could not tell.
        services=[said] if (said := shown.word("Services")) else None,
        status=shown.word("Status"),
        subject=shown.word("Subject"),
        issuer=shown.word("Issuer"),
        domains=shown.words("CertificateDomains"),
        friendly_name=shown.word("FriendlyName"),
        not_before=shown.moment("NotBefore"),
        not_after=shown.moment("NotAfter"),
        has_private_key=shown.flag("HasPrivateKey"),
        self_signed=shown.flag("IsSelfSigned"),
        root_ca_type=shown.word("RootCAType"),
        exportable=shown.flag("PrivateKeyExportable"),
        raw=shown.octets("RawData"),
    )
    if (octets := shown.octets("SerializationData")) is not None:
        # Where it cannot be read, RawData says what the certificate is, and nobody what it serves.
        with suppress(NetBinaryError):
            identity = _take_in(read_net_binary(octets), certificate) or identity
    server = identity.rpartition("\\")[0] or shown.word("PSComputerName")
    return server, certificate


def _take_in(stream: NetStream, certificate: CertificateWire) -> str:
    """What Exchange keeps in its own form: the certificate is filled in, and its Identity is given."""
    match stream.member("Services"):
        case bool():
            pass
        case int(flags):
            certificate.services = [str(flags)]
    match stream.member("Status"):
        case int(number):
            certificate.status = certificate.status or STATUS_NUMBERS.get(number, "")
    match stream.member("RootCAType"):
        case int(number):
            certificate.root_ca_type = certificate.root_ca_type or ROOT_CA_NUMBERS.get(number, "")
    match stream.member("SelfSigned"):
        case bool(self_signed):
            certificate.self_signed = self_signed
    match stream.member("PrivateKeyExportable"):
        case bool(exportable):
            certificate.exportable = exportable
    match stream.member("CertData"):
        case bytes(element):
            # An element of a certificate store: the certificate and what Windows keeps with it.
            kept = properties_in(element)
            certificate.raw = certificate.raw or kept.get(CERTIFICATE)
            name = kept.get(FRIENDLY_NAME, b"").decode("utf-16-le", "replace").rstrip("\0")
            certificate.friendly_name = certificate.friendly_name or name
            # X509Certificate2.HasPrivateKey asks whether the container of a key is named.
            if certificate.has_private_key is None and CERTIFICATE in kept:
                certificate.has_private_key = KEY_PROVIDER in kept
    identity = stream.member("Identity")
    return identity if isinstance(identity, str) else ""
