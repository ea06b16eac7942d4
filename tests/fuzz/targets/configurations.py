"""Configurations of mail servers and of a directory."""

from tests.fuzz.configuring import PARTING, configuration

from mailtrust.core.targets.configured import dovecot, exim, postfix, slapd

POSTFIX = (
    b"# main\nsmtpd_tls_chain_files =\n  /a.key, /a.pem,\n  # more\n  $other\nother = /b.key /b.pem\n"
    b"tls_server_sni_maps = hash:${config_directory}/sni\nsmtpd_tls_security_level = none\n" + PARTING
    + b"smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n[::1]:587 inet n - y - - smtpd\n"
    b"  -o smtpd_tls_cert_file=/c.pem -o smtpd_tls_chain_files=\n  -o { smtpd_tls_protocols = TLSv1 }\n" + PARTING
    + b"mail.example.com /d.key, /d.pem\n.example.org /e.pem\n"
)  # fmt: skip
DOVECOT = (
    b"protocols = imap pop3\n!include_try conf.d/*.conf\nssl = no\nssl_cert = </a.pem # x\nssl_key=< /a.key\n"
    b'local_name "a.example b.example" {\n  ssl_cert = </b.pem\n  ssl_min_protocol = TLSv1\n}\n' + PARTING
    + b"protocol !imap {\n  ssl_server_cert_file = /c.pem\n  ssl_server_key_file = \\\n /c.key\n}\n"
    b"service imap-login {\n  inet_listener imaps {\n    port = 1993\n    address = ::1\n    ssl = no\n  }\n}\n"
    + PARTING
)  # fmt: skip
EXIM = (
    b"A = /tls\nB == A/a.pem\n.ifdef A\n.include /etc/exim/more\n.else\ntls_certificate = /x\n.endif\n"
    b"daemon_smtp_ports = 25 : 465\nlocal_interfaces = <; 0.0.0.0 ; [::1]:26\n" + PARTING
    + b'tls_certificate = B : "A/b.pem"\nhide tls_privatekey = /a.key \\\n  : /b.key\n'
    b"tls_advertise_hosts =\nbegin acl\n"
    + PARTING
)  # fmt: skip
SLAPD = (
    b'include /etc/ldap/more\n# c\nTLSCertificateFile\n  "/a b.pem"\nTLSCipherSuite NORMAL\ndatabase mdb\n' + PARTING
    + b"tlscertificatekeyfile /a.key\nTLSProtocolMin 3.1" + PARTING
)  # fmt: skip


def _postfix(parts: list[bytes]) -> dict[str, bytes]:
    folder = "/etc/postfix"
    return {f"{folder}/main.cf": parts[0], f"{folder}/master.cf": parts[1], f"{folder}/sni": parts[2]}


def _dovecot(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/dovecot/dovecot.conf": parts[0], "/etc/dovecot/conf.d/10.conf": parts[1]}


def _exim(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/exim/exim.conf": parts[0], "/etc/exim/more": parts[1]}


def _slapd(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/ldap/slapd.conf": parts[0], "/etc/ldap/more": parts[1]}


POSTFIX_CONFIGURATION = configuration(postfix, POSTFIX, _postfix)
DOVECOT_CONFIGURATION = configuration(dovecot, DOVECOT, _dovecot)
EXIM_CONFIGURATION = configuration(exim, EXIM, _exim, "/etc/exim/exim.conf")
SLAPD_CONFIGURATION = configuration(slapd, SLAPD, _slapd, "/etc/ldap/slapd.conf")
