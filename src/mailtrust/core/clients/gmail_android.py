"""The Gmail app on Android: Exchange (ActiveSync), IMAP and POP accounts.

Gmail is closed source. The profile joins the platform's trust manager, which is open, with the published text of the
app's dialog. Whether the app trusts authorities that a user or an administrator installed is not known: a root that is
said to be in every store counts, but no way of bringing one to a phone is said to reach Gmail.
"""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds, says
from mailtrust.core.clients.engines.conscrypt import CONSCRYPT
from mailtrust.core.model.client import Citation, OnFailure, Words
from mailtrust.core.model.since import Since
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis, Outcome, Utterance
from mailtrust.core.validation.android_7 import CHECKS_CONSCRYPT_7, names_android_7

ARTICLE = "tomasrosprim.com: GMail App ne parvient pas à se connecter à Exchange - Certificat non valide"
DIALOG = (
    "Certificate not valid / The Gmail app can't guarantee the security of this email address. "
    "Your messages would be at risk."
)
ADVANCED = "Certificate not trusted / Contact your email provider about this error, or proceed with username (unsafe)."

PROFILE = replace(
    CONSCRYPT,
    id="gmail-android",
    title="Gmail on Android",
    versions="Android 10 and later",
    # The way on is hidden behind "Advanced", so it is no question that an ordinary button answers.
    on_failure=OnFailure(Outcome.REFUSED, overridable=frozenset({"*"}), never=codes.KEY_USE | codes.NO_WAY_PAST),
    words=(
        Words(
            codes.NO_PATH, (Utterance(DIALOG, "en", ARTICLE), Utterance(ADVANCED, "en", ARTICLE + ", behind Advanced"))
        ),
        says(
            codes.ANY,
            "recalled: the dialog is the same for other causes, the text behind Advanced is not known",
            en=DIALOG,
        ),
    ),
    citations=(*CONSCRYPT.citations, Citation(ARTICLE, "the dialog; an incomplete chain was the cause")),
    basis_of=grounds(
        (codes.NAME, Basis.RECALLED),  # the trust manager compares names only when the program asks for it
        (codes.KEY_USE | codes.STAPLE_BAD, Basis.RECALLED),
    ),
    reached_by=frozenset(),
    beyond_reach=text("Whether the app heeds roots that were added to the phone is not known.").template,
)

COMMON_NAME = "Android bug 70278814; google/conscrypt issue 1145: Android, Conscrypt and OkHttp dropped it in 2018"
ANDROID_7 = (
    "google/conscrypt before 1d6a0b84 (2018-04-13): src/main/java/org/conscrypt/ChainStrengthAnalyzer.java (381c900a)"
)

VERSIONS = (
    replace(
        PROFILE,
        id="gmail-android@api24",
        title="Gmail on Android 7.0",
        versions="Android 7.0 (API level 24)",
        path_checks=CHECKS_CONSCRYPT_7,
        name_rules=names_android_7,
        handshake_checks=CONSCRYPT.handshake_checks[:1],
        citations=(
            *PROFILE.citations,
            Citation(ANDROID_7, "SHA-1 was still accepted"),
            Citation(COMMON_NAME, "the common name counted until Android 9"),
        ),
    ),
    replace(
        PROFILE,
        id="gmail-android@api28",
        title="Gmail on Android 9",
        versions="Android 9 (API level 28)",
        path_checks=CHECKS_CONSCRYPT_7,
        handshake_checks=CONSCRYPT.handshake_checks[:1],
        citations=(*PROFILE.citations, Citation(ANDROID_7, "SHA-1 was still accepted; recalled for Android 9")),
    ),
    replace(PROFILE, id="gmail-android@api29", title="Gmail on Android 10", versions="Android 10 (API level 29)"),
)

SINCE = (
    Since("Android 9 (API level 28)", "the common name no longer counts", COMMON_NAME),
    Since("Android 10 (API level 29)", "no SHA-1", "google/conscrypt 1d6a0b84 (2018-04-13); recalled for Android 9"),
    Since("Android 10 (API level 29)", "the key usage must fit the key exchange", "recalled; seen in Conscrypt 2.6.3"),
    Since("a later update", "purposes of intermediates are read", "Conscrypt 2.9.0, tests/oracles/recorded"),
)
