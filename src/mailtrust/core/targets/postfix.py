"""Postfix: port 25, submission and submissions.

Two ways to name the files: smtpd_tls_chain_files (3.4 and newer: key first, then chain), which wins, and the older
smtpd_tls_cert_file with smtpd_tls_key_file (postconf(5)).
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, command, walk

ID = "postfix"
TITLE = "Postfix"
GREETINGS: tuple[str, ...] = ("postfix",)


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in main.cf in the form that is in use there, reload."""
    return walk(_ROAD, remedy, context)


def _find(_: TargetContext) -> Step:
    return look(
        text(
            "Note how the certificate is named today. When smtpd_tls_chain_files (Postfix 3.4 and newer) is set, "
            "the other three do not count; -o lines in master.cf win over both."
        ),
        "postconf smtpd_tls_chain_files smtpd_tls_cert_file smtpd_tls_key_file smtpd_tls_eccert_file;"
        " postconf -P '*/*/smtpd_tls_*'",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    old_key = f" 'smtpd_tls_key_file = {files.key}'" if files.new_key else ""
    key_in_list = files.key if files.new_key else "PATH-OF-THE-KEY"
    return (
        command(
            text("Where smtpd_tls_cert_file is in use: name the file there, leaf first."),
            f"postconf -e 'smtpd_tls_cert_file = {files.chain}'{old_key}",
        ),
        command(
            text("Where smtpd_tls_chain_files is in use: name the key first and the chain right after it."),
            f"postconf -e 'smtpd_tls_chain_files = {key_in_list}, {files.chain}'",
        ),
    )


_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/postfix",
    folder="/etc/postfix/tls",
    find=_find,
    name=_name,
    take_up=text("Let Postfix take it up; deliveries under way are finished with the former one."),
    command="postfix check && postfix reload",
    settings={
        "offer-tls": Setting(
            text(
                "Offer TLS to whoever wants it; on the submission ports demand it (-o "
                "smtpd_tls_security_level=encrypt in master.cf)."
            ),
            command="postconf -e 'smtpd_tls_security_level = may'",
            changes=True,
        ),
        "tls-version": Setting(
            text("Allow the versions of today (Postfix 3.6 and newer; before, say !SSLv2, !SSLv3, !TLSv1, !TLSv1.1)."),
            command="postconf -e 'smtpd_tls_protocols = >=TLSv1.2' 'smtpd_tls_mandatory_protocols = >=TLSv1.2'",
            changes=True,
        ),
        "mend-handshake": Setting(
            text("See which files are named, whether key and certificate belong together, and what the log says."),
            command="postconf -n | grep smtpd_tls; grep 'TLS' /var/log/mail.log | tail -n 20",
        ),
        "send-sni-certificate": Setting(
            text(
                "smtpd_tls_chain_files is what clients without a server name get: put the certificate for the MX name "
                "there, and leave others to tls_server_sni_maps."
            ),
            command="postconf smtpd_tls_chain_files smtpd_tls_cert_file tls_server_sni_maps",
        ),
        "matching-key": Setting(
            text("Name the key that belongs to the certificate; the two commands must print the same."),
            command=(
                'openssl pkey -in "$(postconf -h smtpd_tls_key_file)" -pubout;'
                ' openssl x509 -in "$(postconf -h smtpd_tls_cert_file)" -noout -pubkey'
            ),
        ),
        "stop-injection": Setting(
            text(
                "Postfix throws away what a client sends before TLS since 2011: take proxies and scanners off port "
                "25, or update."
            ),
            command="postconf mail_version smtpd_proxy_filter smtpd_upstream_proxy_protocol",
        ),
    },
)
