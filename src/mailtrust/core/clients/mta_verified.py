"""Other mail servers that deliver only when the certificate holds: Postfix `verify`, Exchange's DomainValidation."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import says
from mailtrust.core.clients.engines.foreign import OUT_OF_REACH
from mailtrust.core.clients.engines.openssl import OPENSSL
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Basis
from mailtrust.core.validation.engines import CHECKS_OPENSSL_LEVEL_1
from mailtrust.core.validation.names.openssl import names_postfix

SMTP_CLIENT = "Postfix src/smtp/smtp_proto.c; the mail stays in the sender's queue with this reason"

PROFILE = replace(
    OPENSSL,
    id="mta-verified",
    title="Mail servers that verify",
    versions="Postfix verify and secure, judged by OpenSSL at level 1; Exchange DomainValidation also asks for "
    "revocation",
    speaks=frozenset({Protocol.SMTP}),
    anchor_store="mozilla",
    path_checks=CHECKS_OPENSSL_LEVEL_1,
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
        Citation("posttls-finger 3.7.11 -l secure (Debian 12), tests/oracles/recorded", "asked about every case"),
        Citation(
            "vdukhovni/postfix:postfix/src/tls/tls_client.c (17830e5, 2026-08)",
            "security level 1 where the peer must match",
        ),
        Citation("vdukhovni/postfix:README_FILES/TLS_README (17830e5, 2026-08)", "verify and secure"),
        Citation("vdukhovni/postfix:src/tls/tls_client.c (17830e5, 2026-08)", "no partial wildcards"),
        Citation(
            "MicrosoftDocs/office-docs-powershell:exchange/exchange-ps/ExchangePowerShell/Set-SendConnector.md "
            "(93336da)",
            "CertificateValidation and DomainValidation",
        ),
        *(cited for cited in OPENSSL.citations if "level 2" not in cited.says),
    ),
    basis=Basis.ENGINE,
    reached_by=frozenset(),
    beyond_reach=OUT_OF_REACH,
)

VERSIONS: tuple[ClientProfile, ...] = ()
