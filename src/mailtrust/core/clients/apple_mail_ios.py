"""Mail on iPhone and iPad: Exchange, IMAP, POP and submission."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.apple import APPLE, DETAILS, SINCE
from mailtrust.core.model.client import Citation, ClientProfile, Words
from mailtrust.core.model.verdict import Utterance

__all__ = ["PROFILE", "SINCE", "VERSIONS"]

DIALOG = (
    Utterance(
        "Cannot Verify Server Identity / The identity of “{host}” cannot be verified by Mail. "
        "Review the certificate details to continue.",
        "en",
        "bluehost.com help, SSL Trust Error in Email Apps",
    ),
    Utterance("Serveridentität kann nicht überprüft werden", "de", "techblog.com.de, industrica.de"),
    Utterance("无法验证服务器身份", "zh", "zhitaoyun.cn"),
    Utterance("Impossible de vérifier l’identité du serveur", "fr", "recalled"),
    Utterance("No se puede verificar la identidad del servidor", "es", "recalled"),
)

PROFILE = replace(
    APPLE,
    id="apple-mail-ios",
    title="Mail on iPhone and iPad",
    versions="iOS and iPadOS 13 and later",
    words=(
        *(Words(details.codes, (*DIALOG, *details.utterances)) for details in DETAILS),
        Words(codes.ANY, DIALOG),
    ),
    citations=(
        *APPLE.citations,
        Citation("bluehost.com help, SSL Trust Error in Email Apps", "the dialog: Details, then Trust"),
        Citation("Apple Support HT204477", "full trust for a root from a profile; at once when an MDM installs it"),
    ),
)

VERSIONS: tuple[ClientProfile, ...] = ()
