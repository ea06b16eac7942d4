"""nginx, before web mail, ActiveSync and Autodiscover, or as a mail proxy."""

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
from mailtrust.core.targets.parts.steps import check_again, do, human, look, prepare_chain, reload, who_ends_tls

ID = "nginx"
TITLE = "nginx"

FOLDER = "/etc/nginx/tls"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, put it where ssl_certificate points, reload."""
    match remedy.goal:
        case ServeChain() | ServeSameCertificate():
            return (
                who_ends_tls(context),
                *prepare_chain(context, ID, complete=remedy.safe),
                *_install(context, new_key=False),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                who_ends_tls(context),
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
    key = f" && install -m 0600 {context.key} {FOLDER}/{context.key}" if new_key else ""
    line = text("ssl_certificate {folder}/{file};", folder=FOLDER, file=context.bundle)
    key_line = text("ssl_certificate_key {folder}/{file};", folder=FOLDER, file=context.key)
    return (
        look(
            text("Find the server block for {host} and note what ssl_certificate says now.", host=context.host),
            "nginx -T 2>/dev/null | grep -nE 'server_name|listen|ssl_certificate|configuration file'",
        ),
        do(
            text("Put the file where nginx may read it."),
            f"install -d -m 0755 {FOLDER} && install -m 0644 {context.bundle} {FOLDER}/{context.bundle}{key}",
            text("Delete the files there."),
        ),
        human(
            text("In that block (http or mail) let nginx read it. ssl_certificate holds the whole chain, leaf first."),
            *((line, key_line) if new_key else (line,)),
            undo=text("Put the former lines back."),
            needs="root",
        ),
        _reload(),
    )


def _reload() -> Step:
    return reload(
        text("Test the configuration, and let nginx take it up; running connections are finished."),
        "nginx -t && nginx -s reload",
        text("Put the former lines back and reload again."),
    )


_SETTINGS: dict[str, tuple[Text, tuple[Text, ...]]] = {
    "offer-tls": (
        text("In the mail block switch STARTTLS on, beside a certificate and its key."),
        (text("starttls only;"),),
    ),
    "tls-version": (
        text("In every block that sets ssl_protocols, and in http itself, allow the versions of today."),
        (text("ssl_protocols TLSv1.2 TLSv1.3;"),),
    ),
    "mend-handshake": (
        text(
            "See that the block has a certificate, its own key, and no list of ciphers that leaves nothing in common."
        ),
        (text("ssl_protocols TLSv1.2 TLSv1.3;"),),
    ),
    "send-sni-certificate": (
        text("Make the block with the right certificate the default of its port."),
        (text("listen 443 ssl default_server;"),),
    ),
    "matching-key": (
        text("Let ssl_certificate_key name the key that belongs to ssl_certificate; nginx -t says when it does not."),
        (),
    ),
    "stop-injection": (
        text("Update nginx, and the mail server behind it; see then which of the two still answers before TLS."),
        (),
    ),
}


def _configure(goal: ConfigureServer, context: TargetContext) -> tuple[Step, ...]:
    if goal.setting not in _SETTINGS:
        return ()
    say, lines = _SETTINGS[goal.setting]
    return (
        who_ends_tls(context),
        human(say, *lines, undo=text("Put the former lines back."), needs="root"),
        _reload(),
        check_again(context),
    )
