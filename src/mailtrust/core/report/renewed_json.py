"""mailtrust/renewed/1: what a run of `mailtrust renew` has come to. Keys are added, never renamed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.renewal_told import RenewalTold

SCHEMA: Literal["mailtrust/renewed/1"] = "mailtrust/renewed/1"
LONGEST = 4000


class RenewalWire(Struct, kw_only=True):
    """One certificate."""

    name: Annotated[str, Meta(description="What [[renew]] calls it.")]
    outcome: Annotated[
        Literal["not-due", "due", "waiting", "renewed", "failed"],
        Meta(
            description="due: it was only looked at; waiting: for DNS, a person or a server, and the next run goes on; "
            "failed: the former certificate is served."
        ),
    ]
    status: Annotated[int, Meta(description="As an exit status.")]
    said: list[str]
    certificate: Annotated[str, Meta(description="SHA-256 of the one that is served.")]
    not_after: datetime | None
    next_run: Annotated[datetime | None, Meta(description="Before this moment there is nothing to be done.")]


class RenewedWire(Struct, kw_only=True):
    """All of them."""

    schema: Literal["mailtrust/renewed/1"] = SCHEMA
    renewals: list[RenewalWire]


def write_renewed(results: Sequence[RenewalTold], translate: Callable[[str], str]) -> bytes:
    """JSON, its sentences in the reader's language."""
    return to_json_text(
        RenewedWire(
            renewals=[
                RenewalWire(
                    name=one.name,
                    outcome=one.outcome,
                    status=one.status,
                    said=[clean(sentence.render(translate), LONGEST) for sentence in one.said],
                    certificate=one.certificate,
                    not_after=one.ends,
                    next_run=one.next_run,
                )
                for one in results
            ]
        )
    )
