"""mailtrust/exchange-change/1: what is done to Exchange, and what is refused, for programs."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.exchange import ExchangeService
from mailtrust.core.model.exchange_change import ExchangeChange, ExchangeStep, server_of
from mailtrust.core.model.text import Text
from mailtrust.core.report.report_wire import Moment
from mailtrust.core.report.services_change_text import alone_in, commands

SCHEMA: Literal["mailtrust/exchange-change/1"] = "mailtrust/exchange-change/1"


class ChangeStepWire(Struct, kw_only=True):
    """One thing to do."""

    say: str
    kind: Annotated[str, Meta(description="The act: EnableCertificate, SetConnectorCertificate, RestartServices, ...")]
    server: Annotated[str | None, Meta(description="null: it is the organisation's, or a person's.")]
    commands: Annotated[list[str], Meta(description="For the Exchange Management Shell; none: a person does it.")]
    undo: Annotated[list[str], Meta(description="Commands that take it back, in this order.")]
    no_undo: Annotated[str | None, Meta(description="Why nothing takes it back, or nothing need.")]
    needs: Annotated[list[str], Meta(description="Role groups, of which one is enough.")]
    disruption: Literal["none", "reload", "restart"]


class RefusalWire(Struct, kw_only=True):
    """Something that Exchange would refuse, or that must not be done."""

    code: str
    server: str | None
    service: ExchangeService | None
    why: str
    instead: str | None
    first: Annotated[list[ChangeStepWire], Meta(description="What has to be done instead or before.")]


class ExchangeChangeWire(Struct, kw_only=True):
    """What comes of a wish."""

    schema: Literal["mailtrust/exchange-change/1"]
    at: Moment
    script: Annotated[str | None, Meta(description="The file that was written; null: none was.")]
    steps: list[ChangeStepWire]
    refusals: list[RefusalWire]
    remarks: list[str]


def change_wire(
    change: ExchangeChange, script: str | None, *, now: datetime, translate: Callable[[str], str]
) -> ExchangeChangeWire:
    """All that `show_change` shows."""
    alone = alone_in(change)
    return ExchangeChangeWire(
        schema=SCHEMA,
        at=now,
        script=script,
        steps=[_step(one, alone, translate) for one in change.steps],
        refusals=[
            RefusalWire(
                code=one.code,
                server=one.server or None,
                service=one.service,
                why=one.why.render(translate),
                instead=None if one.instead is None else one.instead.render(translate),
                first=[_step(each, alone, translate) for each in one.first],
            )
            for one in change.refusals
        ],
        remarks=[one.render(translate) for one in change.remarks],
    )


def _step(step: ExchangeStep, alone: Collection[str], translate: Callable[[str], str]) -> ChangeStepWire:
    return ChangeStepWire(
        say=step.say.render(translate),
        kind=type(step.act).__name__,
        server=server_of(step.act) or None,
        commands=list(commands(step.act, alone)),
        undo=[one for act in step.back for one in commands(act, alone)],
        no_undo=step.undo.render(translate) if isinstance(step.undo, Text) else None,
        needs=list(step.needs),
        disruption=step.disruption,
    )
