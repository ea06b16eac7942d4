"""Dovecot: IMAP, POP3, submission and ManageSieve. Versions 2.3 and 2.4 name the same things differently."""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "dovecot"
TITLE = "Dovecot"
GREETINGS: tuple[str, ...] = ("dovecot",)


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in the syntax of the version, reload."""
    return walk(_ROAD, remedy, context)


def _find(context: TargetContext) -> Step:
    return look(
        text(
            "See the version, and where the certificate is named today; a local_name block for {host} wins.",
            host=context.host,
        ),
        "dovecot --version; doveconf -n | grep -nE 'ssl|local_name'; grep -rnE 'ssl_(server_)?(cert|key)' /etc/dovecot",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    old: tuple[Text, ...] = (text("ssl_cert = <{file}", file=files.chain),)
    new: tuple[Text, ...] = (text("ssl_server_cert_file = {file}", file=files.chain),)
    if files.new_key:
        old = (*old, text("ssl_key = <{file}", file=files.key))
        new = (*new, text("ssl_server_key_file = {file}", file=files.key))
    return (
        lines(
            text("Dovecot 2.3: name it so. The < matters: without it the path itself is taken for the certificate."),
            *old,
        ),
        lines(text("Dovecot 2.4: name it so, without <."), *new),
    )


_VERSIONS = (text("ssl_min_protocol = TLSv1.2"),)

_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/dovecot",
    folder="/etc/dovecot/tls",
    find=_find,
    name=_name,
    take_up=text(
        "Test the configuration, and let Dovecot take it up; it serves the former file from memory until then."
    ),
    command="doveconf -n >/dev/null && doveadm reload",
    settings={
        "offer-tls": Setting(
            text("Demand TLS before a password is taken, in /etc/dovecot/conf.d/10-ssl.conf or dovecot.conf."),
            (text("ssl = required"),),
        ),
        "tls-version": Setting(text("Allow the versions of today."), _VERSIONS),
        "mend-handshake": Setting(
            text(
                "See that certificate and key are there, belong together and can be read, and look into doveadm log "
                "errors."
            ),
            _VERSIONS,
        ),
        "send-sni-certificate": Setting(
            text(
                "Name the right certificate outside of every local_name block: that is what clients without a name get."
            ),
        ),
        "matching-key": Setting(
            text("Name the key that belongs to the certificate: ssl_key (2.3) or ssl_server_key_file (2.4)."),
        ),
        "stop-injection": Setting(
            text("Update Dovecot: 2.3.14.1 mended how it treats what comes before TLS (CVE-2021-33515)."),
        ),
    },
)
