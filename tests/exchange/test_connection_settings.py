"""Where users' mail programs are told to connect to."""

import pytest

from mailtrust.core.formats.exchange.connection_settings import Connection, read_connections
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.exchange import ClientAccessSettings
from mailtrust.core.services.exchange.client_access import connected_to


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("mail.example.com:993:SSL", Connection("mail.example.com", 993, TlsMode.IMPLICIT)),
        (" Mail.Example.COM:143:tls ", Connection("mail.example.com", 143, TlsMode.STARTTLS)),
        ("mail.example.com:143", Connection("mail.example.com", 143, None)),
        ("mail.example.com:143:", Connection("mail.example.com", 143, None)),
        ("[2001:db8::1]:993:SSL", Connection("2001:db8::1", 993, TlsMode.IMPLICIT)),
        ("mail.example.com", None),
        ("mail.example.com:993:SSL:more", None),
        ("two words:993:SSL", None),
        ("", None),
    ],
)
def test_a_connection(written: str, found: Connection | None) -> None:
    assert list(read_connections([written])) == ([found] if found is not None else [])


def test_its_hosts_each_once() -> None:
    settings = ClientAccessSettings("IMAP", "", ("a.example:993:SSL", "A.example:143", "b.example:143:TLS"))
    assert connected_to(settings) == ("a.example", "b.example")
