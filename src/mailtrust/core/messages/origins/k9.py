"""Thunderbird for Android and K-9 Mail."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

STRINGS = "thunderbird/thunderbird-android:feature/account/server/certificate (a59bd67, 2026-08)"
HTTPCLIENT = "apache/httpcomponents-client:DefaultHostnameVerifier.java (86c313b, 2026-08)"

ORIGIN = Origin(
    "k9",
    text("Thunderbird for Android, K-9 Mail"),
    OriginKind.PROGRAM,
    "6 and later",
    passes_on=("android",),
    clients=("gmail-android",),
)

_ONE_SCREEN = text("One screen for every cause: chain, date and name read the same.")
_UNLIKE_GMAIL = text(
    "Unlike Gmail it trusts CAs that the user or the company installed, and reads the common name where the "
    "certificate has no DNS name: a check for Gmail is the stricter one."
)
_BOUND = text(
    "An exception holds for one host and port, until the server shows another certificate: each renewal ends it."
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            STRINGS,
            "Certificate error / The app detected a potential security threat and did not continue to connect to "
            "{host}. / Go back (recommended) / Accept risk and continue",
            "Certificate error for {account} / Check your server settings",
            fr="Erreur de certificat / Accepter le risque et poursuivre",
            de="Zertifikatsfehler / Risiko akzeptieren und fortfahren",
            es="Error en el certificado / Aceptar el riesgo y continuar",
            zh="证书错误 / 接受风险并继续",
        ),
        ANYTHING,
        _ONE_SCREEN,
        _UNLIKE_GMAIL,
        _BOUND,
    ),
    message(
        ORIGIN,
        heard(HTTPCLIENT, "Certificate for {host} doesn't match any of the subject alternative names: {names}"),
        WRONG_NAME,
        _UNLIKE_GMAIL,
    ),
    message(
        ORIGIN,
        heard(
            HTTPCLIENT,
            "Certificate subject for {host} doesn't contain a common name and does not have alternative names",
        ),
        likely("name-mismatch"),
    ),
)
