"""Apple's systems beside Mail: status codes, Console lines, and the sentence of other apps."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

CODES = "apple-oss-distributions/Security:OSX/sec/Security/SecPolicyChecks.list (db15acb, 2025-10)"
STRINGS = "apple-oss-distributions/Security:resources/en.lproj/Trust.strings (db15acb, 2025-10)"
NETWORK = "public programs that quote NSURLErrorDomain"

ORIGIN = Origin(
    "apple",
    text("Apps on iPhone, iPad and Mac"),
    OriginKind.PROGRAM,
    "iOS 13, macOS 10.15 and later",
    clients=("apple-mail-ios", "apple-mail-macos"),
)

_STANDARDS = text(
    "“Not standards compliant” is how Apple calls what breaks its own rules: lifetime, key size, hash, missing "
    "extended key usage or transparency."
)

MESSAGES = (
    message(ORIGIN, heard(CODES, "errSecHostNameMismatch"), WRONG_NAME),
    message(ORIGIN, heard(CODES, "errSecCertificateExpired"), (*likely("expired"), *possible("chain-expired-issuer"))),
    message(ORIGIN, heard(CODES, "errSecNotTrusted"), (*likely("self-signed", "anchor-unknown"),)),
    message(
        ORIGIN, heard(CODES, "errSecCreateChainFailed"), (*likely("chain-incomplete"), *possible("anchor-unknown"))
    ),
    message(ORIGIN, heard(CODES, "errSecCertificateValidityPeriodTooLong"), likely("validity-too-long")),
    message(ORIGIN, heard(CODES, "errSecInvalidExtendedKeyUsage"), likely("eku-no-server-auth")),
    message(ORIGIN, heard(CODES, "errSecUnsupportedKeySize"), likely("key-weak")),
    message(ORIGIN, heard(CODES, "errSecInvalidDigestAlgorithm"), likely("signature-weak")),
    message(ORIGIN, heard(CODES, "errSecCertificateRevoked"), likely("revoked")),
    message(ORIGIN, heard(CODES, "errSecCertificateIsCA"), likely("leaf-is-ca")),
    message(
        ORIGIN,
        heard(STRINGS, "“{name}” certificate is not standards compliant"),
        (
            *likely("validity-too-long"),
            *possible("key-weak", "signature-weak", "eku-no-server-auth", "ct-missing", "name-only-in-common-name"),
        ),
        _STANDARDS,
    ),
    message(ORIGIN, heard(STRINGS, "“{name}” certificate name does not match input"), WRONG_NAME),
    message(ORIGIN, heard(STRINGS, "“{name}” certificate is not trusted"), NO_TRUST),
    message(ORIGIN, heard(STRINGS, "“{name}” certificate is expired"), likely("expired")),
    message(
        ORIGIN,
        heard(
            NETWORK,
            "The certificate for this server is invalid. You might be connecting to a server that is pretending to be "
            "“{host}” which could put your confidential information at risk.",
            "NSURLErrorDomain Code=-1202",
        ),
        ANYTHING,
        text("Apps show this for every fault of trust and name; Mail shows “Cannot Verify Server Identity” instead."),
    ),
    message(
        ORIGIN,
        heard(
            NETWORK,
            "The certificate for this server has expired. You might be connecting to a server that is pretending to be "
            "“{host}” which could put your confidential information at risk.",
        ),
        (*likely("expired"), *possible("chain-expired-issuer")),
    ),
)
