"""What the sections say that become extensions, gathered while they are read."""

from dataclasses import field

from mailtrust.core.formats.certreq_inf.document import Entry
from mailtrust.core.formats.certreq_inf.remark import Remark, error
from mailtrust.core.formats.certreq_inf.scalars import expected
from mailtrust.core.model.certificate import BasicConstraints
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import record
from mailtrust.core.model.requested_certificate import RequestedName
from mailtrust.core.model.text import text

TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@record
class Found:
    """What the sections say, filled while they are read."""

    names: tuple[RequestedName, ...] = ()
    key_usage: frozenset[str] | None = None
    """From a raw value; the key KeyUsage is the usual place."""
    purposes: tuple[str, ...] | None = None
    constraints: BasicConstraints | None = None
    extensions: list[tuple[str, bool, bytes]] = field(default_factory=list)
    critical: set[str] = field(default_factory=set)
    lines: dict[str, int] = field(default_factory=dict)
    """Where each extension stands, by its OID."""
    remarks: list[Remark] = field(default_factory=list)


def truth(entry: Entry, found: Found) -> bool:
    """TRUE or FALSE of a section's key."""
    if entry.value.lower() not in TRUTH:
        found.remarks.append(expected(entry, text("TRUE or FALSE")))
    return TRUTH.get(entry.value.lower(), False)


def twice(oid: str, line: int, before: int) -> Remark:
    """The sentence about an extension that stands there again."""
    return error(
        line,
        text(
            "The extension {oid} stands on line {before} already; a certificate has one of each.",
            oid=oid,
            before=before,
        ),
    )


def no_key_of(section: str, entry: Entry, known: str) -> Remark:
    """The sentence about a key that its section does not have."""
    return error(
        entry.line,
        text("[{section}] has the keys {known}, got “{key}”.", section=section, known=known, key=clean(entry.key, 80)),
    )
