"""Dovecot: IMAP, POP3, submission and ManageSieve. Versions 2.3 and 2.4 name the same things differently."""

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

ID = "dovecot"
TITLE = "Dovecot"

FOLDER = "/etc/dovecot/tls"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in the syntax of the version, reload."""
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
    copy_key = f" && install -m 0600 {context.key} {FOLDER}/{context.key}" if new_key else ""
    old: tuple[Text, ...] = (text("ssl_cert = <{folder}/{file}", folder=FOLDER, file=context.bundle),)
    new: tuple[Text, ...] = (text("ssl_server_cert_file = {folder}/{file}", folder=FOLDER, file=context.bundle),)
    if new_key:
        old = (*old, text("ssl_key = <{folder}/{file}", folder=FOLDER, file=context.key))
        new = (*new, text("ssl_server_key_file = {folder}/{file}", folder=FOLDER, file=context.key))
    former = text("Put the former lines back.")
    return (
        look(
            text(
                "See the version, and where the certificate is named today; a local_name block for {host} wins.",
                host=context.host,
            ),
            "dovecot --version; doveconf -n | grep -nE 'ssl|local_name'; grep -rnE 'ssl_(server_)?(cert|key)' "
            "/etc/dovecot",
        ),
        do(
            text("Put the file where Dovecot may read it."),
            f"install -d -m 0755 {FOLDER} && install -m 0644 {context.bundle} {FOLDER}/{context.bundle}{copy_key}",
            text("Delete the files there."),
        ),
        human(
            text("Dovecot 2.3: name it so. The < matters: without it the path itself is taken for the certificate."),
            *old,
            undo=former,
            needs="root",
        ),
        human(text("Dovecot 2.4: name it so, without <."), *new, undo=former, needs="root"),
        _reload(),
    )


def _reload() -> Step:
    return reload(
        text("Test the configuration, and let Dovecot take it up; it serves the former file from memory until then."),
        "doveconf -n >/dev/null && doveadm reload",
        text("Put the former lines back and reload again."),
    )


_SETTINGS: dict[str, tuple[Text, tuple[Text, ...]]] = {
    "offer-tls": (
        text("Demand TLS before a password is taken, in /etc/dovecot/conf.d/10-ssl.conf or dovecot.conf."),
        (text("ssl = required"),),
    ),
    "tls-version": (text("Allow the versions of today."), (text("ssl_min_protocol = TLSv1.2"),)),
    "mend-handshake": (
        text(
            "See that certificate and key are there, belong together and can be read, and look into doveadm log errors."
        ),
        (text("ssl_min_protocol = TLSv1.2"),),
    ),
    "send-sni-certificate": (
        text("Name the right certificate outside of every local_name block: that is what clients without a name get."),
        (),
    ),
    "matching-key": (
        text("Name the key that belongs to the certificate: ssl_key (2.3) or ssl_server_key_file (2.4)."),
        (),
    ),
    "stop-injection": (
        text("Update Dovecot: 2.3.14.1 mended how it treats what comes before TLS (CVE-2021-33515)."),
        (),
    ),
}


def _configure(goal: ConfigureServer, context: TargetContext) -> tuple[Step, ...]:
    if goal.setting not in _SETTINGS:
        return ()
    say, lines = _SETTINGS[goal.setting]
    return (
        human(say, *lines, undo=text("Put the former lines back."), needs="root"),
        _reload(),
        check_again(context),
    )
