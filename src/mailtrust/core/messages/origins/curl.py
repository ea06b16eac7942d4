"""curl, in its builds with OpenSSL, GnuTLS and Windows' Schannel."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

CURL = "curl/curl:lib/vtls/openssl.c (5c61e16, 2026-08)"
CURL_GNUTLS = "curl/curl:lib/vtls/gtls.c (5c61e16, 2026-08)"
CURL_SCHANNEL = "curl/curl:lib/vtls/schannel_verify.c (5c61e16, 2026-08)"

ORIGIN = Origin(
    "curl",
    Text("curl"),
    OriginKind.PROGRAM,
    "8, with OpenSSL, GnuTLS or Schannel",
    passes_on=("openssl", "gnutls", "windows-codes"),
    clients=("openssl",),
)

_NO_DOWNLOAD = text(
    "curl with OpenSSL or GnuTLS downloads no missing issuers, browsers do: that a browser opens the page proves "
    "nothing about the chain. curl of Windows uses Schannel, which does download them."
)

MESSAGES = (
    message(ORIGIN, heard(CURL, "curl: (60) SSL certificate problem: {reason}"), ANYTHING, _NO_DOWNLOAD),
    message(
        ORIGIN,
        heard(
            CURL,
            "SSL: no alternative certificate subject name matches target host name '{host}'",
            "SSL: no alternative certificate subject name matches target hostname '{host}'",
            "SSL: certificate subject name '{name}' does not match target host name '{host}'",
            "SSL: certificate subject name '{name}' does not match target hostname '{host}'",
        ),
        WRONG_NAME,
        text("curl reads the common name only where the certificate has no subjectAltName for hosts or addresses."),
    ),
    message(
        ORIGIN,
        heard(
            "curl/curl:lib/strerror.c (5c61e16, 2026-08)",
            "SSL peer certificate or SSH remote key was not OK",
            "Peer certificate cannot be authenticated with given CA certificates",
        ),
        ANYTHING,
        _NO_DOWNLOAD,
    ),
    message(
        ORIGIN,
        heard(
            CURL_GNUTLS,
            "server certificate verification failed. CAfile: {file} CRLfile: {file}",
            "SSL certificate verification failed: certificate signer not trusted. (CAfile: {file} CRLfile: {file})",
        ),
        NO_TRUST,
        _NO_DOWNLOAD,
    ),
    message(
        ORIGIN,
        heard(
            CURL_GNUTLS, "server certificate expiration date has passed.", "certificate has expired. (CAfile: {file}"
        ),
        (*likely("expired"), *possible("chain-expired-issuer")),
    ),
    message(ORIGIN, heard(CURL_GNUTLS, "server certificate not activated yet."), likely("not-yet-valid")),
    message(
        ORIGIN,
        heard(CURL_SCHANNEL, "schannel: the certificate chain is incomplete"),
        likely("chain-incomplete"),
    ),
    message(
        ORIGIN,
        heard(CURL_SCHANNEL, "schannel: the certificate or certificate chain is based on an untrusted root"),
        (*likely("self-signed", "anchor-unknown"), *possible("tls-intercepted")),
    ),
    message(
        ORIGIN,
        heard(
            CURL_SCHANNEL,
            "schannel: this certificate or one of the certificates in the certificate chain is not time valid",
        ),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
    ),
    message(
        ORIGIN,
        heard(
            CURL_SCHANNEL,
            "schannel: CertGetNameString() failed to match connection hostname ({host}) against server certificate "
            "names",
            "schannel: server certificate name verification failed",
        ),
        WRONG_NAME,
    ),
    message(
        ORIGIN,
        heard(CURL_SCHANNEL, "schannel: the revocation status is unknown"),
        likely("revocation-unreachable"),
    ),
)
