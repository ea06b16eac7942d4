"""nginx, before web mail, ActiveSync and Autodiscover, or as a mail proxy."""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "nginx"
TITLE = "nginx"
GREETINGS: tuple[str, ...] = ()


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, put it where ssl_certificate points, reload."""
    return walk(_ROAD, remedy, context)


def _find(context: TargetContext) -> Step:
    return look(
        text("Find the server block for {host} and note what ssl_certificate says now.", host=context.host),
        "nginx -T 2>/dev/null | grep -nE 'server_name|listen|ssl_certificate|configuration file'",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    key_line = (text("ssl_certificate_key {file};", file=files.key),) if files.new_key else ()
    return (
        lines(
            text("In that block (http or mail) let nginx read it. ssl_certificate holds the whole chain, leaf first."),
            text("ssl_certificate {file};", file=files.chain),
            *key_line,
        ),
    )


_VERSIONS = (text("ssl_protocols TLSv1.2 TLSv1.3;"),)

_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/nginx",
    folder="/etc/nginx/tls",
    find=_find,
    name=_name,
    take_up=text("Test the configuration, and let nginx take it up; running connections are finished."),
    command="nginx -t && nginx -s reload",
    settings={
        "offer-tls": Setting(
            text("In the mail block switch STARTTLS on, beside a certificate and its key."),
            (text("starttls only;"),),
        ),
        "tls-version": Setting(
            text("In every block that sets ssl_protocols, and in http itself, allow the versions of today."),
            _VERSIONS,
        ),
        "mend-handshake": Setting(
            text(
                "See that the block has a certificate, its own key, and no list of ciphers that leaves nothing in "
                "common."
            ),
            _VERSIONS,
        ),
        "send-sni-certificate": Setting(
            text("Make the block with the right certificate the default of its port."),
            (text("listen 443 ssl default_server;"),),
        ),
        "matching-key": Setting(
            text(
                "Let ssl_certificate_key name the key that belongs to ssl_certificate; nginx -t says when it does not."
            ),
        ),
        "stop-injection": Setting(
            text("Update nginx, and the mail server behind it; see then which of the two still answers before TLS."),
        ),
    },
)
