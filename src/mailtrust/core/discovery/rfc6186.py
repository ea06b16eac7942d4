"""Mail programs that follow SRV records for IMAP, POP and submission (RFC 6186, RFC 8314)."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from mailtrust.core.discovery.asking import together
from mailtrust.core.discovery.steps.mail_port import mail_port, tls_question
from mailtrust.core.discovery.steps.srv_choice import best
from mailtrust.core.discovery.traveller import Step, Traveller, Trip
from mailtrust.core.formats.srv import read_srv
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Attempt, DnsQuestion, Meets, Method

SERVICES = (
    ("_imaps", "imap", True),
    ("_imap", "imap", False),
    ("_pop3s", "pop3", True),
    ("_pop3", "pop3", False),
    ("_submissions", "smtp", True),
    ("_submission", "smtp", False),
)
"""The label, the kind of server, and whether TLS is there from the start (RFC 6186 3, RFC 8314 5.1)."""


def _services(trip: Trip) -> Iterable[Attempt]:
    names = [f"{label}._tcp.{trip.domain}" for label, _, _ in SERVICES]
    trip.asking.foresee(*(DnsQuestion(name, "SRV") for name in names))
    found = together(
        *(
            partial(_service, trip, name, kind, implicit=implicit)
            for name, (_, kind, implicit) in zip(names, SERVICES, strict=True)
        )
    )
    incoming = any(one.leads for one in found[:4])
    outgoing = any(one.leads for one in found[4:])
    worst = next(
        (meets for meets in (Meets.WARNING, Meets.QUESTION) if any(one.meets is meets for one in found)), Meets.FOUND
    )
    leads = incoming and outgoing
    detail = (
        text("SRV records name servers for reading and for sending.")
        if leads
        else text("SRV records do not name both a server for reading and one for sending.")
    )
    yield Attempt(Method.SRV, trip.domain, worst if leads else Meets.SILENT, detail, leads=leads, children=found)


def _service(trip: Trip, name: str, kind: str, *, implicit: bool) -> Attempt:
    dns = trip.asking.ask(DnsQuestion(name, "SRV"))
    attempt = Attempt(Method.SRV, name, Meets.SILENT, text("There is no SRV record {name}.", name=name), dns=dns)
    records = read_srv(dns.records)
    offered = [record for record in records if record.target != "."]
    if not offered:
        if records:
            attempt = replace(attempt, detail=text("{name} says that the service is not offered.", name=name))
        return attempt
    record = best(offered)
    port = mail_port(
        trip, Method.SRV, tls_question(kind, record.target, record.port, implicit=implicit), bad=Meets.WARNING
    )
    # RFC 6186 6, RFC 8314 5.1: a target outside the domain may be anybody's, unless DNSSEC vouches for the record.
    inside = record.target == trip.domain or record.target.endswith("." + trip.domain)
    asks = port.leads and port.meets is Meets.FOUND and not inside and not dns.secure
    detail = text("It leads to {target}, port {port}.", target=record.target, port=record.port)
    if asks:
        question = text("The record is not signed, and {target} lies outside {domain}: the user is asked.",
                        target=record.target, domain=trip.domain)  # fmt: skip
        detail = text("{one} {next}", one=detail, next=question)
    meets = Meets.QUESTION if asks else port.meets
    return replace(attempt, meets=meets, detail=detail, leads=port.leads, children=(port,))


PROFILE = Traveller(
    id="rfc6186",
    title="Programs that follow SRV records",
    # GNOME's and KDE's programs are the ones that do; GNOME's judge by GnuTLS.
    judged_as="gnutls",
    steps=(Step(Method.SRV, _services),),
    citations=(
        Citation("RFC 6186 3 and 6", "records, priority, and when to ask"),
        Citation("RFC 8314 5.1", "_submissions, and targets outside the domain"),
        Citation("RFC 7817 3", "which names count"),
    ),
    basis=Basis.DOCUMENT,
)

VERSIONS: tuple[Traveller, ...] = ()
