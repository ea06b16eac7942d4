"""HAProxy, which ends TLS for whatever stands behind it."""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "haproxy"
TITLE = "HAProxy"
GREETINGS: tuple[str, ...] = ()

CONFIGURATION = "/etc/haproxy/haproxy.cfg"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """One file with certificate, key and intermediates, named by `crt`; reload."""
    return walk(_ROAD, remedy, context)


def _find(context: TargetContext) -> Step:
    return look(
        text(
            "Find the bind line for {host} and the file or folder that crt names there. In a folder HAProxy loads "
            "every file, in the order of the alphabet, and the first is what a client without a server name gets.",
            host=context.host,
        ),
        f"grep -nE 'bind|crt' {CONFIGURATION}",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    return (
        lines(
            text(
                "Let crt name the file, or the folder that holds it. Take the former file for the same name out of "
                "that folder, so that there is no choice."
            ),
            text("bind :443 ssl crt {file}", file=files.chain),
        ),
    )


_FLOOR = (text("ssl-default-bind-options ssl-min-ver TLSv1.2"),)

_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/haproxy",
    folder="/etc/haproxy/certs",
    find=_find,
    name=_name,
    take_up=text(
        "Test the configuration, and let HAProxy take it up; running connections are finished by the old process."
    ),
    command=f"haproxy -c -f {CONFIGURATION} && systemctl reload haproxy",
    key_in_bundle=True,
    ends_tls_for_others=True,
    settings={
        "offer-tls": Setting(
            text(
                "HAProxy does no STARTTLS of its own: let clients use the port with TLS from the start, or switch "
                "STARTTLS on at the mail server behind."
            ),
            (text("bind :993 ssl crt /etc/haproxy/certs/"),),
        ),
        "tls-version": Setting(
            text("In global allow the versions of today, and take other ssl-min-ver off the bind lines."), _FLOOR
        ),
        "mend-handshake": Setting(
            text(
                "See that crt names a file with certificate and key, and that no list of ciphers leaves nothing in "
                "common."
            ),
            _FLOOR,
        ),
        "send-sni-certificate": Setting(
            text("Name the file with the right certificate first on the bind line, and do not set strict-sni."),
        ),
        "matching-key": Setting(
            text("Let the file hold the key that belongs to its certificate; haproxy -c says when it does not."),
        ),
        "stop-injection": Setting(
            text("HAProxy passes STARTTLS through: what is wrong is at the mail server behind it. Update that."),
        ),
    },
)
