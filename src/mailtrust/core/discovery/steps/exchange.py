"""The candidates of those that look for Exchange: MS-OXDISCO 3.1.5, and Outlook's additions to it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailtrust.core.discovery.steps.https_candidate import https_candidate, settings_url
from mailtrust.core.discovery.traveller import Step, Trip
from mailtrust.core.formats import autodiscover
from mailtrust.core.formats.directory_place import pointed_at
from mailtrust.core.formats.srv import read_srv
from mailtrust.core.formats.url import host_of, is_https, resolved
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import (
    SCP_POINTER,
    SCP_URL,
    Attempt,
    ConnectionPoint,
    DnsQuestion,
    HttpQuestion,
    Meets,
    Method,
    ScpQuestion,
)

OFFICE_365 = "https://autodiscover-s.outlook.com" + autodiscover.PATH

MOST_DIRECTORIES = 10


def _root(trip: Trip) -> Iterable[Attempt]:
    return (https_candidate(trip, Method.ROOT, settings_url(trip.domain)),)


def _autodiscover(trip: Trip) -> Iterable[Attempt]:
    return (https_candidate(trip, Method.AUTODISCOVER, settings_url(f"autodiscover.{trip.domain}")),)


def _http_redirect(trip: Trip) -> Iterable[Attempt]:
    """MS-OXDISCO 3.1.5.4: only a redirect is used; settings over http are not."""
    host = f"autodiscover.{trip.domain}"
    url = f"http://{host}{autodiscover.PATH}"
    dns = trip.asking.ask(DnsQuestion(host, "A"))
    attempt = Attempt(Method.HTTP_REDIRECT, url, Meets.SILENT, text("{host} has no address.", host=host), dns=dns)
    if dns.status != "found":
        yield attempt
        return
    answer = trip.asking.ask(HttpQuestion(url))
    attempt = replace(attempt, http_status=answer.status, ms=answer.ms)
    if answer.status is None:
        yield replace(attempt, detail=text("Port 80 of {host} gives no answer.", host=host))
    elif answer.status not in trip.traveller.redirect_statuses or not answer.location:
        yield replace(attempt, detail=text("Port 80 answers {status}, and no redirect.", status=answer.status))
    else:
        yield _sent(trip, attempt, resolved(url, answer.location))


def _srv(trip: Trip) -> Iterable[Attempt]:
    """MS-OXDISCO 3.1.5.3: the record that this client goes by leads to the port of https on its target."""
    name = f"_autodiscover._tcp.{trip.domain}"
    dns = trip.asking.ask(DnsQuestion(name, "SRV"))
    attempt = Attempt(Method.SRV, name, Meets.SILENT, text("There is no SRV record {name}.", name=name), dns=dns)
    chosen = trip.traveller.srv_choice(read_srv(dns.records))
    if chosen is None:
        if dns.records:
            attempt = replace(attempt, detail=text("No SRV record {name} leads to port 443.", name=name))
        yield attempt
        return
    yield _sent(trip, attempt, settings_url(chosen.target))


def _sent(trip: Trip, attempt: Attempt, there: str) -> Attempt:
    """Follow what nobody vouched for: the client's user is asked, unless the host is listed or the method trusted."""
    attempt = replace(attempt, redirect=clean(there, 500))
    host = host_of(there)
    if not is_https(there):
        return replace(attempt, detail=text("It sends the client to {url}, which is not https.", url=clean(there, 200)))
    child = https_candidate(trip.sent_to(there), attempt.method, there)
    listed = trip.situation.lists(host, trip.traveller.office)
    vouched = listed or trip.traveller.believes(trip.domain, host)
    asks = attempt.method in trip.traveller.asks_before and not vouched
    detail = text("It sends the client to {url}.", url=clean(there, 200))
    if child.leads and asks:
        question = text("Its user is asked whether {host} may set the account up.", host=host)
        return replace(
            attempt,
            meets=Meets.QUESTION,
            detail=text("{one} {next}", one=detail, next=question),
            leads=True,
            children=(child,),
        )
    meets = Meets.FOUND if child.leads else Meets.SILENT
    return replace(attempt, meets=meets, detail=detail, leads=child.leads, children=(child,))


def _scp(trip: Trip) -> Iterable[Attempt]:
    """MS-OXDISCO 3.1.5.1: URLs of the client's own site, then of no site, then of others; pointers to other forests."""
    urls, problems = scp_urls(trip)
    yield from problems
    for url in urls:
        yield https_candidate(trip, Method.SCP, url)


def scp_urls(trip: Trip) -> tuple[tuple[str, ...], tuple[Attempt, ...]]:
    """The URLs that the directory names, best first, and what could not be had of it."""
    servers, asked = [""], list[str]()
    urls: list[str] = []
    problems: list[Attempt] = []
    later: list[str] = []
    while servers and len(asked) < MOST_DIRECTORIES:
        server = servers.pop(0)
        asked.append(server)
        answer = trip.asking.ask(ScpQuestion(server))
        if answer.why is not None:
            problems.append(_no_directory(server, answer.why))
        urls += _by_site(answer.points, trip.situation.site)
        for point in answer.points:
            if SCP_POINTER in map(str.lower, point.keywords):
                named = {word[7:].lower() for word in point.keywords if word.lower().startswith("domain=")}
                for place in map(_directory, point.binding):
                    if place and place not in (*asked, *servers, *later):
                        # A pointer for this domain comes first, one for nobody in particular last, others never.
                        if trip.domain in named:
                            servers.insert(0, place)
                        elif not named:
                            later.append(place)
        if not servers and not urls and later:
            servers.append(later.pop(0))
    if not urls and not problems:
        problems.append(_no_directory("", text("no service connection point of Exchange")))
    return tuple(dict.fromkeys(urls)), tuple(problems)


def _by_site(points: Iterable[ConnectionPoint], site: str | None) -> Iterator[str]:
    classes: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for point in points:
        words = [word.lower() for word in point.keywords]
        if SCP_URL in words:
            sites = [word[5:] for word in words if word.startswith("site=")]
            place = 2 if not sites else 1 if site is not None and site.lower() in sites else 3
            classes[place] += [url for url in point.binding if url.lower().startswith("http")]
    for place in (1, 2, 3):
        yield from classes[place]


def _directory(binding: str) -> str:
    return pointed_at(binding) if binding.lower().startswith("ldap://") else ""


def _no_directory(server: str, why: Text) -> Attempt:
    return Attempt(
        Method.SCP,
        f"ldap://{server}",
        Meets.SILENT,
        text("The directory names no address: {why}", why=why),
    )


def _office_365(trip: Trip) -> Iterable[Attempt]:
    if trip.situation.third_parties:
        return (https_candidate(trip, Method.O365, OFFICE_365),)
    detail = text(
        "Outlook asks Microsoft's service when it takes the account for one of Microsoft 365. It was not asked here: "
        "it would be told the address (--ask-third-parties)."
    )
    return (Attempt(Method.O365, OFFICE_365, Meets.SILENT, detail, asked=False),)


def _not_here(method: Method) -> Step:
    detail = text("It is kept in the client's profile, or in a file on its computer, and not looked at from here.")
    return Step(method, lambda _: (Attempt(method, "", Meets.SILENT, detail, asked=False),))


LOCAL = _not_here(Method.LOCAL)
PREFERRED_LOCAL = Step(
    Method.LOCAL,
    lambda _: (
        Attempt(
            Method.LOCAL,
            "",
            Meets.SILENT,
            text(
                "PreferLocalXML has Outlook read a file on its computer before all else. What stands there counts; it "
                "is not looked at from here."
            ),
            asked=False,
        ),
    ),
    switched_on_by="PreferLocalXML",
)
LAST_KNOWN_GOOD = replace(_not_here(Method.LAST_KNOWN_GOOD), switched_off_by="ExcludeLastKnownGoodURL")
O365 = Step(Method.O365, _office_365, switched_off_by="ExcludeExplicitO365Endpoint")
SCP = Step(
    Method.SCP,
    _scp,
    switched_off_by="ExcludeScpLookup",
    only_if=lambda situation: situation.domain_joined and situation.inside,
    otherwise=text("Only computers of the domain ask its directory, and only where they reach it."),
)
ROOT = Step(Method.ROOT, _root, switched_off_by="ExcludeHttpsRootDomain")
AUTODISCOVER = Step(Method.AUTODISCOVER, _autodiscover, switched_off_by="ExcludeHttpsAutoDiscoverDomain")
HTTP_REDIRECT = Step(Method.HTTP_REDIRECT, _http_redirect, switched_off_by="ExcludeHttpRedirect")
SRV = Step(Method.SRV, _srv, switched_off_by="ExcludeSrvRecord")
