"""What Outlook for Windows says beyond its profile: wordings of translated articles, and Autodiscover's question."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME, likely, possible, rare
from mailtrust.core.messages.profiles import origin_of
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

REDIRECT = "MicrosoftDocs SupportArticles, Suppress AutoDiscover redirect warning in Outlook (KB 2480582)"
LOG = "Microsoft blog anthonw, Autodiscover.xml failed (0x80004005) and BPOS; numbers partly recalled"

ORIGIN = origin_of("outlook-windows")

MESSAGES = (
    message(
        ORIGIN,
        (
            *heard(
                "public Chinese articles, machine-translated",
                zh="Outlook安全警报 – 安全证书上的名称无效或与网站的名称不匹配",
            ),
            *heard(
                "recalled",
                es="El nombre del certificado de seguridad no es válido o no coincide con el nombre del sitio.",
            ),
            *heard(
                "recalled",
                de="Der Name auf dem Sicherheitszertifikat ist ungültig oder stimmt nicht mit dem Namen der "
                "Website überein.",
            ),
        ),
        (
            *likely("autodiscover-foreign-certificate", "name-mismatch"),
            *possible("scp-name-mismatch", "scp-internal-name", "name-near-miss", "autodiscover-srv-shadowed"),
            *rare("name-wildcard-depth"),
        ),
        text(
            "The host in the warning's title tells which: DOMAIN or autodiscover.DOMAIN is Autodiscover asking; an "
            "inner name is what Exchange itself told Outlook; the mail server's own name is its certificate."
        ),
    ),
    message(
        ORIGIN,
        heard(
            REDIRECT,
            "Allow this website to configure {address} server settings? / {url} / Your account was redirected to this "
            "website for settings. You should only allow settings from sources you know and trust.",
        ),
        (*likely("autodiscover-insecure-redirect"), *possible("autodiscover-foreign-certificate")),
        text("Asked when Autodiscover goes from http to https. It is normal where DOMAIN is redirected on purpose."),
    ),
    message(
        ORIGIN,
        heard(
            LOG,
            "Autodiscover to {url} FAILED (0x800C8203)",
            "GetLastError=12175; httpStatus=0. Autodiscover to {url} FAILED",
            "0x800C8203",
        ),
        (*likely("autodiscover-foreign-certificate"), *possible("chain-incomplete", "name-mismatch", "expired")),
        text("From the Log of Test E-mail AutoConfiguration: the one place that shows each URL that was tried."),
    ),
    message(
        ORIGIN,
        heard(
            LOG,
            "Local autodiscover for {domain} failed (0x8004010F)",
            "Srv Record Lookup for {domain} failed (0x80004005)",
            "Svr Record Lookup for {domain} failed (0x80004005)",
        ),
        (*likely("autodiscover-not-found"), *possible("autodiscover-foreign-certificate", "autodiscover-srv-shadowed")),
        text("One such line is no fault by itself: Outlook goes through all its ways until one answers."),
    ),
    message(
        ORIGIN,
        heard(
            "recalled",
            "There is a problem with the proxy server's security certificate. The name on the security certificate is "
            "invalid or does not match the name of the target site {host}. Outlook is unable to connect to the proxy "
            "server. (Error Code 10)",
            "There is a problem with the proxy server's security certificate. The security certificate is not from a "
            "trusted certifying authority. Outlook is unable to connect to the proxy server. (Error Code 8)",
        ),
        (*WRONG_NAME, *possible("self-signed", "anchor-unknown", "chain-incomplete")),
        text("Outlook Anywhere compares with msstd: of Set-OutlookProvider, which must fit a wildcard certificate."),
    ),
    message(
        ORIGIN,
        heard(
            "recalled",
            "An encrypted connection to your mail server is not available. Click Next to attempt using an unencrypted "
            "connection.",
        ),
        (*ANYTHING, *possible("tls-not-offered", "tls-version-old")),
        text(
            "Outlook's set-up says so also where TLS is offered and the certificate displeased it. Do not click Next."
        ),
    ),
)
