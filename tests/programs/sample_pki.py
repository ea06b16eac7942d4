"""Authorities for tests in which nobody fetches an intermediate: what is published leads nowhere."""

from datetime import UTC, datetime
from functools import cache

from mailtrust.lab.pki import Pki


class Nowhere:
    def publish(self, name: str, offered: bytes, /) -> str:
        return f"http://aia.example/{name}"


@cache
def pki(title: str = "Sample Authority") -> Pki:
    """The authority of that title, the same one each time."""
    return Pki(datetime.now(UTC), title, Nowhere())
