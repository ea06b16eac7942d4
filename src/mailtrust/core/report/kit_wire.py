"""mailtrust/kit/1: what `mailtrust trust` has written. Keys are added, never renamed."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.clients import CLIENTS
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Kit, Wish
from mailtrust.core.model.text import Text
from mailtrust.core.report.assumed import unreached_wire
from mailtrust.core.report.inspection_wire import Fingerprint, Moment, Thumbprint
from mailtrust.core.report.reach import unreached
from mailtrust.core.report.report_json import step_to_wire
from mailtrust.core.report.report_wire import StepWire, UnreachedWire
from mailtrust.core.x509.thumbprint import thumbprint

SCHEMA: Literal["mailtrust/kit/1"] = "mailtrust/kit/1"


class AnchorWire(Struct, kw_only=True):
    """A certificate that is brought to clients, or taken away."""

    part: Literal["root", "server", "intermediate"]
    sha256: Fingerprint
    thumbprint: Thumbprint
    subject: str
    not_before: Moment
    not_after: Moment


class KitFileWire(Struct, kw_only=True):
    """A file of the kit."""

    path: Annotated[str, Meta(description="Below the folder, with / between the parts.")]
    say: str
    size: int
    sha256: str


class KitWire(Struct, kw_only=True):
    """The whole answer."""

    schema: Literal["mailtrust/kit/1"] = SCHEMA
    way: str
    name: str
    remove: bool
    folder: str
    anchors: list[AnchorWire]
    files: list[KitFileWire]
    steps: list[StepWire]
    check: Annotated[list[StepWire], Meta(description="How to see on a client whether the anchors are there.")]
    remarks: list[str]
    reaches: Annotated[list[str], Meta(description="Ids of the clients that this way reaches.")]
    unreached: list[UnreachedWire]


def kit_wire(
    way: str,
    wish: Wish,
    kit: Kit,
    checks: Sequence[Step],
    *,
    folder: str,
    remove: bool,
    translate: Callable[[str], str],
) -> KitWire:
    """What was written, in the reader's language."""

    def told(sentence: Text) -> str:
        return sentence.render(translate)

    return KitWire(
        way=way,
        name=wish.name,
        remove=remove,
        folder=folder,
        anchors=_anchors(wish),
        files=[
            KitFileWire(
                path=file.path,
                say=told(file.say),
                size=len(file.data),
                sha256=hashlib.sha256(file.data).hexdigest(),
            )
            for file in kit.files
        ],
        steps=[step_to_wire(step, translate) for step in kit.steps],
        check=[step_to_wire(step, translate) for step in checks],
        remarks=[told(remark) for remark in kit.remarks],
        reaches=[client.id for client in CLIENTS if client.reached((way,))],
        unreached=unreached_wire(unreached(CLIENTS, (way,)), translate),
    )


def _anchors(wish: Wish) -> list[AnchorWire]:
    parts: tuple[Literal["root", "server", "intermediate"], ...] = ("root", "server", "intermediate")
    groups = (wish.anchors.roots, wish.anchors.servers, wish.anchors.intermediates)
    return [
        AnchorWire(
            part=part,
            sha256=one.fingerprint,
            thumbprint=thumbprint(one),
            subject=one.subject.text,
            not_before=one.not_before,
            not_after=one.not_after,
        )
        for part, group in zip(parts, groups, strict=True)
        for one in group
    ]
