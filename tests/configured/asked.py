"""A product asked about a machine of which the files are at hand: as the survey of a server asks, without a server."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType

from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Edit
from mailtrust.core.model.server_facts import (
    Answer,
    Content,
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    OutputOf,
    Printed,
    Question,
    ServerFacts,
    content_of,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured import ConfiguredProduct

ROUNDS = 30
Files = Mapping[str, bytes]
NO_PROGRAMS: Mapping[tuple[str, ...], Printed] = MappingProxyType({})


def server_of(product: ConfiguredProduct, configuration: str = "", program: str = "") -> Server:
    return Server("web", (), product.ID, "local", configuration=configuration, program=program)


def asked(
    product: ConfiguredProduct, server: Server, files: Files, programs: Mapping[tuple[str, ...], Printed] = NO_PROGRAMS
) -> ServerFacts:
    """Everything that the product wants to know; no question comes twice, and they end."""
    facts: dict[Question, Answer] = {}
    for _ in range(ROUNDS):
        questions = product.questions(server, facts)
        if not questions:
            return facts
        assert len(set(questions)) == len(questions), questions
        assert not facts.keys() & set(questions), questions
        facts.update((question, _answer(question, files, programs)) for question in questions)
    raise AssertionError(f"still asks after {ROUNDS} rounds: {questions}")


def _answer(question: Question, files: Files, programs: Mapping[tuple[str, ...], Printed]) -> Answer:
    match question:
        case FileAt(path=path) if path in files:
            return Content(files[path], 0o644, "0:0", path)
        case FilesLike(pattern=pattern):
            # A star stops at a slash.
            deep = pattern.count("/")
            return Names(tuple(sorted(one for one in files if one.count("/") == deep and fnmatchcase(one, pattern))))
        case OutputOf(command=command) if command in programs:
            return programs[command]
        case _:
            return NoAnswer(text("There is no such thing."))


def places_in(product: ConfiguredProduct, server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...]:
    found = product.certificates(server, facts)
    assert not isinstance(found, Cannot), found
    return found


def changed(facts: ServerFacts, changes: Sequence[Change] | Cannot) -> ServerFacts:
    """The facts as they are when these changes are made; each has a sentence that can be shown."""
    assert not isinstance(changes, Cannot), str(changes.why)
    after = dict(facts)
    for change in changes:
        assert isinstance(change, Edit)
        assert str(change.say)
        old = content_of(facts, change.path)
        assert old is not None
        assert old.octets != change.content
        after[FileAt(change.path)] = Content(change.content, old.mode, old.owner, old.path)
    return after


def lines_changed(before: ServerFacts, after: ServerFacts, path: str) -> tuple[list[str], list[str]]:
    """The lines of a file that are no more, and those that are new."""
    one, two = content_of(before, path), content_of(after, path)
    assert one is not None
    assert two is not None
    old, new = one.octets.decode().split("\n"), two.octets.decode().split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]
