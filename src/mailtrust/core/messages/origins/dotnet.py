"""What .NET says beside its one sentence: flags, chain states, and the newer wordings."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME, likely, possible, rare
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

FLAGS = "learn.microsoft.com SslPolicyErrors Enum"
CHAIN = "dotnet/runtime issues and public programs that quote the message, .NET 5 and later"
QUOTED = "localised Microsoft documentation and public programs that quote it"

ORIGIN = Origin(
    "dotnet",
    Text(".NET"),
    OriginKind.PROGRAM,
    ".NET Framework and .NET, on Windows and Linux",
    passes_on=("dotnet-windows",),
    clients=("dotnet-windows",),
)

_TWO_TESTS = text(
    "Chain and name are two tests: both flags can stand beside each other, and mending one leaves the other."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(FLAGS, "RemoteCertificateNameMismatch"),
        WRONG_NAME,
        _TWO_TESTS,
    ),
    message(
        ORIGIN,
        heard(FLAGS, "RemoteCertificateChainErrors"),
        (*NO_TRUST, *possible("expired", "chain-expired-issuer"), *rare("revocation-unreachable")),
        _TWO_TESTS,
    ),
    message(ORIGIN, heard(FLAGS, "RemoteCertificateNotAvailable"), likely("tls-handshake-failed")),
    message(
        ORIGIN,
        heard(
            CHAIN,
            "The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
        ),
        (*likely("self-signed", "anchor-unknown"), *possible("tls-intercepted")),
    ),
    message(
        ORIGIN,
        heard(CHAIN, "The remote certificate is invalid because of errors in the certificate chain: PartialChain"),
        likely("chain-incomplete", "anchor-unknown"),
    ),
    message(
        ORIGIN,
        heard(CHAIN, "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid"),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
    ),
    message(
        ORIGIN,
        heard(
            CHAIN,
            "The remote certificate is invalid because of errors in the certificate chain: RevocationStatusUnknown, "
            "OfflineRevocation",
        ),
        (*likely("revocation-unreachable"), *possible("tls-intercepted")),
    ),
    message(
        ORIGIN,
        heard(
            QUOTED,
            "The SSL connection could not be established, see inner exception.",
            "The remote certificate was rejected by the provided RemoteCertificateValidationCallback.",
            "System.Security.Authentication.AuthenticationException: The remote certificate is invalid",
            fr="Le certificat distant n'est pas valide selon la procédure de validation.",
            de="Das Remotezertifikat ist laut Validierungsverfahren ungültig.",
            es="El certificado remoto no es válido según el procedimiento de validación.",
            zh="根据验证过程，远程证书无效。",
        ),
        ANYTHING,
        text("The flags in the log (RemoteCertificateNameMismatch, RemoteCertificateChainErrors) tell more than this."),
    ),
    message(
        ORIGIN,
        heard(
            QUOTED,
            de="Die zugrunde liegende Verbindung wurde geschlossen: Für den geschützten SSL/TLS-Kanal konnte keine "
            "Vertrauensstellung eingerichtet werden.",
            es="Se ha terminado la conexión: No se pudo establecer una relación de confianza para el canal seguro "
            "SSL/TLS",
            zh="基础连接已关闭：无法为 SSL/TLS 安全通道建立信任关系。",
        ),
        ANYTHING,
    ),
)
