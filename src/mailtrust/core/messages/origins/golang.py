"""Go's crypto/x509: Docker's and Kubernetes' tools, Stalwart's and mox' peers, many gateways."""

from mailtrust.core.messages.causes import NO_TRUST, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

VERIFY = "golang/go:src/crypto/x509/verify.go (go1.26.8)"

ORIGIN = Origin("golang", text("Go programs"), OriginKind.PROGRAM, "1.15 and later")

_WHERE = text(
    "On Linux Go downloads no missing issuers; on Windows and macOS the system judges, and does. The same program can "
    "fail on one and work on the other."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(VERIFY, "tls: failed to verify certificate: x509: certificate signed by unknown authority"),
        NO_TRUST,
        _WHERE,
    ),
    message(
        ORIGIN,
        heard(
            VERIFY,
            "x509: certificate relies on legacy Common Name field, use SANs instead",
            "x509: certificate is not valid for any names, but wanted to match {host}",
        ),
        likely("name-only-in-common-name"),
    ),
    message(ORIGIN, heard(VERIFY, "x509: certificate is valid for {names}, not {host}"), likely("name-mismatch")),
    message(
        ORIGIN,
        heard(VERIFY, "x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"),
        (*likely("name-ip-as-dns", "name-mismatch"), *possible("name-only-in-common-name")),
    ),
    message(
        ORIGIN,
        heard(VERIFY, "x509: certificate has expired or is not yet valid: {detail}"),
        (*likely("expired"), *possible("chain-expired-issuer", "not-yet-valid")),
    ),
    message(
        ORIGIN,
        heard(VERIFY, "x509: certificate specifies an incompatible key usage"),
        likely("eku-no-server-auth"),
    ),
    message(
        ORIGIN,
        heard(VERIFY, "x509: certificate is not authorized to sign other certificates"),
        likely("issuer-not-ca"),
    ),
    message(
        ORIGIN,
        heard(
            "golang/go:src/crypto/x509/x509.go (go1.26.8)", "x509: cannot verify signature: insecure algorithm {name}"
        ),
        likely("signature-weak"),
    ),
)
