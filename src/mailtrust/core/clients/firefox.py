"""Firefox on the desktop: webmail, Autodiscover by hand, administration pages.

It never downloads issuers, but it is shipped CCADB's list of the intermediates of its own root programme; what is
known from such a catalogue counts as preloaded, below a public root only.
"""

from collections.abc import Iterable
from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.mozilla import MOZILLA, NO_RESPONDERS
from mailtrust.core.model.client import Citation, ClientProfile, Words
from mailtrust.core.model.pool import Source
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis, Utterance
from mailtrust.core.validation.engines import CHECKS_MOZILLA
from mailtrust.core.validation.fetching import fetches_mozilla_141
from mailtrust.core.validation.gecko_status import status_mozilla_141
from mailtrust.core.validation.names.gecko_95 import names_gecko_95
from mailtrust.core.validation.preloading import preloaded_under_public_roots

TEXTS = "mozilla-l10n/firefox-l10n:{lang}/toolkit/toolkit/neterror/certError.ftl ({commit})"
COMMITS = {"fr": "01ae7fa", "de": "027307a", "es": "02aea11", "zh": "01d398d"}
EN = "mozilla/gecko-dev:toolkit/locales/en-US/toolkit/neterror/certError.ftl (0cabb68)"
NSS = "nss-dev/nss:lib/util/SECerrs.h (9d75dfd, 2026-05); the code as recorded of Firefox 153, tests/oracles/recorded"
PREFIX = {
    "en": "Error code: ",
    "fr": "Code d’erreur : ",
    "de": "Fehlercode: ",
    "es": "Código de error: ",
    "zh": "错误代码：",
}


def _page(about: Iterable[str], code: str, **causes: str) -> Words:
    """The page that stands in for the site: the cause and the code, by language."""
    return Words(
        frozenset(about),
        tuple(
            Utterance(
                f"{cause} / {PREFIX[lang]}{code}",
                lang,
                EN if lang == "en" else TEXTS.format(lang=lang, commit=COMMITS[lang]),
            )
            for lang, cause in causes.items()
        ),
    )


def _failure(about: Iterable[str], code: str, text: str = "") -> Words:
    """The page that offers no way on; its second sentence is NSS' own."""
    said = " ".join(filter(None, ("An error occurred during a connection to {host}.", text)))
    return Words(frozenset(about), (Utterance(f"{said} / {PREFIX['en']}{code}", "en", NSS),))


INTRO = {
    "en": "{host} uses an invalid security certificate. ",
    "fr": "{host} utilise un certificat de sécurité invalide. ",
    "de": "{host} verwendet ein ungültiges Sicherheitszertifikat. ",
    "es": "{host} usa un certificado de seguridad no válido. ",
    "zh": "{host} 使用了无效的安全证书。",
}

WORDS = (
    Words(
        codes.OLD_TLS,
        (
            Utterance(
                "An error occurred during a connection to {host}. Peer using unsupported version of security protocol. "
                "/ Error code: SSL_ERROR_UNSUPPORTED_VERSION",
                "en",
                "Firefox 153 ESR (Debian 12), nsserrors.ftl; from a server that reports it: "
                "SSL_ERROR_PROTOCOL_VERSION_ALERT",
            ),
        ),
    ),
    _failure(
        codes.CRITICAL, "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION", "Certificate contains unknown critical extension."
    ),
    _page(
        codes.LEAF_IS_CA,
        "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY",
        en=INTRO["en"] + "The certificate does not come from a trusted source.",
        fr=INTRO["fr"] + "Le certificat ne provient pas d’une source sûre.",
        de=INTRO["de"] + "Das Zertifikat kommt nicht von einer vertrauenswürdigen Quelle.",
        es=INTRO["es"] + "El certificado no procede de una fuente confiable.",
        zh=INTRO["zh"] + "该证书出自不受信任的来源。",
    ),
    _page(
        codes.SELF_SIGNED,
        "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
        en=INTRO["en"] + "The certificate is not trusted because it is self-signed.",
        fr=INTRO["fr"] + "Le certificat n’est pas sûr car il est auto-signé.",
        de=INTRO["de"] + "Dem Zertifikat wird nicht vertraut, weil es vom Aussteller selbst signiert wurde.",
        es=INTRO["es"] + "No se confía en el certificado porque está autofirmado.",
        zh=INTRO["zh"] + "该证书因为其自签名而不被信任。",
    ),
    _page(
        codes.NO_PATH | codes.DISTRUSTED | frozenset({"path-budget-exceeded"}),
        "SEC_ERROR_UNKNOWN_ISSUER",
        en="Websites prove their identity via certificates. Firefox does not trust {host} because its certificate "
        "issuer is unknown, the certificate is self-signed, or the server is not sending the correct intermediate "
        "certificates.",
        fr="Les sites web justifient leur identité par des certificats. Firefox ne fait pas confiance à {host}, car "
        "l’émetteur de son certificat est inconnu, le certificat est auto-signé ou le serveur n’envoie pas les "
        "certificats intermédiaires corrects.",
        de="Websites bestätigen ihre Identität mittels Zertifikaten. Firefox vertraut {host} nicht, weil der "
        "Aussteller des Zertifikats unbekannt ist, das Zertifikat vom Aussteller selbst signiert wurde oder der "
        "Server nicht die korrekten Zwischen-Zertifikate sendet.",
        es="Los sitios web prueban su identidad mediante certificados. Firefox no confía en {host} porque su emisor "
        "del certificado es desconocido, el certificado es autofirmado o el servidor no está enviando los certificados "
        "intermediarios correctos.",
        zh="各个网站通过证书证明自己的身份。Firefox 不信任 {host}，因其证书颁发者未知、证书为自签名的，"
        "或者服务器未发送正确的中间证书。",
    ),
    _page(
        codes.ISSUER_EXPIRED,
        "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE",
        en=INTRO["en"] + "The certificate is not trusted because the issuer certificate has expired.",
        fr=INTRO["fr"] + "Le certificat n’est pas sûr car le certificat de l’autorité l’ayant délivré a expiré.",
        de=INTRO["de"] + "Dem Zertifikat wird nicht vertraut, weil das Aussteller-Zertifikat abgelaufen ist.",
        es=INTRO["es"] + "No se confía en el certificado porque el certificado emisor ha caducado.",
        zh=INTRO["zh"] + "该证书因为其颁发者证书已过期而不被信任。",
    ),
    _page(
        codes.WEAK_HASH,
        "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED",
        en=INTRO["en"] + "The certificate is not trusted because it was signed using a signature algorithm that was "
        "disabled because that algorithm is not secure.",
        fr=INTRO["fr"]
        + "Le certificat n’est pas sûr car il a été signé à l’aide d’un algorithme de signature qui a été "
        "désactivé car cet algorithme n’est pas sécurisé.",
        de=INTRO["de"]
        + "Dem Zertifikat wird nicht vertraut, weil es mit einem Signatur-Algorithmus signiert wurde, der "
        "deaktiviert wurde, weil er nicht sicher ist.",
        es=INTRO["es"] + "No se confía en el certificado porque ha sido firmado usando un algoritmo de firma que fue "
        "desactivado porque es inseguro.",
        zh=INTRO["zh"] + "该证书不被信任，因为证书签名所使用的签名算法因不安全已被禁用。",
    ),
    _page(
        codes.NO_CA,
        "SEC_ERROR_CA_CERT_INVALID",
        en=INTRO["en"] + "The certificate is not trusted because it was issued by an invalid CA certificate.",
        fr=INTRO["fr"] + "Le certificat n’est pas sûr car le certificat de l’autorité l’ayant délivré est invalide.",
        de=INTRO["de"] + "Dem Zertifikat wird nicht vertraut, weil es von einem ungültigen Zertifizierungsstellen-"
        "Zertifikat ausgestellt wurde.",
        es=INTRO["es"] + "No se confía en el certificado porque fue emitido por un certificado CA no válido.",
        zh=INTRO["zh"] + "该证书不被信任，因为它由无效的 CA 证书颁发者颁发。",
    ),
    _failure(codes.USE, "SEC_ERROR_INADEQUATE_CERT_TYPE", "Certificate type not approved for application."),
    _failure(
        codes.KEY_USE, "SEC_ERROR_INADEQUATE_KEY_USAGE", "Certificate key usage inadequate for attempted operation."
    ),
    _failure(
        codes.PATH_LENGTH, "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID", "Certificate path length constraint is invalid."
    ),
    _failure(
        codes.CONSTRAINED,
        "SEC_ERROR_CERT_NOT_IN_NAME_SPACE",
        "The Certifying Authority for this certificate is not permitted to issue a certificate with this name.",
    ),
    _failure(codes.UNREADABLE, "SEC_ERROR_BAD_DER", "security library: improperly formatted DER-encoded message."),
    _failure(codes.FORGED, "SEC_ERROR_BAD_SIGNATURE", "Peer's certificate has an invalid signature."),
    _failure(codes.STAPLE, "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING"),
    _failure(codes.REVOKED, "SEC_ERROR_REVOKED_CERTIFICATE", "Peer's Certificate has been revoked."),
    _page(
        codes.TRANSPARENCY,
        "MOZILLA_PKIX_ERROR_INSUFFICIENT_CERTIFICATE_TRANSPARENCY",
        en="Firefox doesn’t trust {host} because it couldn’t prove it meets public certificate transparency "
        "requirements.",
        fr="Firefox ne fait pas confiance à {host}, car il n’a pas pu prouver qu’il répond aux exigences de "
        "transparence des certificats publics.",
        de="Firefox vertraut {host} nicht, weil es nicht nachweisen konnte, dass es die Anforderungen an die "
        "Transparenz öffentlicher Zertifikate erfüllt.",
        es="Firefox no confía en {host} porque no puede demostrar que cumpla con los requisitos de transparencia de "
        "los certificados públicos.",
    ),
    _page(
        codes.NAME,
        "SSL_ERROR_BAD_CERT_DOMAIN",
        en="Websites prove their identity via certificates. Firefox does not trust this site because it uses a "
        "certificate that is not valid for {host}.",
        fr="Les sites web justifient leur identité par des certificats. Firefox ne fait pas confiance à ce site, car "
        "il utilise un certificat qui n’est pas valide pour {host}.",
        de="Websites bestätigen ihre Identität mittels Zertifikaten. Firefox vertraut dieser Website nicht, weil das "
        "von der Website verwendete Zertifikat nicht für {host} gilt.",
        es="Los sitios web prueban su identidad mediante certificados. Firefox no confía en este sitio porque utiliza "
        "un certificado que no es válido para {host}.",
        zh="各个网站通过证书证明自己的身份。Firefox 不能信任此网站，因为它使用的证书对 {host} 无效。",
    ),
    _page(
        codes.EXPIRED,
        "SEC_ERROR_EXPIRED_CERTIFICATE",
        en="Websites prove their identity via certificates, which are valid for a set time period. The certificate for "
        "{host} expired on {date}.",
        fr="Les sites web justifient leur identité par des certificats qui ont une période de validité définie. Le "
        "certificat de {host} a expiré le {date}.",
        de="Websites bestätigen ihre Identität mittels Zertifikaten, welche für einen bestimmten Zeitraum gültig sind. "
        "Das Zertifikat für {host} ist am {date} abgelaufen.",
        es="Los sitios web demuestran su identidad mediante certificados, que son válidos durante un cierto periodo de "
        "tiempo. El certificado de {host} dejó de ser válido el {date}.",
        zh="各个网站通过证书证明自己的身份，它们在设定的时间段内有效。{host} 的证书已于 {date} 过期。",
    ),
    _page(
        codes.NOT_YET_VALID,
        "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE",
        en="Websites prove their identity via certificates, which are valid for a set time period. The certificate for "
        "{host} will not be valid until {date}.",
        fr="Les sites web justifient leur identité par des certificats qui ont une période de validité définie. Le "
        "certificat de {host} ne sera pas valide jusqu’au {date}.",
        de="Websites bestätigen ihre Identität mittels Zertifikaten, welche für einen bestimmten Zeitraum gültig sind. "
        "Das Zertifikat für {host} wird erst am {date} gültig.",
        es="Los sitios web demuestran su identidad mediante certificados, que son válidos durante un cierto periodo de "
        "tiempo. El certificado de {host} solo será válido a partir del {date}.",
        zh="各个网站通过证书证明自己的身份，它们在设定的时间段内有效。{host} 的证书将生效于 {date}。",
    ),
)

PROFILE = replace(
    MOZILLA,
    id="firefox",
    title="Firefox",
    versions="135 and later, desktop",
    issuer_sources=MOZILLA.issuer_sources | {Source.CATALOGUE},
    path_checks=(*MOZILLA.path_checks, preloaded_under_public_roots),
    words=WORDS,
    citations=(
        *MOZILLA.citations,
        Citation(
            "Mozilla Security Blog 2020-11-13, Preloading Intermediate CA Certificates into Firefox", "preloading"
        ),
        Citation(
            "support.mozilla.org, Automatically trust third-party root certificates", "roots of the system since 120"
        ),
        Citation("Mozilla wiki SecurityEngineering/Certificate_Transparency", "enforced on the desktop since 135"),
    ),
    reached_by=frozenset({"firefox", "gpo", "windows", "apple", "nss"}),
)

TRANSPARENCY = "Mozilla wiki SecurityEngineering/Certificate_Transparency"
SYSTEM_ROOTS = "support.mozilla.org, Automatically trust third-party root certificates"
PRELOADING = "Mozilla wiki Security/CryptoEngineering/Intermediate_Preloading; in the press 68 is named"
OF_2021 = "Netflix/bettertls:docs/results/dec_2021 (Firefox 95)"

_BEFORE_TRANSPARENCY = replace(
    PROFILE,
    id="firefox@128",
    title="Firefox 128 ESR",
    versions="120 to 134, desktop",
    path_checks=(*CHECKS_MOZILLA, preloaded_under_public_roots),
    fetches=fetches_mozilla_141,
    revocation=status_mozilla_141,
    basis=Basis.SOURCE,
)

VERSIONS: tuple[ClientProfile, ...] = (
    replace(
        PROFILE,
        id="firefox@135",
        title="Firefox 135",
        fetches=fetches_mozilla_141,
        revocation=status_mozilla_141,
    ),
    _BEFORE_TRANSPARENCY,
    replace(
        _BEFORE_TRANSPARENCY,
        id="firefox@95",
        title="Firefox 95",
        versions="75 to 100, desktop",
        name_rules=names_gecko_95,
        citations=(*PROFILE.citations, Citation(OF_2021, "below an added root the common name counted, addresses too")),
        basis=Basis.DOCUMENT,
        # Roots of the operating system counted only where a policy said so.
        reached_by=frozenset({"firefox", "nss"}),
    ),
)

SINCE = (
    Since("48", "the common name no longer counts below a public root", "chromestatus 4981025180483584"),
    Since("75", "intermediates are preloaded", PRELOADING),
    Since("101", "the common name no longer counts at all", f"recalled; it did in 95: {OF_2021}"),
    Since("120", "roots added to Windows, macOS and Android count", SYSTEM_ROOTS),
    Since("135", "public certificates must be in transparency logs", TRANSPARENCY),
    NO_RESPONDERS,
)
