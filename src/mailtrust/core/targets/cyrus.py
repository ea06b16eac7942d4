"""Cyrus IMAP: IMAP, POP3, LMTP and ManageSieve.

tls_server_cert holds the full chain; tls_server_ca_file has another purpose, to judge servers of which Cyrus is a
client (imapd.conf(5)). A name before the option (imap_, pop3_, lmtp_, sieve_) sets it for that service alone.
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, lines, walk

ID = "cyrus"
TITLE = "Cyrus IMAP"
GREETINGS: tuple[str, ...] = ("cyrus",)

CONFIGURATION = "/etc/imapd.conf"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in imapd.conf, tell the master process."""
    return walk(_ROAD, remedy, context)


def _find(_: TargetContext) -> Step:
    return look(
        text(
            "See how the files are named today. A line for one service (imap_tls_server_cert) wins over the general "
            "one; before version 2.5 the options were called tls_cert_file and tls_key_file."
        ),
        f"grep -nE 'tls_(server_)?(cert|key|ca)' {CONFIGURATION}",
    )


def _name(files: Files, _: TargetContext) -> tuple[Step, ...]:
    key_line = (text("tls_server_key: {file}", file=files.key),) if files.new_key else ()
    return (
        lines(
            text(
                "In imapd.conf name the file, which holds the full chain. tls_server_ca_file is not the place for "
                "intermediates: nothing in it is sent."
            ),
            text("tls_server_cert: {file}", file=files.chain),
            *key_line,
        ),
    )


_ROAD = Road(
    id=ID,
    form=ID,
    configuration=CONFIGURATION,
    folder="/etc/ssl/cyrus",
    key_mode="-o cyrus -g mail -m 0640",
    find=_find,
    name=_name,
    take_up=text(
        "Test the configuration (what conf-lint prints, Cyrus does not know), and let new processes take it up; "
        "sessions that run keep the former certificate until they end."
    ),
    # Debian's unit knows no reload; the master takes HUP for it.
    command=(
        f"/usr/lib/cyrus/bin/cyr_info conf-lint -C {CONFIGURATION}"
        " && systemctl kill --kill-who=main --signal=HUP cyrus-imapd"
    ),
    settings={
        "offer-tls": Setting(
            text("Give Cyrus a certificate and its key, and refuse passwords without TLS."),
            (text("allowplaintext: no"),),
        ),
        "tls-version": Setting(text("Allow the versions of today."), (text("tls_versions: tls1_2 tls1_3"),)),
        "mend-handshake": Setting(
            text("See that the user cyrus may read certificate and key, and what the log says of them."),
            command=f"grep -n tls_ {CONFIGURATION}; grep 'TLS' /var/log/mail.log | tail -n 20",
        ),
        "send-sni-certificate": Setting(
            text("Cyrus shows one certificate to everybody: let it bear all names that clients use."),
        ),
        "matching-key": Setting(
            text("Let tls_server_key name the key that belongs to tls_server_cert; the log says when it does not."),
        ),
        "stop-injection": Setting(
            text("Update Cyrus: 2.4.7 mended how it treats what comes before TLS (CVE-2011-1926)."),
        ),
    },
)
