"""Exim: port 25, submission and submissions.

The files are read for each connection (Exim specification, 43 "Encrypted SMTP connections using TLS/SSL"); only a
changed configuration needs the signal. Debian's Exim is built with GnuTLS.
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "exim"
TITLE = "Exim"
GREETINGS: tuple[str, ...] = ("exim",)


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in tls_certificate, tell the daemon."""
    return walk(_ROAD, remedy, context)


def _find(_: TargetContext) -> Step:
    return look(
        text(
            "See which configuration is read and how the files are named today. Where a value holds a variable such as "
            "tls_in_sni, each name may have a file of its own. Elsewhere than on Debian the program is called exim."
        ),
        "exim4 -bV | grep -i 'configuration file'; exim4 -bP tls_certificate tls_privatekey tls_advertise_hosts",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    own: tuple[Text, ...] = (text("tls_certificate = {file}", file=files.chain),)
    debian: tuple[Text, ...] = (text("MAIN_TLS_CERTIFICATE = {file}", file=files.chain),)
    if files.new_key:
        own = (*own, text("tls_privatekey = {file}", file=files.key))
        debian = (*debian, text("MAIN_TLS_PRIVATEKEY = {file}", file=files.key))
    return (
        lines(
            text(
                "In the main part of the configuration name the file, leaf first and issuers behind. Where "
                "tls_privatekey was not set, the former file held the key as well: then name that key there."
            ),
            *own,
        ),
        lines(
            text("Debian's own configuration takes it from /etc/exim4/exim4.conf.localmacros instead."),
            *debian,
        ),
    )


_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/exim4",
    folder="/etc/exim4/tls",
    key_mode="-o root -g Debian-exim -m 0640",
    find=_find,
    name=_name,
    take_up=text(
        "Test the configuration, and let Exim take it up; deliveries under way are finished. Elsewhere than on Debian: "
        "exim -bV, and a HUP to the daemon."
    ),
    command="update-exim4.conf && exim4 -bV >/dev/null && systemctl reload exim4",
    settings={
        "offer-tls": Setting(
            text("Offer TLS to everybody, beside a certificate and its key (on Debian: MAIN_TLS_ENABLE = yes)."),
            (text("tls_advertise_hosts = *"),),
        ),
        "tls-version": Setting(
            text("Allow the versions of today: the first line where Exim was built with GnuTLS, else the second."),
            (
                text("tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"),
                text("openssl_options = +no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1"),
            ),
        ),
        "mend-handshake": Setting(
            text("See whether Exim's user may read certificate and key, and what the log says."),
            command=(
                "exim4 -bP tls_certificate tls_privatekey tls_require_ciphers;"
                " grep 'TLS error' /var/log/exim4/mainlog | tail -n 20"
            ),
        ),
        "send-sni-certificate": Setting(
            text(
                "Where tls_certificate depends on tls_in_sni, let it give the right file when that is empty: that is "
                "what clients without a name get."
            ),
        ),
        "matching-key": Setting(
            text(
                "Let tls_privatekey name the key that belongs to tls_certificate. Exim sees it only when a client "
                "comes: compare the two with openssl pkey -pubout and openssl x509 -pubkey."
            ),
        ),
        "stop-injection": Setting(
            text("Update Exim, and take proxies and scanners off the port."),
        ),
    },
)
