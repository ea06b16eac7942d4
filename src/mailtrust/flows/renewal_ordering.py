"""A certificate for a key, from whoever issues it: an ACME server, or a private CA."""

from datetime import datetime
from pathlib import Path

from mailtrust.core.forecast.renewal_time import Window
from mailtrust.core.formats.acme_record import AcmeRecord, DnsUpdate, Hook, HttpServer, Proof, Webroot
from mailtrust.core.formats.certificate_names import read_names
from mailtrust.core.formats.listening import parse_dns_server, parse_listening
from mailtrust.core.model.certificate import Certificate, CertificateSpec
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import OnThisMachine
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.renewing import Renewed
from mailtrust.core.model.text import text
from mailtrust.core.targets.mending.work import Material
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.request import parse_request
from mailtrust.edge.acme.account import AccountFolder, usual_folder
from mailtrust.edge.ca.folder import CaFolder
from mailtrust.edge.person import user_name
from mailtrust.flows.acme import Judging, Order, issue, opened
from mailtrust.flows.acme_proving import DnsServer
from mailtrust.flows.private_ca import Operator
from mailtrust.flows.private_ca import opened as opened_ca
from mailtrust.flows.request import request_certificate
from mailtrust.flows.self_signed import make_single


def window_of(one: Renewed, leaf: Certificate) -> Window | None:
    """When the ACME server would have it renewed. Raises UserProblem."""
    with opened(_account(one)) as session:
        return session.renewal_window(leaf)


def by_acme(
    one: Renewed, key: PrivateKey, old: Certificate, judging: Judging, dns: DnsServer | None
) -> tuple[Certificate, ...]:
    """Order it. `dns`: the server to ask; None: the system's. Raises UserProblem."""
    record = AcmeRecord(
        account=str(_account(one).path),
        names=list(one.names),
        key=one.key,
        proof=_proof(one),
        profile=one.profile or None,
    )
    with opened(_account(one)) as session:
        return issue(session, Order(record, None, key, old, dns), judging).chain


def by_ca(one: Renewed, key: PrivateKey, now: datetime, password: bytes | None) -> tuple[Certificate, ...]:
    """Have a private CA issue it. Raises UserProblem."""
    request = parse_request(request_certificate(_spec(one), key).request)
    with opened_ca(CaFolder(Path(one.by)), Operator(user_name(), now, password)) as ca:
        granted = ca.issue(request, "server", (), one.days)
        if granted.refused:
            raise CouldNotLook(text("The CA does not grant all that was asked for: {what}", what=granted.refused[0]))
        return granted.certificate, ca.state.issuing


def stand_in(one: Renewed, now: datetime) -> Material:
    """A certificate for the same names, for a plan that is only looked at."""
    return Material((make_single(_spec(one), now).leaf,), OnThisMachine("next.key"))


def _spec(one: Renewed) -> CertificateSpec:
    names = read_names(one.names)
    return CertificateSpec(dns_names=names.dns_names, ip_addresses=names.ip_addresses, key=one.key)


def _account(one: Renewed) -> AccountFolder:
    """The account. Raises UserProblem for one with another server than is wanted."""
    folder = AccountFolder(Path(one.account) if one.account else usual_folder(one.directory))
    known = folder.account()
    if known is None:
        raise UserProblem(
            text(
                "There is no ACME account in {folder} yet: make one with mailtrust acme register --server {server} "
                "--account {folder}",
                folder=clean(str(folder.path), 200),
                server=clean(one.directory, 200),
            )
        )
    if known.directory != one.directory:
        raise UserProblem(
            text(
                "{folder} holds an account with {server}, and by is {wanted}: name another folder as account.",
                folder=clean(str(folder.path), 200),
                server=clean(known.directory, 200),
                wanted=clean(one.directory, 200),
            )
        )
    return folder


def _proof(one: Renewed) -> Proof:
    if one.http:
        return HttpServer(*parse_listening(one.http, "http"))
    if one.webroot:
        return Webroot(one.webroot)
    if one.hook:
        return Hook(one.hook)
    return DnsUpdate(*parse_dns_server(one.dns_update, "dns_update"), one.tsig_file or None)
