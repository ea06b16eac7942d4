"""Assessments made by hand from real certificates: what the reports are tried with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailtrust.core.issuance.authority import Authority, Issued, issue, make_intermediate, make_root, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import Recipe, intermediate_recipe, root_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import CaseFile, Lookup, StoreReference
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.remedy import Human, Remedy, Run, ServeChain, Step, Write
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import (
    Basis,
    Link,
    Outcome,
    PathAttempt,
    Reason,
    ReasonSeverity,
    Utterance,
    Verdict,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AIA = "http://ca.example.net/issuing-3.crt"
DIALOG = "Certificate not valid. The Gmail app can't guarantee the security of this email address."

PORTS = (
    (25, Protocol.SMTP, TlsMode.STARTTLS),
    (465, Protocol.SUBMISSION, TlsMode.IMPLICIT),
    (587, Protocol.SUBMISSION, TlsMode.STARTTLS),
    (143, Protocol.IMAP, TlsMode.STARTTLS),
    (993, Protocol.IMAP, TlsMode.IMPLICIT),
    (443, Protocol.HTTPS, TlsMode.IMPLICIT),
)
CLIENTS = {
    "gmail-android": "Gmail on Android",
    "outlook-windows": "Outlook for Windows",
    "apple-mail-ios": "Apple Mail on iPhone and iPad",
    "thunderbird": "Thunderbird",
    "java-mail": "Java mail (Angus Mail)",
    "openssl": "OpenSSL 3",
    "mta-sts": "Mail servers with MTA-STS",
}


def no_strategy(*_: object) -> Any:
    raise AssertionError("a report judges nothing")


def profile(client: str, title: str, store: str) -> ClientProfile:
    return ClientProfile(
        id=client,
        title=title,
        versions="today's",
        speaks=frozenset(Protocol),
        anchor_store=store,
        issuer_sources=frozenset({Source.PRESENTED}),
        path_search=no_strategy,
        path_checks=(),
        name_rules=no_strategy,
        handshake_checks=(),
        on_failure=OnFailure(Outcome.REFUSED),
        words=(),
        citations=(),
        basis=Basis.SOURCE,
    )


@dataclass(frozen=True)
class World:
    """A small public CA, and servers' certificates under it."""

    root: Authority
    other_root: Authority
    intermediate: Authority
    leaf: Issued
    alone: Issued
    hostile: Issued

    def store(self, name: str, *anchors: Authority, date: datetime = NOW - 30 * DAY) -> AnchorStore:
        trusted = tuple(TrustAnchor(anchor.certificate) for anchor in anchors)
        return AnchorStore(name, date, f"{name.title()}'s list, as shipped.", "ab" * 32, trusted)


@pytest.fixture(scope="session")
def world() -> World:
    lifetime = {"not_before": NOW - 60 * DAY, "not_after": NOW + 30 * DAY}
    long = {"not_before": NOW - 3000 * DAY, "not_after": NOW + 3000 * DAY}
    root = make_root(root_recipe("Example Root X1", "Example Trust"), make_key("ec-p256"), serial=1, **long)
    other = make_root(root_recipe("Other Root R2", "Other Trust"), make_key("ec-p256"), serial=2, **long)
    middle = make_intermediate(
        root, intermediate_recipe("Example Issuing CA 3", "Example Trust"), make_key("ec-p256"), serial=3, **long
    )
    names = ("mail.example.com", "autodiscover.example.com")
    leaf = issue(
        middle,
        Recipe(common_name=names[0], dns_names=names),
        make_key("ec-p256"),
        serial=0x1F2E,
        ca_issuers=(AIA,),
        **lifetime,
    )
    alone = self_signed(
        Recipe(common_name="MailStoreServer"),
        make_key("rsa-1024"),
        serial=5,
        not_before=NOW - 400 * DAY,
        not_after=NOW - 3 * DAY,
    )
    evil = "\x1b[31mred\x1b[0m \u202elive\u2069 \x9b2J" + "very-" * 80
    hostile = self_signed(Recipe(common_name=evil, organisation="\x07bell"), make_key("ec-p256"), serial=6, **lifetime)
    return World(root, other, middle, leaf, alone, hostile)


def endpoint(port: int, protocol: Protocol, mode: TlsMode, host: str = "mail.example.com", **more: Any) -> Endpoint:
    given = {"address": "192.0.2.10", "server_name": host, "found_by": "default-port"} | more
    return Endpoint(host, port, protocol, mode, **given)


def shown(where: Endpoint, chain: Sequence[Issued], offer: Offer = Offer.DEFAULT) -> Observation:
    sent = tuple(one.certificate for one in chain)
    return Observation(where, offer, NOW, Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", sent, None, True, True))


def failed(where: Endpoint, stage: Stage, kind: FailureKind, detail: str) -> Observation:
    return Observation(where, Offer.DEFAULT, NOW, ProbeFailure(stage, kind, detail))


def reason(code: str, certificate: Certificate | None = None, **facts: Any) -> Reason:
    return Reason(code, ReasonSeverity.ERROR, certificate.fingerprint if certificate else None, tuple(facts.items()))


def verdict(
    seen: Observation,
    client: str,
    outcome: Outcome,
    path: Sequence[tuple[Issued, Source]] = (),
    reasons: Iterable[Reason] = (),
    words: tuple[Utterance, ...] = (),
    **more: Any,
) -> Verdict:
    links = tuple(Link(one.certificate, source) for one, source in path)
    ends = bool(path) and path[-1][1] is Source.STORE
    attempt = PathAttempt(links, TrustAnchor(links[-1].certificate) if ends else None, tuple(reasons))
    given: dict[str, Any] = {"overridable": False, "basis": Basis.SOURCE} | more
    return Verdict(
        observation=seen.id,
        client=client,
        reference_identifier=seen.endpoint.host,
        outcome=outcome,
        path=attempt.fingerprints if path else (),
        reasons=tuple(reasons),
        attempts=(attempt,) if path else (),
        words=words,
        **given,
    )


def finding(rule: str, severity: Severity, seen: Sequence[Observation], clients: Sequence[str], **more: Any) -> Finding:
    title = more.pop("title", text("What the rule {rule} found", rule=rule))
    return Finding(
        rule=rule,
        severity=severity,
        observations=tuple(one.id for one in seen),
        certificates=more.pop("certificates", ()),
        clients=tuple(clients),
        facts=more.pop("facts", ()),
        title=title,
        explanation=Explanation(
            text("For the administrator: why {rule}.", rule=rule),
            text("For the manager: what {rule} costs.", rule=rule),
            text("For the user: what {rule} looks like.", rule=rule),
        ),
        **more,
    )


def assessment(
    observations: Sequence[Observation],
    verdicts: Sequence[Verdict],
    results: Sequence[RuleResult] = (),
    remedies: Sequence[Remedy] = (),
    *,
    stores: Mapping[str, AnchorStore],
    pool: Sequence[PoolEntry] = (),
    **case: Any,
) -> Assessment:
    references = tuple(
        StoreReference(one.name, one.date, one.provenance, one.digest, len(one.anchors)) for one in stores.values()
    )
    known = {"target": "mail.example.com", "at": NOW, "version": "0.1.0", "stores": references} | case
    clients = {
        client: profile(client, title, "microsoft" if client == "outlook-windows" else "mozilla")
        for client, title in CLIENTS.items()
    }
    file = CaseFile(observations=tuple(observations), pool=Pool(tuple(pool)), **known)
    evidence = Evidence(file, NOW, Settings(), clients, stores, tuple(verdicts))
    return Assessment(evidence, tuple(results), tuple(remedies))


@pytest.fixture
def incomplete(world: World) -> Assessment:
    """The chain lacks its intermediate on all ports but 443; Outlook fetches it, others refuse."""
    stores = {name: world.store(name, world.root) for name in ("microsoft", "mozilla")}
    stores["mozilla"] = replace(stores["mozilla"], date=NOW - 200 * DAY)
    seen = [shown(endpoint(*port), [world.leaf]) for port in PORTS[:5]]
    seen.append(shown(endpoint(*PORTS[5]), [world.leaf, world.intermediate]))
    seen.append(shown(endpoint(*PORTS[4]), [world.leaf], Offer.NO_SNI))
    seen.append(failed(endpoint(110, Protocol.POP3, TlsMode.STARTTLS), Stage.CONNECT, FailureKind.REFUSED, "refused"))
    seen.append(failed(endpoint(4190, Protocol.SIEVE, TlsMode.STARTTLS), Stage.CONNECT, FailureKind.REFUSED, "refused"))
    seen.append(
        failed(
            endpoint(995, Protocol.POP3, TlsMode.IMPLICIT),
            Stage.GREETING,
            FailureKind.BUSY,
            "421 4.7.0 too many connections",
        )
    )
    whole = [(world.leaf, Source.PRESENTED), (world.intermediate, Source.AIA), (world.root, Source.STORE)]
    lacks = reason("chain-incomplete", world.leaf.certificate, issuer="Example Issuing CA 3")
    verdicts = []
    for one in seen[:6]:
        complete = len(one.presented_chain) > 1
        for client in CLIENTS:
            if client == "mta-sts":
                if one.endpoint.port == 25:
                    verdicts.append(verdict(one, client, Outcome.UNKNOWN))
            elif complete or client == "outlook-windows":
                verdicts.append(verdict(one, client, Outcome.ACCEPTED, whole))
            else:
                gmail = client == "gmail-android"
                words = (Utterance(DIALOG, "en", "an article"), Utterance("Certificat non valide.", "fr", "an article"))
                verdicts.append(
                    verdict(
                        one,
                        client,
                        Outcome.REFUSED,
                        whole[:1],
                        (lacks,),
                        words if gmail else (Utterance(f"{client} says no.", "en", "its source"),),
                        overridable=gmail,
                        basis=Basis.RECALLED if client == "java-mail" else Basis.SOURCE,
                    )
                )
    hurt = [client for client in CLIENTS if client not in ("outlook-windows", "mta-sts")]
    found = finding(
        "chain-incomplete",
        Severity.ERROR,
        seen[:5],
        hurt,
        title=text("The chain is incomplete: the server does not send {missing}", missing="Example Issuing CA 3"),
        certificates=(world.leaf.certificate.fingerprint, world.intermediate.certificate.fingerprint),
        facts=(("missing", ("Example Issuing CA 3",)), ("until", NOW.date()), ("at", NOW), ("deep", True)),
        subject="leaf",
    )
    small = finding("expiring", Severity.WARNING, seen[:6], (), subject="leaf")
    remedy = Remedy(
        "serve-chain",
        ServeChain(world.leaf.certificate.fingerprint, (world.intermediate.certificate.fingerprint,), (AIA,)),
        text("Serve the certificate together with its chain"),
        True,
        (
            Step(
                text("Write leaf and intermediate into one file."),
                Write("/etc/ssl/mail/fullchain.pem", "-----BEGIN CERTIFICATE-----\n" + "MIIB\n" * 40),
                text("put the old file back"),
                needs="root",
            ),
            Step(text("Make Dovecot read it again."), Run("doveadm reload"), text("as before"), "reload", "root"),
            Step(
                text("On the load balancer, add the intermediate certificate."),
                Human((text("Certificates & Security"), text("Intermediate Certs"), text("Add New"))),
                None,
                "none",
            ),
        ),
        (found.id,),
        tuple(one.id for one in seen[:5]),
    )
    renew = replace(
        remedy,
        kind="replace-certificate",
        title=text("Renew the certificate"),
        safe=False,
        decision=text("A certificate has to be ordered."),
        steps=(Step(text("Order it."), Human(), text("keep the old one")),),
        cures=(found.id, small.id),
    )
    results = (
        found,
        small,
        Passed("name-mismatch"),
        NotApplicable("must-staple-without-staple", text("No certificate asks for it.")),
        Unknown("revocation-unreachable", text("The CRL could not be fetched.")),
    )
    pool = (
        PoolEntry(world.leaf.certificate, frozenset({Source.PRESENTED})),
        PoolEntry(world.intermediate.certificate, frozenset({Source.AIA, Source.ELSEWHERE}), (AIA,)),
        PoolEntry(world.other_root.certificate, frozenset({Source.CATALOGUE})),
    )
    lookups = (Lookup("dns-srv", "_imaps._tcp.example.com", (), "SERVFAIL"),)
    return assessment(seen, verdicts, results, (remedy, renew), stores=stores, pool=pool, lookups=lookups)


@pytest.fixture
def healthy(world: World) -> Assessment:
    """Everything is in order."""
    stores = {name: world.store(name, world.root) for name in ("microsoft", "mozilla")}
    seen = [shown(endpoint(*port), [world.leaf, world.intermediate]) for port in PORTS]
    path = [(world.leaf, Source.PRESENTED), (world.intermediate, Source.PRESENTED), (world.root, Source.STORE)]
    verdicts = [verdict(one, client, Outcome.ACCEPTED, path) for one in seen for client in CLIENTS]
    return assessment(seen, verdicts, [Passed("expired")], stores=stores)


@pytest.fixture
def alone(world: World) -> Assessment:
    """An expired self-signed certificate without names; Thunderbird asks, others refuse."""
    stores = {name: world.store(name, world.root) for name in ("microsoft", "mozilla")}
    seen = [shown(endpoint(*PORTS[4], found_by="given"), [world.alone])]
    reasons = (
        reason("self-signed", world.alone.certificate),
        reason("expired", world.alone.certificate, not_after=world.alone.certificate.not_after),
        reason("name-mismatch", world.alone.certificate),
    )
    verdicts = [
        verdict(
            seen[0],
            client,
            Outcome.WARNED if client == "thunderbird" else Outcome.REFUSED,
            [(world.alone, Source.PRESENTED)],
            reasons,
        )
        for client in CLIENTS
    ]
    results = [finding("self-signed", Severity.CRITICAL, seen, list(CLIENTS))]
    return assessment(seen, verdicts, results, stores=stores)


@pytest.fixture
def untidy(world: World) -> Assessment:
    """Two hosts; one sends its chain in the wrong order with the root and a stranger; some stores lack the root."""
    stores = {"microsoft": world.store("microsoft"), "mozilla": world.store("mozilla", world.root)}
    chain = [world.leaf, world.root, world.other_root, world.intermediate, world.intermediate]
    seen = [
        shown(endpoint(*PORTS[0], host="mx1.example.com"), chain),
        shown(endpoint(*PORTS[0], host="mx2.example.com", address="2001:db8::25"), chain),
        shown(endpoint(*PORTS[4], host="mx2.example.com", address="2001:db8::25"), []),
    ]
    path = [(world.leaf, Source.PRESENTED), (world.intermediate, Source.PRESENTED), (world.root, Source.STORE)]
    unknown = reason("anchor-unknown", world.root.certificate)
    verdicts = [
        verdict(one, client, Outcome.REFUSED, path[:2], (unknown,))
        if client == "outlook-windows"
        else verdict(one, client, Outcome.ACCEPTED, path)
        for one in seen[:2]
        for client in CLIENTS
    ]
    results = [finding("chain-wrong-order", Severity.WARNING, seen[:2], ["outlook-windows"])]
    return assessment(seen, verdicts, results, stores=stores, target="example.com")


@pytest.fixture
def hostile(world: World) -> Assessment:
    """A stranger's server that tries to write on the administrator's screen."""
    evil = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m" + "邮" * 300
    stores = {name: world.store(name) for name in ("microsoft", "mozilla")}
    where = endpoint(*PORTS[4], host=f"evil{evil}.example", address=evil)
    seen = [
        shown(where, [world.hostile]),
        failed(replace(where, port=25), Stage.GREETING, FailureKind.BUSY, evil),
    ]
    verdicts = [
        verdict(
            seen[0],
            client,
            Outcome.REFUSED,
            [(world.hostile, Source.PRESENTED)],
            (reason("self-signed", world.hostile.certificate, subject=evil), reason(f"name-mismatch{evil}")),
            (Utterance(f"No {evil}", "en", evil),),
        )
        for client in CLIENTS
    ]
    found = finding("self-signed", Severity.ERROR, seen[:1], list(CLIENTS), title=text("Bad {name}", name=evil))
    remedy = Remedy(
        "use-name",
        ServeChain(world.hostile.certificate.fingerprint, ()),
        text("Do {what}", what=evil),
        False,
        (Step(text("Run {what}", what=evil), Run(f"rm {evil}\nnext"), text("undo {what}", what=evil), "restart", evil),
         Step(text("Write"), Write(evil, f"{evil}\n{evil}"), None, "none", evil)),
        (found.id,),
        decision=text("Decide on {what}", what=evil),
    )  # fmt: skip
    results = (found, Unknown(evil, text("Not seen: {what}", what=evil)))
    lookups = (Lookup(evil, evil, (evil,), evil),)
    return assessment(seen, verdicts, results, (remedy,), stores=stores, target=evil, lookups=lookups)


@pytest.fixture
def unreachable(world: World) -> Assessment:
    """Nothing answers."""
    stores = {"mozilla": world.store("mozilla", world.root), "microsoft": world.store("microsoft", world.root)}
    seen = [failed(endpoint(*port), Stage.CONNECT, FailureKind.TIMEOUT, "no answer in 5 s") for port in PORTS]
    return assessment(seen, (), (), stores=stores)


@pytest.fixture
def samples(
    incomplete: Assessment,
    healthy: Assessment,
    alone: Assessment,
    untidy: Assessment,
    hostile: Assessment,
    unreachable: Assessment,
) -> dict[str, Assessment]:
    """All of them by name."""
    return {
        "incomplete": incomplete,
        "healthy": healthy,
        "alone": alone,
        "untidy": untidy,
        "hostile": hostile,
        "unreachable": unreachable,
    }


Show = Callable[..., str]


def untranslated(template: str) -> str:
    return template
