"""fetchmail."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

SOCKET = "fetchmail:socket.c (6.4 and 7, as in public repositories)"

ORIGIN = Origin(
    "fetchmail", Text("fetchmail"), OriginKind.PROGRAM, "6.3 and later", passes_on=("openssl",), clients=("openssl",)
)

_STRICT = text("Since 6.4 fetchmail refuses (sslcertck is on); before, it only warned and went on.")

MESSAGES = (
    message(ORIGIN, heard(SOCKET, "Server CommonName mismatch: {name} != {host}"), WRONG_NAME, _STRICT),
    message(ORIGIN, heard(SOCKET, "Server certificate verification error: {reason}"), ANYTHING, _STRICT),
    message(
        ORIGIN,
        heard(
            SOCKET,
            "Broken certification chain at: {name}",
            "This could mean that the server did not provide the intermediate CA's certificate(s), which is nothing "
            "fetchmail could do anything about.",
        ),
        (*likely("chain-incomplete"), *possible("anchor-unknown")),
        _STRICT,
    ),
    message(
        ORIGIN,
        heard(
            SOCKET,
            "Missing trust anchor certificate: {name}",
            "This could mean that the root CA's signing certificate is not in the trusted CA certificate location, or "
            "that c_rehash needs to be run on the certificate directory.",
        ),
        (*likely("anchor-unknown", "self-signed"), *possible("chain-incomplete")),
        _STRICT,
    ),
)
