"""Thunderbird on the desktop: IMAP, POP, submission, LDAP directories, and HTTPS for set-up and calendars.

It never downloads issuers. Gecko's preloaded intermediates are switched on, but whether Thunderbird's own settings
server delivers them is not confirmed, so the profile does not count on them.
"""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import says
from mailtrust.core.clients.engines.mozilla import MOZILLA, NO_RESPONDERS, OVERRIDABLE
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_MOZILLA
from mailtrust.core.validation.fetching import fetches_mozilla_141
from mailtrust.core.validation.gecko_status import status_mozilla_141

TEXTS = "thunderbird/thunderbird-l10n:*/mail/messenger/certError.ftl (27ef024, 0ca3c7c, 01ab857, 1137197)"

UNTRUSTED = says(
    (OVERRIDABLE - codes.NAME - codes.EXPIRED - codes.NOT_YET_VALID) | codes.DISTRUSTED,
    TEXTS,
    en="The certificate for {host} does not come from a trusted source.",
    fr="Le certificat pour {host} ne provient pas d’une source sûre.",
    de="Das Zertifikat für {host} stammt nicht von einer vertrauenswürdigen Quelle.",
    es="El certificado para {host} no proviene de una fuente de confianza.",
    zh="{host} 的证书并非来自受信任的来源。",
)

PROFILE = replace(
    MOZILLA,
    id="thunderbird",
    title="Thunderbird",
    versions="135 and later, desktop (140 ESR)",
    speaks=frozenset({Protocol.IMAP, Protocol.POP3, Protocol.SUBMISSION, Protocol.LDAP, Protocol.HTTPS}),
    on_failure=OnFailure(Outcome.WARNED, overridable=OVERRIDABLE),
    words=(
        UNTRUSTED,
        says(
            codes.NAME,
            TEXTS,
            en="The certificate for {host} is not valid for that server. Someone could be trying to impersonate the "
            "server and you should not continue.",
            fr="Le certificat de {host} n’est pas valide sur ce serveur. Quelqu’un pourrait essayer d’usurper "
            "l’identité du serveur et vous ne devriez pas continuer.",
            de="Das Zertifikat für {host} ist für diesen Server nicht gültig. Eventuell versucht jemand, Sie über die "
            "Identität des Servers zu täuschen – Sie sollten daher nicht fortfahren.",
            es="El certificado para {host} no es válido para ese servidor. Alguien podría estar intentando suplantar "
            "el servidor y no debería continuar.",
            zh="{host} 的证书对此服务器无效。可能有人试图冒充此服务器，您不应继续。",
        ),
        says(
            codes.EXPIRED,
            TEXTS,
            en="The certificate for {host} expired on {date}.",
            fr="Le certificat de {host} a expiré le {date}.",
            de="Das Zertifikat für {host} ist am {date} abgelaufen.",
            es="El certificado para {host} caducó el {date}.",
            zh="{host} 的证书已于 {date} 过期。",
        ),
        says(
            codes.NOT_YET_VALID,
            TEXTS,
            en="The certificate for {host} will not be valid until {date}.",
            fr="Le certificat pour {host} ne sera pas valide jusqu’au {date}.",
            de="Das Zertifikat für {host} ist erst {date} gültig.",
            es="El certificado para {host} no será válido hasta {date}.",
            zh="{host} 的证书将于 {date} 后生效。",
        ),
        says(
            codes.ANY,
            TEXTS,
            en="An error occurred during a connection to {host}.",
            fr="Une erreur est survenue lors de la connexion à {host}.",
            es="Se ha producido un error al conectarse a {host}.",
        ),
    ),
    citations=(
        *MOZILLA.citations,
        Citation(
            "thunderbird/thunderbird-desktop:mail/components/activity/modules/alertHook.sys.mjs (9c91f3c, 2026-01)",
            "four texts; the notification opens the exception dialog",
        ),
        Citation(
            "thunderbird/thunderbird-desktop:mail/app/profile/all-thunderbird.js (9c91f3c, 2026-01)",
            "own settings server; enterprise roots untouched, so on as in Gecko",
        ),
        Citation(TEXTS, "the texts"),
    ),
    # Enterprise roots are read on Windows and macOS only; on Linux the profile's own database counts.
    reached_by=frozenset({"thunderbird", "gpo", "windows", "apple", "nss"}),
)

VERSIONS: tuple[ClientProfile, ...] = (
    replace(
        PROFILE,
        id="thunderbird@128",
        title="Thunderbird 128 ESR",
        versions="128 to 134, desktop",
        path_checks=CHECKS_MOZILLA,
        basis=Basis.SOURCE,
        fetches=fetches_mozilla_141,
        revocation=status_mozilla_141,
    ),
    replace(
        PROFILE,
        id="thunderbird@140",
        title="Thunderbird 140 ESR",
        versions="140, desktop",
        fetches=fetches_mozilla_141,
        revocation=status_mozilla_141,
    ),
)

SINCE = (
    Since("60", "Symantec's roots are distrusted", "kb.mozillazine.org, SSL Security Error"),
    Since(
        "135",
        "public certificates must be in transparency logs",
        "Gecko's default, Mozilla wiki SecurityEngineering/Certificate_Transparency; nobody confirmed it for mail",
    ),
    NO_RESPONDERS,
)
