"""Judge chains that are given, one by one, without looking at anything: `mailtrust verify`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from time import perf_counter
from typing import NamedTuple

from msgspec import UNSET

from mailtrust.core.clients import BY_ID, CLIENTS, client_by_id
from mailtrust.core.clients.reference import REFERENCE_BY_ID, REFERENCES
from mailtrust.core.formats.json_text import to_json_line
from mailtrust.core.formats.verify_request import VerifyRequest, VerifyRequestError, read_request
from mailtrust.core.formats.verify_wire import BAD_REQUEST, INTERNAL, AnswerWire, ErrorWire, ReasonWire, VerdictWire
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.chain_verdict import ChainVerdict
from mailtrust.core.model.client import ClientProfile, Memory
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.status import StatusEvidence
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Outcome, Reason, ReasonSeverity
from mailtrust.core.report.reason_sentences import sentence
from mailtrust.core.report.report_wire import fact_value
from mailtrust.core.validation.demands import NO_DEMANDS, Demands, with_demands
from mailtrust.core.validation.evaluate import ChainJudgement, decide, evaluate_chain
from mailtrust.core.validation.gecko_status import status_mozilla, status_mozilla_141
from mailtrust.core.validation.precedents import Precedents
from mailtrust.core.validation.staples import StapledAnswer
from mailtrust.core.x509.parse import read_certificate

StoreNamed = Callable[[str], AnchorStore]
"""Gives a client's own anchor store by its name."""

Translate = Callable[[str], str]

_SENT = frozenset({Source.PRESENTED})
_SENT_OR_FETCHED = frozenset({Source.PRESENTED, Source.AIA})


def verify(request: VerifyRequest, *, store_named: StoreNamed, now: datetime) -> tuple[ChainVerdict, ...]:
    """Judge a chain for each client asked; pure but for the loading of stores. Raises UserProblem for unknown clients.

    `now` counts where the request names no moment. Clients of one engine are judged once.
    """
    judge = _Judge(request, store_named, request.at or now)
    clients = CLIENTS if request.clients is None else tuple(map(find_client, request.clients))
    return tuple([judge.verdict(client) for client in clients])


def find_client(client_id: str) -> ClientProfile:
    """A client, in any version, or a reference profile. Raises UserProblem when there is none."""
    return REFERENCE_BY_ID.get(client_id.strip().lower()) or client_by_id(client_id)


@cache
def _engines(offered: frozenset[Source]) -> Mapping[str, int]:
    """A number for each client, the same for those that judge a chain alike: by what evaluate_chain reads of them."""
    engines: dict[object, int] = {}
    return {
        client.id: engines.setdefault(
            (
                client.path_search,
                client.path_checks,
                client.name_rules,
                client.limits,
                client.revocation,
                client.issuer_sources & offered,
            ),
            len(engines),
        )
        for client in (*BY_ID.values(), *REFERENCES)
    }


class _Judged(NamedTuple):
    """What clients of one engine find."""

    judgement: ChainJudgement
    path: tuple[str, ...]
    unsupported: tuple[str, ...]


class _Judge:
    """One request, and what its clients have in common."""

    def __init__(self, request: VerifyRequest, store_named: StoreNamed, at: datetime) -> None:
        self._request = request
        self._at = at
        self._store_named = store_named
        self._given = None if request.roots is None else _store_of(tuple([one.der for one in request.roots]), at)
        self._pool = Pool.merge(PoolEntry(one, frozenset({Source.AIA})) for one in request.pool)
        self._evidence = StatusEvidence(
            staple=request.ocsp[0] if request.ocsp else None,
            ocsp=request.ocsp[1:],
            crls=request.crls,
            certificates=(*request.chain, *request.pool),
        )
        self._demands = Demands(
            purpose=request.purpose,
            revocation=request.revocation,
            max_intermediates=request.max_intermediates,
            policies=request.policies,
            flags=request.flags,
            mailboxes=any("@" in name for name in request.names),
        )
        self._undemanding = self._demands == NO_DEMANDS
        self._judged: dict[tuple[int, str], _Judged] = {}
        self._bare_path = (request.chain[0].fingerprint,)
        self._memory = Memory(_SENT_OR_FETCHED if request.pool else _SENT)
        self._engines = _engines(self._memory.offered)
        alike = self._undemanding and not request.pool
        self._precedents = Precedents(request.chain, at.replace(microsecond=0)) if alike else None

    def verdict(self, client: ClientProfile) -> ChainVerdict:
        if client.unknown_because:
            because = Reason("client-unknowable", ReasonSeverity.INFO, None, (("because", client.unknown_because),))
            return ChainVerdict(client, Outcome.UNKNOWN, self._bare_path, (because,), (), (), client.basis)
        store = self._given if self._given is not None else self._store_named(client.anchor_store)
        alike = self._engines[client.id], store.digest
        known = self._judged.get(alike)
        if known is None:
            known = self._judged[alike] = self._judge(client, store)
        outcome, _, reasons, attempts, basis = decide(known.judgement, client)
        return ChainVerdict(client, outcome, known.path, reasons, attempts, known.unsupported, basis)

    def _judge(self, client: ClientProfile, store: AnchorStore) -> _Judged:
        """What clients of this engine find, and what of the request they disregard."""
        asked, disregarded = (client, ()) if self._undemanding else with_demands(client, self._demands)
        judgement = evaluate_chain(
            self._request.chain,
            pool=self._pool,
            store=store,
            client=asked,
            at=self._at,
            names=self._request.names,
            evidence=self._evidence,
            memory=self._memory,
            precedents=self._precedents,
        )
        if self._request.revocation == "profile" and (self._request.crls or self._request.ocsp):
            disregarded += self._unread(asked)
        return _Judged(judgement, judgement.path or self._bare_path, disregarded)

    def _unread(self, client: ClientProfile) -> tuple[str, ...]:
        """Words about revocation that the client does not look at."""
        crls = ("crls",) if self._request.crls else ()
        ocsp = ("ocsp",) if self._request.ocsp else ()
        match client.revocation:
            case None:
                return crls + ocsp
            case StapledAnswer():
                return crls
            case rules:
                return crls if rules in (status_mozilla, status_mozilla_141) else ()


@lru_cache(maxsize=8)
def _store_of(roots: tuple[bytes, ...], at: datetime) -> AnchorStore:
    """Exactly these anchors, as an administrator adds them: rules for public roots do not apply."""
    certificates = map(read_certificate, roots)
    anchors = tuple(TrustAnchor(one, locally_added=True) for one in certificates if isinstance(one, Certificate))
    return AnchorStore("roots", at, "given with the request", "roots", anchors)


def answer_lines(
    lines: Iterable[bytes], *, store_named: StoreNamed, now: datetime, translate: Translate
) -> Iterator[tuple[bytes, bool]]:
    """An answer to every line that is not empty, and whether it has verdicts. Never raises for what a line holds."""
    for line in lines:
        if line.strip():
            answer = answer_line(line, store_named=store_named, now=now, translate=translate)
            yield to_json_line(answer), answer.error is UNSET


def answer_line(line: bytes, *, store_named: StoreNamed, now: datetime, translate: Translate) -> AnswerWire:
    """The answer to one request."""
    started = perf_counter()
    answer = _answered(line, store_named, now, translate)
    answer.elapsed_ms = round((perf_counter() - started) * 1000, 3)
    return answer


def _answered(line: bytes, store_named: StoreNamed, now: datetime, translate: Translate) -> AnswerWire:
    request_id: object = None
    try:
        request = read_request(line)
        request_id = request.id
        return answer_of(request, verify(request, store_named=store_named, now=now), now, translate)
    except VerifyRequestError as refused:
        request_id, code, why = refused.id, BAD_REQUEST, refused.message
    except UserProblem as refused:
        code, why = BAD_REQUEST, refused.message
    except Exception as mistake:  # noqa: BLE001 - a line that we stumble over must not end the run
        code = INTERNAL
        why = text(
            "mailtrust met a mistake of its own ({kind}: {detail}); please report it with this line.",
            kind=type(mistake).__name__,
            detail=str(mistake)[:300],
        )
    return AnswerWire(id=request_id, verdicts=[], error=ErrorWire(code=code, message=why.render(translate)))


def answer_of(
    request: VerifyRequest, verdicts: Iterable[ChainVerdict], now: datetime, translate: Translate
) -> AnswerWire:
    """The answer that holds these verdicts."""
    assumed = now.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return AnswerWire(
        id=request.id,
        verdicts=[verdict_wire(verdict, translate) for verdict in verdicts],
        at=UNSET if request.at is not None else assumed,
    )


def verdict_wire(verdict: ChainVerdict, translate: Translate) -> VerdictWire:
    """A verdict as it stands in an answer."""
    return VerdictWire(
        client=verdict.client.id,
        outcome=verdict.outcome.value,
        valid=verdict.valid,
        path=list(verdict.path),
        reasons=[
            ReasonWire(
                code=reason.code,
                severity=reason.severity.value,
                certificate=reason.certificate,
                facts={name: fact_value(value) for name, value in reason.facts},
                message=sentence(reason).render(translate),
            )
            for reason in verdict.reasons
        ],
        unsupported=list(verdict.unsupported),
        basis=verdict.basis.value,
    )
