"""A place where settings may be had over https: reached, judged, asked, and followed where it sends the client."""

from dataclasses import replace

from mailtrust.core.discovery.traveller import Trip, walk
from mailtrust.core.formats import autodiscover
from mailtrust.core.formats.url import host_of, is_https, resolved
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.model.walk import Attempt, DnsQuestion, HttpAnswer, HttpQuestion, Meets, Method

NAME_CODES = frozenset({"name-mismatch", "name-only-in-common-name", "name-ip-as-dns", "name-wildcard-depth"})


def settings_url(host: str) -> str:
    """Where Autodiscover is asked on a host (MS-OXDISCO 3.1.5.2)."""
    return f"https://{host}{autodiscover.PATH}"


def https_candidate(trip: Trip, method: Method, url: str) -> Attempt:
    """Ask one URL for settings. Raises UnansweredError where the book does not reach."""
    host = host_of(url)
    question = HttpQuestion(url, trip.traveller.content, trip.address)
    trip.asking.foresee(DnsQuestion(host, "A"))
    attempt = Attempt(method, url, Meets.SILENT, text("Nothing was asked."))
    dns = trip.asking.ask(DnsQuestion(host, "A"))
    attempt = replace(attempt, dns=dns)
    if dns.status == "failed":
        return replace(attempt, detail=text("DNS gave no answer for {host}: {why}", host=host, why=dns.why or "?"))
    if dns.status != "found":
        return replace(attempt, detail=text("{host} has no address.", host=host))
    answer = trip.asking.ask(question)
    attempt = replace(attempt, http_status=answer.status, ms=answer.ms)
    if answer.observation is None or answer.failure is not None:
        return replace(attempt, detail=_unreached(host, answer))
    verdict = trip.asking.judge(answer.observation)
    attempt = replace(attempt, observation=answer.observation.id, verdict=verdict)
    stopped = _stopped(trip, method, host, verdict)
    if stopped is not None and stopped[0] is not Meets.WARNING:
        return replace(attempt, meets=stopped[0], detail=stopped[1])
    asked = _read(trip, attempt, url, answer)
    if stopped is None:
        return asked
    return replace(asked, meets=Meets.WARNING, detail=text("{one} {next}", one=stopped[1], next=asked.detail))


def _stopped(trip: Trip, method: Method, host: str, verdict: Verdict) -> tuple[Meets, Text] | None:
    if verdict.outcome is Outcome.ACCEPTED:
        return None
    if verdict.outcome is Outcome.UNKNOWN:
        return Meets.SILENT, text("Nobody knows what this client makes of the certificate of {host}.", host=host)
    # KB 2480582 and 2783881: a host listed under RedirectServers may bear another name.
    if trip.situation.lists(host, trip.traveller.office) and verdict.error_codes <= NAME_CODES:
        return None
    codes = tuple(sorted(verdict.error_codes))
    if method in trip.traveller.muted:
        return Meets.SILENT, text(
            "Its certificate does not hold for {host} ({codes}); the client says nothing and goes on.",
            host=host,
            codes=codes,
        )
    if trip.traveller.bad_certificate == "warns" and verdict.overridable:
        return Meets.WARNING, text(
            "Its certificate does not hold for {host} ({codes}): the user is warned.", host=host, codes=codes
        )
    return Meets.SILENT, text(
        "Its certificate does not hold for {host} ({codes}): the client goes on without a word.", host=host, codes=codes
    )


def _unreached(host: str, answer: HttpAnswer) -> Text:
    failure = answer.failure
    if failure is None:
        return text("{host} gave no answer.", host=host)
    said = clean(failure.detail, 200)
    if failure.kind is FailureKind.TIMEOUT:
        return text("{host} does not answer at all: the client waits until its time is over.", host=host)
    return text("No TLS connection to {host}: {detail}", host=host, detail=said)


def _read(trip: Trip, attempt: Attempt, url: str, answer: HttpAnswer) -> Attempt:
    status = answer.status
    if status in trip.traveller.redirect_statuses and answer.location:
        return _follow(trip, attempt, resolved(url, answer.location))
    if status == 401:
        return replace(
            attempt, meets=Meets.FOUND, leads=True, detail=text("It asks for the password, as Autodiscover does.")
        )
    if status != 200:
        return replace(attempt, detail=text("It answers {status}: this is not where settings are.", status=status or 0))
    match autodiscover.read_answer(answer.body):
        case autodiscover.Settings():
            return replace(attempt, meets=Meets.FOUND, leads=True, detail=text("It gives the settings."))
        case autodiscover.RedirectUrl(url=there):
            return _follow(trip, attempt, there)
        case autodiscover.RedirectAddress(address=other):
            return _restart(trip, attempt, other)
        case autodiscover.Refusal(code="600"):
            # POX documentation: what a request without a login gets; the service is there.
            return replace(attempt, meets=Meets.FOUND, leads=True, detail=text("Autodiscover answers there."))
        case autodiscover.Refusal(code=code, message=message):
            said = clean(f"{code} {message}", 200)
            return replace(attempt, detail=text("Autodiscover refuses: {message}", message=said))
        case autodiscover.Foreign(why=why):
            return replace(attempt, detail=text("What it answers is no settings: {why}", why=clean(why, 200)))


def _follow(trip: Trip, attempt: Attempt, there: str) -> Attempt:
    attempt = replace(attempt, redirect=clean(there, 500))
    if not is_https(there):
        return replace(attempt, detail=text("It sends the client to {url}, which is not https.", url=clean(there, 200)))
    if not trip.may_follow(there):
        return replace(attempt, detail=text("It sends the client round in a circle, or too far."))
    child = https_candidate(trip.sent_to(there), attempt.method, there)
    return replace(
        attempt,
        detail=text("It sends the client to {url}.", url=clean(there, 200)),
        meets=Meets.FOUND if child.leads else Meets.SILENT,
        leads=child.leads,
        children=(child,),
    )


def _restart(trip: Trip, attempt: Attempt, other: str) -> Attempt:
    shown = clean(other, 300)
    attempt = replace(attempt, redirect=shown)
    # MS-OXDSCLI 3.1.5: an address that is the old one makes the URL invalid.
    if other.count("@") != 1 or other.lower() == trip.address.lower() or not trip.may_follow(other):
        detail = text("It sends the client to the address {address}, in a circle.", address=shown)
        return replace(attempt, detail=detail)
    again = walk(replace(trip.sent_to(other), address=other))
    if again is None:
        return attempt  # Its questions are noted: this is not the last run
    led = again.found is not None
    return replace(
        attempt,
        detail=text("It has the client start again with the address {address}.", address=shown),
        meets=Meets.FOUND if led else Meets.SILENT,
        leads=led,
        children=again.attempts[: again.reached],
    )
