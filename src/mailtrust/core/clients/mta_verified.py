"""Other mail servers that deliver only when the certificate holds: Postfix `verify`, Exchange's DomainValidation."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import says
from mailtrust.core.clients.engines.openssl import OPENSSL
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Basis
from mailtrust.core.validation.names import names_postfix

SMTP_CLIENT = "Postfix src/smtp/smtp_proto.c; the mail stays in the sender's queue with this reason"

PROFILE = replace(
    OPENSSL,
    id="mta-verified",
    title="Mail servers that verify",
    versions="Postfix verify and secure, judged by OpenSSL at level 2; Exchange DomainValidation also asks for "
    "revocation",
    speaks=frozenset({Protocol.SMTP}),
    anchor_store="mozilla",
    name_rules=names_postfix,
    words=(
        says(
            frozenset(code for words in OPENSSL.words for code in words.codes) - codes.NAME,
            SMTP_CLIENT,
            en="4.7.5 Server certificate not trusted",
        ),
        says(codes.NAME, SMTP_CLIENT, en="4.7.5 Server certificate not verified"),
    ),
    citations=(
        Citation("vdukhovni/postfix:README_FILES/TLS_README (17830e5, 2026-08)", "verify and secure"),
        Citation("vdukhovni/postfix:src/tls/tls_client.c (17830e5, 2026-08)", "no partial wildcards"),
        Citation(
            "MicrosoftDocs/office-docs-powershell:exchange/exchange-ps/ExchangePowerShell/Set-SendConnector.md "
            "(93336da)",
            "CertificateValidation and DomainValidation",
        ),
        *OPENSSL.citations,
    ),
    basis=Basis.SOURCE,
)

VERSIONS: tuple[ClientProfile, ...] = ()
