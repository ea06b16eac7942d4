"""Configurations of web servers, and of the mail servers that mailtrust changes and does not run."""

from tests.fuzz.configuring import PARTING, configuration

from mailtrust.core.model.configured import Files
from mailtrust.core.targets.configured import apache, courier, cyrus, haproxy, nginx

NGINX = (
    b"user x;\nevents {}\nhttp {\n include a.conf; ssl_protocols TLSv1 TLSv1.2; # c\n"
    b" server { listen 443 ssl default_server; listen [::]:443 ssl; server_name a.example *.b.example;\n"
    b"  ssl_certificate '/a b.pem'; ssl_certificate_key \"k\\\"ey\"; include a.conf; }\n"
    b" server { listen 127.0.0.1:443 ssl; listen 20000-20002; server_name c; ssl_certificate c.pem;\n"
    b'  ssl_certificate_key c.key; ssl_certificate d.pem; content_by_lua_block { x = "}" } } }\n'
    b"mail { ssl_certificate m; ssl_certificate_key mk; server { listen 143; protocol imap; starttls off; } }\n"
    + PARTING + b"ssl_certificate e.pem; ssl_certificate_key e.key; ssl_protocols SSLv3;\n" + PARTING
)  # fmt: skip
APACHE = (
    b"Define T /tls\nLoadModule ssl_module m/mod_ssl.so\nListen 443 https\nListen [::1]:8443\n<IfModule mod_ssl.c>\n"
    b"SSLCertificateFile /g.pem\n<VirtualHost *:443 10.0.0.1:8443>\n ServerName a.example\n ServerAlias b \\\n c\n"
    b' SSLEngine on\n SSLCertificateFile "${T}/a b.pem"\n SSLCertificateKeyFile ${T}/a.key\n'
    b" SSLProtocol all -SSLv3\n Include more.conf\n</VirtualHost>\n<VirtualHost _default_:443>\n ServerName d\n"
    b" SSLEngine on\n</VirtualHost>\n</IfModule>\n<IfVersion >= 2.4>\nSSLCertificateChainFile /ch.pem\n</IfVersion>\n"
    + PARTING + b"<IfDefine T>\nSSLCertificateFile /more.pem\n</IfDefine>\n" + PARTING
)  # fmt: skip
HAPROXY = (
    b"global\n crt-base /tls\n ssl-default-bind-options ssl-min-ver TLSv1.0 no-tls-tickets\n"
    b' stats socket /run/x level admin\nfrontend f\n bind *:443,:::443 ssl crt a.pem crt "b c.pem" strict-sni alpn h2\n'
    b" bind :993 ssl crt-list /list crt /tls/\nlisten l\n"
    b" bind 10.0.0.1:465-466 ssl force-tlsv11 crt /tls/x.pem ssl-max-ver TLSv1.1\n"
    + PARTING + b"# c\na.pem [alpn h2] a.example !b\n/tls/x.pem\n" + PARTING
)  # fmt: skip
CYRUS = (
    b"tls_server_cert: /a.pem,/b.pem\ntls_server_key: /a.key\nimap_tls_server_cert: /i.pem\n@include: /etc/more\n"
    b"tls_versions: tls1_0 \\\n tls1_2\n" + PARTING + b"pop3_tls_cert_file: /p.pem\n" + PARTING
    + b'SERVICES {\n imap cmd="imapd" listen="imap"\n imaps cmd="imapd -s" listen="[::1]:993"\n'
    b' pop3 cmd="pop3d" listen="localhost:pop3"\n}\n'
)  # fmt: skip
COURIER = (
    b"SSLPORT=993\nTLS_CERTFILE=/a.pem\nTLS_PRIVATE_KEYFILE='/a.key' # x\nTLS_PRIORITY=\"NORMAL:-VERS-TLS1.0\"\n"
    + PARTING + b'PORT=127.0.0.1.143,smtp\nTLS_CERTFILE="/b.pem"\nTLS_PROTOCOL=TLSv1\n' + PARTING
)  # fmt: skip
TOGETHER = Files("/wanted.pem", "/wanted.pem")


def _nginx(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/nginx/nginx.conf": parts[0], "/etc/nginx/a.conf": parts[1]}


def _apache(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/apache2/apache2.conf": parts[0], "/etc/apache2/more.conf": parts[1]}


def _haproxy(parts: list[bytes]) -> dict[str, bytes]:
    certificates = dict.fromkeys(("/tls/x.pem", "/tls/a.pem", TOGETHER.chain), b"")
    return {"/etc/haproxy/haproxy.cfg": parts[0], "/list": parts[1], **certificates}


def _cyrus(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/imapd.conf": parts[0], "/etc/more": parts[1], "/etc/cyrus.conf": parts[2]}


def _courier(parts: list[bytes]) -> dict[str, bytes]:
    return {f"/etc/courier/{name}": part for name, part in zip(("imapd-ssl", "imapd", "esmtpd"), parts, strict=False)}


NGINX_CONFIGURATION = configuration(nginx, NGINX, _nginx)
APACHE_CONFIGURATION = configuration(apache, APACHE, _apache)
HAPROXY_CONFIGURATION = configuration(haproxy, HAPROXY, _haproxy, wanted=TOGETHER)
CYRUS_CONFIGURATION = configuration(cyrus, CYRUS, _cyrus)
COURIER_CONFIGURATION = configuration(courier, COURIER, _courier)
