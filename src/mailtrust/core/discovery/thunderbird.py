"""Thunderbird: autoconfig, Mozilla's database, the MX hosts' domains, Exchange, and guessing."""

from collections.abc import Iterable
from dataclasses import replace

from mailtrust.core.discovery.steps import autoconfig, exchange
from mailtrust.core.discovery.steps.mail_port import mail_port, tls_question
from mailtrust.core.discovery.traveller import Step, Traveller, Trip
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Attempt, DnsQuestion, Meets, Method

# GuessConfig.sys.mjs: hosts in this order, TLS from the start preferred to STARTTLS.
_INCOMING = (("imap", "imap."), ("pop3", "pop3."), ("pop3", "pop."), ("imap", "mail."), ("imap", ""))
_OUTGOING = (("smtp", "smtp."), ("smtp", "mail."), ("smtp", ""))
_PORTS = {"imap": ((993, True), (143, False)), "pop3": ((995, True), (110, False)), "smtp": ((465, True), (587, False))}


def _guess(trip: Trip) -> Iterable[Attempt]:
    """Names that such servers usually have; one whose certificate does not hold counts as none (requireGoodCert)."""
    trip.asking.foresee(*(DnsQuestion(prefix + trip.domain, "A") for _, prefix in (*_INCOMING, *_OUTGOING)))
    incoming, outgoing = (tuple(_tried(trip, hosts)) for hosts in (_INCOMING, _OUTGOING))
    both = any(one.leads for one in incoming) and any(one.leads for one in outgoing)
    children = (*incoming, *outgoing)
    hidden = not both and any(one.meets is Meets.HIDDEN for one in children)
    detail = text("Nothing was found under the usual names.")
    if both:
        detail = text("Servers were found under the usual names.")
    elif hidden:
        detail = text("A server is there under a usual name, and stays unseen because of its certificate.")
    meets = Meets.FOUND if both else Meets.HIDDEN if hidden else Meets.SILENT
    yield Attempt(Method.GUESS, trip.domain, meets, detail, leads=both, children=children)


def _tried(trip: Trip, hosts: Iterable[tuple[str, str]]) -> Iterable[Attempt]:
    for kind, prefix in hosts:
        for port, implicit in _PORTS[kind]:
            question = tls_question(kind, prefix + trip.domain, port, implicit=implicit)
            attempt = mail_port(trip, Method.GUESS, question, bad=Meets.HIDDEN)
            if attempt.dns is not None and attempt.dns.status == "found":
                yield attempt


PROFILE = Traveller(
    id="thunderbird",
    title="Thunderbird",
    judged_as="thunderbird",
    steps=(
        autoconfig.AT_DOMAIN,
        autoconfig.DATABASE,
        autoconfig.AT_MX,
        # ExchangeAutoDiscover.sys.mjs asks these beside the others, the host of its own before the domain's.
        exchange.AUTODISCOVER,
        exchange.ROOT,
        exchange.HTTP_REDIRECT,
        exchange.SRV,
        Step(Method.GUESS, _guess),
    ),
    citations=(
        Citation(
            "thunderbird/thunderbird-desktop:mail/components/accountcreation/modules/"
            "{FetchConfig,FindConfig,GuessConfig,ExchangeAutoDiscover}.sys.mjs (January 2026)",
            "order, what is fetched over http, what is guessed, and that a bad certificate hides a server",
        ),
        Citation("draft-ietf-mailmaint-autoconfig", "what such a file holds"),
    ),
    basis=Basis.SOURCE,
    bad_certificate="next",
    asks_before=frozenset({Method.HTTP_REDIRECT, Method.SRV}),
)

VERSIONS = (
    replace(
        PROFILE,
        id="thunderbird@android",
        title="Thunderbird for Android",
        # Autoconfig alone: no Autodiscover, no SRV, no guessing; all at once, the first in this order counts.
        steps=(autoconfig.AT_DOMAIN, autoconfig.DATABASE, autoconfig.AT_MX),
        citations=(
            Citation(
                "thunderbird/thunderbird-android:feature/autodiscovery/{autoconfig,service} (August 2026)",
                "autoconfig only; settings that came over http need the user's consent",
            ),
        ),
    ),
)
