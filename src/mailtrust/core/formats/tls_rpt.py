"""TLS reporting: the record that says where senders report failed deliveries to (RFC 8460 3)."""

import re
from collections.abc import Iterable

_BEGINNING = re.compile(r"v=TLSRPTv1[ \t]*;", re.ASCII)
_PLACE = re.compile(r"(mailto|https):[!-~]+", re.ASCII)


def read_places(texts: Iterable[str]) -> tuple[str, ...] | None:
    """Where reports go (mailto and https URIs); None without a record. Several records count as none (RFC 8460 3)."""
    records = [one for one in texts if _BEGINNING.match(one)]
    if len(records) != 1:
        return None if not records else ()
    fields = (part.strip().partition("=") for part in records[0].split(";")[1:])
    given = next((value for key, _, value in fields if key.strip() == "rua"), "")
    places = (place.strip() for place in given.split(","))
    return tuple(place for place in places if _PLACE.fullmatch(place))
