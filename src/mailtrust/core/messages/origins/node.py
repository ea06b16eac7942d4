"""Node.js, in which many mail clients, web mailers and sending services are written."""

from mailtrust.core.messages.causes import NO_TRUST, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

RUN = "Node.js 20.20.2, asked about a server of our own"
NAMES = "nodejs.org, X509 certificate error codes"

ORIGIN = Origin(
    "node", Text("Node.js"), OriginKind.PROGRAM, "12 and later", passes_on=("openssl",), clients=("openssl",)
)

_OWN_ROOTS = text(
    "Node.js brings its own copy of Mozilla's roots: a root added to the system counts only with NODE_EXTRA_CA_CERTS "
    "or --use-system-ca. It downloads no missing issuers."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            NAMES, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_GET_ISSUER_CERT"
        ),
        (*likely("chain-incomplete"), *possible("anchor-unknown", "tls-intercepted")),
        _OWN_ROOTS,
    ),
    message(ORIGIN, heard(RUN, "DEPTH_ZERO_SELF_SIGNED_CERT"), likely("self-signed"), _OWN_ROOTS),
    message(
        ORIGIN,
        heard(NAMES, "SELF_SIGNED_CERT_IN_CHAIN"),
        (*likely("anchor-unknown"), *possible("tls-intercepted")),
        _OWN_ROOTS,
    ),
    message(ORIGIN, heard(NAMES, "CERT_UNTRUSTED", "CERT_REJECTED"), NO_TRUST, _OWN_ROOTS),
    message(
        ORIGIN,
        heard(
            RUN,
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "Hostname/IP does not match certificate's altnames: Host: {host}. is not in the cert's altnames: {names}",
            "Hostname/IP does not match certificate's altnames: Host: {host}. is not cert's CN: {names}",
            "Hostname/IP does not match certificate's altnames: IP: {host} is not in the cert's list: {names}",
        ),
        WRONG_NAME,
    ),
    message(ORIGIN, heard(NAMES, "CERT_HAS_EXPIRED"), (*likely("expired"), *possible("chain-expired-issuer"))),
    message(ORIGIN, heard(NAMES, "CERT_NOT_YET_VALID"), likely("not-yet-valid")),
    message(ORIGIN, heard(NAMES, "CERT_REVOKED"), likely("revoked")),
)
