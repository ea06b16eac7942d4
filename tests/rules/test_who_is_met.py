"""Whether a certificate is one for a host, and a server the one that is met there: asked in one place each."""

import pytest

from mailtrust.core.model.settings import Place, Server
from mailtrust.core.rules.grounds.hosts import met_under


@pytest.mark.parametrize(
    ("host", "names", "met"),
    [
        ("mail.example.com", ("mail.example.com",), True),
        ("MAIL.example.com", ("Mail.Example.com",), True),
        ("mail.example.com", ("*.example.com",), True),
        ("a.mail.example.com", ("*.example.com",), False),
        ("example.com", ("*.example.com",), False),
        ("mail.example.com", (), False),
        ("192.0.2.1", ("192.0.2.1",), True),
    ],
)
def test_names_and_wildcards_of_one_label(host: str, names: tuple[str, ...], met: bool) -> None:
    assert met_under(host, names) is met


@pytest.mark.parametrize(("port", "asked", "named"), [(443, 443, True), (443, 993, False), (None, 993, True)])
def test_a_server_is_named_for_a_port_or_for_its_host(port: int | None, asked: int, named: bool) -> None:
    server = Server("web", (Place("mail.example.com", "mail.example.com", port),))
    assert server.serves("mail.example.com", asked) is named
    assert not server.serves("www.example.com", asked)
