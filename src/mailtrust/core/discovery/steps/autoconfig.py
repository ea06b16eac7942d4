"""Autoconfig files, at the domain, at its MX hosts' domains, and in Mozilla's database."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from mailtrust.core.discovery.asking import together
from mailtrust.core.discovery.steps.mail_port import mail_port, tls_question
from mailtrust.core.discovery.traveller import Step, Trip
from mailtrust.core.formats.autoconfig import MailServer, NoConfig, read_config
from mailtrust.core.formats.srv import read_mx
from mailtrust.core.formats.url import host_of
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.model.walk import Attempt, DnsQuestion, HttpQuestion, Meets, Method
from mailtrust.core.validation.public_suffixes import registered_domain

FILE = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig" + FILE


def _at_domain(trip: Trip) -> Iterable[Attempt]:
    """fromISP: https before http, the host of its own before the domain's (FetchConfig.sys.mjs, January 2026)."""
    domain = trip.domain
    urls = [
        f"{scheme}://{place}?emailaddress={trip.address}"
        for scheme in ("https", "http")
        for place in (f"autoconfig.{domain}{FILE}", f"{domain}{WELL_KNOWN}")
    ]
    trip.asking.foresee(DnsQuestion(f"autoconfig.{domain}", "A"), DnsQuestion(domain, "A"))
    return fetched_in_turn(trip, Method.AUTOCONFIG, urls)


def _at_mx(trip: Trip) -> Iterable[Attempt]:
    """forMX: https only, at the first MX host's domain and what was registered of it; not where that is the domain."""
    records = read_mx(trip.asking.ask(DnsQuestion(trip.domain, "MX")).records)
    if not records or records[0].exchange == ".":
        yield Attempt(Method.MX, trip.domain, Meets.SILENT, text("{domain} names no MX host.", domain=trip.domain))
        return
    exchange = records[0].exchange
    base = registered_domain(exchange)
    if base in ("", trip.domain):
        detail = text("Its mail goes to {host}, of the same domain: nothing more to ask.", host=exchange)
        yield Attempt(Method.MX, exchange, Meets.SILENT, detail, asked=False)
        return
    full = exchange.partition(".")[2] if exchange != base else base
    for place in dict.fromkeys((full, base)):
        # It sends the address along, which changes nothing of the answer's certificate: the provider is not told here.
        yield from fetched_in_turn(trip, Method.MX, [f"https://autoconfig.{place}{FILE}"])
        yield from _in_database(trip, place)


def _database(trip: Trip) -> Iterable[Attempt]:
    return _in_database(trip, trip.domain)


def _in_database(trip: Trip, domain: str) -> Iterable[Attempt]:
    url = f"https://live.thunderbird.net/autoconfig/v1.1/{domain}"
    if trip.situation.third_parties:
        return fetched_in_turn(trip, Method.ISPDB, [url])
    detail = text(
        "It asks Mozilla's database. It was not asked here: it would be told the domain (--ask-third-parties)."
    )
    return (Attempt(Method.ISPDB, url, Meets.SILENT, detail, asked=False),)


def fetched_in_turn(trip: Trip, method: Method, urls: Iterable[str]) -> list[Attempt]:
    """An attempt for each URL; they are asked at once (FetchConfig.sys.mjs), and the first in this order counts."""
    return list(together(*(partial(_fetched, trip, method, url) for url in urls)))


def _fetched(trip: Trip, method: Method, url: str) -> Attempt:
    host = host_of(url)
    attempt = Attempt(method, url.partition("?")[0], Meets.SILENT, text("{host} has no address.", host=host))
    dns = trip.asking.ask(DnsQuestion(host, "A"))
    attempt = replace(attempt, dns=dns)
    if dns.status != "found":
        return attempt
    answer = trip.asking.ask(HttpQuestion(url))
    attempt = replace(attempt, http_status=answer.status, ms=answer.ms)
    if answer.observation is not None and answer.failure is None:
        verdict = trip.asking.judge(answer.observation)
        attempt = replace(attempt, observation=answer.observation.id, verdict=verdict)
        if verdict.outcome is not Outcome.ACCEPTED:
            # FetchHTTP: a TLS fault is a fetch that failed; nobody hears of it.
            codes = tuple(sorted(verdict.error_codes))
            detail = text("Its certificate does not hold for {host} ({codes}): not fetched.", host=host, codes=codes)
            return replace(attempt, meets=Meets.HIDDEN, detail=detail)
    if answer.status is None:
        return replace(attempt, detail=text("{host} gives no answer.", host=host))
    if answer.status != 200:
        return replace(attempt, detail=text("There is no such file: {status}.", status=answer.status))
    match read_config(answer.body, trip.address):
        case NoConfig(why=why):
            return replace(attempt, detail=text("What it answers is no configuration: {why}", why=clean(why, 200)))
        case servers:
            return _configured(trip, attempt, servers, safe=answer.observation is not None)


def _configured(trip: Trip, attempt: Attempt, servers: tuple[MailServer, ...], *, safe: bool) -> Attempt:
    # The first of each kind is what the client sets up; TLS only: without it no certificate plays a part.
    chosen = {server.type: server for server in reversed(servers) if server.socket != "plain"}
    children = together(
        *(
            partial(
                mail_port,
                trip,
                attempt.method,
                tls_question(server.type, server.hostname, server.port, implicit=server.socket == "SSL"),
                bad=Meets.WARNING,
            )
            for server in chosen.values()
        )
    )
    names = tuple(f"{server.hostname}:{server.port}" for server in servers)
    detail = text("It names the servers: {names}.", names=names)
    if not safe:
        detail = text("{one} {next}", one=detail, next=text("It came over plain http: the user must agree."))
    return replace(attempt, meets=Meets.FOUND if safe else Meets.QUESTION, leads=True, detail=detail, children=children)


AT_DOMAIN = Step(Method.AUTOCONFIG, _at_domain)
DATABASE = Step(Method.ISPDB, _database)
AT_MX = Step(Method.MX, _at_mx)
