"""Mail on the Mac: Exchange, IMAP, POP and submission."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.apple import APPLE, DETAILS, SINCE
from mailtrust.core.model.client import Citation, ClientProfile, Words
from mailtrust.core.model.verdict import Utterance

__all__ = ["PROFILE", "SINCE", "VERSIONS"]

DIALOG = (Utterance("Verify Certificate", "en", "Apple Support PH11706, Mail: Trust a certificate"),)

PROFILE = replace(
    APPLE,
    id="apple-mail-macos",
    title="Mail on the Mac",
    versions="macOS 10.15 and later",
    words=(
        *(Words(details.codes, (*DIALOG, *details.utterances)) for details in DETAILS),
        Words(codes.ANY, DIALOG),
    ),
    citations=(
        *APPLE.citations,
        Citation("Apple Support PH11706, Mail: Trust a certificate", "the dialog; the choice is kept in the keychain"),
    ),
)

VERSIONS: tuple[ClientProfile, ...] = ()
