"""TLS reports (RFC 8460): what other mail servers report by mail or HTTPS about deliveries to this domain."""

from mailtrust.core.messages.causes import likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

RESULT_TYPES = "RFC 8460 4.3, IANA STARTTLS Validation Result Types"

ORIGIN = Origin(
    "tls-rpt",
    text("A TLS report of another mail server"),
    OriginKind.SERVER,
    "RFC 8460",
    clients=("mta-verified", "mta-sts", "mta-dane"),
    scheme="smtp",
)

_EVERY_MX = text("Reports count sessions, not causes: check every MX, also the one that hardly gets mail.")

MESSAGES = (
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: certificate-host-mismatch", "certificate-host-mismatch"),
        likely("mta-sts-certificate", "name-mismatch"),
        _EVERY_MX,
    ),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: certificate-expired", "certificate-expired"),
        (*likely("expired"), *possible("chain-expired-issuer")),
        _EVERY_MX,
    ),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: certificate-not-trusted", "certificate-not-trusted"),
        likely("chain-incomplete", "self-signed", "anchor-unknown"),
        _EVERY_MX,
    ),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: starttls-not-supported", "starttls-not-supported"),
        likely("tls-not-offered"),
        _EVERY_MX,
    ),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: validation-failure", "validation-failure"),
        (*likely("mta-sts-certificate", "dane-mismatch"), *possible("chain-incomplete", "name-mismatch")),
        _EVERY_MX,
    ),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: tlsa-invalid", "tlsa-invalid"),
        likely("dane-mismatch", "dane-unusable"),
    ),
    message(ORIGIN, heard(RESULT_TYPES, "result-type: dnssec-invalid", "dnssec-invalid"), likely("dane-unusable")),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: dane-required", "dane-required"),
        likely("dane-mismatch", "dane-unusable"),
    ),
    message(
        ORIGIN,
        heard(
            RESULT_TYPES, "result-type: sts-policy-fetch-error", "result-type: sts-webpki-invalid", "sts-webpki-invalid"
        ),
        likely("mta-sts-certificate"),
        text("Here the policy host mta-sts.DOMAIN is meant, a web server with a certificate of its own."),
    ),
    message(
        ORIGIN,
        heard(RESULT_TYPES, "result-type: sts-policy-invalid", "sts-policy-invalid"),
        likely("mta-sts-mx-mismatch"),
    ),
)
