"""MailStore Server: its Web Access in a browser, its add-in and client."""

from mailtrust.core.messages.causes import likely, possible
from mailtrust.core.messages.profiles import origin_of
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

HELP = "help.mailstore.com, self-signed certificates by group policy"
NOTICE = "mailstoreserver.it notice on Let's Encrypt, 2023-04"

ORIGIN = origin_of("mailstore-addin")

_GENERATED = text(
    "The certificate that MailStore makes for itself is issued to MailStoreServer, has no subjectAltName and is "
    "trusted by nobody: browsers refuse it whatever is installed; Windows programs take it once it is trusted and the "
    "server is called MailStoreServer."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            HELP,
            "MailStoreServer certificate",
            "issued to MailStoreServer",
            "The security certificate was issued to MailStoreServer",
            fr="Le certificat est émis avec un nom de serveur MailStoreServer",
        ),
        (*likely("self-signed", "name-mismatch", "name-only-in-common-name"), *possible("anchor-unknown")),
        _GENERATED,
    ),
    message(
        ORIGIN,
        heard(NOTICE, "Certes.AcmeException: Fail to finalize order"),
        likely(
            "expired",
            why=text(
                "MailStore Server before 23.1.2 can no longer renew its Let's Encrypt certificate; after its end every "
                "client warns. Update MailStore."
            ),
        ),
    ),
)
