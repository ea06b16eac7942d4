"""Which host is the mail server, by a name that its certificate carries: what walks lead to."""

from collections.abc import Iterable, Sequence

from mailtrust.core.discovery.asking import Judge
from mailtrust.core.discovery.steps.https_candidate import settings_url
from mailtrust.core.formats import autodiscover
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.model.walk import Book, DnsQuestion, HttpAnswer, HttpQuestion, Question

MOST_NAMES = 30
"""Names of one certificate that are tried."""


@frozen
class MailServer:
    """The server that is to be found."""

    host: str
    """A name that its certificate carries, and by which it answers Autodiscover."""
    chain: tuple[Certificate, ...]
    """What it presents there, its own certificate first."""

    @property
    def leaf(self) -> Certificate:
        """Its certificate of today."""
        return self.chain[0]


@frozen
class NotYetAsked:
    """What has to be asked first."""

    questions: tuple[Question, ...]


def find_server(books: Iterable[Book], address: str, judges: Sequence[Judge]) -> MailServer | NotYetAsked | None:
    """The host whose certificate is good for its name and that answers Autodiscover; None where there is none."""
    books = tuple(books)
    missing: dict[Question, None] = {}
    for host, chain in _candidates(books).items():
        name, ask = DnsQuestion(host, "A"), HttpQuestion(settings_url(host), "pox", address)
        for book in books:
            if name not in book:
                missing[name] = None
            elif getattr(book[name], "status", "") == "found" and ask not in book:
                missing[ask] = None
            else:
                answer = book.get(ask)
                if isinstance(answer, HttpAnswer) and _answers(answer) and _good(answer.observation, judges):
                    return MailServer(host, chain)
    return NotYetAsked(tuple(missing)) if missing else None


def face_of(book: Book, fingerprint: str) -> str:
    """The host by which the server with this certificate was seen in a place; empty: it was not."""
    for question, answer in book.items():
        if isinstance(question, HttpQuestion) and isinstance(answer, HttpAnswer) and answer.observation is not None:
            chain = answer.observation.presented_chain
            if chain and chain[0].fingerprint == fingerprint:
                return answer.observation.endpoint.host
    return ""


def _candidates(books: Sequence[Book]) -> dict[str, tuple[Certificate, ...]]:
    """The names in the certificates of all that answered Autodiscover, each with the chain that it came in."""
    found: dict[str, tuple[Certificate, ...]] = {}
    for book in books:
        for answer in book.values():
            if isinstance(answer, HttpAnswer) and answer.observation is not None and _answers(answer):
                presented = answer.observation.presented_chain
                if presented and isinstance(presented[0], Certificate):
                    chain = tuple(one for one in presented if isinstance(one, Certificate))
                    names = [name.lower() for name in chain[0].dns_names if "*" not in name][:MOST_NAMES]
                    found.update((name, chain) for name in names if name not in found)
    return found


def _answers(answer: HttpAnswer) -> bool:
    """Whether Autodiscover is there: it asks for the password, or says something of its own."""
    if answer.status == 401:
        return True
    said = autodiscover.read_answer(answer.body) if answer.status == 200 else None
    return isinstance(said, autodiscover.Settings | autodiscover.Refusal)


def _good(observation: Observation | None, judges: Sequence[Judge]) -> bool:
    if observation is None:
        return False
    verdicts: list[Verdict] = [judge(observation) for judge in judges]
    return all(verdict.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN) for verdict in verdicts)
