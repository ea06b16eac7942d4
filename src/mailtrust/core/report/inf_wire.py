"""mailtrust/inf/1: a certreq INF file explained line by line. Keys are added, never renamed."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.formats.certreq_inf.explanation import Line
from mailtrust.core.formats.certreq_inf.remark import Remark

SCHEMA: Literal["mailtrust/inf/1"] = "mailtrust/inf/1"


class LineWire(Struct, kw_only=True):
    """One line with a meaning."""

    line: int
    key: str
    value: str
    windows: Annotated[str, Meta(description="What Windows does with it.")]
    mailtrust: Annotated[str, Meta(description="What mailtrust does with it.")]


class RemarkWire(Struct, kw_only=True):
    """Something to say about the file."""

    severity: Annotated[
        Literal["error", "warning", "note"], Meta(description="An error keeps it from being made; nothing else does.")
    ]
    line: Annotated[int, Meta(description="0: the file as a whole.")]
    message: str


class InfWire(Struct, kw_only=True):
    """The whole file."""

    schema: Literal["mailtrust/inf/1"]
    file: str
    can_be_made: bool
    lines: list[LineWire]
    remarks: list[RemarkWire]


def inf_wire(file: str, lines: Sequence[Line], remarks: Sequence[Remark], translate: Callable[[str], str]) -> InfWire:
    """A file's lines and remarks as JSON has them."""
    return InfWire(
        schema=SCHEMA,
        file=file,
        can_be_made=all(remark.severity != "error" for remark in remarks),
        lines=[
            LineWire(
                line=line.number,
                key=line.key,
                value=line.value,
                windows=line.windows.render(translate),
                mailtrust=line.here.render(translate),
            )
            for line in lines
        ],
        remarks=[
            RemarkWire(severity=remark.severity, line=remark.line, message=remark.text.render(translate))
            for remark in remarks
        ],
    )
