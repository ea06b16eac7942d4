"""Stalwart: SMTP, IMAP, POP3, ManageSieve and JMAP in one server.

It reads names from the certificates and chooses by what the client asks for; a client without a name gets the
default one (stalw.art/docs/server/tls/certificates). Up to 0.15 certificates stand in the configuration file, from
0.16 on they are objects that the web interface shows. Since certificates can come by ACME, look there first.
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import human
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "stalwart"
TITLE = "Stalwart"
GREETINGS: tuple[str, ...] = ("stalwart",)

FOLDER = "/opt/stalwart/etc"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in the configuration of the version, let it be read again."""
    return walk(_ROAD, remedy, context)


def _find(context: TargetContext) -> Step:
    return human(
        text(
            "See where the certificate for {host} comes from. From ACME: look there why it was not renewed, and do not "
            "put a file beside it: of several that fit, you cannot choose. Older installations lie in "
            "/opt/stalwart-mail, and their user is called stalwart-mail.",
            host=context.host,
        ),
        text("Settings"),
        text("TLS"),
        text("Certificates, and beside it ACME Providers"),
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    # A key that stays is not named: it lies where it always lay, and its line is right.
    key_line = (text('private-key = "%{{file:{file}}}%"', file=files.key),) if files.new_key else ()
    key_field = (text("Private key, from file: {file}", file=files.key),) if files.new_key else ()
    return (
        lines(
            text(
                "Up to 0.15: name the file in config.toml, and let the certificate be the one for clients without a "
                "name."
            ),
            text("[certificate.default]"),
            text('cert = "%{{file:{file}}}%"', file=files.chain),
            *key_line,
            text("default = true"),
        ),
        human(
            text(
                "From 0.16 on: open the certificate in the web interface, let it be read from the file, and save. "
                "Under System choose it as the default certificate."
            ),
            text("Settings"),
            text("TLS"),
            text("Certificates"),
            text("Certificate, from file: {file}", file=files.chain),
            *key_field,
            undo=text("Put the former files there."),
            needs="administrator of Stalwart",
        ),
    )


_ROAD = Road(
    id=ID,
    form=ID,
    configuration=FOLDER,
    folder=f"{FOLDER}/tls",
    key_mode="-o stalwart -g stalwart -m 0600",
    find=_find,
    name=_name,
    take_up=text(
        "Restart Stalwart; sessions are cut. Where none may be, choose Reload TLS certificates in the web interface "
        "instead. It has no test of its own: look into its log for what it says of the certificate."
    ),
    command=(
        'systemctl restart "$(systemctl list-units --plain --no-legend "stalwart*" | cut -d" " -f1 | head -n 1)"'
        ' && journalctl -u "stalwart*" -n 50 --no-pager | grep -iE "tls|certificate"'
    ),
    restart=True,
    settings={
        "offer-tls": Setting(
            text(
                "Give Stalwart a certificate, and let the listener offer TLS: implicit for 465, 993 and 995, otherwise "
                "STARTTLS."
            ),
            (text("tls.enable = true"), text("tls.implicit = true")),
        ),
        "tls-version": Setting(
            text("In the listener's TLS settings, take TLS 1.2 and 1.3 off the list of versions that are disabled."),
        ),
        "mend-handshake": Setting(
            text("See that Stalwart's user may read certificate and key, and what its log says of them."),
            command='journalctl -u "stalwart*" -n 200 --no-pager | grep -iE "tls|certificate"',
        ),
        "send-sni-certificate": Setting(
            text(
                "Choose the right certificate as the default one: default = true up to 0.15, under System from 0.16 on."
            ),
        ),
        "matching-key": Setting(text("Let the certificate's private key be the one that belongs to it.")),
        "stop-injection": Setting(text("Update Stalwart, and take proxies and scanners off the port.")),
    },
)
