"""Android's trust manager, as apps print it in their logs and error pages."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely, possible, rare
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

MANAGER = "google/conscrypt:common/src/main/java/org/conscrypt/TrustManagerImpl.java (3869db7, 2026-08)"

ORIGIN = Origin("android", text("Apps on Android"), OriginKind.PROGRAM, "7 and later", clients=("gmail-android",))

_OWN_CAS = text(
    "An app sees CAs that the user or the company installed only if its network security configuration says so: the "
    "same phone can accept the server in one app and refuse it in another."
)
_REMEMBERED = text(
    "Android remembers intermediates from earlier connections of the same app, so an incomplete chain can work for a "
    "while and fail after a restart."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            MANAGER,
            "Trust anchor for certification path not found.",
        ),
        (*likely("chain-incomplete", "anchor-unknown", "self-signed"), *rare("anchor-distrusted", "tls-intercepted")),
        _REMEMBERED,
        _OWN_CAS,
    ),
    message(
        ORIGIN,
        heard(MANAGER, "Unacceptable certificate: {name}"),
        (*likely("signature-weak", "chain-expired-issuer"), *possible("key-weak")),
    ),
    message(
        ORIGIN,
        (
            *heard(MANAGER, "No subjectAltNames on the certificate match"),
            *heard("recalled", "Hostname {host} not verified"),
        ),
        WRONG_NAME,
    ),
    message(
        ORIGIN,
        heard(MANAGER, "End-entity certificate does not have a valid extendedKeyUsage."),
        likely("eku-no-server-auth"),
    ),
    message(ORIGIN, heard(MANAGER, "Chain validation failed"), ANYTHING),
    message(ORIGIN, heard(MANAGER, "Certificate chain too long"), likely("path-length-exceeded")),
)
