"""How other mail servers find this one: MX hosts, and what MTA-STS and DANE demand of each (RFC 5321 5.1)."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from mailtrust.core.discovery.asking import UnansweredError
from mailtrust.core.discovery.traveller import Trip
from mailtrust.core.formats.mta_sts import Fault, Policy, policy_url, read_policy, read_record
from mailtrust.core.formats.srv import read_mx
from mailtrust.core.formats.tls_rpt import read_places
from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.model.walk import Attempt, DnsAnswer, DnsQuestion, HttpQuestion, Meets, Method, TlsQuestion

_Taken = Callable[[Trip, Attempt, Observation], Attempt]
_WITHOUT_TLS = frozenset({FailureKind.TLS_NOT_OFFERED, FailureKind.TLS_REFUSED})


def exchangers(trip: Trip) -> tuple[DnsAnswer, tuple[str, ...]]:
    """The MX answer, and the hosts to be tried, best first."""
    dns = trip.asking.ask(DnsQuestion(trip.domain, "MX"))
    records = read_mx(dns.records)
    if dns.status == "no-data" or (dns.status == "no-such-name" and not records):
        # RFC 5321 5.1: without an MX record the domain itself; whether it exists, its address tells.
        return dns, (trip.domain,)
    # RFC 7505 3: a single `.` says that no mail is taken.
    return dns, tuple(dict.fromkeys(record.exchange for record in records if record.exchange != "."))


def _foresee_hosts(trip: Trip) -> None:
    """Whatever comes of the others, each MX host is met: that one is bad goes unnoticed otherwise (RFC 8461 8.4)."""
    with suppress(UnansweredError):
        for host in exchangers(trip)[1]:
            trip.asking.foresee_behind(DnsQuestion(host, "A"), _port_25(host))


def by_opportunity(trip: Trip) -> Iterable[Attempt]:
    """Any encryption, or none, will do: the certificate is not looked at (RFC 7435)."""
    dns, hosts = exchangers(trip)
    yield from _each(trip, dns, hosts, _whatever)


def by_policy(trip: Trip) -> Iterable[Attempt]:
    """RFC 8461: first the policy, then each MX host against it."""
    trip.asking.foresee(DnsQuestion(trip.domain, "MX"))
    _foresee_hosts(trip)
    announced, policy = _policy(trip)
    yield announced
    dns, hosts = exchangers(trip)
    if policy is None or policy.mode == "none":
        yield from _each(trip, dns, hosts, _whatever)
        return
    yield from _each(trip, dns, hosts, lambda trip, attempt, seen: _under(policy, trip, attempt, seen))


def by_records(trip: Trip) -> Iterable[Attempt]:
    """RFC 7672: each MX host by its TLSA records, where DNSSEC vouches for MX, address and records."""
    dns, hosts = exchangers(trip)
    trip.asking.foresee(*(DnsQuestion(f"_25._tcp.{host}", "TLSA") for host in hosts))
    _foresee_hosts(trip)
    if not hosts:
        yield _no_host(trip, dns)
    for host in hosts:
        yield _by_tlsa(trip, dns, host)


def reporting(trip: Trip) -> Iterable[Attempt]:
    """RFC 8460 3: where such senders report what they could not deliver; it changes nothing about delivery."""
    name = f"_smtp._tls.{trip.domain}"
    dns = trip.asking.ask(DnsQuestion(name, "TXT"))
    places = read_places(dns.records)
    if places is None:
        detail = text("{domain} asks for no reports: nobody tells it of failed deliveries.", domain=trip.domain)
    elif not places:
        detail = text("The record {name} names no place for reports that could be used.", name=name)
    else:
        detail = text("Failed deliveries are reported to {places}.", places=places)
    yield Attempt(Method.TLS_RPT, name, Meets.SILENT, detail, dns=dns)


def _each(trip: Trip, dns: DnsAnswer, hosts: tuple[str, ...], taken: _Taken) -> Iterable[Attempt]:
    _foresee_hosts(trip)
    if not hosts:
        yield _no_host(trip, dns)
    for host in hosts:
        attempt, seen = _met(trip, Method.MX, host)
        yield attempt if seen is None else taken(trip, attempt, seen)


def _met(trip: Trip, method: Method, host: str) -> tuple[Attempt, Observation | None]:
    attempt = Attempt(method, f"smtp://{host}:25", Meets.SILENT, text("{host} has no address.", host=host))
    dns = trip.asking.ask(DnsQuestion(host, "A"))
    attempt = replace(attempt, dns=dns)
    if dns.status != "found":
        return attempt, None
    seen = trip.asking.ask(_port_25(host)).observation
    attempt = replace(attempt, observation=seen.id)
    if isinstance(seen.result, ProbeFailure) and seen.result.kind not in _WITHOUT_TLS:
        said = clean(seen.result.detail, 200)
        return replace(
            attempt, detail=text("Port 25 of {host} gives no answer: {detail}", host=host, detail=said)
        ), None
    return attempt, seen


def _port_25(host: str) -> TlsQuestion:
    return TlsQuestion(host, 25, Protocol.SMTP, TlsMode.STARTTLS)


def _whatever(_trip: Trip, attempt: Attempt, seen: Observation) -> Attempt:
    host = seen.endpoint.host
    detail = text("Mail goes to {host}, encrypted; its certificate is not looked at.", host=host)
    if isinstance(seen.result, ProbeFailure):
        detail = text("Mail goes to {host} in clear text: it offers no encryption.", host=host)
    return replace(attempt, meets=Meets.FOUND, leads=True, detail=detail)


def _policy(trip: Trip) -> tuple[Attempt, Policy | None]:
    domain = trip.domain
    host = f"mta-sts.{domain}"
    url = policy_url(domain)
    trip.asking.foresee(DnsQuestion(host, "A"))
    dns = trip.asking.ask(DnsQuestion(f"_mta-sts.{domain}", "TXT"))
    attempt = Attempt(Method.MTA_STS, url, Meets.SILENT, text("Nothing was asked."), dns=dns)
    record = read_record(dns.records)
    if isinstance(record, Fault):
        return replace(attempt, detail=_no_record(domain, record), asked=record.about != "no-record"), None
    if trip.asking.ask(DnsQuestion(host, "A")).status != "found":
        return replace(attempt, detail=text("A policy is announced, and {host} has no address.", host=host)), None
    answer = trip.asking.ask(HttpQuestion(url))
    attempt = replace(attempt, http_status=answer.status, ms=answer.ms)
    if answer.observation is None or answer.failure is not None:
        return replace(attempt, detail=text("The policy cannot be fetched: no TLS at {host}.", host=host)), None
    verdict = trip.asking.judge(answer.observation)
    attempt = replace(attempt, observation=answer.observation.id, verdict=verdict)
    if verdict.outcome is not Outcome.ACCEPTED:
        codes = tuple(sorted(verdict.error_codes))
        detail = text("The policy is not fetched: the certificate does not hold for {host} ({codes}). Who knows an "
                      "older one goes by that.", host=host, codes=codes)  # fmt: skip
        return replace(attempt, meets=Meets.HIDDEN, detail=detail), None
    if answer.status != 200:
        # RFC 8461 3.3: redirects must not be followed.
        return replace(attempt, detail=text("The policy is not there: {status}.", status=answer.status or 0)), None
    policy = read_policy(answer.body)
    if isinstance(policy, Fault):
        said = clean(f"{policy.about} {policy.came}", 120)
        return replace(attempt, detail=text("The policy cannot be used: {fault}.", fault=said)), None
    detail = text("The policy's mode is {mode}; it names {hosts}.", mode=policy.mode, hosts=policy.mx)
    return replace(attempt, meets=Meets.FOUND, detail=detail), policy


def _no_record(domain: str, fault: Fault) -> Text:
    match fault.about:
        case "no-record":
            return text("{domain} announces no MTA-STS policy.", domain=domain)
        case "several-records":
            return text("{domain} announces {count} MTA-STS policies, which counts as none.",
                        domain=domain, count=fault.came)  # fmt: skip
        case _:
            return text("The record _mta-sts.{domain} cannot be used: {record}", domain=domain, record=fault.came)


def _under(policy: Policy, trip: Trip, attempt: Attempt, seen: Observation) -> Attempt:
    host = seen.endpoint.host
    binding = policy.mode == "enforce"
    if not policy.names(host):
        fault = text("The policy does not name {host}.", host=host)
    elif isinstance(seen.result, ProbeFailure):
        fault = text("{host} offers no encryption.", host=host)
    else:
        verdict = trip.asking.judge(seen)
        attempt = replace(attempt, verdict=verdict)
        if verdict.outcome is Outcome.ACCEPTED:
            return replace(
                attempt,
                meets=Meets.FOUND,
                leads=True,
                detail=text("The policy names {host}, and its certificate holds.", host=host),
            )
        codes = tuple(sorted(verdict.error_codes))
        fault = text("The certificate does not hold for {host} ({codes}).", host=host, codes=codes)
    then = (
        text("No mail is delivered there.")
        if binding
        else text("Mail is delivered all the same, and the fault reported: the policy is only tested.")
    )
    return replace(
        attempt,
        meets=Meets.WARNING if binding else Meets.SILENT,
        leads=not binding,
        detail=text("{one} {next}", one=fault, next=then),
    )


def _by_tlsa(trip: Trip, mx: DnsAnswer, host: str) -> Attempt:
    attempt, seen = _met(trip, Method.DANE, host)
    if seen is None:
        return attempt
    # RFC 7672 2.2.2: where MX or address are not signed, nobody asks for TLSA.
    addresses = attempt.dns
    if not (addresses and addresses.secure and (mx.secure or mx.status != "found")):
        detail = text("DNSSEC does not vouch for the way to {host}, so its TLSA records do not count.", host=host)
        return replace(_whatever(trip, attempt, seen), detail=detail)
    dns = trip.asking.ask(DnsQuestion(f"_25._tcp.{host}", "TLSA"))
    attempt = replace(attempt, dns=dns)
    if dns.status == "failed":
        # RFC 7672 2.1.3: nobody can tell absence from attack.
        detail = text("DNS gives no answer for the TLSA records of {host}: no mail is delivered there.", host=host)
        return replace(attempt, meets=Meets.WARNING, detail=detail)
    records = read_tlsa(dns.records) if dns.secure else ()
    if not records:
        return replace(_whatever(trip, attempt, seen), detail=text("{host} has no TLSA records.", host=host))
    if isinstance(seen.result, ProbeFailure):
        detail = text("{host} offers no encryption, which its TLSA records demand: no mail is delivered.", host=host)
        return replace(attempt, meets=Meets.WARNING, detail=detail)
    verdict = trip.asking.judge(seen, records, (host, trip.domain))
    attempt = replace(attempt, verdict=verdict)
    if verdict.outcome is Outcome.ACCEPTED:
        detail = text("{host} is as its TLSA records say.", host=host)
        return replace(attempt, meets=Meets.FOUND, leads=True, detail=detail)
    codes = tuple(sorted(verdict.error_codes))
    detail = text(
        "{host} is not as its TLSA records say ({codes}): no mail is delivered there.", host=host, codes=codes
    )
    return replace(attempt, meets=Meets.WARNING, detail=detail)


def _no_host(trip: Trip, dns: DnsAnswer) -> Attempt:
    detail = text("{domain} takes no mail: its MX record says so.", domain=trip.domain)
    if dns.status == "failed":
        detail = text("DNS gave no answer for {host}: {why}", host=trip.domain, why=dns.why or "?")
    return Attempt(Method.MX, trip.domain, Meets.SILENT, detail, dns=dns)
