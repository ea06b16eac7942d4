"""Python's ssl module, and what stands on it: requests, exchangelib, imaplib, many monitoring scripts."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

RUN = "Python 3.11 with OpenSSL 3.0, asked about a server of our own"

ORIGIN = Origin(
    "python", Text("Python"), OriginKind.PROGRAM, "3.7 and later", passes_on=("openssl",), clients=("openssl",)
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            RUN, "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason}"
        ),
        ANYTHING,
        text(
            "What stands after “certificate verify failed:” is OpenSSL's reason; without it nothing can be told apart."
        ),
    ),
    message(
        ORIGIN,
        heard(RUN, "certificate verify failed: Hostname mismatch, certificate is not valid for '{host}'."),
        WRONG_NAME,
    ),
    message(
        ORIGIN,
        heard(RUN, "certificate verify failed: IP address mismatch, certificate is not valid for '{host}'."),
        (*likely("name-mismatch", "name-ip-as-dns"),),
    ),
)
