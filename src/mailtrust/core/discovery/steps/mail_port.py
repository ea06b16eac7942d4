"""A mail port that a client was led to, or tries: reached, and its certificate judged."""

from dataclasses import replace

from mailtrust.core.discovery.traveller import Trip
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.observation import ProbeFailure
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.model.walk import Attempt, DnsQuestion, Meets, Method, TlsQuestion


def mail_port(trip: Trip, method: Method, question: TlsQuestion, *, bad: Meets) -> Attempt:
    """Judge what a port presents; `bad` is what the user meets when its certificate does not hold."""
    host = question.host
    url = f"{question.protocol.value}://{host}:{question.port}"
    attempt = Attempt(method, url, Meets.SILENT, text("{host} has no address.", host=host))
    dns = trip.asking.ask(DnsQuestion(host, "A"))
    attempt = replace(attempt, dns=dns)
    if dns.status != "found":
        return attempt
    seen = trip.asking.ask(question).observation
    if isinstance(seen.result, ProbeFailure):
        return replace(
            attempt,
            detail=text(
                "No TLS at {host}, port {port}: {detail}",
                host=host,
                port=question.port,
                detail=clean(seen.result.detail, 200),
            ),
        )
    verdict = trip.asking.judge(seen)
    attempt = replace(attempt, observation=seen.id, verdict=verdict)
    if verdict.outcome is Outcome.ACCEPTED:
        detail = text("{host}, port {port}, is there, and its certificate holds.", host=host, port=question.port)
        return replace(attempt, meets=Meets.FOUND, leads=True, detail=detail)
    codes = tuple(sorted(verdict.error_codes))
    return replace(attempt, meets=bad, leads=bad is Meets.WARNING, detail=_stopped(host, codes, bad))


def _stopped(host: str, codes: tuple[str, ...], bad: Meets) -> Text:
    if bad is Meets.HIDDEN:
        return text(
            "Its certificate does not hold for {host} ({codes}), so the client takes it for no server at all.",
            host=host,
            codes=codes,
        )
    return text("Its certificate does not hold for {host} ({codes}): the user is warned.", host=host, codes=codes)


def tls_question(kind: str, host: str, port: int, *, implicit: bool) -> TlsQuestion:
    """The question for a server of kind imap, pop3 or smtp; a port for sending is one for submission (RFC 6409)."""
    protocols = {"imap": Protocol.IMAP, "pop3": Protocol.POP3, "smtp": Protocol.SUBMISSION}
    return TlsQuestion(host, port, protocols[kind], TlsMode.IMPLICIT if implicit else TlsMode.STARTTLS)
