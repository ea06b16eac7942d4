"""The mail server's next certificate: its request, what DNS needs before it comes into service, and after."""

from collections.abc import Iterable, Iterator

from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.remedy import Human, Run, Step
from mailtrust.core.model.rights import ORGANIZATION_MANAGEMENT
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.remedies.finding.bonds import Bonds, Pinned
from mailtrust.core.remedies.finding.server import MailServer
from mailtrust.core.targets.parts.zone_records import records
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.core.validation.tlsa_rollover import said_by, settled_after


def new_certificate(names: Iterable[str], server: MailServer | None, bonds: Bonds) -> tuple[Step, ...]:
    """Ask for it, prepare DNS, put it into service, and take away what fits no more."""
    of_today = server.leaf.dns_names if server is not None else ()
    spec = CertificateSpec(dns_names=tuple(dict.fromkeys((*of_today, *sorted(names)))), ip_addresses=())
    keeps = any(pinned.before.keep_key for pinned in bonds.pinned)
    return (
        *_published_before(bonds.pinned),
        _request(spec, bonds, keeps=keeps),
        _into_service(keeps=keeps),
        *_removed_after(bonds.pinned),
    )


def _request(spec: CertificateSpec, bonds: Bonds, *, keeps: bool) -> Step:
    say = [text("Make a key and a request for a certificate with exactly these names, and let the CA issue it.")]
    undo = text("Delete the request and its key.")
    key = ""
    if keeps:
        key = " --key KEYFILE"
        undo = text("Delete the request.")
        say = [
            text("Make a request with the key of today (KEYFILE) for a certificate with exactly these names, and let "
                 "the CA issue it."),
            *_why_this_key(bonds.pinned),
        ]  # fmt: skip
    say += _same_ca(bonds.pinned)
    if inside := tuple(name for name in spec.dns_names if is_internal(name)):
        say.append(
            text(
                "No public CA certifies {names}: in an order to one leave these out, and see that nobody uses them.",
                names=inside,
            )
        )
    say += [
        text(
            "The MTA-STS policy of {domain} is enforced: the certificate must name {hosts} and come from a CA that "
            "senders know (RFC 8461 4.2), or mail stays away.",
            domain=domain,
            hosts=hosts,
        )
        for domain, hosts in bonds.enforced
    ]
    return Step(in_a_row(say), Run(f"mailtrust cert request {' '.join(spec.dns_names)}{key}"), undo)


def _why_this_key(pinned: Iterable[Pinned]) -> Iterator[Text]:
    held = [one for one in pinned if one.before.keep_key]
    yield text(
        "So the TLSA records at {places} fit at every moment, and senders that honour DANE stay.",
        places=tuple(one.place for one in held),
    )
    slowest = max(held, key=lambda one: one.ttl)
    yield text(
        "With a new key, publish its record (3 1 1) beside those of today first, and put it into service no sooner "
        "than two TTLs later: {seconds} seconds, {source}.",
        seconds=settled_after(slowest.ttl),
        source=said_by(slowest.ttl_by),
    )


def _same_ca(pinned: Iterable[Pinned]) -> Iterator[Text]:
    """RFC 7671 5.2: records of a CA fit whatever it issues, as long as its own certificate is sent along."""
    places = tuple(one.place for one in pinned if not one.before.keep_key)
    if places:
        yield text(
            "The TLSA records at {places} fit the CA of today: order from the same one, or publish the record of the "
            "new key (3 1 1) two TTLs before.",
            places=places,
        )


def _published_before(pinned: Iterable[Pinned]) -> Iterator[Step]:
    waiting = [one for one in pinned if one.before.publish]
    for one in waiting:
        yield from records(
            text(
                "Publish, beside the TLSA records at {place}, the one of the key (3 1 1): those of today fit this very "
                "certificate alone, and would fit no other.",
                place=one.place,
            ),
            add=tuple(f"{one.place}. {one.ttl} IN TLSA {record.text}" for record in one.before.publish),
        )
    if waiting:
        slowest = max(waiting, key=lambda one: one.before.wait)
        say = text(
            "Wait {seconds} seconds before the new certificate comes into service: two TTLs of these records, {source} "
            "(RFC 7671 8.1).",
            seconds=slowest.before.wait,
            source=said_by(slowest.ttl_by),
        )
        yield Step(say, Human(), text("Nothing to take back."))


def _removed_after(pinned: Iterable[Pinned]) -> Iterator[Step]:
    for one in pinned:
        if one.before.remove:
            yield from records(
                text(
                    "Take the TLSA records at {place} away that fit no more, once no server presents the former "
                    "certificate.",
                    place=one.place,
                ),
                remove=tuple(f"{one.place}. TLSA {record.text}" for record in one.before.remove),
            )


def _into_service(*, keeps: bool) -> Step:
    say = text(
        "Put the certificate into service wherever TLS ends for these names: on the load balancer and on Exchange "
        "alike (Enable-ExchangeCertificate -Services IIS)."
    )
    if keeps:
        say = in_a_row((say, text("On Windows, import it as a PFX with that key.")))
    undo = text("Assign the former certificate again; it stays in the store.")
    return Step(say, Human(), undo, "restart", ORGANIZATION_MANAGEMENT)
