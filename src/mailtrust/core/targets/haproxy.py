"""HAProxy, which ends TLS for whatever stands behind it."""

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

ID = "haproxy"
TITLE = "HAProxy"

FOLDER = "/etc/haproxy/certs"
CONFIGURATION = "/etc/haproxy/haproxy.cfg"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """One file with certificate, key and intermediates, named by `crt`; reload."""
    match remedy.goal:
        case ServeChain() | ServeSameCertificate():
            return (
                *prepare_chain(context, ID, complete=remedy.safe, with_key=True),
                *_install(context),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, ID, with_key=True),
                *_install(context),
                check_again(context),
            )
        case ConfigureServer():
            return _configure(remedy.goal, context)
        case _:
            return ()


def _install(context: TargetContext) -> tuple[Step, ...]:
    return (
        look(
            text(
                "Find the bind line for {host} and the file or folder that crt names there. In a folder HAProxy loads "
                "every file, in the order of the alphabet, and the first is what a client without a server name gets.",
                host=context.host,
            ),
            f"grep -nE 'bind|crt' {CONFIGURATION}",
        ),
        do(
            text(
                "Put the file there, under the name that crt knows (here {folder}/{file}); keep the former one.",
                folder=FOLDER,
                file=context.bundle,
            ),
            f"cp -p {FOLDER}/{context.bundle} {FOLDER}/{context.bundle}.before 2>/dev/null;"
            f" install -m 0600 {context.bundle} {FOLDER}/{context.bundle}",
            text("Move {file}.before back over it, outside a folder that crt names.", file=context.bundle),
        ),
        _reload(),
    )


def _reload() -> Step:
    return reload(
        text(
            "Test the configuration, and let HAProxy take it up; running connections are finished by the old process."
        ),
        f"haproxy -c -f {CONFIGURATION} && systemctl reload haproxy",
        text("Put the former file or lines back and reload again."),
    )


_SETTINGS: dict[str, tuple[Text, tuple[Text, ...]]] = {
    "offer-tls": (
        text(
            "HAProxy does no STARTTLS of its own: let clients use the port with TLS from the start, or switch "
            "STARTTLS on at the mail server behind."
        ),
        (text("bind :993 ssl crt /etc/haproxy/certs/"),),
    ),
    "tls-version": (
        text("In global allow the versions of today, and take other ssl-min-ver off the bind lines."),
        (text("ssl-default-bind-options ssl-min-ver TLSv1.2"),),
    ),
    "mend-handshake": (
        text(
            "See that crt names a file with certificate and key, and that no list of ciphers leaves nothing in common."
        ),
        (text("ssl-default-bind-options ssl-min-ver TLSv1.2"),),
    ),
    "send-sni-certificate": (
        text("Name the file with the right certificate first on the bind line, and do not set strict-sni."),
        (),
    ),
    "matching-key": (
        text("Let the file hold the key that belongs to its certificate; haproxy -c says when it does not."),
        (),
    ),
    "stop-injection": (
        text("HAProxy passes STARTTLS through: what is wrong is at the mail server behind it. Update that."),
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
