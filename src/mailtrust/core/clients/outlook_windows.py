"""Classic Outlook for Windows: Exchange over HTTPS, IMAP, POP and submission."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import says
from mailtrust.core.clients.engines.windows import SECURITY_ALERT, WINDOWS
from mailtrust.core.model.client import Citation, OnFailure, Words
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Outcome, Utterance
from mailtrust.core.validation.names.windows import names_outlook_2007

WARNING_EN = "The server you are connected to is using a security certificate that cannot be verified. / "
WARNING_DE = (
    "Von dem Server, mit dem Sie verbunden sind, wird ein Sicherheitszertifikat verwendet, "
    "das nicht überprüft werden kann. / "
)
SEEN = "system text quoted in public repositories; that Outlook shows it is recalled"

# Internet Security Warning, over IMAP, POP and SMTP: one sentence that says nothing, and one reason.
INTERNET_SECURITY_WARNING = (
    says(
        codes.GAP | codes.FORGED,
        "recalled",
        en=WARNING_EN + "A certificate chain could not be built to a trusted root authority.",
    ),
    says(
        codes.ROOT | codes.SELF_SIGNED | codes.DISTRUSTED,
        SEEN,
        en=WARNING_EN + "A certificate chain processed, but terminated in a root certificate which is not trusted by "
        "the trust provider.",
        fr="Une chaîne de certificats a été traitée mais s'est terminée par un certificat racine qui n'est pas "
        "approuvé par le fournisseur d'approbation",
        de=WARNING_DE
        + "Eine Zertifikatkette wurde zwar verarbeitet, endete jedoch mit einem Stammzertifikat, das beim "
        "Vertrauensanbieter nicht als vertrauenswürdig gilt",
        es="Se procesó correctamente una cadena de certificados, pero termina en un certificado de raíz no compatible "
        "con el proveedor de confianza",
        zh="已处理证书链，但是在不受信任提供程序信任的根证书中终止。",
    ),
    says(
        codes.TIME,
        "slipstick.com, Security warnings in Outlook; MicrosoftDocs/win32:desktop-src/com/com-error-codes-4.md "
        "(0b370d0)",
        en=WARNING_EN + "A required certificate is not within its validity period when verifying against the current "
        "system clock or the timestamp in the signed file.",
    ),
    Words(
        codes.NAME,
        (
            Utterance(WARNING_EN + "The target principal name is incorrect.", "en", "Microsoft KB 958977"),
            Utterance(
                WARNING_DE + "Der Zielprinzipalname ist falsch.",
                "de",
                "windows-faq.de, Der Zielprinzipalname ist falsch",
            ),
            Utterance("El nombre principal de destino es incorrecto.", "es", "localised SQL Server articles"),
            Utterance("目标主体名称不正确。", "zh", "localised AD replication articles"),
        ),
    ),
    says(codes.ANY, "Microsoft KB 958977", en=WARNING_EN.removesuffix(" / ")),
)

PROFILE = replace(
    WINDOWS,
    id="outlook-windows",
    title="Outlook for Windows",
    versions="Outlook 2010 to Microsoft 365 (classic)",
    speaks=frozenset({Protocol.HTTPS, Protocol.IMAP, Protocol.POP3, Protocol.SUBMISSION}),
    # It asks "Do you want to proceed?" or "Do you want to continue using this server?"; Yes goes on, and is forgotten.
    on_failure=OnFailure(Outcome.WARNED, overridable=frozenset({"*"}), never=codes.NO_WAY_PAST),
    words=(*SECURITY_ALERT, *INTERNET_SECURITY_WARNING),
    citations=(
        *WINDOWS.citations,
        Citation("Microsoft KB 2772058 and 2783881", "the Security Alert about a name, and what No does"),
        Citation("Microsoft KB 2006728", "the Security Alert about a self-signed certificate"),
        Citation("Microsoft KB 958977", "the Internet Security Warning, which comes back after a restart"),
        Citation("slipstick.com, Security warnings in Outlook", "the Internet Security Warning about dates"),
    ),
)

VERSIONS = (
    replace(
        PROFILE,
        id="outlook-windows@2007",
        title="Outlook 2007",
        versions="Outlook 2007 with IMAP and POP; over HTTPS it behaves as 2010",
        speaks=PROFILE.speaks - {Protocol.HTTPS},
        name_rules=names_outlook_2007,
        words=INTERNET_SECURITY_WARNING,
    ),
    *(
        replace(PROFILE, id=f"outlook-windows@{version}", title=title, versions=title)
        for version, title in (
            ("2010", "Outlook 2010"),
            ("2013", "Outlook 2013"),
            ("2016", "Outlook 2016, 2019 and 2021"),
            ("m365", "Outlook of Microsoft 365 (classic)"),
        )
    ),
)

SINCE = (
    Since(
        "2010",
        "all DNS names of the subjectAltName count over IMAP and POP, not the first alone",
        "Microsoft KB 958977",
    ),
    Since(
        "2012-10", "RSA below 1024 bits is refused by Windows", "Microsoft Security Advisory 2661254; wincrypt.h (1023)"
    ),
)
