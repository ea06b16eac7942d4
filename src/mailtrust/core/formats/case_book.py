"""What was asked while clients' ways were walked, as it stands in a case file."""

from collections.abc import Iterable, Iterator, Mapping

from mailtrust.core.formats.case_wire import (
    AskedWire,
    DnsAskedWire,
    FailureWire,
    HttpAskedWire,
    PointWire,
    ScpAskedWire,
    SettingWire,
    SituationWire,
    TlsAskedWire,
)
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.observation import Observation, ProbeFailure
from mailtrust.core.model.text import Text, verbatim
from mailtrust.core.model.walk import (
    Answer,
    Book,
    ConnectionPoint,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    ScpAnswer,
    ScpQuestion,
    Setting,
    Situation,
    TlsAnswer,
    TlsQuestion,
)


def book_to_wire(book: Book) -> list[AskedWire]:
    """Every question with its answer, in the order of the book."""
    return [_to_wire(question, answer) for question, answer in book.items()]


def book_from_wire(asked: Iterable[AskedWire], observations: Mapping[str, Observation]) -> dict[Question, Answer]:
    """The book again. Raises KeyError with the id of an observation that is not there."""
    return dict(_from_wire(one, observations) for one in asked)


def situation_to_wire(situation: Situation) -> SituationWire:
    """From where was walked."""
    return SituationWire(
        inside=situation.inside,
        domain_joined=situation.domain_joined,
        site=situation.site,
        registry=_settings_to_wire(situation.registry),
        redirect_servers=_settings_to_wire(situation.redirect_servers),
        third_parties=situation.third_parties,
    )


def situation_from_wire(wire: SituationWire) -> Situation:
    """The same again."""
    return Situation(
        inside=wire.inside,
        domain_joined=wire.domain_joined,
        site=wire.site,
        registry=frozenset((one.office, one.name) for one in wire.registry),
        redirect_servers=frozenset((one.office, one.name) for one in wire.redirect_servers),
        third_parties=wire.third_parties,
    )


def _settings_to_wire(settings: Iterable[Setting]) -> list[SettingWire]:
    return [SettingWire(name=name, office=office) for office, name in sorted(settings)]


def ids_in(asked: Iterable[AskedWire]) -> Iterator[tuple[int, str]]:
    """The observations named, each with the number of its entry."""
    for number, one in enumerate(asked):
        if isinstance(one, HttpAskedWire | TlsAskedWire) and one.observation is not None:
            yield number, one.observation


def _to_wire(question: Question, answer: Answer) -> AskedWire:
    match question, answer:
        case DnsQuestion(), DnsAnswer():
            return DnsAskedWire(
                name=question.name,
                type=question.type,
                status=answer.status,
                records=list(answer.records),
                aliases=list(answer.aliases),
                ttl=answer.ttl,
                secure=answer.secure,
                why=_kept(answer.why),
                claimed=answer.claimed,
                resolver=answer.resolver,
                ttl_by=answer.ttl_by,
            )
        case HttpQuestion(), HttpAnswer(failure=failure):
            return HttpAskedWire(
                url=question.url,
                content=question.content,
                email=question.address,
                address=answer.address,
                observation=answer.observation.id if answer.observation is not None else None,
                failure=FailureWire(stage=failure.stage, kind=failure.kind, detail=failure.detail) if failure else None,
                status=answer.status,
                location=answer.location,
                content_type=answer.content_type,
                body=answer.body,
                ms=answer.ms,
            )
        case TlsQuestion(), TlsAnswer():
            return TlsAskedWire(
                host=question.host,
                port=question.port,
                protocol=question.protocol,
                tls_mode=question.tls_mode,
                observation=answer.observation.id,
            )
        case ScpQuestion(), ScpAnswer():
            points = [
                PointWire(keywords=list(one.keywords), binding=list(one.binding), server=one.server)
                for one in answer.points
            ]
            return ScpAskedWire(server=question.server, points=points, why=_kept(answer.why))
        case _:
            raise TypeError(f"{type(answer).__name__} answers no {type(question).__name__}")


def _kept(why: Text | None) -> str:
    """In English, as other versions read it; nobody's templates are read from a file."""
    return "" if why is None else str(why)


def _told(words: str) -> Text | None:
    return verbatim(clean(words, 400)) if words else None


def _from_wire(wire: AskedWire, observations: Mapping[str, Observation]) -> tuple[Question, Answer]:
    match wire:
        case DnsAskedWire():
            records, aliases = tuple(wire.records), tuple(wire.aliases)
            return DnsQuestion(wire.name, wire.type), DnsAnswer(
                wire.status,
                records,
                aliases,
                wire.ttl,
                wire.secure,
                _told(wire.why),
                wire.claimed,
                wire.resolver,
                wire.ttl_by,
            )
        case HttpAskedWire(failure=failure):
            return HttpQuestion(wire.url, wire.content, wire.email), HttpAnswer(
                address=wire.address,
                observation=observations[wire.observation] if wire.observation is not None else None,
                failure=ProbeFailure(failure.stage, failure.kind, failure.detail) if failure else None,
                status=wire.status,
                location=wire.location,
                content_type=wire.content_type,
                body=wire.body,
                ms=wire.ms,
            )
        case TlsAskedWire():
            question = TlsQuestion(wire.host, wire.port, wire.protocol, wire.tls_mode)
            return question, TlsAnswer(observations[wire.observation])
        case ScpAskedWire():
            points = tuple(ConnectionPoint(tuple(one.keywords), tuple(one.binding), one.server) for one in wire.points)
            return ScpQuestion(wire.server), ScpAnswer(points, _told(wire.why))
