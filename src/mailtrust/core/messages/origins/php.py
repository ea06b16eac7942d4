"""PHP's streams: Roundcube, phpMailer, WordPress and Nextcloud speak to mail servers through them."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

XP_SSL = "php/php-src:ext/openssl/xp_ssl.c and its tests"

ORIGIN = Origin("php", Text("PHP"), OriginKind.PROGRAM, "5.6 and later", passes_on=("openssl",), clients=("openssl",))

MESSAGES = (
    message(
        ORIGIN,
        heard(
            XP_SSL,
            "SSL operation failed with code 1. OpenSSL Error messages: error:{number}:SSL "
            "routines:tls_process_server_certificate:certificate verify failed",
            "stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages:",
        ),
        ANYTHING,
        text("PHP does not pass on OpenSSL's reason: the sentence is the same for every fault of chain and date."),
    ),
    message(
        ORIGIN,
        heard(XP_SSL, "Peer certificate CN=`{name}' did not match expected CN=`{host}'"),
        WRONG_NAME,
    ),
)
