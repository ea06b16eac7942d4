"""Alerts in a server's log: what the client said when it hung up. Dovecot, Postfix, Exim, nginx and others print them.

The alerts are RFC 8446 6.2's; the words around them are OpenSSL's.
"""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

LOGS = "RFC 8446 6.2; OpenSSL's words in the logs of Dovecot, Postfix and others"

ORIGIN = Origin("tls-alerts", text("A mail server's log, about its client"), OriginKind.SERVER, "any, with OpenSSL")

_CLIENT_SAID_SO = text(
    "Your own server writes this: the client at the other end refused the certificate and said so. Which program that "
    "is, only the address beside it tells."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            LOGS, "tlsv1 alert unknown ca: SSL alert number 48", "TLS read fatal alert unknown CA", "alert unknown ca"
        ),
        NO_TRUST,
        _CLIENT_SAID_SO,
    ),
    message(
        ORIGIN,
        heard(
            LOGS,
            "sslv3 alert certificate unknown: SSL alert number 46",
            "ssl/tls alert certificate unknown: SSL alert number 46",
            "alert certificate unknown",
        ),
        ANYTHING,
        _CLIENT_SAID_SO,
        text("Java, Apple and Android send “certificate unknown” for every fault."),
    ),
    message(
        ORIGIN,
        heard(
            LOGS,
            "sslv3 alert bad certificate: SSL alert number 42",
            "ssl/tls alert bad certificate: SSL alert number 42",
            "alert bad certificate",
        ),
        ANYTHING,
        _CLIENT_SAID_SO,
    ),
    message(
        ORIGIN,
        heard(
            LOGS,
            "sslv3 alert certificate expired: SSL alert number 45",
            "ssl/tls alert certificate expired: SSL alert number 45",
            "alert certificate expired",
        ),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
        _CLIENT_SAID_SO,
    ),
    message(
        ORIGIN,
        heard(LOGS, "sslv3 alert certificate revoked: SSL alert number 44", "alert certificate revoked"),
        likely("revoked"),
        _CLIENT_SAID_SO,
    ),
    message(
        ORIGIN,
        heard(
            LOGS,
            "sslv3 alert unsupported certificate: SSL alert number 43",
            "ssl/tls alert unsupported certificate: SSL alert number 43",
        ),
        (*likely("eku-no-server-auth"), *possible("key-usage-wrong", "client-auth-missing")),
        _CLIENT_SAID_SO,
    ),
    message(
        ORIGIN,
        heard(
            LOGS,
            "sslv3 alert handshake failure: SSL alert number 40",
            "ssl/tls alert handshake failure: SSL alert number 40",
        ),
        (*likely("tls-version-old"), *possible("key-usage-wrong")),
        _CLIENT_SAID_SO,
    ),
    message(
        ORIGIN,
        heard(LOGS, "tlsv1 unrecognized name: SSL alert number 112", "tlsv1 alert unrecognized name"),
        (*likely("sni-needed"), *possible("name-mismatch")),
        text("A server that knows no certificate for the name it was asked for says this to its client."),
    ),
)
