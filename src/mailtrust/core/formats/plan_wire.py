"""The shape of a plan's JSON (mailtrust/plan/1) and of a proof's (mailtrust/proof/1)."""

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

PLAN_SCHEMA: Final = "mailtrust/plan/1"
PROOF_SCHEMA: Final = "mailtrust/proof/1"

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class KeyWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a private key is that a step needs; the plan holds none."""

    at: Literal["server", "here", "store"]
    name: Annotated[str, Meta(description="A path on the server, a path on this machine, or a certificate's SHA-256.")]


class WriteWire(Struct, kw_only=True, tag_field="kind", tag="write", forbid_unknown_fields=True):
    """A file's whole new content. Blocks WITHHELD KEY stand for private keys, which are put in from `keys`."""

    path: str
    content: str | None = None
    content_base64: Annotated[bytes, Meta(description="Instead of content, where it is no UTF-8.")] | None = None
    keys: list[KeyWire] = []
    new: Annotated[bool, Meta(description="It must not be there yet.")] = False
    mode: (
        Annotated[str, Meta(pattern="^[0-7]{3,4}$", description="Octal; null: as the file that is replaced.")] | None
    ) = None
    owner: Annotated[str, Meta(description="User and group by number; null: as the file that is replaced.")] | None = (
        None
    )


class RunWire(Struct, kw_only=True, tag_field="kind", tag="run", forbid_unknown_fields=True):
    """A command, without a shell."""

    command: Annotated[list[str], Meta(min_length=1)]
    input: str = ""
    seconds: Annotated[int, Meta(ge=1, le=3600)] = 60
    keys: Annotated[list[KeyWire], Meta(description="Of the private keys that are withheld in input.")] | UnsetType = (
        UNSET
    )


class CallWire(Struct, kw_only=True, tag_field="kind", tag="call", forbid_unknown_fields=True):
    """Commands for the socket of a running program, one connection each."""

    socket: str
    commands: list[str]
    expects: list[str]
    keys: list[KeyWire] = []


class DnsWire(Struct, kw_only=True, tag_field="kind", tag="dns", forbid_unknown_fields=True):
    """Records of a zone, replaced by dynamic update (RFC 2136)."""

    zone: str
    name: str
    type: str
    was: list[str]
    shall: list[str]
    ttl: Annotated[int, Meta(ge=0)]


class HumanWire(Struct, kw_only=True, tag_field="kind", tag="human", forbid_unknown_fields=True):
    """Something that a person does."""

    clicks: list[str] = []
    command: str = ""
    file: str = ""


class PutBackWire(Struct, kw_only=True, tag_field="kind", tag="put-back", forbid_unknown_fields=True):
    """The former state comes back from the copy that is kept."""


class RunBackWire(Struct, kw_only=True, tag_field="kind", tag="run-back", forbid_unknown_fields=True):
    """A command takes it back."""

    do: RunWire | CallWire


class TakeUpAgainWire(Struct, kw_only=True, tag_field="kind", tag="again", forbid_unknown_fields=True):
    """The same again, once all former files are back."""


class NothingWire(Struct, kw_only=True, tag_field="kind", tag="nothing", forbid_unknown_fields=True):
    """It changes nothing."""


class NoWayBackWire(Struct, kw_only=True, tag_field="kind", tag="none", forbid_unknown_fields=True):
    """It cannot be taken back."""

    why: str


class ByPersonWire(Struct, kw_only=True, tag_field="kind", tag="human", forbid_unknown_fields=True):
    """A person takes it back."""

    how: str


DoWire = WriteWire | RunWire | CallWire | DnsWire | HumanWire
UndoWire = PutBackWire | RunBackWire | TakeUpAgainWire | NothingWire | NoWayBackWire | ByPersonWire


class StepWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing to do."""

    id: str
    server: Annotated[str, Meta(description="Its name in mailtrust.toml; empty: a person does it.")]
    say: str
    do: DoWire
    undo: UndoWire
    disruption: Literal["none", "reload", "restart"]
    needs: str


class OutlookWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """What one client does at one port."""

    endpoint: str
    client: str
    outcome: Literal["accepted", "warned", "refused", "unknown"]
    codes: list[str]


class LeftWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """A finding that the plan does not cure."""

    finding: str
    why: str


class PlaceWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a server is met."""

    target: str
    host: str
    port: int | None


class ServerWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """A server that steps are for, as mailtrust.toml has it."""

    name: str
    places: list[PlaceWire]
    product: str
    reach: str
    sudo: bool
    configuration: str
    program: str
    take_up: list[str]


class NotedWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """A finding of before."""

    id: str
    rule: str
    endpoints: list[str]


class FactWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a server's file or program said."""

    server: str
    asked: Annotated[str, Meta(description="The file, the pattern, or the command.")]
    digest: Annotated[Sha256, Meta(description="SHA-256 of the answer.")]


class PlanWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The fewest and safest changes that cure what can be cured from here; apply carries out exactly this."""

    schema: Literal["mailtrust/plan/1"]
    id: Annotated[str, Meta(description="SHA-256 of all the rest, as mailtrust writes it: a changed plan is refused.")]
    target: str
    made: datetime
    version: str
    looking: list[str]
    facts_digest: Annotated[Sha256, Meta(description="SHA-256 of all facts.")]
    facts: Annotated[list[FactWire], Meta(description="Other facts stop the plan.")]
    servers: list[ServerWire]
    steps: list[StepWire]
    cures: list[str]
    left: list[LeftWire]
    findings: list[NotedWire]
    before: list[OutlookWire]
    after: list[OutlookWire]
    looked_by: Annotated[
        Literal["check", "discover"],
        Meta(description="By which command it was looked; of discover, endpoints are addresses or subjects of rules."),
    ] = "check"
    made_by: Annotated[str, Meta(description="Who made it, as the system calls them. No signature.")] = ""


class ProofWire(Struct, kw_only=True):
    """What became of every finding, on the wire."""

    schema: Literal["mailtrust/proof/1"]
    plan: str
    resolved: list[str]
    remaining: list[str]
    introduced: list[str]
    unproven: list[str]
