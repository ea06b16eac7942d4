"""The store as people use it: taking in, finding, giving out, assigning. One use, one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.kept import Holdings, KeptCertificate, KeptRequest, Service, Sighting
from mailtrust.core.model.observation import ProbeFailure
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.services.choice import Choice, choose
from mailtrust.core.x509.chain_order import issuers_above
from mailtrust.core.x509.containers import Contents, Kind
from mailtrust.core.x509.private_key import PrivateKey, same_key
from mailtrust.core.x509.request import read_request
from mailtrust.core.x509.roles import is_authority, names_of, shown
from mailtrust.edge.anchors import load_stores
from mailtrust.edge.store.store import Store
from mailtrust.edge.store.vault import KeySource
from mailtrust.edge.store.writer import Writer
from mailtrust.flows.store_finding import MOST_NAMED, is_named, matching, the_one, the_only


@frozen
class Who:
    """Who does it, and when."""

    name: str
    now: datetime


@frozen
class Gathered:
    """What files hold that a store keeps."""

    certificates: tuple[Certificate, ...] = ()
    keys: tuple[PrivateKey, ...] = ()
    requests: tuple[CertificateRequest, ...] = ()
    sightings: tuple[Sighting, ...] = ()


@frozen
class TakenIn:
    """What an import came to."""

    certificates: tuple[Certificate, ...]
    """The new ones; so with all that follows."""
    keys: int
    requests: int
    sightings: int
    known: int
    """Certificates, keys and requests that were there already."""
    key_file: Path | None
    """The key file that had to be made; None: one was there, or none is needed."""


def gather(files: Sequence[Contents], cases: Sequence[CaseFile]) -> Gathered:
    """What is to be kept. Raises UserProblem for anything that cannot be read: a part is worse than nothing."""
    for contents in files:
        if contents.problems:
            raise UserProblem(contents.problems[0])
        for item in contents.items:
            if not isinstance(item.certificate, Certificate):
                raise UserProblem(text("{file}: {role}", file=item.origin, role=item.role))
    requests: dict[str, CertificateRequest] = {}
    for contents in files:
        for other in contents.others:
            if other.kind is Kind.REQUEST:
                read = read_request(other.octets)
                if not isinstance(read, CertificateRequest):
                    raise UserProblem(text("{file}: the request is damaged.", file=other.origin))
                requests[read.fingerprint] = read
    found = Gathered(
        tuple({one.fingerprint: one for contents in files for one in contents.certificates}.values()),
        tuple({key.spki: key for contents in files for key in contents.keys}.values()),
        tuple(requests.values()),
        tuple(_sightings(cases)),
    )
    if not (found.certificates or found.keys or found.requests or found.sightings):
        raise UserProblem(text("Expected certificates, keys, requests or a case file, found none in what was given."))
    return found


def take_in(store: Store, found: Gathered, source: KeySource, who: Who) -> TakenIn:
    """Keep all of it, or nothing. Raises UserProblem."""
    with store.writing(who.name, who.now) as writer:
        new = tuple(one for one in found.certificates if writer.keep_certificate(one, _called(one)))
        requests = sum(writer.keep_request(one, shown(one.subject)) for one in found.requests)
        before = writer.public_keys()
        fresh = [key for key in found.keys if not any(same_key(key.public_key, one) for one in before.values())]
        holdings = writer.holdings()
        _expect_owners(fresh, holdings)
        key_file = None
        if fresh:
            vault, key_file = writer.vault_or_new(source)
            for key in fresh:
                writer.keep_key(key, vault)
        _join_keys(writer, holdings)
        _complete_chains(writer, holdings)
        seen = writer.observe(found.sightings)
    known = len(found.certificates) - len(new) + len(found.keys) - len(fresh) + len(found.requests) - requests
    return TakenIn(new, len(fresh), requests, seen, known, key_file)


def look(store: Store) -> Holdings:
    """All that is kept, but for keys."""
    with store.reading() as reader:
        return reader.holdings()


def key_of(store: Store, one: KeptCertificate, source: KeySource, who: Who) -> PrivateKey:
    """The private key of a certificate; that it was given out is put down. Raises UserProblem where there is none."""
    with store.writing(who.name, who.now) as writer:
        sealed = writer.sealed_key_of(one.certificate.fingerprint)
        vault = writer.vault(source) if sealed is not None else None
        if sealed is None or vault is None:
            raise UserProblem(
                text("The store has no private key for {names}: leave --with-key out, or import the key first.",
                     names=names_of(one.certificate))
            )  # fmt: skip
        key = vault.unseal(sealed[1], sealed[0])
        writer.record("key-given-out", one.certificate.fingerprint, _called(one.certificate))
    return key


def rekey(store: Store, old: KeySource, new: KeySource, who: Who) -> int:
    """Encrypt all keys anew under another secret; how many there are. Raises UserProblem."""
    with store.writing(who.name, who.now) as writer:
        vault = writer.vault(old)
        if vault is None:
            raise UserProblem(text("No private key was ever kept in this store: there is nothing to encrypt anew."))
        return writer.change_secret(vault, new)


def choice_for(holdings: Holdings, host: str, service: Service | None, now: datetime) -> Choice:
    """Which certificate serves a name best. Mozilla's roots count as known."""
    return choose(host, service, holdings.certificates, stores=tuple(load_stores(("mozilla",)).values()), now=now)


def assign(
    store: Store, host: str, service: Service, wanted: str | None, who: Who, *, product: str | None = None
) -> tuple[KeptCertificate, bool]:
    """Say what a service presents: what is named, or the best; and whether it is another than before.

    Raises UserProblem for a certificate that cannot serve there.
    """
    with store.writing(who.name, who.now) as writer:
        holdings = writer.holdings()
        if wanted is None:
            best = choice_for(holdings, host, service, who.now).best
            if best is None:
                raise UserProblem(
                    text(
                        "No certificate in the store can serve {host}. `mailtrust store choose {host}` tells why.",
                        host=clean(host, 100),
                    )
                )
            one = best.kept
        else:
            one = the_one(holdings, wanted)
            _expect_named(one, host)
        here = [it for it in holdings.assignments if (it.server, it.service) == (host, service)]
        if changed := [it.thumbprint for it in here] != [one.certificate.fingerprint]:
            writer.assign(host, service, one.certificate, product)
    return one, changed


def release(store: Store, host: str, service: Service, who: Who) -> None:
    """Take an assignment back. Raises UserProblem where there is none."""
    with store.writing(who.name, who.now) as writer:
        if not writer.release(host, service):
            raise UserProblem(
                text("Nothing is assigned to {service} of {host}. `mailtrust store list` shows what is assigned.",
                     host=clean(host, 100), service=service)
            )  # fmt: skip


def remove(store: Store, wanted: str, who: Who) -> KeptCertificate | KeptRequest:
    """Take one thing out, with its key. Raises UserProblem for what is assigned, or stands in another's chain."""
    with store.writing(who.name, who.now) as writer:
        holdings = writer.holdings()
        one = the_only(matching(holdings, wanted), wanted)
        if isinstance(one, KeptRequest):
            writer.remove(one.request, shown(one.request.subject))
            return one
        it = one.certificate
        if places := tuple(f"{at.server}:{at.service}" for at in holdings.assigned(it.fingerprint)):
            raise UserProblem(
                text(
                    "{names} is assigned to {places} and stays. Assign another certificate there first, or take the "
                    "assignment back: `mailtrust store assign {first} --nothing`.",
                    names=names_of(it),
                    places=places,
                    first=places[0],
                )
            )
        below = [other.certificate for other in holdings.certificates if it in other.issuers]
        if below:
            raise UserProblem(
                text(
                    "{name} stands in the chain of {certificates} and stays. Remove those first.",
                    name=shown(it.subject),
                    certificates=tuple(_called(other) for other in below[:MOST_NAMED]),
                )
            )
        writer.remove(it, _called(it))
    return one


def _sightings(cases: Sequence[CaseFile]) -> Iterable[Sighting]:
    for case in cases:
        for seen in case.observations:
            failed = isinstance(seen.result, ProbeFailure)
            print_ = seen.presented_chain[0].fingerprint if seen.presented_chain else None
            why = f"{seen.result.stage}: {seen.result.kind}" if isinstance(seen.result, ProbeFailure) else ""
            yield Sighting(seen.id, seen.endpoint.host, seen.endpoint.port, seen.at, None if failed else print_, why)


def _expect_owners(keys: Sequence[PrivateKey], holdings: Holdings) -> None:
    for key in keys:
        owners = [one.certificate.public_key for one in holdings.certificates]
        owners += [one.request.public_key for one in holdings.requests]
        if not any(same_key(key.public_key, owner) for owner in owners):
            raise UserProblem(
                text(
                    "The private key ({algorithm}, {bits} bits) belongs to no certificate or request, neither in the "
                    "files nor in the store. Give its certificate or request along with it.",
                    algorithm=key.public_key.algorithm,
                    bits=key.public_key.bits,
                )
            )


def _join_keys(writer: Writer, holdings: Holdings) -> None:
    keys = writer.public_keys()
    waiting: list[Certificate | CertificateRequest] = [
        *(one.certificate for one in holdings.certificates if not one.has_key),
        *(one.request for one in holdings.requests if not one.has_key),
    ]
    for one in waiting:
        for id_, public in keys.items():
            if same_key(one.public_key, public):
                writer.join_key(one, id_)


def _complete_chains(writer: Writer, holdings: Holdings) -> None:
    """Put a longer chain where what was taken in makes one; what leads to a root already stays as it is."""
    authorities = [one.certificate for one in holdings.certificates if is_authority(one.certificate)]
    for one in holdings.certificates:
        if one.chain[-1].self_issued:
            continue
        issuers = issuers_above(one.certificate, authorities)
        if len(issuers) > len(one.issuers):
            writer.set_chain(one.certificate, issuers)


def _expect_named(one: KeptCertificate, host: str) -> None:
    if not is_named(one.certificate, host):
        raise UserProblem(
            text(
                "The certificate is for {names}, not for {host}: clients would refuse it there. Choose another, or "
                "name the server as clients do.",
                names=names_of(one.certificate),
                host=clean(host, 100),
            )
        )


def _called(certificate: Certificate) -> str:
    return names_of(certificate)[0]
