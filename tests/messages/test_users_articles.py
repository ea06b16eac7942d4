"""Five articles of users and vendors: every message and every symptom in them is known, in their own words."""

# ruff: noqa: RUF001 - people's own quotation marks and commas

import pytest
from tests.messages.saying import codes, who

from mailtrust.core.messages.explain import explain

# What the article says, who speaks in the answer, and a cause that must be among the likely ones.
MESSAGES = [
    # Gmail and Exchange behind a load balancer: a missing intermediate
    (
        (
            "Certificate not validThe Gmail app can't guarantee the security of this email address. Your messages "
            "would be at risk."
        ),
        "gmail-android",
        "chain-incomplete",
    ),
    (
        "Certificate not trustedContact your email provider about this error, or proceed with username (unsafe).",
        "gmail-android",
        "chain-incomplete",
    ),
    (
        (
            "Ran in an issue recently where Outlook was working fine, however, Android devices, particularly mobile "
            "phones, would throw an error that the certificate was invalid when configuring an Exchange mailbox via "
            "the Gmail app."
        ),
        "outlook-not-phone",
        "chain-incomplete",
    ),
    (
        "Outlook fonctionne, mais le certificat n’est pas fiable sur les appareils Android",
        "outlook-not-phone",
        "chain-incomplete",
    ),
    # MailStore with its own certificate
    (
        (
            "le certificat est émis avec un nom de serveur MailStoreServer et ne provient pas d'une autorité de "
            "certification approuvée"
        ),
        "mailstore-addin",
        "self-signed",
    ),
    (
        (
            "le message d'avertissement suivant s'affiche lors de l'appel à MailStore Web Access via HTTPS (SSL) ou "
            "lors de l'utilisation du complément Outlook avec le paramètre de connexion sécurisée activé"
        ),
        "mailstore-warning",
        "name-mismatch",
    ),
    (
        "Ce certificat ne peut pas être utilisé si vous avez besoin d'une compatibilité avec Firefox et Chrome.",
        "not-firefox-chrome",
        "name-only-in-common-name",
    ),
    (
        (
            "Étant donné que les champs Subject Alternative Name ne sont pas définis, ce certificat ne peut pas être "
            "utilisé avec Firefox et Chrome."
        ),
        "not-firefox-chrome",
        "name-only-in-common-name",
    ),
    # The E-mail Router
    (
        (
            "les statut entrant : échec - la connexion sous-jacente a été fermée : Impossible d’établir une relation "
            "de confiance pour le canal sécurisé SSL/TLS"
        ),
        "email-router",
        "self-signed",
    ),
    (
        (
            "Statut entrant : Échec - la connexion sous-jacente a été fermée : Impossible d’établir une relation de "
            "confiance pour le canal sécurisé SSL/TLS. Le certificat distant n’est pas valide conformément à la "
            "procédure de validation."
        ),
        "email-router",
        "name-mismatch",
    ),
    (
        "Microsoft Dynamics CRM E-mail Router ne gère pas les certificats auto-signés.",
        "crm-router",
        "self-signed",
    ),
    # Exchange's services
    (
        "Exchange peut continuer à utiliser le certificat précédent pour chiffrer et déchiffrer le cookie",
        "old-certificate-served",
        "served-not-assigned",
    ),
    (
        "Une fois un certificat affecté à un service, vous ne pouvez plus supprimer l'affectation.",
        "assignment-cannot-be-removed",
        "served-not-assigned",
    ),
    ("N'affectez pas de certificat de caractère générique au service IMAP4.", "wildcard-imap-pop", "service-wildcard"),
    ("N'affectez pas de certificat de caractère générique au service POP3.", "wildcard-imap-pop", "service-wildcard"),
    (
        (
            "Lorsque vous attribuez un certificat à SMTP, vous êtes invité à remplacer le certificat auto-signé "
            "Exchange par défaut utilisé pour chiffrer la communication SMTP"
        ),
        "default-smtp-question",
        "service-default-smtp-replaced",
    ),
    (
        (
            "Si le mode de démarrage de messagerie unifiée est défini sur TCP (valeur par défaut), vous ne pouvez pas "
            "affecter le certificat au service de messagerie unifiée."
        ),
        "unified-messaging",
        "service-um-startup-mode",
    ),
    (
        "Le champ État du certificat doit avoir pour valeur Valide. Spécifiez les services",
        "status-not-valid",
        "service-certificate-not-valid",
    ),
    # Outlook, Autodiscover and a lost SRV record
    (
        "Outlook安全警报 – 安全证书上的名称无效或与网站的名称不匹配",
        "outlook-windows",
        "autodiscover-foreign-certificate",
    ),
    (
        "为需要访问companyB和companyC电子邮件的远程用户设置Outlook时存在此问题，Outlookpopup证书错误。",
        "autodiscover-warning",
        "autodiscover-foreign-certificate",
    ),
    (
        "这开始于首席执行官自己改变DNS提供商，原来的DNS设置丢失。 他提到了一些正在创build的SRVlogging，Outlook",
        "autodiscover-warning",
        "autodiscover-foreign-certificate",
    ),
    (
        "Outlook只是继续使用最后一次已知的configuration与Exchange进行通信，外出助理无法使用",
        "out-of-office",
        "autodiscover-foreign-certificate",
    ),
    (
        "自动发现：在内部局域网中Outlook发生证书警告，SSL证书不能在其上列出内部URL",
        "warning-inside",
        "scp-internal-name",
    ),
]


@pytest.mark.parametrize(("given", "speaker", "cause"), MESSAGES, ids=[speaker for _, speaker, _ in MESSAGES])
def test_what_the_articles_quote_is_known(given: str, speaker: str, cause: str) -> None:
    explanation = explain(given)
    assert speaker in who(explanation), who(explanation)
    number = next(n for n, answer in enumerate(explanation.answers) if speaker in {one.id for one in answer.speakers})
    likely = [
        suspicion.cause.code
        for suspicion in explanation.answers[number].suspicions
        if suspicion.cause.likelihood.value == "likely"
    ]
    assert cause in likely, codes(explanation, number)


SYMPTOMS = [
    ("works in Outlook but not on the phone", "outlook-not-phone"),
    ("Outlok works fine, but the smartphne shows an errror", "outlook-not-phone"),
    ("In Outlook geht es, auf dem Handy nicht", "outlook-not-phone"),
    ("fonctionne dans Outlook mais pas sur le téléphone", "outlook-not-phone"),
    ("funciona en Outlook pero no en el móvil", "outlook-not-phone"),
    ("在Outlook中正常，但在手机上无法使用", "outlook-not-phone"),
    ("prompts again and again after renewal", "prompts-after-renewal"),
    ("Outlook asks for the password again and again since the certificate was renewed", "prompts-after-renewal"),
    ("Outlook fragt seit dem Erneuern des Zertifikats immer wieder nach dem Kennwort", "prompts-after-renewal"),
    ("depuis le renouvellement du certificat, Outlook demande sans cesse le mot de passe", "prompts-after-renewal"),
    ("Outlook pide la contraseña una y otra vez desde que se renovó el certificado", "prompts-after-renewal"),
    ("更换证书后Outlook反复提示输入密码", "prompts-after-renewal"),
    ("Out of Office doesn't work", "out-of-office"),
    ("Der Abwesenheitsassistent funktioniert nicht", "out-of-office"),
    ("les réponses automatiques ne fonctionnent pas", "out-of-office"),
    ("las respuestas automáticas no funcionan", "out-of-office"),
    ("外出助理无法使用", "out-of-office"),
    ("free/busy information cannot be shown in Outlook", "out-of-office"),
    ("the web site opens in the browser fine but the Java program fails", "browser-not-programs"),
    ("it works sometimes, then the certificate error is back", "sometimes"),
    ("Kaspersky antivirus and a strange certificate", "virus-scanner"),
    ("since the certificate was renewed my iPhone does not let me continue", "iphone-after-renewal"),
    ("Thunderbird setup does not find the settings", "thunderbird-setup"),
    ("Outlook mobile reports a certificate error", "outlook-mobile-certificate"),
    ("Exchange still shows the old certificate", "old-certificate-served"),
    ("after login OWA shows a blank page", "blank-page"),
    ("mail from other domains is stuck in their queue since we renewed the certificate", "others-cannot-deliver"),
    ("only old Android phones get a certificate error", "old-devices"),
    ("behind the load balancer the certificate is not accepted", "balancer-chain"),
    ("IMAP shows a certificate error, webmail works", "services-differ"),
]


@pytest.mark.parametrize(("given", "symptom"), SYMPTOMS, ids=[given[:40] for given, _ in SYMPTOMS])
def test_symptoms_are_known_in_five_languages(given: str, symptom: str) -> None:
    assert symptom in who(explain(given)), who(explain(given))
