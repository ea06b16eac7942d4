"""A key that belongs to another certificate gives way to the one that belongs, where the configuration names it."""

import pytest
from tests.configured.asked import asked, changed, places_in, server_of

from mailtrust.core.model.configured import Cannot
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.targets.configured import ConfiguredProduct, apache, courier, cyrus, haproxy, nginx
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.withheld_keys import mark_of, withheld
from mailtrust.lab.pki import Issued

GOAL = ConfigureServer("matching-key")
NGINX = b"""http {
  server { listen 443 ssl; server_name a; ssl_certificate /old.pem; ssl_certificate_key /%s.key; }
  server { listen 443 ssl; server_name b; ssl_certificate /other.pem; ssl_certificate_key /%s.key; }
}"""
APACHE = b"""Listen 443
<VirtualHost *:443>
ServerName a
SSLCertificateFile /old.pem
SSLCertificateKeyFile /%s.key
</VirtualHost>
<VirtualHost *:443>
ServerName b
SSLCertificateFile /other.pem
SSLCertificateKeyFile /%s.key
</VirtualHost>
"""
CYRUS = b"tls_server_cert: /old.pem,/other.pem\ntls_server_key: /%s.key,/%s.key\n"
SERVICES = b'SERVICES {\n imap cmd="imapd" listen="imap"\n}\n'
IMAPD = b"TLS_CERTFILE=/old.pem\nTLS_PRIVATE_KEYFILE=/%s.key\n"
POP3D = b"TLS_CERTFILE=/other.pem\nTLS_PRIVATE_KEYFILE=/%s.key\n"
SWAPPED, RIGHT = (b"other", b"old"), (b"old", b"other")


def _files(issued: dict[str, Issued]) -> dict[str, bytes]:
    names = ("old", "other")
    chains = {f"/{name}.pem": to_pem_chain(issued[name].chain).encode() for name in names}
    return {**chains, **{f"/{name}.key": withheld(mark_of(issued[name].certificate)) for name in names}}


@pytest.mark.parametrize(
    ("product", "main", "source"),
    [
        (nginx, "/etc/nginx/nginx.conf", NGINX),
        (apache, "/etc/apache2/apache2.conf", APACHE),
        (cyrus, "/etc/imapd.conf", CYRUS),
    ],
    ids=["nginx", "apache", "cyrus"],
)
def test_swapped_keys_are_put_right(
    issued: dict[str, Issued], product: ConfiguredProduct, main: str, source: bytes
) -> None:
    server = server_of(product)
    files = {**_files(issued), "/etc/cyrus.conf": SERVICES, main: source % SWAPPED}
    facts = asked(product, server, files)
    places = places_in(product, server, facts)
    after = changed(facts, product.set_up(server, facts, GOAL, places, ()))
    assert after == asked(product, server, {**files, main: source % RIGHT})
    assert product.set_up(server, after, GOAL, places_in(product, server, after), ()) == ()


def test_courier_too(issued: dict[str, Issued]) -> None:
    server = server_of(courier)
    here = "/etc/courier/"
    files = {**_files(issued), f"{here}imapd-ssl": IMAPD % b"other", f"{here}pop3d-ssl": POP3D % b"old"}
    facts = asked(courier, server, files)
    after = changed(facts, courier.set_up(server, facts, GOAL, places_in(courier, server, facts), ()))
    right = {**files, f"{here}imapd-ssl": IMAPD % b"old", f"{here}pop3d-ssl": POP3D % b"other"}
    assert after == asked(courier, server, right)


def test_haproxy_names_no_key_apart(issued: dict[str, Issued]) -> None:
    server = server_of(haproxy)
    files = {**_files(issued), "/etc/haproxy/haproxy.cfg": b"frontend f\n bind :443 ssl crt /a.pem\n"}
    wrong = withheld(mark_of(issued["other"].certificate)) + files["/old.pem"]
    facts = asked(haproxy, server, {**files, "/a.pem": wrong})
    assert isinstance(haproxy.set_up(server, facts, GOAL, places_in(haproxy, server, facts), ()), Cannot)
    right = asked(haproxy, server, {**files, "/a.pem": files["/old.pem"], "/a.pem.key": files["/old.key"]})
    assert haproxy.set_up(server, right, GOAL, places_in(haproxy, server, right), ()) == ()
