"""Certificates by ACME: an account, an order, the chain that most clients accept, a renewal that keeps TLSA whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.core.forecast.renewal_time import Due, due
from mailtrust.core.formats.acme_record import AcmeAccount, AcmeRecord
from mailtrust.core.formats.certificate_names import CertificateNames, read_names
from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.model.certificate import Certificate, CertificateSpec
from mailtrust.core.model.chain_verdict import ChainVerdict
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.text import Text, text
from mailtrust.core.validation.dane_renewal import lost
from mailtrust.core.validation.preferred_chain import preferred
from mailtrust.core.validation.tlsa_rollover import advised
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.edge.acme.account import AccountFolder
from mailtrust.flows.acme_proving import DnsServer, prover_of
from mailtrust.flows.acme_tlsa import NOTHING_PUBLISHED, Standing
from mailtrust.flows.request import request_certificate
from mailtrust.flows.verify import StoreNamed, verify

if TYPE_CHECKING:
    from mailtrust.edge.acme.session import ExternalAccount, Session

LONGEST_CHAIN = 20


@frozen
class Judging:
    """By whom chains are judged."""

    store_named: StoreNamed
    now: datetime
    clients: tuple[str, ...] | None
    """Those that matter; None: all."""
    roots: tuple[Certificate, ...]
    """Where the CA is one of one's own: its roots; empty: each client has its own."""


@frozen
class Issued:
    """A certificate that came, and what is said to it."""

    chain: tuple[Certificate, ...]
    """As it is served: the server's certificate, then the CA's, without the root."""
    key: PrivateKey | None
    """None: it is elsewhere, with the request."""
    new_key: bool
    verdicts: tuple[ChainVerdict, ...]
    at: datetime
    """As of when they are: a CA may have it begin some moments after it was asked."""
    offered: int
    """How many chains there were to choose from."""
    remarks: tuple[Text, ...]


@frozen
class Order:
    """What is ordered, and what it is a renewal of."""

    record: AcmeRecord
    request: bytes | None = None
    """DER, where the key is elsewhere."""
    key: PrivateKey | None = None
    """To be used again; None: a new one is made."""
    replaces: Certificate | None = None
    dns: DnsServer | None = None
    tlsa: Standing = NOTHING_PUBLISHED


def register(
    folder: AccountFolder,
    directory: str,
    contact: Sequence[str],
    *,
    agreed: bool,
    external: "ExternalAccount | None",
    server_roots: Path | None,
) -> AcmeAccount:
    """Make an account, or find the one that the folder's key has. Raises UserProblem."""
    known = folder.account()
    if known is not None and known.directory != directory:
        raise UserProblem(
            text(
                "{folder} holds an account with {server}: name another folder with --account.",
                folder=clean(str(folder.path), 200),
                server=clean(known.directory, 200),
            )
        )
    session_of = session_maker()
    session = session_of(directory, folder.new_key(), None, server_roots)
    terms = session.terms
    if terms.url and not agreed:
        raise UserProblem(
            text("The CA has terms of service: read {url}, and say --agree-terms if you agree.", url=terms.url)
        )
    if terms.external_account and external is None:
        raise UserProblem(
            text("This CA asks for an account of its own: give what it told you with --eab-kid and --eab-key-file.")
        )
    account = AcmeAccount(
        directory=directory,
        account=session.register(contact, agreed=agreed, external=external),
        contact=list(contact),
        terms=terms.url,
        server_roots=None if server_roots is None else str(server_roots.resolve()),
    )
    folder.keep(account)
    return account


@contextmanager
def opened(folder: AccountFolder) -> "Iterator[Session]":
    """The account, for this program alone. Raises UserProblem where there is none."""
    session_of = session_maker()
    account = folder.account()
    if account is None:
        raise UserProblem(
            text("There is no ACME account in {folder} yet: make one with `mailtrust acme register`.",
                 folder=clean(str(folder.path), 200))
        )  # fmt: skip
    roots = None if account.server_roots is None else Path(account.server_roots)
    with folder.held():
        yield session_of(account.directory, folder.key(), account.account, roots)


def issue(session: "Session", order: Order, judging: Judging) -> Issued:
    """Order a certificate, and choose among the chains that come. Raises UserProblem."""
    from mailtrust.edge.acme.order import Wanted, obtain

    names = read_names(order.record.names)
    request, key = _request(order, names)
    prover = prover_of(order.record.proof, order.dns)
    came = obtain(
        session,
        Wanted(request, names.dns_names, names.ip_addresses, order.record.profile, order.replaces),
        prover,
    )
    chains = [_read_chain(pem) for pem in came.chains]
    if any(key is not None and not key.matches(chain[0]) for chain in chains):
        raise CouldNotLook(text("The server sent a certificate for another key than the one it was asked for."))
    keeping = [chain for chain in chains if not lost(order.tlsa.published, order.tlsa.pins, chain)]
    if not keeping:
        raise UserProblem(
            text(
                "A new certificate came, and was not taken: the TLSA records at {names} match none of its chains, and "
                "mail would be refused. Publish {record} there beside the old records, wait until their TTL is over, "
                "and renew again; --ignore-tlsa renews all the same.",
                names=lost(order.tlsa.published, order.tlsa.pins, chains[0]),
                record=advised(chains[0][0]).text,
            )
        )
    judging = replace(judging, now=max(judging.now, keeping[0][0].not_before))
    judged = [(chain, judge(chain, (*names.dns_names, *names.ip_addresses), judging)) for chain in keeping]
    chain, verdicts = judged[preferred(judged)]
    return Issued(chain, key, order.key is None, verdicts, judging.now, len(chains), came.remarks)


def judge(chain: Sequence[Certificate], names: Sequence[str], judging: Judging) -> tuple[ChainVerdict, ...]:
    """What the clients that matter say to a chain under all of these names; of a wildcard: under one."""
    request = VerifyRequest(
        chain=tuple(chain),
        roots=judging.roots or None,
        names=tuple(name.replace("*", "any", 1) for name in names),
        clients=judging.clients,
    )
    return verify(request, store_named=judging.store_named, now=judging.now)


def when_due(session: "Session", leaf: Certificate, before: Threshold | None) -> Due:
    """When a certificate is to be renewed: as the CA suggests, or else by its share of lifetime."""
    return due(leaf, session.renewal_window(leaf), before)


def session_maker() -> "type[Session]":
    """The class of sessions; raises UserProblem where its library is not installed."""
    try:
        from mailtrust.edge.acme.session import Session
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] == "mailtrust":
            raise
        raise UserProblem(
            text(
                "ACME needs a library that is not installed ({name}): install it with `pip install 'mailtrust[acme]'`.",
                name=missing.name or "acme",
            )
        ) from missing
    return Session


def _request(order: Order, names: CertificateNames) -> tuple[bytes, PrivateKey | None]:
    if order.request is not None:
        return order.request, None
    spec = CertificateSpec(dns_names=names.dns_names, ip_addresses=names.ip_addresses, key=order.record.key)
    made = request_certificate(spec, order.key or make_key(order.record.key))
    return made.request, made.key


def _read_chain(pem: bytes) -> tuple[Certificate, ...]:
    """A chain as servers present it: whole, and without a root. Raises CouldNotLook."""
    blocks = [block.data for block in find_pem(pem) if block.label in CERTIFICATE_LABELS]
    read = [read_certificate(data) for data in blocks[:LONGEST_CHAIN]]
    chain = tuple(one for one in read if isinstance(one, Certificate))
    if not chain or len(chain) < len(blocks):
        raise CouldNotLook(text("The server sent a chain with something in it that is no certificate."))
    return (chain[0], *(one for one in chain[1:] if not one.self_issued))


def with_certificate(record: AcmeRecord, issued: Issued) -> AcmeRecord:
    """The record with what was issued last."""
    from msgspec.structs import replace as changed

    return changed(record, certificate=issued.chain[0].fingerprint)
