"""Certificates for configurations that are made of text."""

from datetime import UTC, datetime

import pytest
from tests.configured.world import pem_files

from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.pki import Issued, Pki


@pytest.fixture(scope="session")
def issued() -> dict[str, Issued]:
    """Of one CA: `old` and `new` for one name, `rsa` for it too, `other` for another."""
    aia = AiaHost("127.0.0.1")
    pki = Pki(datetime(2026, 6, 1, tzinfo=UTC), "Sample Authority", aia)
    made = {
        "old": pki.leaf("mail.example.com", key="ec-p256"),
        "new": pki.leaf("mail.example.com", key="ec-p256"),
        "rsa": pki.leaf("mail.example.com"),
        "other": pki.leaf("other.example.com", "www.other.example.com", key="ec-p256"),
    }
    aia.close()
    return made


@pytest.fixture
def tls(issued: dict[str, Issued]) -> dict[str, bytes]:
    """Their files in /tls."""
    return pem_files("/tls", issued)
