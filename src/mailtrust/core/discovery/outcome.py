"""What a walk comes to."""

from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.walk import Meets, Walk


def for_servers(walk: Walk) -> bool:
    """Whether it is a mail server that walks, whose "warning" is mail that stays away."""
    return walk.client.startswith("mta-")


def is_well(walk: Walk, traveller: Traveller) -> bool | None:
    """Whether it finds what it looks for without a warning; None where nobody outside can know.

    Of mail servers every MX host counts: that one is bad goes unnoticed until the others are down (RFC 8461 8.4).
    """
    if traveller.unknown_because is not None:
        return None
    beyond = walk.attempts if for_servers(walk) else ()
    return walk.found is not None and not any(one.meets is Meets.WARNING for one in (*walk.met, *beyond))
