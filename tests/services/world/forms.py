"""The forms in which administrators hand over what Exchange told, from the documented shapes."""

import base64
from collections.abc import Iterable, Iterator

from tests.services.world.making import Form

from mailtrust.core.formats.exchange.export_json import encode_export
from mailtrust.core.formats.exchange.written import wire_of
from mailtrust.core.model.exchange import EXCHANGE_SERVICES, ExchangeCertificate, ExchangeOrganisation

_NAMESPACE = "http://schemas.microsoft.com/powershell/2004/04"
_CLASS = "Microsoft.Exchange.Management.SystemConfigurationTasks"


def written(it: ExchangeOrganisation, form: Form) -> Iterator[tuple[str, bytes]]:
    """Files by name."""
    match form:
        case "json":
            yield "exchange.json", encode_export(wire_of(it))
        case "clixml":
            for server in it.servers:
                certificates = (_bare(one, server.fqdn, number) for number, one in enumerate(server.certificates))
                yield f"{server.name}-certificates.xml", _objs(certificates)
            yield "auth.xml", _objs(_auth(it))
        case "format-list":
            yield "pasted.txt", "".join(_pasted(it)).encode()


def _objs(objects: Iterable[str]) -> bytes:
    body = "".join(objects)
    return f'\ufeff<Objs Version="1.1.0.1" xmlns="{_NAMESPACE}">{body}</Objs>'.encode()


def _bare(one: ExchangeCertificate, server: str, number: int) -> str:
    """What a shell shows that cannot verify serialized data: RawData alone (CSS-Exchange, Import-...FromRawData)."""
    assert one.certificate is not None
    types = (
        f'<TN RefId="0"><T>{_CLASS}.ExchangeCertificate</T><T>System.Object</T></TN>'
        if number == 0
        else '<TNRef RefId="0" />'
    )
    raw = base64.b64encode(one.certificate.der).decode()
    return (
        f'<Obj RefId="{number}">{types}<ToString>[Subject]_x000D__x000A_  {one.subject}</ToString>'
        f'<Props><BA N="RawData">{raw}</BA></Props>'
        f'<MS><S N="PSComputerName">{server}</S><B N="PSShowComputerName">false</B></MS></Obj>'
    )


def _auth(it: ExchangeOrganisation) -> Iterator[str]:
    if it.auth is not None:
        named = (
            ("CurrentCertificateThumbprint", it.auth.current),
            ("PreviousCertificateThumbprint", it.auth.previous),
            ("NextCertificateThumbprint", it.auth.next),
        )
        props = "".join(f'<S N="{name}">{value}</S>' if value else f'<Nil N="{name}" />' for name, value in named)
        yield (
            '<Obj RefId="0"><TN RefId="0"><T>Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthConfig</T>'
            f'<T>System.Object</T></TN><ToString>Auth Configuration</ToString><Props>{props}<S N="ServiceName">'
            "00000002-0000-0ff1-ce00-000000000000</S></Props></Obj>"
        )


def _pasted(it: ExchangeOrganisation) -> Iterator[str]:
    for server in it.servers:
        yield f"[PS] C:\\>Get-ExchangeCertificate -Server {server.name} | Format-List\r\n\r\n\r\n"
        for one in server.certificates:
            assert one.not_after is not None
            rows = (
                ("AccessRules", "{System.Security.AccessControl.CryptoKeyAccessRule}"),
                ("CertificateDomains", "{" + ", ".join(one.domains) + "}"),
                ("HasPrivateKey", str(bool(one.has_private_key))),
                ("IsSelfSigned", str(bool(one.self_signed))),
                ("Issuer", one.issuer),
                ("NotAfter", f"{one.not_after:%d/%m/%Y %H:%M:%S}"),
                ("RootCAType", one.root_ca_type or "ThirdParty"),
                ("SerialNumber", "04C3A1"),
                ("Services", ", ".join(name for name in EXCHANGE_SERVICES if name in (one.services or ()))),
                ("Status", one.status),
                ("Subject", one.subject),
                ("Thumbprint", one.thumbprint),
            )
            yield _paragraph(rows)
        for settings in server.client_access:
            cmdlet = "Get-ImapSettings" if settings.service == "IMAP" else "Get-PopSettings"
            yield f"[PS] C:\\>{cmdlet} -Server {server.name} | Format-List\r\n\r\n\r\n"
            yield _paragraph(
                (
                    ("ProtocolName", "IMAP4" if settings.service == "IMAP" else "POP3"),
                    ("ExternalConnectionSettings", "{" + ", ".join(settings.connection_settings) + "}"),
                    ("X509CertificateName", settings.certificate_name),
                )
            )


def _paragraph(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{name:<18} : {value}\r\n" for name, value in rows) + "\r\n\r\n\r\n"
