"""Where the facts about an Exchange organisation come from: what its administrator exported."""

from collections.abc import Sequence

from mailtrust.core.formats.exchange.organisation_of import Gathered, organisation_of


def organisation_from(documents: Sequence[tuple[str, bytes]]) -> Gathered:
    """What these documents say together, each a name for people and its octets, whatever form it has.

    Raises UserProblem where one of them is no export of Exchange's.
    """
    return organisation_of(documents)
