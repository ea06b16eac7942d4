"""Programs on .NET for Windows: EWS clients, and what the Dynamics CRM E-mail Router does. No dialog, no memory."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import joined, says
from mailtrust.core.clients.engines.windows import WINDOWS
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.endpoint import Protocol

ARTICLE = "Microsoft KB 954584 (Dynamics CRM E-mail Router)"
QUOTED = "localised Microsoft documentation and public repositories that quote it"

PROFILE = replace(
    WINDOWS,
    id="dotnet-windows",
    title=".NET on Windows (CRM E-mail Router, EWS)",
    versions=".NET Framework 2.0 and later, .NET on Windows",
    speaks=frozenset({Protocol.HTTPS, Protocol.SUBMISSION, Protocol.POP3}),
    words=(
        # One sentence for every cause: only SslPolicyErrors, which a program may log, tells a name from a chain.
        joined(
            says(
                codes.ANY,
                ARTICLE,
                en="The underlying connection was closed: Could not establish trust relationship for the SSL/TLS "
                "secure channel. / The remote certificate is invalid according to the validation procedure.",
                fr="La connexion sous-jacente a été fermée : Impossible d’établir une relation de confiance pour le "
                "canal sécurisé SSL/TLS. / Le certificat distant n’est pas valide conformément à la procédure de "
                "validation.",
            ),
            says(
                codes.ANY,
                QUOTED,
                de="Die zugrunde liegende Verbindung wurde geschlossen: Es konnte keine Vertrauensstellung für den "
                "sicheren SSL/TLS-Kanal hergestellt werden.",
                es="Se cerró la conexión subyacente: No se puede establecer una relación de confianza para el canal "
                "seguro SSL/TLS",
                zh="基础连接已经关闭: 未能为 SSL/TLS 安全通道建立信任关系。",
            ),
        ),
    ),
    citations=(
        *WINDOWS.citations,
        Citation(
            "dotnet/runtime:src/libraries/Common/src/System/Net/Security/CertificateValidation.Windows.cs (0241290)",
            "chain errors and name mismatch are two tests",
        ),
        Citation(
            ".NET Core 3.1.23 on Linux, tests/oracles/recorded",
            "names and chain are two flags, missing issuers are downloaded, one sentence for all",
        ),
        Citation("learn.microsoft.com X509ChainPolicy.DisableCertificateDownloads", "caIssuers unless switched off"),
        Citation(
            "learn.microsoft.com ServicePointManagerElement.CheckCertificateRevocationList", "no revocation check"
        ),
        Citation(ARTICLE, "self-signed certificates are not supported; the URL's name must be in the certificate"),
    ),
)

VERSIONS: tuple[ClientProfile, ...] = ()
