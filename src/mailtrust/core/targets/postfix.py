"""Postfix: port 25, submission and submissions."""

from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    ServeChain,
    ServeSameCertificate,
    Step,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, do, human, look, prepare_chain, reload

ID = "postfix"
TITLE = "Postfix"

FOLDER = "/etc/postfix/tls"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in main.cf in the form that is in use there, reload."""
    match remedy.goal:
        case ServeChain() | ServeSameCertificate():
            return (
                *prepare_chain(context, ID, complete=remedy.safe),
                *_install(context, new_key=False),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, ID),
                *_install(context, new_key=not remedy.safe),
                check_again(context),
            )
        case ConfigureServer():
            return _configure(remedy.goal, context)
        case _:
            return ()


def _install(context: TargetContext, *, new_key: bool) -> tuple[Step, ...]:
    file = f"{FOLDER}/{context.bundle}"
    key = f"{FOLDER}/{context.key}"
    copy_key = f" && install -m 0600 {context.key} {key}" if new_key else ""
    old_form = f"postconf -e 'smtpd_tls_cert_file = {file}'" + (f" 'smtpd_tls_key_file = {key}'" if new_key else "")
    key_in_list = key if new_key else "PATH-OF-THE-KEY"
    former = text("Put the former value, noted above, back with postconf -e.")
    return (
        look(
            text(
                "Note how the certificate is named today. When smtpd_tls_chain_files (Postfix 3.4 and newer) is set, "
                "the other three do not count; -o lines in master.cf win over both."
            ),
            "postconf smtpd_tls_chain_files smtpd_tls_cert_file smtpd_tls_key_file smtpd_tls_eccert_file;"
            " postconf -P '*/*/smtpd_tls_*'",
        ),
        do(
            text("Put the file where Postfix may read it."),
            f"install -d -m 0755 {FOLDER} && install -m 0644 {context.bundle} {file}{copy_key}",
            text("Delete the files there."),
        ),
        do(text("Where smtpd_tls_cert_file is in use: name the file there, leaf first."), old_form, former),
        do(
            text("Where smtpd_tls_chain_files is in use: name the key first and the chain right after it."),
            f"postconf -e 'smtpd_tls_chain_files = {key_in_list}, {file}'",
            former,
        ),
        _reload(),
    )


def _reload() -> Step:
    return reload(
        text("Let Postfix take it up; deliveries under way are finished with the former one."),
        "postfix check && postfix reload",
        text("Put the former value back and reload again."),
    )


_FORMER = text("Put the former value back with postconf -e.")

_SETTINGS: dict[str, tuple[Text, str]] = {
    "offer-tls": (
        text(
            "Offer TLS to whoever wants it; on the submission ports demand it (-o smtpd_tls_security_level=encrypt in "
            "master.cf)."
        ),
        "postconf -e 'smtpd_tls_security_level = may'",
    ),
    "tls-version": (
        text("Allow the versions of today (Postfix 3.6 and newer; before, say !SSLv2, !SSLv3, !TLSv1, !TLSv1.1)."),
        "postconf -e 'smtpd_tls_protocols = >=TLSv1.2' 'smtpd_tls_mandatory_protocols = >=TLSv1.2'",
    ),
    "mend-handshake": (
        text("See which files are named, whether key and certificate belong together, and what the log says."),
        "postconf -n | grep smtpd_tls; grep 'TLS' /var/log/mail.log | tail -n 20",
    ),
    "send-sni-certificate": (
        text(
            "smtpd_tls_chain_files is what clients without a server name get: put the certificate for the MX name "
            "there, and leave others to tls_server_sni_maps."
        ),
        "postconf smtpd_tls_chain_files smtpd_tls_cert_file tls_server_sni_maps",
    ),
    "matching-key": (
        text("Name the key that belongs to the certificate; the two commands must print the same."),
        (
            'openssl pkey -in "$(postconf -h smtpd_tls_key_file)" -pubout;'
            ' openssl x509 -in "$(postconf -h smtpd_tls_cert_file)" -noout -pubkey'
        ),
    ),
    "stop-injection": (
        text(
            "Postfix throws away what a client sends before TLS since 2011: take proxies and scanners off port 25, or "
            "update."
        ),
        "postconf mail_version smtpd_proxy_filter smtpd_upstream_proxy_protocol",
    ),
}


def _configure(goal: ConfigureServer, context: TargetContext) -> tuple[Step, ...]:
    if goal.setting not in _SETTINGS:
        return ()
    say, command = _SETTINGS[goal.setting]
    changes = command.startswith("postconf -e")
    first = do(say, command, _FORMER) if changes else look(say, command)
    rest = () if changes else (human(text("Mend what was seen there."), undo=_FORMER, needs="root"),)
    return (first, *rest, _reload(), check_again(context))
