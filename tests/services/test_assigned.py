"""What is assigned, from every product's configuration, from Exchange, and from a store; shown as Exchange shows it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.configured.conftest import issued as issued_certificates
from tests.configured.world import World, pem_files
from tests.services.exchange_world import NOW, certificate

from mailtrust.core.formats.exchange.organisation_of import organisation_of
from mailtrust.core.model.assignment import Assigned, Served
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import ClientAccessSettings, ExchangeOrganisation, ExchangeServer, IisBinding
from mailtrust.core.model.kept import Assignment, Holdings, KeptCertificate, KeptServer
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.report.services_list_text import format_list, format_table
from mailtrust.core.services.assigned import (
    certificate_of,
    from_configuration,
    from_exchange,
    from_store,
    only_seen,
    presentable,
)
from mailtrust.core.targets.configured import CONFIGURED, Balancer, ConfiguredProduct
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.lab.pki import Issued

issued = issued_certificates

BY_ID: Mapping[str, ConfiguredProduct] = {product.ID: product for product in CONFIGURED}

# For each product: its files, what its programs print, and what of it names /tls/old.pem in which words.
CASES: tuple[tuple[str, dict[str, str], dict[tuple[str, ...], str], str, list[str], list[str]], ...] = (
    (
        "nginx",
        {"/n.conf": "http {\nserver {\nlisten 443 ssl;\nserver_name mail.example.com;\nssl_certificate /tls/old.pem;\n"
                    "ssl_certificate_key /tls/old.key;\n}\n}\n"},
        {}, "/n.conf", ["http server mail.example.com"], ["/n.conf:5"],
    ),
    (
        "haproxy", {"/h.cfg": "frontend web\n bind :443 ssl crt /tls/old-both.pem\n"},
        {}, "/h.cfg", ["frontend web bind :443"], ["/h.cfg:2"],
    ),
    (
        "slapd", {"/s.conf": "TLSCertificateFile /tls/old.pem\nTLSCertificateKeyFile /tls/old.key\n"},
        {}, "/s.conf", ["slapd"], ["/s.conf:1"],
    ),
    (
        "exim", {"/e.conf": "tls_certificate = /tls/old.pem\ntls_privatekey = /tls/old.key\nbegin acl\n"},
        {("exim", "-C", "/e.conf", "-bV"): "Support for: GnuTLS\n"}, "/e.conf", ["smtp"], ["/e.conf:1"],
    ),
    (
        "dovecot", {"/d.conf": "ssl_cert = </tls/old.pem\nssl_key = </tls/old.key\n"},
        {}, "/d.conf", ["dovecot"], ["/d.conf:1"],
    ),
    (
        "postfix",
        {"/etc/postfix/main.cf": "smtpd_tls_cert_file = /tls/old.pem\nsmtpd_tls_key_file = /tls/old.key\n",
         "/etc/postfix/master.cf": "smtp inet n - y - - smtpd\n"},
        {("postconf", "-h", "mail_version"): "3.7.11\n"}, "", ["smtpd"], ["/etc/postfix/main.cf:1"],
    ),
    (
        "apache",
        {"/a.conf": "LoadModule ssl_module mod_ssl.so\nListen 443\nSSLEngine on\nSSLCertificateFile /tls/old.pem\n"
                    "SSLCertificateKeyFile /tls/old.key\n"},
        {("apachectl", "-V"): "Server version: Apache/2.4.9\n"}, "/a.conf", ["VirtualHost *"], ["/a.conf:4"],
    ),
    (
        "cyrus",
        {"/etc/imapd.conf": "tls_server_cert: /tls/old.pem\ntls_server_key: /tls/old.key\n",
         "/etc/cyrus.conf": 'SERVICES {\n imaps cmd="imapd -s" listen="imaps"\n}\n'},
        {}, "", ["imaps"], ["/etc/imapd.conf:1"],
    ),
    (
        "courier", {"/etc/courier/esmtpd": "PORT=smtp\nTLS_CERTFILE=/tls/old.pem\nTLS_PRIVATE_KEYFILE=/tls/old.key\n"},
        {}, "", ["esmtpd"], ["/etc/courier/esmtpd:2"],
    ),
)  # fmt: skip


def test_there_is_a_case_for_every_product_with_files() -> None:
    assert {product for product, *_ in CASES} == {one.ID for one in CONFIGURED if not isinstance(one, Balancer)}


@pytest.mark.parametrize(("product", "files", "printed", "main", "services", "named"), CASES)
def test_every_product_tells_what_it_names(
    product: str,
    files: dict[str, str],
    printed: dict[tuple[str, ...], str],
    main: str,
    services: list[str],
    named: list[str],
    issued: dict[str, Issued],
) -> None:
    octets = {path: text.encode() for path, text in files.items()}
    world = World(
        BY_ID[product],
        {**pem_files("/tls", issued), **octets},
        {command: Printed(0, said) for command, said in printed.items()},
        main,
    )
    content = world.files
    places = [(place, _leaf(content[place.chain_file])) for place in world.places]
    (one,) = from_configuration("mail", product, places)
    old = issued["old"].certificate
    assert one.certificate == old
    assert (one.thumbprint, one.domains, one.subject) == (thumbprint(old), ("mail.example.com",), "CN=mail.example.com")
    assert (list(one.services), list(one.named_in)) == (services, named)


def _leaf(content: bytes) -> Certificate:
    (block, *_) = (one for one in find_pem(content) if one.label == "CERTIFICATE")
    return read_certificate(block.data)


def test_a_file_without_a_certificate_is_no_assignment(issued: dict[str, Issued]) -> None:
    world = World(BY_ID["dovecot"], {"/d.conf": b"ssl_cert = </none\nssl_key = </none\n"}, {}, "/d.conf")
    assert from_configuration("mail", "dovecot", [(place, None) for place in world.places]) == ()


def test_a_store_tells_what_was_put_down_there(issued: dict[str, Issued]) -> None:
    kept = issued["rsa"].certificate
    holdings = Holdings(
        certificates=(KeptCertificate(kept, (), True, NOW),),
        servers=(KeptServer("mx", "postfix"),),
        assignments=(
            Assignment("mx", "smtp", kept.fingerprint, NOW),
            Assignment("mx", "imap", kept.fingerprint, NOW),
            Assignment("mx", "pop", "0" * 64, NOW),
        ),
    )
    (one,) = from_store(holdings)
    assert (one.server, one.product, one.services) == ("mx", "postfix", ("smtp", "imap"))


MAIL = ExchangeServer(
    "MAIL1",
    "mail1.corp.example",
    "15.2.1544.4",
    certificates=(
        replace(certificate("A", "mail.example.com", services=("SMTP", "IIS")), friendly_name="Mail: the front"),
        certificate("B", "*.example.com", services=()),
        certificate("C", "MAIL1", "mail1.corp.example", services=("UMCallRouter", "SMTP", "IMAP"), issuer=""),
    ),
    client_access=(ClientAccessSettings("IMAP", "imap.example.com"),),
    bindings=(IisBinding("Default Web Site", 443, "A" * 40), IisBinding("Exchange Back End", 444, "C" * 40)),
)
OTHER = replace(MAIL, name="MAIL2", fqdn="mail2.corp.example", certificates=MAIL.certificates[:1])


def test_what_exchange_may_present_at_its_ports() -> None:
    assert presentable(MAIL, "SMTP", NOW) == ("A" * 40, "C" * 40)
    assert presentable(MAIL, "IIS", NOW) == ("A" * 40,)
    # The wildcard is found by X509CertificateName.
    assert presentable(MAIL, "IMAP", NOW) == ("C" * 40, "B" * 40)
    assert presentable(MAIL, "POP", NOW) is None
    unsaid = replace(MAIL, certificates=(certificate("A", "mail.example.com", services=None),), bindings=None)
    assert presentable(unsaid, "IIS", NOW) is None


def test_the_layout_is_exchanges_own() -> None:
    shown = format_list(from_exchange(ExchangeOrganisation((MAIL,))), (), looked=False)
    assert shown == (
        "FriendlyName       : Mail: the front\n"
        "Subject            : CN=mail.example.com\n"
        "CertificateDomains : {mail.example.com}\n"
        f"Thumbprint         : {'A' * 40}\n"
        "Services           : IIS, SMTP\n"
        "\n"
        "FriendlyName       :\n"
        "Subject            : CN=*.example.com\n"
        "CertificateDomains : {*.example.com}\n"
        f"Thumbprint         : {'B' * 40}\n"
        "Services           : None\n"
        "\n"
        "FriendlyName       :\n"
        "Subject            : CN=MAIL1\n"
        "CertificateDomains : {MAIL1, mail1.corp.example}\n"
        f"Thumbprint         : {'C' * 40}\n"
        "Services           : IMAP, SMTP, UMCallRouter\n"
    )


def test_it_is_read_back_as_what_exchange_showed() -> None:
    assigned = from_exchange(ExchangeOrganisation((MAIL,)))
    read = organisation_of([("MAIL1.txt", format_list(assigned, (), looked=False).encode())]).organisation
    told = {one.thumbprint: (one.subject, one.domains, one.services, one.friendly_name) for one in MAIL.certificates}
    back = {one.thumbprint: (one.subject, one.domains, one.services, one.friendly_name)
            for server in read.servers for one in server.certificates}  # fmt: skip
    assert back == told


def test_the_table_is_read_back_too() -> None:
    table = format_table(from_exchange(ExchangeOrganisation((MAIL,))))
    read = organisation_of([("MAIL1.txt", table.encode())])
    back = {one.thumbprint: one.services for server in read.organisation.servers for one in server.certificates}
    assert back == {one.thumbprint: one.services for one in MAIL.certificates}
    iis = replace(MAIL, certificates=(certificate("A", "mail.example.com", services=("IIS",)),))
    read = organisation_of([("MAIL1.txt", format_table(from_exchange(ExchangeOrganisation((iis,)))).encode())])
    assert [one.services for one in read.organisation.servers[0].certificates] == [{"IIS"}]


def test_several_servers_have_a_heading_each() -> None:
    shown = format_list(from_exchange(ExchangeOrganisation((MAIL, OTHER))), (), looked=True)
    assert [line for line in shown.splitlines() if line.startswith("   ")] == ["   Server: MAIL1", "   Server: MAIL2"]
    assert shown.count("Served             : {}") == 4


def test_the_table_has_letters_for_exchange_and_words_for_others(issued: dict[str, Issued]) -> None:
    web = certificate_of(issued["old"].certificate, "web", "nginx", services=("http server mail.example.com",))
    table = format_table(from_exchange(ExchangeOrganisation((MAIL,))))
    assert [line[42:].split("  ")[0] for line in table.splitlines()] == [
        "Services", "--------", "...WS..", ".......", "I...S.U",
    ]  # fmt: skip
    both = format_table((*from_exchange(ExchangeOrganisation((OTHER,))), web)).splitlines()
    assert [both[0], both[6]] == ["   Server: MAIL2", "   Server: web"]
    assert both[10] == f"{thumbprint(issued['old'].certificate)}  http server mail.example.com  CN=mail.example.com"


def test_nothing_of_a_stranger_reaches_the_terminal_raw(issued: dict[str, Issued]) -> None:
    evil = Assigned("a\x1b[2J", "nginx", "A" * 40, ("s\nFriendlyName : x",), "CN=\x1b]0;t\x07", ("a\u202eb",))
    assert set("\x1b\x07\u202e") & set(format_list((evil,), (), looked=False) + format_table((evil,))) == set()
    assert format_list((evil,), (), looked=False).count("\n") == 5


def test_what_is_only_seen_is_listed_too(issued: dict[str, Issued]) -> None:
    one = issued["other"].certificate
    ports = (
        Served("o1", "archive", "mailstore", "MailStore Client", one, "tls://archive:8460@192.0.2.1"),
        Served("o2", "archive", "mailstore", "IMAP", one, "imap://archive:143@192.0.2.1"),
        Served("o3", "", "nginx", "", one, "https://mail.example.com:443@192.0.2.9"),
    )
    (found,) = only_seen((), ports)
    assert (found.server, found.services) == ("archive", ("MailStore Client", "IMAP"))
    shown = format_list((found,), ports, looked=False)
    assert "Served             : {tls://archive:8460@192.0.2.1, imap://archive:143@192.0.2.1" in shown
    assert only_seen((found,), ports) == ()
