"""A client that looks for its server: which candidates it has, in which order, and how it takes what it meets there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from typing import Literal

from mailtrust.core.discovery.asking import Asking, UnansweredError
from mailtrust.core.discovery.steps.srv_choice import best_of_https
from mailtrust.core.formats.srv import SrvRecord
from mailtrust.core.model.client import Citation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Attempt, Meets, Method, Situation, Walk

MOST_REDIRECTS = 10
"""[MS-OXDSCLI] and every client whose source is known give up after ten."""


@frozen
class Trip:
    """One address on its way."""

    traveller: "Traveller"
    asking: Asking
    situation: Situation
    address: str
    redirects: tuple[str, ...] = ()
    """URLs and addresses that led here; none is followed twice."""

    @property
    def domain(self) -> str:
        """Behind the @; nobody ever climbs above it."""
        return self.address.rpartition("@")[2]

    def sent_to(self, place: str) -> "Trip":
        """The same trip after one more redirect."""
        return replace(self, redirects=(*self.redirects, place.lower()))

    def may_follow(self, place: str) -> bool:
        """Whether this redirect is neither a circle nor one too many."""
        return place.lower() not in self.redirects and len(self.redirects) < MOST_REDIRECTS


@frozen
class Step:
    """One kind of candidate."""

    method: Method
    attempts: Callable[[Trip], Iterable[Attempt]]
    switched_off_by: str | None = None
    """The registry value that takes it out."""
    switched_on_by: str | None = None
    """The registry value without which there is no such step."""
    only_if: Callable[[Situation], bool] = lambda _: True
    otherwise: Text = field(default_factory=lambda: text("The client does not look there in this situation."))


BadCertificate = Literal["warns", "next"]


@frozen
class Traveller:
    """A client at one version, as far as it is known how it looks for its server."""

    id: str
    title: str
    judged_as: str
    """The client profile whose verdict on a certificate counts."""
    steps: tuple[Step, ...]
    citations: tuple[Citation, ...]
    basis: Basis
    content: Literal["pox", "mobilesync"] = "pox"
    bad_certificate: BadCertificate = "warns"
    """`warns`: its user is asked and may go on. `next`: it goes on to the next candidate without a word."""
    muted: frozenset[Method] = frozenset()
    """Where bad certificates are passed over although it warns elsewhere."""
    asks_before: frozenset[Method] = frozenset({Method.HTTP_REDIRECT})
    """Methods whose target its user must allow."""
    believes: Callable[[str, str], bool] = lambda _domain, _host: False
    """Whether, for an address of this domain, its user is not asked about that host."""
    srv_choice: Callable[[Sequence[SrvRecord]], SrvRecord | None] = best_of_https
    """Which SRV record for Autodiscover it goes by."""
    redirect_statuses: frozenset[int] = frozenset({301, 302})
    at_once: frozenset[Method] = frozenset()
    """Methods that it tries beside the others, so that their warnings come although another one has led."""
    office: str = ""
    """The version of Office whose registry key it reads: 12.0 is 2007, 14.0 2010, 15.0 2013, 16.0 all since."""
    unknown_because: Text | None = None
    """Nobody outside can know its way."""


def walk(trip: Trip) -> Walk | None:
    """The whole way; None where the book lacks answers, which `trip.asking.missing` then names."""
    attempts: list[Attempt] = []
    for step in trip.traveller.steps:
        try:
            attempts += _taken(step, trip)
        except UnansweredError:
            continue  # The other candidates have questions too: all are asked at once
    if trip.asking.missing:
        return None
    return Walk(
        trip.address, trip.traveller.id, trip.situation, tuple(attempts), _reached(attempts, trip.traveller.at_once)
    )


def _taken(step: Step, trip: Trip) -> Iterable[Attempt]:
    office, situation = trip.traveller.office, trip.situation
    if step.switched_on_by is not None and not situation.has_set(step.switched_on_by, office):
        return ()
    if step.switched_off_by is not None and situation.has_set(step.switched_off_by, office):
        detail = text("Switched off by the registry value {value}.", value=step.switched_off_by)
    elif not step.only_if(trip.situation):
        detail = step.otherwise
    else:
        return tuple(step.attempts(trip))
    return (Attempt(step.method, "", Meets.SILENT, detail, asked=False),)


def _reached(attempts: list[Attempt], at_once: frozenset[Method]) -> int:
    led = next((at for at, attempt in enumerate(attempts, 1) if attempt.leads), len(attempts))
    beside = [at for at, attempt in enumerate(attempts, 1) if attempt.method in at_once]
    return max(led, *beside) if beside and attempts[led - 1].method in at_once else led
