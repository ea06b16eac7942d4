"""OpenLDAP's tools and libldap: address books, directory log-ons, Postfix and Dovecot look-ups."""

from mailtrust.core.messages.causes import ANYTHING, WRONG_NAME
from mailtrust.core.messages.message import Message, Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import text

LIBLDAP = "OpenLDAP libraries/libldap/tls_g.c and tls_o.c, as quoted in public programs"

ORIGIN = Origin(
    "ldapsearch",
    text("ldapsearch and programs on libldap"),
    OriginKind.PROGRAM,
    "OpenLDAP 2.4 to 2.6",
    passes_on=("openssl", "gnutls", "nss"),
    clients=("openssl", "gnutls"),
    scheme="ldap",
)

MESSAGES = (
    message(
        ORIGIN,
        heard(
            LIBLDAP,
            "ldap_start_tls: Connect error (-11) additional info: TLS: hostname does not match CN in peer certificate",
            "TLS: hostname does not match name in peer certificate",
        ),
        WRONG_NAME,
        text("A domain controller's certificate names the controller: connect by its full name, not by the domain's."),
    ),
    message(
        ORIGIN,
        heard(
            LIBLDAP,
            "ldap_start_tls: Connect error (-11) additional info: error:{number}:SSL "
            "routines:tls_process_server_certificate:certificate verify failed ({reason})",
            "ldap_start_tls: Connect error (-11) additional info: (unknown error code)",
        ),
        ANYTHING,
        text(
            "libldap trusts what TLS_CACERT in ldap.conf names. “Can't contact LDAP server (-1)” alone can also be a "
            "port that is closed: ldapsearch -d 1 tells."
        ),
    ),
    Message(ORIGIN, heard(LIBLDAP, "TLS: can't connect: {reason}"), ANYTHING, alone=False),
)
