"""NSS, as its tools, Thunderbird's error console, Evolution and older curl and ldapsearch on Red Hat print it."""

from mailtrust.core.messages.causes import NO_TRUST, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

SEC = "nss-dev/nss:lib/util/SECerrs.h (9d75dfd, 2026-05)"
SSL = "nss-dev/nss:lib/ssl/SSLerrs.h (9d75dfd, 2026-05)"

ORIGIN = Origin(
    "nss", Text("NSS"), OriginKind.PROGRAM, "3, tstclnt, certutil and programs on NSS", clients=("thunderbird",)
)

_HEARD_BACK = text(
    "Said by the side that showed a certificate, on being told by the other side that it did not please. Look at the "
    "other side's log for the reason."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_UNKNOWN_ISSUER: Peer's Certificate issuer is not recognized."),
        (*likely("chain-incomplete", "anchor-unknown"), *possible("tls-intercepted")),
    ),
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_UNTRUSTED_ISSUER: Peer's certificate issuer has been marked as not trusted by the user."),
        (*likely("self-signed", "anchor-unknown"), *possible("anchor-distrusted")),
    ),
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_UNTRUSTED_CERT: Peer's certificate has been marked as not trusted by the user."),
        NO_TRUST,
    ),
    message(
        ORIGIN,
        heard(
            SSL,
            "SSL_ERROR_BAD_CERT_DOMAIN: Unable to communicate securely with peer: requested domain name does not match "
            "the server's certificate.",
        ),
        WRONG_NAME,
    ),
    message(ORIGIN, heard(SEC, "SEC_ERROR_EXPIRED_CERTIFICATE: Peer's Certificate has expired."), likely("expired")),
    message(
        ORIGIN,
        heard(
            SEC,
            "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE: The certificate issuer's certificate has expired. Check your system "
            "date and time.",
        ),
        (*likely("chain-expired-issuer"), *possible("not-yet-valid")),
    ),
    message(
        ORIGIN, heard(SEC, "SEC_ERROR_REVOKED_CERTIFICATE: Peer's Certificate has been revoked."), likely("revoked")
    ),
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_BAD_SIGNATURE: Peer's certificate has an invalid signature."),
        likely("signature-invalid"),
    ),
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_CA_CERT_INVALID: Issuer certificate is invalid."),
        likely("issuer-not-ca"),
    ),
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_INADEQUATE_CERT_TYPE: Certificate type not approved for application."),
        likely("eku-no-server-auth"),
    ),
    message(
        ORIGIN,
        heard(SEC, "SEC_ERROR_INADEQUATE_KEY_USAGE: Certificate key usage inadequate for attempted operation."),
        likely("key-usage-wrong"),
    ),
    message(
        ORIGIN,
        heard(
            "mozilla/gecko-dev:security/manager/ssl/SSLServerCertVerification.cpp (258754e)",
            "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY",
        ),
        likely("leaf-is-ca"),
    ),
    message(
        ORIGIN,
        heard(
            "mozilla/gecko-dev:security/manager/ssl/SSLServerCertVerification.cpp (258754e)",
            "MOZILLA_PKIX_ERROR_MITM_DETECTED",
        ),
        likely("tls-intercepted"),
    ),
    message(
        ORIGIN,
        heard(
            "mozilla/gecko-dev:security/manager/ssl/SSLServerCertVerification.cpp (258754e)",
            "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE",
        ),
        likely("key-weak"),
    ),
    message(
        ORIGIN,
        heard(
            SSL,
            "SSL_ERROR_UNKNOWN_CA_ALERT: Peer does not recognize and trust the CA that issued your certificate.",
            "SSL_ERROR_BAD_CERT_ALERT: SSL peer cannot verify your certificate.",
            "SSL_ERROR_CERTIFICATE_UNKNOWN_ALERT: SSL peer had some unspecified issue with the certificate it "
            "received.",
        ),
        (*NO_TRUST, *possible("name-mismatch", "client-auth-missing")),
        _HEARD_BACK,
    ),
    message(
        ORIGIN,
        heard(
            SSL,
            "SSL_ERROR_NO_CYPHER_OVERLAP: Cannot communicate securely with peer: no common encryption algorithm(s).",
            "SSL_ERROR_UNSUPPORTED_VERSION: Peer using unsupported version of security protocol.",
            "SSL_ERROR_PROTOCOL_VERSION_ALERT: Peer reports incompatible or unsupported protocol version.",
        ),
        likely("tls-version-old"),
    ),
)
