"""How long a walk must take at least, in round trips: each answer costs its own, and is asked as soon as it can be.

The walks themselves say what hangs on what: they are led over a book that fills as time goes by, so that a question is
asked at the moment at which the answers it hangs on have come, and never later. That a port gets two connections at a
time (one where mail is spoken) is a rule of the house, and counted; with `polite=False` it is not.
"""

from collections.abc import Callable, Mapping, Sequence

from mailtrust.core.formats.url import parts_of
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.walk import Answer, DnsAnswer, DnsQuestion, HttpAnswer, HttpQuestion, Question, TlsAnswer
from mailtrust.flows.answering import AT_ONCE_PER_PORT

Wants = Callable[[Mapping[Question, Answer]], Sequence[Question]]


def least(book: Mapping[Question, Answer], wants: Wants, *, polite: bool = True) -> int:
    """Round trips until nothing is wanted any more, where all answers are those of the book."""
    known: dict[Question, Answer] = {}
    coming: dict[Question, int] = {}
    free: dict[tuple[str, int], list[int]] = {}
    now = 0
    while True:
        for question in wants(known):
            if question not in known and question not in coming:
                trips, port = cost(question, book[question]), _port_of(question, book[question])
                begins = now
                if polite and port is not None:
                    slots = free.setdefault(port, [0] * (AT_ONCE_PER_PORT if isinstance(question, HttpQuestion) else 1))
                    begins = max(now, min(slots))
                    slots[slots.index(min(slots))] = begins + trips
                coming[question] = begins + trips
        if not coming:
            return now
        now = min(coming.values())
        for question in [one for one, at in coming.items() if at == now]:
            known[question] = book[question]
            del coming[question]


def cost(question: Question, answer: Answer) -> int:
    """Round trips from the question to its answer."""
    match answer:
        case DnsAnswer(ttl_by=server):
            # A TTL is asked of the zone itself: its servers' names, their addresses, and one of them.
            asked_besides = bool(server) and isinstance(question, DnsQuestion) and question.type == "TLSA"
            return 4 if asked_besides else 1
        case HttpAnswer(failure=ProbeFailure(stage=Stage.RESOLVE)):
            return 0
        case HttpAnswer(failure=ProbeFailure(stage=Stage.CONNECT)):
            return 1
        case HttpAnswer(observation=Observation(result=Handshake(tls_version=version)), status=status):
            return 1 + _handshake(version) + (status is not None)  # TCP, TLS, HTTP
        case HttpAnswer(status=status):
            return 1 + (status is not None)
        case TlsAnswer(observation=seen):
            return _port(seen)
        case _:
            raise TypeError(f"{type(answer).__name__} is not of this domain")


def _port_of(question: Question, answer: Answer) -> tuple[str, int] | None:
    match question, answer:
        case HttpQuestion(url=url), HttpAnswer(address=address) if address:
            return address, parts_of(url)[2]
        case _, TlsAnswer(observation=seen) if seen.endpoint.address:
            return seen.endpoint.address, seen.endpoint.port
        case _:
            return None


def _port(seen: Observation) -> int:
    if isinstance(seen.result, ProbeFailure):
        return 0 if seen.result.kind is FailureKind.NO_ADDRESS else 1
    handshake = 1 + _handshake(seen.result.tls_version)
    if seen.endpoint.tls_mode is TlsMode.IMPLICIT:
        return handshake
    # The greeting comes when the server has heard of our end of the connection; then each command has its answer.
    return handshake + 1 + sum(line.startswith(COMMAND) for line in seen.transcript)


COMMAND = "> "
"""How a transcript marks what was said to the server."""


def _handshake(version: str) -> int:
    return 1 if version == "TLSv1.3" else 2  # RFC 8446 2, RFC 5246 7.3
