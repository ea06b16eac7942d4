"""Apache: what its configuration says, and the few words that change."""

import pytest
from tests.configured.asked import asked, changed, lines_changed, places_in, server_of

from mailtrust.core.model.configured import Act, Cannot, ConfiguredCertificate, Files, Listening
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import Printed, ServerFacts
from mailtrust.core.targets.configured import apache

ROOT = "/etc/apache2"
MAIN = f"{ROOT}/apache2.conf"
BUILT = {
    ("apachectl", "-V"): Printed(
        0, 'Server version: Apache/2.4.9\n -D HTTPD_ROOT="/etc/apache2"\n -D SERVER_CONFIG_FILE="apache2.conf"\n'
    ),
    ("apachectl", "-l"): Printed(0, "Compiled in modules:\n  core.c\n  mod_so.c\n  http_core.c\n  mod_version.c\n"),
}
DEBIAN = b"""\
DefaultRuntimeDir ${APACHE_RUN_DIR}
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
Define TLS /etc/ssl/own
IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
"""
PORTS = b"""\
Listen 80
<IfModule ssl_module>
\tListen 443
</IfModule>
<IfModule mod_gnutls.c>
\tListen 8443
</IfModule>
"""
SSL_CONF = b"""\
<IfModule mod_ssl.c>
\t# SSLv3 is off
\tSSLProtocol all -SSLv3
</IfModule>
"""
DEFAULT_SITE = b"""\
<IfModule mod_ssl.c>
\t<VirtualHost _default_:443>
\t\tSSLEngine on
\t\tSSLCertificateFile      /etc/ssl/certs/snakeoil.pem
\t\tSSLCertificateKeyFile /etc/ssl/private/snakeoil.key
\t\t<FilesMatch "\\.(cgi|shtml)$">
\t\t\tSSLOptions +StdEnvVars
\t\t</FilesMatch>
\t</VirtualHost>
</IfModule>
"""
MAIL_SITE = b"""\
<VirtualHost *:80>
  ServerName mail.example.com
</VirtualHost>
<VirtualHost *:443>
  ServerName https://mail.example.com:443
  ServerAlias autodiscover.example.com \\
      "*.mail.example.com"
  SSLEngine On
  SSLCertificateFile ${TLS}/mail.pem
  sslcertificatekeyfile "${TLS}/mail key.pem"
  SSLCertificateChainFile tls/chain.pem
  <IfVersion >= 2.4.8>
    SSLCertificateFile /etc/ssl/own/ec.pem
  </IfVersion>
  <IfVersion < 2.4.8>
    SSLCertificateFile /etc/ssl/own/no.pem
  </IfVersion>
</VirtualHost>
"""
FILES = {
    MAIN: DEBIAN,
    f"{ROOT}/ports.conf": PORTS,
    f"{ROOT}/envvars": b"unset HOME\nSUFFIX=\nexport APACHE_RUN_DIR=/var/run/apache2$SUFFIX\n",
    f"{ROOT}/mods-enabled/ssl.load": b"LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n",
    f"{ROOT}/mods-enabled/ssl.conf": SSL_CONF,
    f"{ROOT}/sites-enabled/default-ssl.conf": DEFAULT_SITE,
    f"{ROOT}/sites-enabled/mail.conf": MAIL_SITE,
}
SERVER = server_of(apache)
MAIL = f"{ROOT}/sites-enabled/mail.conf"
ONE_HOST = b"LoadModule ssl_module mod_ssl.so\nListen 443\nSSLEngine on\n"


def whole() -> ServerFacts:
    return asked(apache, SERVER, FILES, BUILT)


def of_one(source: bytes) -> tuple[ServerFacts, tuple[ConfiguredCertificate, ...]]:
    facts = asked(apache, SERVER, {MAIN: source}, BUILT)
    return facts, places_in(apache, SERVER, facts)


def test_what_debians_folders_say() -> None:
    snakeoil, rsa, ecdsa = places_in(apache, SERVER, whole())
    assert snakeoil == ConfiguredCertificate(
        "apache", "VirtualHost *", f"{ROOT}/sites-enabled/default-ssl.conf", 4, "/etc/ssl/certs/snakeoil.pem",
        "/etc/ssl/private/snakeoil.key", listens=(Listening(443),), is_default=True,
    )  # fmt: skip
    names = ("mail.example.com", "autodiscover.example.com", "*.mail.example.com")
    assert rsa == ConfiguredCertificate(
        "apache", f"VirtualHost {' '.join(names)}", MAIL, 9, "/etc/ssl/own/mail.pem", "/etc/ssl/own/mail key.pem",
        issuers_file=f"{ROOT}/tls/chain.pem", listens=(Listening(443),), names=names, is_default=False,
    )  # fmt: skip
    # the second has no line for its key: it stands in the same file
    assert (ecdsa.chain_file, ecdsa.key_file, ecdsa.line) == ("/etc/ssl/own/ec.pem", "/etc/ssl/own/ec.pem", 13)


def test_only_the_words_that_name_the_files_change() -> None:
    facts = whole()
    _, rsa, ecdsa = places_in(apache, SERVER, facts)
    wanted = {rsa: Files("/new/a b.pem", "/new/a.key"), ecdsa: Files("/new/ec.pem", "/new/ec.pem")}
    after = changed(facts, apache.point_to(SERVER, facts, wanted))
    assert lines_changed(facts, after, MAIL) == (
        [
            "  SSLCertificateFile ${TLS}/mail.pem",
            '  sslcertificatekeyfile "${TLS}/mail key.pem"',
            "    SSLCertificateFile /etc/ssl/own/ec.pem",
        ],
        [
            '  SSLCertificateFile "/new/a b.pem"',
            "  sslcertificatekeyfile /new/a.key",
            "    SSLCertificateFile /new/ec.pem",
        ],
    )
    assert apache.point_to(SERVER, after, wanted) == ()


def test_a_key_that_had_no_line_gets_one_behind_the_others() -> None:
    facts = whole()
    _, _, ecdsa = places_in(apache, SERVER, facts)
    after = changed(facts, apache.point_to(SERVER, facts, {ecdsa: Files(ecdsa.chain_file, "/new/ec.key")}))
    assert lines_changed(facts, after, MAIL) == ([], ["  SSLCertificateKeyFile /new/ec.key"])
    keys = [one.key_file for one in places_in(apache, SERVER, after)[1:]]
    assert keys == ["/etc/ssl/own/mail key.pem", "/new/ec.key"]


def test_certificates_of_the_main_server_are_inherited_by_number() -> None:
    facts, places = of_one(
        ONE_HOST
        + b"""ServerName main.example
SSLCertificateFile a.pem
SSLCertificateKeyFile a.key
SSLCertificateFile b.pem
SSLCertificateKeyFile b.key
<VirtualHost *:443>
ServerName one.example
</VirtualHost>
<VirtualHost *:443>
ServerName two.example
SSLCertificateFile c.pem
SSLCertificateKeyFile c.key
</VirtualHost>
<VirtualHost *:443>
ServerName off.example
SSLEngine off
</VirtualHost>
"""
    )
    assert [(one.chain_file.removeprefix(f"{ROOT}/"), one.names, one.is_default) for one in places] == [
        ("a.pem", ("one.example",), True),
        ("b.pem", ("one.example", "two.example"), True),
        ("c.pem", ("two.example",), False),
    ]
    inherited = places[1]
    after = changed(facts, apache.point_to(SERVER, facts, {inherited: Files("/n.pem", "/n.key")}))
    assert lines_changed(facts, after, MAIN)[1] == ["SSLCertificateFile /n.pem", "SSLCertificateKeyFile /n.key"]


def test_where_hosts_listen() -> None:
    _, places = of_one(
        ONE_HOST
        + b"""Listen [::1]:8443 https
Listen 10.0.0.1:9443
SSLCertificateFile a.pem
<VirtualHost 10.0.0.5:443 [::1]:8443>
ServerName a.example
</VirtualHost>
<VirtualHost *>
ServerName b.example
SSLCertificateFile b.pem
</VirtualHost>
"""
    )
    one, other = places
    assert one.listens == (Listening(443, "10.0.0.5"), Listening(8443, "::1"))
    assert other.listens == (Listening(443), Listening(8443), Listening(9443))
    assert one.is_default
    assert other.is_default


def test_without_a_host_the_main_server_speaks() -> None:
    _, (place,) = of_one(ONE_HOST + b"ServerName a.example\nSSLCertificateFile a.pem\n")
    assert (place.listens, place.names, place.is_default) == ((Listening(443),), ("a.example",), True)


def test_port_443_needs_no_word_of_tls() -> None:
    source = b"Listen 443\nListen 8443\n" + b"".join(
        b"<VirtualHost *:%d>\nSSLCertificateFile %d.pem\n</VirtualHost>\n" % (port, port) for port in (443, 8443)
    )
    _, (place,) = of_one(source)
    assert place.chain_file == f"{ROOT}/443.pem"


def test_versions_change_where_they_count() -> None:
    facts = whole()
    _, rsa, _ = places_in(apache, SERVER, facts)
    goal = ConfigureServer("tls-version")
    after = changed(facts, apache.set_up(SERVER, facts, goal, (rsa,), (443,)))
    assert lines_changed(facts, after, f"{ROOT}/mods-enabled/ssl.conf") == (
        ["\tSSLProtocol all -SSLv3"], ["\tSSLProtocol -all +TLSv1.2 +TLSv1.3"]
    )  # fmt: skip
    assert apache.set_up(SERVER, after, goal, (rsa,), (443,)) == ()


def test_versions_are_said_where_nobody_says_them() -> None:
    files = {**FILES, f"{ROOT}/mods-enabled/ssl.conf": b""}
    facts = asked(apache, SERVER, files, BUILT)
    _, rsa, _ = places_in(apache, SERVER, facts)
    after = changed(facts, apache.set_up(SERVER, facts, ConfigureServer("tls-version"), (rsa,), ()))
    assert lines_changed(facts, after, MAIL)[1] == ["  SSLProtocol -all +TLSv1.2 +TLSv1.3"]
    # the host that answers first settles it
    first = lines_changed(facts, after, f"{ROOT}/sites-enabled/default-ssl.conf")[1]
    assert first == ["\t\tSSLProtocol -all +TLSv1.2 +TLSv1.3"]
    assert [one.chain_file for one in places_in(apache, SERVER, after)] == [
        one.chain_file for one in places_in(apache, SERVER, facts)
    ]


@pytest.mark.parametrize(
    ("port_80", "old", "new"),
    [
        ("000-default.conf", "mail.conf", "000-mail.conf"),
        # the file of the wanted host would come first on port 80, too
        ("default.conf", "default-ssl.conf", "z-default-ssl.conf"),
    ],
)
def test_a_file_is_renamed_so_that_nothing_else_changes(port_80: str, old: str, new: str) -> None:
    folder = f"{ROOT}/sites-enabled/"
    files = {**FILES, folder + port_80: b"<VirtualHost *:80>\n</VirtualHost>\n"}
    facts = asked(apache, SERVER, files, BUILT)
    _, rsa, _ = places_in(apache, SERVER, facts)
    done = apache.set_up(SERVER, facts, ConfigureServer("send-sni-certificate"), (rsa,), (443,))
    old, new = folder + old, folder + new
    assert isinstance(done, tuple)
    (act,) = done
    assert isinstance(act, Act)
    assert act.command == ("mv", "-n", "--", old, new)
    assert act.back_command == ("mv", "-n", "--", new, old)
    moved = {new if path == old else path: content for path, content in files.items()}
    places = places_in(apache, SERVER, asked(apache, SERVER, moved, BUILT))
    assert {one.chain_file for one in places if one.is_default} == {rsa.chain_file, "/etc/ssl/own/ec.pem"}


def test_a_host_moves_before_the_first_in_its_file() -> None:
    source = (
        ONE_HOST
        + b"""<VirtualHost *:443>
  ServerName one.example
  SSLCertificateFile one.pem
</VirtualHost>

# the second
<VirtualHost *:443>
  ServerName two.example
  SSLCertificateFile two.pem
</VirtualHost>"""
    )
    facts, (_, second) = of_one(source)
    goal = ConfigureServer("send-sni-certificate")
    after = changed(facts, apache.set_up(SERVER, facts, goal, (second,), ()))
    assert [(one.names, one.is_default) for one in places_in(apache, SERVER, after)] == [
        (("two.example",), True), (("one.example",), False)
    ]  # fmt: skip
    assert lines_changed(facts, after, MAIN) == ([], [])
    (moved,) = (one for one in places_in(apache, SERVER, after) if one.is_default)
    assert apache.set_up(SERVER, after, goal, (moved,), ()) == ()


def test_what_no_small_change_can_order_is_a_sentence() -> None:
    other = b"Include other.conf\n<VirtualHost *:443>\nServerName b\nSSLCertificateFile b.pem\n</VirtualHost>\n"
    first = b"<VirtualHost *:443>\nServerName a\nSSLCertificateFile a.pem\n</VirtualHost>\n"
    facts = asked(apache, SERVER, {MAIN: ONE_HOST + other, f"{ROOT}/other.conf": first}, BUILT)
    _, second = places_in(apache, SERVER, facts)
    refused = apache.set_up(SERVER, facts, ConfigureServer("send-sni-certificate"), (second,), ())
    assert isinstance(refused, Cannot)
    assert isinstance(apache.set_up(SERVER, facts, ConfigureServer("offer-tls"), (second,), ()), Cannot)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"<VirtualHost *:443>\n", "cannot be read"),
        (b"</IfModule>\n", "cannot be read"),
        (b"Include apache2.conf\n", "cannot be read"),
        (b"<IfVersion ~ 2>\n</IfVersion>\n", "cannot be read"),
        (b"Include missing.conf\n", "cannot be read"),
        (b"<Macro M>\n</Macro>\nUse M\n", "macros"),
        (b"MDomain example.com\n", "mod_md"),
        (b"<MDomainSet example.com>\n</MDomainSet>\n", "mod_md"),
        (b"Define A x\n" + b"Define A ${A}${A}\n" * 90 + b"Include ${A}\n", "cannot be read"),
        (b"<IfModule core.c>\n" * 60 + b"</IfModule>\n" * 60, "cannot be read"),
        (b"Include b.conf\n" * 4, "cannot be read"),
    ],
)
def test_what_cannot_be_followed_is_a_sentence(source: bytes, says: str) -> None:
    loop = {f"{ROOT}/b.conf": b"Include b.conf\n"}
    refused = apache.certificates(SERVER, asked(apache, SERVER, {MAIN: source, **loop}, BUILT))
    assert isinstance(refused, Cannot)
    assert says in str(refused.why)


def test_conditions() -> None:
    facts = asked(
        apache,
        SERVER,
        {
            MAIN: b"""<IfDefine !SET>
Define SET here
</IfDefine>
<IfModule !mod_nothing.c>
<IfFile "tls/there.pem">
Include ${SET}/
</IfFile>
</IfModule>
<IfFile !tls/there.pem>
Include no.conf
</IfFile>
UnDefine SET
<IfDefine SET>
Include no.conf
</IfDefine>
""",
            f"{ROOT}/tls/there.pem": b"",
            f"{ROOT}/here/site": b"Listen 443\n<VirtualHost *:443>\nSSLCertificateFile tls/there.pem\n</VirtualHost>\n",
        },
        BUILT,
    )
    (place,) = places_in(apache, SERVER, facts)
    assert place.named_in == f"{ROOT}/here/site"


def test_where_nobody_prints_anything_the_usual_files_are_looked_for() -> None:
    main = "/etc/httpd/conf/httpd.conf"
    files = {main: b'ServerRoot "/etc/httpd"\nListen 443\nSSLCertificateFile conf.d/a.pem\n'}
    (place,) = places_in(apache, SERVER, asked(apache, SERVER, files))
    assert place.chain_file == "/etc/httpd/conf.d/a.pem"
    assert isinstance(apache.certificates(SERVER, asked(apache, SERVER, {})), Cannot)


def test_commands() -> None:
    own = server_of(apache, "/srv/httpd.conf", "/opt/httpd")
    tested, usual = apache.test(own), apache.test(SERVER)
    assert tested is not None
    assert usual is not None
    assert tested.command == ("/opt/httpd", "-f", "/srv/httpd.conf", "-t")
    assert usual.command == ("apachectl", "configtest")
    assert apache.take_up(own).command == ("/opt/httpd", "-f", "/srv/httpd.conf", "-k", "graceful")
    assert apache.take_up(SERVER).command == ("apachectl", "graceful")
