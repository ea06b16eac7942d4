"""The command to run next, with what the text tells of the server filled in."""

from collections.abc import Sequence

from mailtrust.core.messages.causes import exchange
from mailtrust.core.messages.message import Cause, Likelihood, Origin
from mailtrust.core.messages.places import Place

HOST = "HOST"
DOMAIN = "DOMAIN"
"""What stands in a command where the text names no server."""


def commands_for(speakers: Sequence[Origin], place: Place | None, templates: Sequence[str] = ()) -> tuple[str, ...]:
    """What to run next for these speakers: their own commands where they have some, else a check for their clients."""
    if templates:
        filled = (
            template.format(target=_target(place), host=_host(place), domain=_domain(place)) for template in templates
        )
        return tuple(dict.fromkeys(filled))
    schemes = {speaker.scheme for speaker in speakers}
    scheme = schemes.pop() if len(schemes) == 1 else ""
    clients = tuple(dict.fromkeys(client for speaker in speakers for client in speaker.clients))
    chosen = f" --client {','.join(clients)}" if clients else ""
    return (f"mailtrust check {_target(place, scheme)}{chosen}",)


def services_for(causes: Sequence[Cause]) -> tuple[str, ...]:
    """What looks into Exchange itself, where one of the likeliest causes lies there: no port shows it."""
    likeliest = {one.code for one in causes if one.likelihood is Likelihood.LIKELY}
    return ("mailtrust services check --export exchange.json",) if likeliest & _INSIDE else ()


_INSIDE = frozenset(kind.code for kind in exchange.KINDS) - {"served-not-assigned"}


def _target(place: Place | None, scheme: str = "") -> str:
    if place is not None and place.whole:
        return place.target
    host = _host(place)
    return f"{scheme}://{host}" if scheme else host


def _host(place: Place | None) -> str:
    if place is None:
        return HOST
    return f"[{place.host}]" if ":" in place.host else place.host


def _domain(place: Place | None) -> str:
    return place.domain if place is not None and place.domain else DOMAIN
