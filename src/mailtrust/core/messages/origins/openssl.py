"""What OpenSSL says beyond its profile: other verify codes, and the library's errors around them."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely, possible
from mailtrust.core.messages.profiles import origin_of
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

TEXTS = "openssl/openssl:crypto/x509/x509_txt.c (0223dfc)"
ERRORS = "openssl/openssl:crypto/err/openssl.txt, as OpenSSL 1.1 and 3.0 print it"

ORIGIN = origin_of("openssl")

MESSAGES = (
    message(
        ORIGIN,
        heard(TEXTS, "verify error:num=21:unable to verify the first certificate"),
        (*likely("chain-incomplete"), *possible("anchor-unknown")),
        text("It follows 20 at depth 0: nobody known issued the server's own certificate."),
    ),
    message(
        ORIGIN,
        heard(TEXTS, "verify error:num=2:unable to get issuer certificate"),
        (*likely("chain-incomplete", "anchor-unknown"),),
        text(
            "The chain goes up to a CA whose own issuer is missing. OpenSSL trusts a CA in the middle only with "
            "partial chains allowed."
        ),
    ),
    message(ORIGIN, heard(TEXTS, "verify error:num=65:no matching DANE TLSA records"), likely("dane-mismatch")),
    message(ORIGIN, heard(TEXTS, "verify error:num=67:CA certificate key too weak"), likely("key-weak")),
    message(
        ORIGIN,
        heard(ERRORS, "ee key too small", "ca key too small", "error:{number}:SSL routines::ee key too small"),
        likely("key-weak"),
        text(
            "Debian and Ubuntu demand 2048 bits (security level 2). A server that loads such a certificate says it too."
        ),
    ),
    message(
        ORIGIN, heard(ERRORS, "ca md too weak", "error:{number}:SSL routines::ca md too weak"), likely("signature-weak")
    ),
    message(
        ORIGIN,
        heard(
            ERRORS,
            "error:{number}:SSL routines::certificate verify failed",
            "error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed",
            "error:0A000086:SSL routines::certificate verify failed",
            "certificate verify failed",
        ),
        (*ANYTHING,),
        text("The reason stands in brackets behind it, or in a line before; without it nothing can be told apart."),
    ),
    message(
        ORIGIN,
        heard(ERRORS, "no alternative certificate subject name matches", "Hostname mismatch"),
        WRONG_NAME,
    ),
    message(
        ORIGIN,
        heard(
            ERRORS,
            "error:{number}:SSL routines::wrong version number",
            "error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
        ),
        (*likely("tls-not-offered"), *possible("tls-version-old")),
        text(
            "The server answered in plain text: TLS from the first byte was spoken on a port that wants STARTTLS first."
        ),
    ),
    message(
        ORIGIN,
        heard(
            ERRORS,
            "error:{number}:SSL routines::unsupported protocol",
            "error:{number}:SSL routines::no protocols available",
            "error:{number}:SSL routines::dh key too small",
            "tlsv1 alert protocol version: SSL alert number 70",
        ),
        likely("tls-version-old"),
    ),
)
