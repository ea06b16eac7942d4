"""Apache's httpd, before web mail, ActiveSync and Autodiscover.

`configtest` does not see a key that belongs to another certificate, and a graceful restart with one ends the server:
that is found out beforehand, when the bundle is written.
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "apache"
TITLE = "Apache HTTP Server"
GREETINGS: tuple[str, ...] = ()


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, put it where SSLCertificateFile points, restart gracefully."""
    return walk(_ROAD, remedy, context)


def _find(context: TargetContext) -> Step:
    return look(
        text(
            "Find the virtual host for {host} and the file that configures it. Elsewhere than on Debian the program "
            "is called apachectl, and the folder /etc/httpd.",
            host=context.host,
        ),
        "apache2ctl -S; grep -rnE 'SSLCertificate(Key|Chain)?File' /etc/apache2",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    key_line = (text("SSLCertificateKeyFile {file}", file=files.key),) if files.new_key else ()
    return (
        lines(
            # httpd 2.4, mod_ssl: SSLCertificateChainFile became obsolete with version 2.4.8
            text(
                "In that virtual host name the file, which holds the whole chain, leaf first (2.4.8 and newer), and "
                "take out SSLCertificateChainFile, which is obsolete since then. Before 2.4.8 it is the other way "
                "round: the server's own certificate here, the rest there."
            ),
            text("SSLCertificateFile {file}", file=files.chain),
            *key_line,
        ),
    )


_VERSIONS = (text("SSLProtocol -all +TLSv1.2 +TLSv1.3"),)

_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/apache2",
    folder="/etc/apache2/tls",
    find=_find,
    name=_name,
    take_up=text("Test the configuration, and let Apache take it up; running requests are finished."),
    command="apache2ctl configtest && apache2ctl graceful",
    settings={
        "offer-tls": Setting(
            text("Switch TLS on in the virtual host, beside a certificate and its key (on Debian: a2enmod ssl)."),
            (text("SSLEngine on"),),
        ),
        "tls-version": Setting(
            text("In every virtual host that sets SSLProtocol, and outside of them, allow the versions of today."),
            _VERSIONS,
        ),
        "mend-handshake": Setting(
            text("See that the virtual host has a certificate and its own key, and look into the error log."),
            _VERSIONS,
        ),
        "send-sni-certificate": Setting(
            text(
                "Put the virtual host with the right certificate first: of those on one address and port, the first "
                "that is read is for clients without a name. apache2ctl -S calls it the default server."
            ),
            command="apache2ctl -S",
        ),
        "matching-key": Setting(
            text(
                "Let SSLCertificateKeyFile name the key that belongs to SSLCertificateFile. The test of the "
                "configuration does not see it: compare the two with openssl pkey -pubout and openssl x509 -pubkey."
            ),
        ),
        "stop-injection": Setting(
            text("Apache has no STARTTLS for mail: what is wrong is at the mail server. Update that."),
        ),
    },
)
