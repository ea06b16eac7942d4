"""OpenSSL, GnuTLS and Java, and the strategies that bear their names: every pattern against every host."""

from collections.abc import Callable
from typing import Any

import pytest

from mailtrust.core.x509 import der

PATTERNS = (
    "mail.example.test",
    "MAIL.Example.Test",
    "mail.example.test.",
    ".example.test",
    "*.example.test",
    "*.EXAMPLE.test",
    "m*.example.test",
    "*il.example.test",
    "m*l.example.test",
    "*mail.example.test",
    "mail*.example.test",
    "**.example.test",
    "*.*.test",
    "mail.*.test",
    "*.test",
    "*",
    "*.",
    "*.mail.example.test",
    "my_mail.example.test",
    "*.my_zone.test",
    "-mail.example.test",
    "xn--*.example.test",
    "*bcher-kva.example.test",
    "xn--bcher-kva.example.test",
    "mail",
    "192.0.2.1",
    "mail example.test",
)
HOSTS = (
    "mail.example.test",
    "Mail.Example.TEST",
    "mail.example.test.",
    "example.test",
    "a.mail.example.test",
    "my_mail.example.test",
    "mail.my_zone.test",
    "xn--bcher-kva.example.test",
    "mail",
    "192.0.2.1",
    "-mail.example.test",
)
ENGINES = ("openssl", "gnutls", "java")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_dns_name_matches_the_same_hosts(
    pattern: str, engine: str, pki: Any, agree: Callable[[str, Any], None]
) -> None:
    root = pki.root()
    leaf = pki.leaf(root, dns_names=(pattern,), common_name="A server")
    for host in HOSTS:
        agree(engine, pki.case([leaf], [root], host=host))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_common_name_matches_the_same_hosts(
    pattern: str, engine: str, pki: Any, agree: Callable[[str, Any], None]
) -> None:
    root = pki.root()
    leaf = pki.leaf(root, dns_names=(), common_name=pattern)
    for host in HOSTS:
        agree(engine, pki.case([leaf], [root], host=host))


def names(*common_names: str) -> bytes:
    """A Name with several commonNames."""
    return der.encode(
        der.SEQUENCE,
        *(
            der.encode(
                der.SET, der.encode(der.SEQUENCE, der.encode_oid("2.5.4.3"), der.encode(der.UTF8_STRING, name.encode()))
            )
            for name in common_names
        ),
    )


SRV = der.encode(
    0xA0,
    der.encode_oid("1.3.6.1.5.5.7.8.7"),
    der.encode(0xA0, der.encode(der.IA5_STRING, b"_imaps.example.test")),
)
USER_PRINCIPAL_NAME = der.encode(
    0xA0,
    der.encode_oid("1.3.6.1.4.1.311.20.2.3"),
    der.encode(0xA0, der.encode(der.UTF8_STRING, b"server@example.test")),
)
REGISTERED_ID = der.encode(0x88, der.encode_oid("1.3.6.1.4.1.55555")[2:])

BESIDE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an address": {"ip_addresses": ("192.0.2.1",)},
    "a mailbox": {"emails": ("postmaster@example.test",)},
    "a URI": {"uris": ("https://mail.example.test/",)},
    "another DNS name": {"dns_names": ("www.example.test",)},
    "a service": {"raw_names": (SRV,)},
    "a user": {"raw_names": (USER_PRINCIPAL_NAME,)},
    "a registered identifier": {"raw_names": (REGISTERED_ID,)},
    "a purpose for clients too": {"extended_key_usage": ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")},
    "two common names, the first fits": {"subject": names("mail.example.test", "www.example.test")},
    "two common names, the last fits": {"subject": names("www.example.test", "mail.example.test")},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("beside", BESIDE)
def test_what_forbids_the_common_name(beside: str, engine: str, pki: Any, agree: Callable[[str, Any], None]) -> None:
    root = pki.root()
    recipe = {"dns_names": (), "common_name": "mail.example.test", **BESIDE[beside]}
    agree(engine, pki.case([pki.leaf(root, **recipe)], [root]))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("host", "addresses", "dns", "common_name"),
    [
        ("192.0.2.1", ("192.0.2.1",), (), None),
        ("192.0.2.1", ("192.0.2.2",), (), None),
        ("192.0.2.1", (), ("192.0.2.1",), None),
        ("192.0.2.1", (), (), "192.0.2.1"),
        ("2001:db8::1", ("2001:db8::1",), (), None),
        ("2001:0DB8:0:0::1", ("2001:db8::1",), (), None),
        ("2001:db8::1", ("2001:db8::2", "192.0.2.1"), (), None),
        ("2001:db8::1", (), (), "2001:db8::1"),
    ],
)
def test_addresses(
    host: str,
    addresses: tuple[str, ...],
    dns: tuple[str, ...],
    common_name: str | None,
    engine: str,
    pki: Any,
    agree: Callable[[str, Any], None],
) -> None:
    root = pki.root()
    leaf = pki.leaf(root, dns_names=dns, ip_addresses=addresses, common_name=common_name or "A server")
    agree(engine, pki.case([leaf], [root], host=host))
