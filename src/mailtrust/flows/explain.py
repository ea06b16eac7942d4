"""Say what a text means; given a URL and a certificate, also whether they fit. No network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from mailtrust.core.clients import client_by_id
from mailtrust.core.messages.comparison import compare, with_standings
from mailtrust.core.messages.explain import explain
from mailtrust.core.messages.explanation import Explanation
from mailtrust.core.messages.places import Place, place_of
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.settings import Settings
from mailtrust.version import __version__

LoadStores = Callable[[Iterable[str]], Mapping[str, AnchorStore]]

DEFAULT_CLIENT = "dotnet-windows"
"""By whose rules URL and certificate are compared when the text does not say who speaks: the E-mail Router's."""


@frozen
class Question:
    """A text somebody read, and what is at hand beside it."""

    text: str
    url: str | None = None
    """The URL (or any TARGET) that the program was given."""
    certificates: tuple[Certificate, ...] = ()
    """The server's certificate, with its chain where that is at hand."""


def answer(question: Question, load_stores: LoadStores, now: datetime) -> Explanation:
    """Explain the text. Raises UserProblem for a URL or certificates that cannot be used."""
    place = place_of(question.url) if question.url is not None else None
    explanation = explain(question.text, place)
    if not question.certificates:
        return explanation
    return _compared(explanation, question.certificates, load_stores, now)


def _compared(
    explanation: Explanation, certificates: Sequence[Certificate], load_stores: LoadStores, now: datetime
) -> Explanation:
    from mailtrust.core.validation.kinds import kind_of
    from mailtrust.flows.assess import assess
    from mailtrust.flows.bundle import leaf_among

    leaf = leaf_among(certificates, (), now)
    chain = (leaf, *(one for one in certificates if one is not leaf))
    profile = _judge_of(explanation)
    host = explanation.place.host if explanation.place is not None else None
    assessment = assess(
        _case(host, chain, explanation.place, now),
        stores=load_stores({profile.anchor_store}),
        clients=(profile,),
        settings=Settings(),
        now=now,
    )
    evidence = assessment.evidence
    verdict = evidence.verdicts[0]
    slip = next((one.fact("written") for one in assessment.findings if one.rule == "name-near-miss"), None)
    comparison = compare(
        host, leaf, kind_of(leaf, evidence), profile, verdict, slip=slip if isinstance(slip, str) else None
    )
    return with_standings(explanation, comparison, verdict)


def _judge_of(explanation: Explanation) -> ClientProfile:
    """The client whose rules count: that of the first answer that has one."""
    clients = (client for answer in explanation.answers for speaker in answer.speakers for client in speaker.clients)
    return client_by_id(next(clients, DEFAULT_CLIENT))


def _case(host: str | None, chain: tuple[Certificate, ...], place: Place | None, now: datetime) -> CaseFile:
    """The files as if the server presented them."""
    name = host or next(
        iter((*chain[0].dns_names, *chain[0].ip_addresses, *chain[0].subject.common_names)), "certificate"
    )
    endpoint = Endpoint(name, 443, Protocol.TLS, TlsMode.IMPLICIT, "", name, "given")
    shake = Handshake("TLSv1.3", "", chain, None, key_proven=True, completed=True)
    title = place.target if place is not None else name
    return CaseFile(
        target=title,
        at=now,
        version=__version__,
        observations=(Observation(endpoint, Offer.DEFAULT, now, shake),),
        pool=Pool(),
    )
