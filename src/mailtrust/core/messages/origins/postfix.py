"""Postfix as the sending side: its log, and the reason in its queue."""

from mailtrust.core.messages.causes import NO_TRUST, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

VERIFY = "vdukhovni/postfix:postfix/src/tls/tls_verify.c (17830e5, 2026-08)"
CLIENT = "vdukhovni/postfix:postfix/src/tls/tls_client.c (17830e5, 2026-08)"
PROTO = "vdukhovni/postfix:postfix/src/smtp/smtp_proto.c (17830e5, 2026-08)"
POLICY = "vdukhovni/postfix:postfix/src/smtp/smtp_tls_policy.c (17830e5, 2026-08)"

ORIGIN = Origin(
    "postfix",
    text("Postfix, sending"),
    OriginKind.SERVER,
    "2.11 and later",
    passes_on=("openssl", "mta-verified"),
    clients=("mta-verified",),
    scheme="smtp",
)

_ONLY_LOGGED = text(
    "At the levels may and encrypt this is a note in the log and the mail goes out all the same. It holds mail back at "
    "verify, secure and dane."
)
_SAME = text("Postfix does not tell an issuer that was not sent from one that was sent and is not known.")

MESSAGES = (
    message(
        ORIGIN,
        heard(VERIFY, "certificate verification failed for {host}: untrusted issuer {name}"),
        (*likely("chain-incomplete", "anchor-unknown"), *possible("anchor-distrusted")),
        _SAME,
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(VERIFY, "certificate verification failed for {host}: self-signed certificate"),
        likely("self-signed"),
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(VERIFY, "certificate verification failed for {host}: not trusted by local or TLSA policy"),
        likely("dane-mismatch", "anchor-unknown"),
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(VERIFY, "server certificate verification failed for {host}: certificate has expired"),
        (*likely("expired"), *possible("chain-expired-issuer")),
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(VERIFY, "server certificate verification failed for {host}: certificate not yet valid"),
        likely("not-yet-valid"),
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(VERIFY, "certificate verification failed for {host}: not designated for use as a server certificate"),
        likely("eku-no-server-auth"),
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(VERIFY, "server certificate verification failed for {host}: num={reason}"),
        (*WRONG_NAME, *possible("key-weak", "signature-weak", "issuer-not-ca")),
        _ONLY_LOGGED,
    ),
    message(
        ORIGIN,
        heard(PROTO, "Server certificate not verified (in reply to STARTTLS)"),
        (*WRONG_NAME, *NO_TRUST, *possible("expired")),
        text("The reason stands in Postfix's log at the time of the first attempt; later ones may reuse its session."),
    ),
    message(
        ORIGIN,
        heard(PROTO, "Cannot start TLS: handshake failure"),
        (*likely("tls-version-old", "tls-handshake-failed"), *possible("key-not-proven")),
    ),
    message(
        ORIGIN,
        heard(
            PROTO,
            "TLS is required, but was not offered by host {host}",
            "TLS is required, but host {host} refused to start TLS: {reply}",
        ),
        (*likely("tls-not-offered"), *possible("network-blocked")),
        text("Firewalls that meddle with SMTP hide STARTTLS; seen from elsewhere the server may offer it."),
    ),
    message(
        ORIGIN,
        heard(
            CLIENT,
            "re-using session with untrusted certificate, look for details earlier in the log",
            "re-using session with untrusted peer credential, look for details earlier in the log",
        ),
        (*NO_TRUST, *possible("name-mismatch", "expired")),
        _ONLY_LOGGED,
    ),
    message(ORIGIN, heard(POLICY, "TLSA lookup error for {host}"), likely("dane-unusable")),
    message(
        ORIGIN,
        heard(
            "vdukhovni/postfix:postfix/src/tls/tls_client.c (17830e5, 2026-08)",
            "all TLSA records unusable, fallback to unauthenticated TLS",
            "TLSA records unusable",
        ),
        likely("dane-unusable"),
    ),
)
