"""slapd, the server of OpenLDAP.

TLSCertificateFile may hold intermediates after the server's own certificate (slapd.conf(5), 2.5); Debian's build, on
GnuTLS, sends them as well. TLSCACertificateFile, a file apart, holds the CAs that slapd itself recognises, up to the
root; versions built with OpenSSL before 2.5 also took the intermediates that they sent from there. `slaptest` reads
the configuration, and neither certificate nor key.
"""

from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.road import Files, Road, Setting, command, lines, walk

ID = "slapd"
TITLE = "OpenLDAP slapd"
GREETINGS: tuple[str, ...] = ()

FOLDER = "/etc/ldap/tls"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Write the chain, name it in cn=config or slapd.conf, restart."""
    return walk(_ROAD, remedy, context)


def _find(_: TargetContext) -> Step:
    return look(
        text("See whether slapd is configured by cn=config or by slapd.conf, and how the files are named today."),
        "ldapsearch -Q -LLL -Y EXTERNAL -H ldapi:/// -b cn=config -s base | grep -i olcTLS;"
        " grep -n TLS /etc/ldap/slapd.conf",
    )


def _name(files: Files, context: TargetContext) -> tuple[Step, ...]:
    issuers = f"{FOLDER}/{context.file}-issuers.pem"
    own = context.file + "-issuers.pem"
    values = {"olcTLSCertificateFile": files.chain, "olcTLSCACertificateFile": issuers}
    written: tuple[Text, ...] = (
        text("TLSCertificateFile {file}", file=files.chain),
        text("TLSCACertificateFile {file}", file=issuers),
    )
    if files.new_key:
        values["olcTLSCertificateKeyFile"] = files.key
        written = (*written, text("TLSCertificateKeyFile {file}", file=files.key))
    changes = "\\n-\\n".join(f"replace: {name}\\n{name}: {value}" for name, value in values.items())
    return (
        do(
            text(
                "Write the issuers, up to the root, into a file of their own. If clients show certificates to slapd, "
                "or it has TLSCACertificateFile for another reason, add them to the file that is named there instead, "
                "and leave that line as it is."
            ),
            f"mailtrust bundle {context.bundle} --for issuers --with-root{context.options} -o {own}"
            f" && install -m 0644 {own} {issuers}",
            text("Delete the files there."),
        ),
        command(
            text(
                "Where cn=config is in use: name the files, all in one change. Error 80 means that slapd cannot read "
                "one of them, or that key and certificate do not belong together."
            ),
            f"printf 'dn: cn=config\\nchangetype: modify\\n{changes}\\n' | ldapmodify -Q -Y EXTERNAL -H ldapi:///",
        ),
        lines(text("Where slapd.conf is in use: name them there."), *written),
    )


_ROAD = Road(
    id=ID,
    form=ID,
    configuration="/etc/ldap",
    folder=FOLDER,
    key_mode="-o openldap -g openldap -m 0600",
    find=_find,
    name=_name,
    take_up=text(
        "Test the configuration and restart slapd: connections are cut, and it reads the files only when it starts."
    ),
    command="slaptest -u && systemctl restart slapd",
    restart=True,
    settings={
        "offer-tls": Setting(
            text("Give slapd a certificate and its key, and let it listen on port 636 besides, in /etc/default/slapd."),
            (text('SLAPD_SERVICES="ldap:/// ldaps:/// ldapi:///"'),),
        ),
        "tls-version": Setting(
            text(
                "Allow the versions of today: the first line where slapd was built with GnuTLS, as on Debian, which "
                "does not heed the second; that one (3.3 is TLS 1.2) with OpenSSL. In cn=config the names begin with "
                "olc."
            ),
            (
                text("TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"),
                text("TLSProtocolMin 3.3"),
            ),
        ),
        "mend-handshake": Setting(
            text("See that the user openldap may read certificate and key, and what slapd says when it starts."),
            command="ls -l /etc/ldap/tls; journalctl -u slapd -n 20 --no-pager",
        ),
        "send-sni-certificate": Setting(
            text("slapd shows one certificate to everybody: let it bear all names that clients use."),
        ),
        "matching-key": Setting(
            text(
                "Name the key that belongs to the certificate. slaptest does not see it: compare the two with openssl "
                "pkey -pubout and openssl x509 -pubkey."
            ),
        ),
        "stop-injection": Setting(text("Update OpenLDAP, or let clients use ldaps:// on port 636.")),
    },
)
