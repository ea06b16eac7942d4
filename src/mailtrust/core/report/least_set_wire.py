"""mailtrust/least-set/1: the least set of certificates that serves all, for programs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.formats.certificate_spec import SpecWire, spec_wire
from mailtrust.core.model.assignment import Assigned
from mailtrust.core.report.assigned_wire import Thumbprint
from mailtrust.core.services.least_set import Ca, Order, Part
from mailtrust.core.services.least_words import Least, commands_for, remarks_on, request_in_exchange, why_several

SCHEMA: Literal["mailtrust/least-set/1"] = "mailtrust/least-set/1"


class NeedWire(Struct, kw_only=True):
    """A service that presents it."""

    server: str
    product: str
    service: Annotated[str, Meta(description="In the product's own words; empty: not known.")]
    names: Annotated[list[str], Meta(description="By which clients come to it.")]


class PartWire(Struct, kw_only=True):
    """A certificate of the set."""

    ca: Annotated[Ca, Meta(description="public: a CA that every client knows; own: the organisation's.")]
    reuse: Annotated[Thumbprint | None, Meta(description="One that is there; null: to be ordered.")]
    ends: datetime | None
    names: list[str]
    certificate: Annotated[SpecWire | None, Meta(description="What is to be ordered: `cert request --from` reads it.")]
    serves: list[NeedWire]
    commands: list[str]
    in_exchange: Annotated[str, Meta(description="The request made by Exchange itself; empty: it cannot be.")]


class TodayWire(Struct, kw_only=True):
    """What serves today."""

    thumbprint: Thumbprint
    server: str
    names: list[str]


class LeastSetWire(Struct, kw_only=True):
    """The least set, and why it is."""

    schema: Literal["mailtrust/least-set/1"]
    certificates: list[PartWire]
    today: list[TodayWire]
    reasons: Annotated[list[str], Meta(description="Why one certificate does not serve all.")]
    remarks: list[str]
    proven: Annotated[bool, Meta(description="Whether it is known that no smaller set does.")]


def least_set_wire(least: Least, translate: Callable[[str], str]) -> LeastSetWire:
    """The whole answer."""
    return LeastSetWire(
        schema=SCHEMA,
        certificates=[_part(part, least.assigned) for part in least.found.parts],
        today=[TodayWire(thumbprint=one.thumbprint, server=one.server, names=list(one.domains)) for one in least.today],
        reasons=[one.render(translate) for one in why_several(least.found)],
        remarks=[one.render(translate) for one in remarks_on(least)],
        proven=least.found.proven,
    )


def _part(part: Part, assigned: Sequence[Assigned]) -> PartWire:
    order = part if isinstance(part, Order) else None
    candidate = None if isinstance(part, Order) else part.candidate
    return PartWire(
        ca=part.ca,
        reuse=None if candidate is None else candidate.thumbprint,
        ends=None if candidate is None else candidate.ends,
        names=list(part.names),
        certificate=None if order is None else spec_wire(order.spec),
        serves=[
            NeedWire(server=one.server, product=one.product, service=one.service, names=list(one.names))
            for one in part.needs
        ],
        commands=list(commands_for(part, assigned)),
        in_exchange="" if order is None else request_in_exchange(order),
    )
