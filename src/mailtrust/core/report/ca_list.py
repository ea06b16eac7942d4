"""What a private CA has issued, for people and for programs (mailtrust/ca-list/1)."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from msgspec import Struct

from mailtrust.core.model.private_ca import CaState
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page

SCHEMA: Literal["mailtrust/ca-list/1"] = "mailtrust/ca-list/1"

Status = Literal["valid", "revoked", "expired"]


class ListedWire(Struct, kw_only=True):
    """One certificate."""

    serial: str
    sha256: str
    status: Status
    profile: str
    names: list[str]
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    reason: str | None


class CaListWire(Struct, kw_only=True):
    """All that a CA has issued."""

    schema: Literal["mailtrust/ca-list/1"]
    title: str
    root: str
    issuing: str
    certificates: list[ListedWire]


def ca_list(state: CaState, now: datetime) -> CaListWire:
    """The list, in the order of issuing."""
    listed = []
    for serial, record in state.issued.items():
        one, revoked = record.certificate, state.revoked.get(serial)
        status: Status = "revoked" if revoked else "expired" if one.not_after < now else "valid"
        listed.append(
            ListedWire(
                serial=f"{serial:x}",
                sha256=one.fingerprint,
                status=status,
                profile=record.profile,
                names=[*one.dns_names, *one.ip_addresses],
                not_before=one.not_before,
                not_after=one.not_after,
                revoked_at=revoked.at if revoked else None,
                reason=revoked.reason if revoked else None,
            )
        )
    return CaListWire(
        schema=SCHEMA,
        title=state.settings.title,
        root=state.root.fingerprint,
        issuing=state.issuing.fingerprint,
        certificates=listed,
    )


_WORDS: dict[Status, Text] = {"valid": text("valid"), "revoked": text("revoked"), "expired": text("expired")}
_STYLES: dict[Status, str] = {"valid": "green", "revoked": "red", "expired": "yellow"}


def ca_list_text(
    listed: CaListWire, *, width: int, colour: bool, translate: Callable[[str], str], ascii_only: bool = False
) -> str:
    """A certificate a paragraph."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang="")
    page.heading(text("{name}", name=listed.title))
    for one in listed.certificates:
        told = text("{names}, until {date}", names=tuple(one.names), date=one.not_after.date())
        page.paragraph(
            (page.say(_WORDS[one.status]), _STYLES[one.status]), (f"  {page.say(told)}", ""), (f"  {one.serial}", "dim")
        )
    if not listed.certificates:
        page.paragraph((page.say(text("Nothing has been issued yet.")), "dim"))
    return page.print(colour=colour)
