"""Thunderbird: autoconfig, Mozilla's database, the MX hosts' domains, Exchange, and guessing."""

from collections.abc import Iterable
from dataclasses import replace

from mailtrust.core.discovery.steps import autoconfig, exchange
from mailtrust.core.discovery.steps.mail_port import mail_port, tls_question
from mailtrust.core.discovery.steps.srv_choice import of_least_weight
from mailtrust.core.discovery.traveller import Step, Traveller, Trip
from mailtrust.core.model.client import Citation
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Attempt, DnsQuestion, Meets, Method, TlsQuestion
from mailtrust.core.validation.public_suffixes import registered_domain

_Tier = tuple[tuple[str, str, int, bool], ...]
"""Kind of server, what stands before the domain, port, and whether TLS is there from the start."""

# GuessConfig.sys.mjs (153.7): TLS from the start before STARTTLS, IMAP before POP3, and then the hosts in this order.
_INCOMING: tuple[_Tier, ...] = (
    tuple(("imap", host, *port) for port in ((993, True), (143, False)) for host in ("imap.", "mail.", "")),
    tuple(("pop3", host, *port) for port in ((995, True), (110, False)) for host in ("pop3.", "pop.", "mail.", "")),
)
_OUTGOING: tuple[_Tier, ...] = (
    tuple(("smtp", host, 465, True) for host in ("smtp.", "mail.", "")),
    tuple(("smtp", host, port, False) for host in ("smtp.", "mail.", "") for port in (587, 25)),
)


def _guess(trip: Trip) -> Iterable[Attempt]:
    """Names that such servers usually have: the first one of each direction that will do is taken."""
    hosts = dict.fromkeys(host + trip.domain for tier in (*_INCOMING, *_OUTGOING) for _, host, _, _ in tier)
    names = tuple(DnsQuestion(host, "A") for host in hosts)
    trip.asking.foresee(*names)
    there = frozenset(name.name for name in names if trip.asking.ask(name).status == "found")
    trip.asking.foresee(*_questions(trip, _INCOMING[0], there), *_questions(trip, _OUTGOING[0], there))
    incoming, outgoing = (tuple(_tried(trip, tiers, there)) for tiers in (_INCOMING, _OUTGOING))
    both = any(one.leads for one in incoming) and any(one.leads for one in outgoing)
    children = (*incoming, *outgoing)
    hidden = not both and any(one.meets is Meets.HIDDEN for one in children)
    warned = both and any(one.meets is Meets.WARNING for one in children)
    detail = text("Nothing was found under the usual names.")
    if both:
        detail = text("Servers were found under the usual names.")
    elif hidden:
        detail = text("A server is there under a usual name, and stays unseen because of its certificate.")
    meets = (Meets.WARNING if warned else Meets.FOUND) if both else Meets.HIDDEN if hidden else Meets.SILENT
    yield Attempt(Method.GUESS, trip.domain, meets, detail, leads=both, children=children)


def _tried(trip: Trip, tiers: Iterable[_Tier], there: frozenset[str]) -> Iterable[Attempt]:
    for tier in tiers:
        questions = _questions(trip, tier, there)
        trip.asking.foresee(*questions)
        for question in questions:
            # With TLS from the start a bad certificate makes it no server (requireGoodCert). STARTTLS is only seen to
            # be offered; the certificate is met when the account is verified, and its user is asked (ConfigVerifier).
            bad = Meets.HIDDEN if question.tls_mode is TlsMode.IMPLICIT else Meets.WARNING
            attempt = mail_port(trip, Method.GUESS, question, bad=bad)
            yield attempt
            if attempt.leads:
                return


def _questions(trip: Trip, tier: _Tier, there: frozenset[str]) -> tuple[TlsQuestion, ...]:
    return tuple(
        tls_question(kind, host + trip.domain, port, implicit=implicit)
        for kind, host, port, implicit in tier
        if host + trip.domain in there
    )


def _believes(domain: str, host: str) -> bool:
    """ExchangeAutoDiscover.sys.mjs: no question about a host that the address's owner, or Microsoft, registered."""
    site = registered_domain(host)
    return bool(site) and site in (registered_domain(domain), "office365.com", "outlook.com")


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
            "order, what is fetched over http, what is guessed, that a bad certificate hides a server; watched: 153.7",
        ),
        Citation("draft-ietf-mailmaint-autoconfig", "what such a file holds"),
    ),
    basis=Basis.SOURCE,
    bad_certificate="next",
    asks_before=frozenset({Method.HTTP_REDIRECT, Method.SRV}),
    believes=_believes,
    srv_choice=of_least_weight,
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
