"""Windows' own codes and sentences: CERT_E_, CRYPT_E_, SEC_E_ and WinHTTP, in logs and in front of users."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely, possible, rare
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

POLICY = "learn.microsoft.com wincrypt CERT_CHAIN_POLICY_STATUS"
TEXTS = "MicrosoftDocs/win32:desktop-src/com/com-error-codes-4.md (0b370d0)"
SSPI = "public programs and curl's Schannel builds that print code and sentence"
WINHTTP = "Windows SDK winhttp.h and wininet.h, numbers recalled"

ORIGIN = Origin(
    "windows-codes",
    Text("Windows"),
    OriginKind.PROGRAM,
    "7 and later",
    passes_on=("outlook-windows",),
    clients=("outlook-windows", "dotnet-windows"),
)

_ONE_CODE = text(
    "Windows reports one fault: signature first, then the root, then dates, and the name only when all else is good. "
    "Mending one can bring the next to light."
)
_KERBEROS = text(
    "The same code comes from Kerberos and Active Directory replication, where no certificate is involved at all."
)

MESSAGES = (
    message(
        ORIGIN,
        (
            *heard(POLICY, "CERT_E_UNTRUSTEDROOT", "0x800B0109"),
            *heard(SSPI, "SEC_E_UNTRUSTED_ROOT", "0x80090325"),
            *heard(SSPI, "The certificate chain was issued by an authority that is not trusted."),
        ),
        (*likely("self-signed", "anchor-unknown"), *possible("tls-intercepted", "anchor-distrusted")),
        _ONE_CODE,
    ),
    message(
        ORIGIN,
        heard(POLICY, "CERT_E_CHAINING", "0x800B010A", "A chain of certificates was not correctly created."),
        (*likely("chain-incomplete", "anchor-unknown"), *rare("signature-invalid")),
        _ONE_CODE,
    ),
    message(
        ORIGIN,
        (
            *heard(POLICY, "CERT_E_EXPIRED", "0x800B0101"),
            *heard("recalled", "SEC_E_CERT_EXPIRED", "0x80090328", "The received certificate has expired."),
        ),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
        _ONE_CODE,
    ),
    message(
        ORIGIN,
        (
            *heard(POLICY, "CERT_E_CN_NO_MATCH", "0x800B010F"),
            *heard(TEXTS, "The certificate's CN name does not match the passed value."),
        ),
        WRONG_NAME,
        _ONE_CODE,
    ),
    message(
        ORIGIN,
        (
            *heard(SSPI, "SEC_E_WRONG_PRINCIPAL", "0x80090322", "-2146893022"),
            *heard(SSPI, "SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL"),
        ),
        WRONG_NAME,
        _KERBEROS,
    ),
    message(
        ORIGIN,
        heard(
            "recalled",
            "SEC_E_CERT_UNKNOWN",
            "0x80090327",
            "An unknown error occurred while processing the certificate.",
        ),
        (*ANYTHING, *possible("client-auth-missing")),
        text("Often it is the other side that refused: its alert says no more than “certificate unknown”."),
    ),
    message(
        ORIGIN,
        heard(POLICY, "CERT_E_WRONG_USAGE", "0x800B0110", "The certificate is not valid for the requested usage."),
        (*likely("eku-no-server-auth"), *possible("client-auth-missing")),
        _ONE_CODE,
    ),
    message(
        ORIGIN,
        heard(POLICY, "TRUST_E_CERT_SIGNATURE", "0x80096004", "The signature of the certificate cannot be verified."),
        (*likely("signature-invalid"), *possible("signature-weak")),
        _ONE_CODE,
    ),
    message(
        ORIGIN,
        heard(
            POLICY,
            "CERT_E_REVOKED",
            "0x800B010C",
            "CRYPT_E_REVOKED",
            "0x80092010",
            "The certificate or signature has been revoked.",
        ),
        likely("revoked"),
    ),
    message(
        ORIGIN,
        heard(
            POLICY,
            "CRYPT_E_NO_REVOCATION_CHECK",
            "0x80092012",
            "CRYPT_E_REVOCATION_OFFLINE",
            "0x80092013",
            "CERT_E_REVOCATION_FAILURE",
            "0x800B010E",
            "The revocation function was unable to check revocation because the revocation server was offline.",
            "The revocation function was unable to check revocation for the certificate.",
        ),
        (
            *likely("revocation-unreachable"),
            *possible("tls-intercepted"),
        ),
        text("Revocation is asked for by the machine that judges, often a service without a proxy of its own."),
    ),
    message(
        ORIGIN,
        heard(
            WINHTTP,
            "ERROR_WINHTTP_SECURE_FAILURE",
            "GetLastError=12175",
            "WININET_E_DECODING_FAILED 0x80072F8F",
        ),
        ANYTHING,
        text("The bits of the secure failure tell more: CERT_DATE_INVALID, CERT_CN_INVALID, INVALID_CA."),
    ),
    message(ORIGIN, heard(WINHTTP, "WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID", "0x80072F06"), WRONG_NAME),
    message(
        ORIGIN,
        heard(WINHTTP, "WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID"),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
    ),
    message(
        ORIGIN,
        heard(WINHTTP, "WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA"),
        (*likely("self-signed", "anchor-unknown"), *possible("chain-incomplete")),
    ),
)
