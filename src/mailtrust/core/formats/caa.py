"""CAA records in presentation form (RFC 8659 4): which CAs may issue for a name."""

import shlex
from collections.abc import Iterable

from mailtrust.core.model.frozen import frozen


@frozen
class Caa:
    """One record."""

    critical: bool
    tag: str
    value: str

    @property
    def issuer(self) -> str:
        """The CA's domain in an issue or issuewild record; empty where nobody may (RFC 8659 4.2)."""
        return self.value.partition(";")[0].strip().lower()


def read_caa(records: Iterable[str]) -> tuple[Caa, ...]:
    """The records that can be read."""
    found = []
    for record in records:
        try:
            parts = shlex.split(record)
        except ValueError:
            continue
        if len(parts) == 3 and parts[0].isdigit():
            found.append(Caa(bool(int(parts[0]) & 128), parts[1].lower(), parts[2]))
    return tuple(found)


def issuers_allowed(records: Iterable[Caa], *, wildcard: bool) -> frozenset[str] | None:
    """The CA domains that may issue by this set of records; None: any may.

    RFC 8659 4.3: issuewild, where there is one, replaces issue for wildcards. A set with neither restricts nobody.
    """
    records = tuple(records)
    wild = [one for one in records if one.tag == "issuewild"]
    counting = wild if wildcard and wild else [one for one in records if one.tag == "issue"]
    return frozenset(one.issuer for one in counting if one.issuer) if counting else None
