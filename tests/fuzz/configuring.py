"""Configurations of servers: read, refused in a sentence, or changed so that what was wanted stands there."""

from collections.abc import Callable, Mapping
from functools import cache

from tests.fuzz.documents import harmless
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target

from mailtrust.core.model.configured import Act, Cannot, Change, Edit, Files
from mailtrust.core.model.remedy import ConfigureServer
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
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured import ConfiguredProduct

WANTED = Files("/tls/wanted.pem", "/tls/wanted.key")
MOST_ROUNDS = 30
SETTINGS = ("tls-version", "offer-tls", "send-sni-certificate", "matching-key", "mend-stapling")
PARTING = b"\n%%\n"
"""Between the files of one input."""

FilesOf = Callable[[list[bytes]], dict[str, bytes]]


def _answer(question: Question, files: Mapping[str, bytes]) -> Answer:
    match question:
        case FileAt(path=path) if path in files:
            return Content(files[path], 0o644, "0:0", path)
        case FilesLike(pattern=pattern):
            return Names(tuple(path for path in sorted(files) if path.startswith(pattern.partition("*")[0])))
        case OutputOf(command=command) if command[-1] in ("-bV", "mail_version"):
            return Printed(0, "3.7.11\nGnuTLS\n")
        case _:
            return NoAnswer(text("There is no such thing."))


def _facts(product: ConfiguredProduct, server: Server, files: Mapping[str, bytes]) -> ServerFacts:
    facts: dict[Question, Answer] = {}
    for _ in range(MOST_ROUNDS):
        asked = product.questions(server, facts)
        assert not facts.keys() & set(asked)
        if not asked:
            return facts
        facts.update((one, _answer(one, files)) for one in asked)
    raise AssertionError("it asks without an end")


def _changed(files: Mapping[str, bytes], changes: tuple[Change, ...] | Cannot) -> dict[str, bytes]:
    after = dict(files)
    for one in (changes,) if isinstance(changes, Cannot) else changes:
        match one:
            case Edit(path=path, content=content, say=say):
                assert after[path] != content
                after[path] = content
            case Cannot(why=say) | Act(say=say):
                pass
        harmless(str(say))
    return after


def _trying(product: ConfiguredProduct, files_of: FilesOf, main: str, wanted: Files) -> Callable[[bytes], bytes]:
    server = Server("mail", (), product=product.ID, reach="local", configuration=main)

    def try_it(octets: bytes) -> bytes:
        files = files_of([*octets.split(PARTING), b"", b""])
        facts = _facts(product, server, files)
        places = product.certificates(server, facts)
        if isinstance(places, Cannot):
            harmless(str(places.why))
            return str(places.why).encode("utf-8", "backslashreplace")
        for setting in SETTINGS:
            goal = ConfigureServer(setting)  # type: ignore[arg-type]
            _changed(files, product.set_up(server, facts, goal, places, (25, 993)))
        named = [one for one in places if not one.in_place]
        changes = product.point_to(server, facts, dict.fromkeys(named, wanted))
        after = _changed(files, changes)
        if not isinstance(changes, Cannot):
            now = product.certificates(server, _facts(product, server, after))
            assert isinstance(now, tuple)
            others = {(one.chain_file, one.key_file) for one in now if not one.in_place}
            assert others <= {(wanted.chain, wanted.key)}
            assert bool(now) == bool(places)
        return b"\n".join(after.values())

    return try_it


def configuration(
    product: ConfiguredProduct, seed: bytes, files_of: FilesOf, main: str = "", *, wanted: Files = WANTED
) -> Target:
    """A product's configuration, of which `files_of` makes the files from the parts of an input."""
    seeds = cache(lambda: (seed, seed.replace(PARTING, b"\n")))
    try_it = _trying(product, files_of, main, wanted)
    return Target(f"{product.ID}-configuration", seeds, mutate_text, try_it, inputs=20_000, bounded=60)
