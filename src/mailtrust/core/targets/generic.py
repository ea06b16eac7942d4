"""Any product: what must become true, the file for it, and where well-known products want that file."""

from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    ServeChain,
    ServeSameCertificate,
    Step,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import human, look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, prepare_chain, who_ends_tls

ID = "generic"
TITLE = "any other product"
GREETINGS: tuple[str, ...] = ()

FORM = "pem"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """The bundle, what the server has to present, and pointers."""
    match remedy.goal:
        case ServeChain() | ServeSameCertificate():
            return (
                *_guess(context),
                who_ends_tls(context),
                *prepare_chain(context, FORM, complete=remedy.safe),
                *_install(context),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                *_guess(context),
                who_ends_tls(context),
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, FORM),
                *_install(context),
                check_again(context),
            )
        case ConfigureServer():
            return _configure(remedy.goal, context)
        case _:
            return ()


def _guess(context: TargetContext) -> tuple[Step, ...]:
    if not context.guess:
        return ()
    return (
        human(
            text(
                "The greeting makes one think of {product}. That is a guess: greetings can be changed, and a proxy may "
                "end TLS before it. If it is right, check again with --product {product} for its own steps.",
                product=context.guess,
            )
        ),
    )


def _install(context: TargetContext) -> tuple[Step, ...]:
    return (
        look(
            text("On the server, see which programs listen on the ports concerned; each reads a file of its own."),
            "ss -ltnp",
        ),
        human(
            text("Where that is, in well-known products: {places}.", places=_PLACES),
        ),
        human(
            text(
                "Put {file} where the program that ends TLS reads its certificate, keep the former file beside it, "
                "and reload the program: most keep certificates in memory. It must then send what {file} holds, in "
                "this order, and no root. (--product ID gives all steps for one product.)",
                file=context.bundle,
            ),
            undo=text("Put the former file back and reload."),
            disruption="reload",
            needs="root",
        ),
    )


_PLACES = (
    "nginx ssl_certificate",
    "Apache (2.4.8 and newer) SSLCertificateFile",
    "Postfix smtpd_tls_chain_files (key first) or smtpd_tls_cert_file",
    "Dovecot 2.3 ssl_cert = </path",
    "Dovecot 2.4 ssl_server_cert_file",
    "HAProxy crt (with the key in the same file)",
    "Exim tls_certificate",
    "Cyrus tls_server_cert",
    "Courier TLS_CERTFILE (with the key in the same file)",
    "Stalwart: Settings > TLS > Certificates",
    "slapd TLSCertificateFile",
    "IIS, Exchange and MailStore: the computer's Intermediate Certification Authorities (certlm.msc)",
    "Kemp: Certificates & Security > Intermediate Certs",
    "F5 BIG-IP: Chain in the client SSL profile",
    "NetScaler: the certificate, linked with its intermediate",
)
"""Where the file belongs, product by product, in the products' own words."""

_SETTINGS: dict[str, Text] = {
    "offer-tls": text("Give the service a certificate and its key, and switch STARTTLS or TLS on."),
    "tls-version": text("Allow TLS 1.2 and 1.3; where the software knows neither, update it or put a proxy before it."),
    "mend-handshake": text(
        "Look into the service's log of the moment of this check; see that certificate, key, versions and ciphers are "
        "there."
    ),
    "send-sni-certificate": text("Make the certificate for {host} the one that is served when no name is sent."),
    "matching-key": text("Give the service the key that belongs to its certificate."),
    "mend-stapling": text(
        "Let the service fetch a new OCSP answer (it needs the way to the CA's responder, and DNS), or switch stapling "
        "off where nothing demands it. Its name is ssl_stapling in nginx, SSLUseStapling in Apache, ocsp-update in "
        "HAProxy and tls_ocsp_file in Exim; IIS staples by itself; other mail software may not be able to."
    ),
    "stop-injection": text("Update the software, take devices off the way, or use the port with TLS from the start."),
}


def _configure(goal: ConfigureServer, context: TargetContext) -> tuple[Step, ...]:
    if goal.setting not in _SETTINGS:
        return ()
    say = _SETTINGS[goal.setting]
    filled = Text(say.template, (("host", context.host),)) if "{host}" in say.template else say
    return (
        *_guess(context),
        who_ends_tls(context),
        human(filled, undo=text("Put the former settings back."), disruption="reload", needs="root"),
        check_again(context),
    )
