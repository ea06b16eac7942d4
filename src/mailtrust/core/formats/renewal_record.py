"""What is remembered of a certificate between two runs of `mailtrust renew`. It holds no secret."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class PublishedRecord(Struct, frozen=True, kw_only=True):
    """A TLSA record, and since when it is known to stand there."""

    place: str
    record: str
    since: datetime


class RenewalRecord(Struct, frozen=True, kw_only=True):
    """One certificate."""

    schema: Literal["mailtrust/renewal/1"] = "mailtrust/renewal/1"
    name: str
    certificate: str = ""
    """SHA-256 of the one that was proven last; empty: none was."""
    proven: datetime | None = None
    """When."""
    published: list[PublishedRecord] = []
    outlived: list[PublishedRecord] = []
    """Records of the former certificate, which no server presents any more."""
    plan: str = ""
    """The plan by which the next certificate is brought out."""
    missing: list[str] = []
    """Servers that plan does not reach."""
