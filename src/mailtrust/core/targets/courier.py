"""Courier: IMAP, POP3 and SMTP, each with a file of settings and all with one way to name a certificate.

TLS_CERTFILE holds key, certificate and intermediates, unless TLS_PRIVATE_KEYFILE names a file for the key (comments
in imapd-ssl). Diffie-Hellman parameters stand in TLS_DHPARAMS since 4.15, and no longer in the certificate's file.
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "courier"
TITLE = "Courier"
GREETINGS: tuple[str, ...] = ("courier",)


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """One file with key and chain, named by TLS_CERTFILE; restart."""
    return walk(_ROAD, remedy, context)


def _find(_: TargetContext) -> Step:
    return look(
        text(
            "See how the files are named today, and whether files for single names or addresses lie beside them: "
            "Courier takes the one whose name ends in the server name or address, where there is one."
        ),
        "grep -nE '^TLS_(CERTFILE|PRIVATE_KEYFILE|DHPARAMS|DHCERTFILE)' /etc/courier/*; ls -l /etc/courier/*.pem*",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    return (
        lines(
            text(
                "In imapd-ssl, pop3d-ssl and esmtpd-ssl (and imapd, pop3d, esmtpd where they set it) name the file, "
                "and take out TLS_PRIVATE_KEYFILE: the key is in the same file. Parameters for Diffie-Hellman in the "
                "former file are not needed there; since 4.15 mkdhparams writes them for TLS_DHPARAMS."
            ),
            text("TLS_CERTFILE={file}", file=files.chain),
        ),
    )


_VERSIONS = (text("TLS_PROTOCOL=TLSv1.2"), text('TLS_PRIORITY="NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"'))
_WHICH = text(
    "Allow the versions of today: TLS_PROTOCOL where Courier was built with OpenSSL, TLS_PRIORITY with GnuTLS (Debian)."
)

_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/courier",
    folder="/etc/courier/tls",
    key_mode="-o courier -g courier -m 0600",
    key_in_bundle=True,
    find=_find,
    name=_name,
    take_up=text(
        "Courier has no test of its own: see first that its user can read key and certificate. Then restart the "
        "services with TLS; connections are cut."
    ),
    command=(
        'runuser -u courier -- sh -c \'. /etc/courier/imapd-ssl && openssl pkey -in "$TLS_CERTFILE" -noout'
        ' && openssl x509 -in "$TLS_CERTFILE" -noout -subject\''
        " && for s in courier-imap-ssl courier-pop-ssl courier-mta-ssl courier-imap courier-pop courier-mta;"
        " do systemctl try-restart $s.service; done"
    ),
    restart=True,
    settings={
        "offer-tls": Setting(
            text("Switch STARTTLS on and name a file with key and certificate (in esmtpd it is ESMTP_TLS)."),
            (text("IMAPDSTARTTLS=YES"), text("POP3_STARTTLS=YES")),
        ),
        "tls-version": Setting(_WHICH, _VERSIONS),
        "mend-handshake": Setting(
            text(
                "See that the file holds key and certificate, belongs to the user courier, and what couriertls says "
                "in the log."
            ),
            command="grep couriertls /var/log/mail.log | tail -n 20; ls -l /etc/courier/*.pem*",
        ),
        "send-sni-certificate": Setting(
            text(
                "Let TLS_CERTFILE itself, without a name at its end, be the right one: clients without a name get it."
            ),
        ),
        "matching-key": Setting(text("Let the file hold the key that belongs to its certificate; restart then.")),
        "stop-injection": Setting(
            text("Update Courier: 1.1.5 mended how it treats what comes before TLS (CVE-2021-38084)."),
        ),
    },
)
