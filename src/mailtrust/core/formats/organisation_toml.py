"""`mailtrust.toml`: text to Organisation, or every mistake in it with line, key, what was expected and what came."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mailtrust.core.formats.endpoint_pattern import parse_pattern
from mailtrust.core.formats.kemp_place import SCHEME as KEMP
from mailtrust.core.formats.kemp_place import read_fingerprint, read_place
from mailtrust.core.formats.organisation_renew import read_renewed
from mailtrust.core.formats.organisation_wire import AcceptWire, ApplyWire, OrganisationWire, ServerWire
from mailtrust.core.formats.ssh_destination import LOCAL, read_destination
from mailtrust.core.formats.target import Address, Host, parse_target
from mailtrust.core.formats.threshold import parse_threshold
from mailtrust.core.formats.toml_lines import Key, lines_of
from mailtrust.core.formats.toml_tables import Mistake, Reader, Table
from mailtrust.core.model.acceptance import Accepted
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.organisation import Organisation
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Place, Server
from mailtrust.core.model.text import Text, text

MOST_BYTES = 2**20
MOST_MISTAKES = 50
"""That are told at once."""

# tomllib spends time by the square of a key's parts; no key here has more than one, and no name of a host so many.
_TOO_DEEP = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""")
_LINE = re.compile(r"(?P<what>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)


@frozen
class Known:
    """The ids that a file may name, and how its proxy is read: what stands above this room."""

    clients: tuple[str, ...]
    rules: Callable[[], tuple[str, ...]]
    """Asked where a file accepts something alone: all rules are much to read."""
    products: tuple[str, ...]
    ways: tuple[str, ...]
    read_proxy: Callable[[str], object]
    """Raises UserProblem for one that cannot be used."""


class OrganisationError(UserProblem):
    """The file cannot be used."""

    def __init__(self, file: str, mistakes: tuple[Mistake, ...]) -> None:
        said = text("{file} cannot be used.", file=file)
        for mistake in mistakes[:MOST_MISTAKES]:
            said = text("{before}\n{mistake}", before=said, mistake=mistake.said)
        if (left := len(mistakes) - MOST_MISTAKES) > 0:
            said = text("{before}\n... and {count} more.", before=said, count=left)
        super().__init__(said)
        self.mistakes = mistakes


def read_organisation(data: bytes, file: str, known: Known) -> Organisation:
    """Read the file called `file`. Raises OrganisationError with all mistakes, those of the beginning first."""
    reader = Reader(file, *_document(data, file), OrganisationWire)
    organisation = _organisation(reader, known)
    if reader.mistakes:
        raise OrganisationError(file, tuple(sorted(reader.mistakes, key=lambda mistake: mistake.line)))
    return organisation


def _document(data: bytes, file: str) -> tuple[dict[str, Any], Mapping[Key, int]]:
    if len(data) > MOST_BYTES:
        raise _unreadable(file, 1, text("Expected at most {most} MiB, got more.", most=MOST_BYTES // 2**20))
    try:
        document = data.decode("utf-8-sig")  # Notepad begins with a byte order mark, which TOML does not know
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            file, line, text("Expected UTF-8, got another encoding. Save the file as UTF-8, without UTF-16.")
        ) from None
    if deep := _TOO_DEEP.search(document):
        raise _unreadable(
            file, document.count("\n", 0, deep.start()) + 1, text("Expected a key or a name, got 20 parts and more.")
        )
    try:
        return tomllib.loads(document), lines_of(document)
    except RecursionError:
        raise _unreadable(file, 1, text("Expected the keys of mailtrust.toml, got a text nested too deeply.")) from None
    except ValueError as error:  # TOMLDecodeError, and what int() says to a number of thousands of digits
        said = _LINE.fullmatch(str(error))
        what, line = (said["what"], int(said["line"] or 0)) if said else (str(error), 1)
        raise _unreadable(
            file,
            line or document.count("\n") + 1,
            text("Expected TOML, got something else ({detail}).", detail=clean(what, 200)),
        ) from None


def _unreadable(file: str, line: int, why: Text) -> OrganisationError:
    said = text("{place}: {problem}", place=f"{clean(file, 200)}:{line}", problem=why)
    return OrganisationError(file, (Mistake(line, said),))


def _organisation(reader: Reader, known: Known) -> Organisation:
    file = reader.table()
    default = Organisation()
    servers = _servers(file, known)
    return Organisation(
        file=reader.file,
        domains=_once(_domain(file, key, given) for key, given in file.texts("domains")),
        servers=servers,
        clients=_ids(file, "clients", text("the id of a client"), known.clients),
        warn=file.read("warn", parse_threshold, default.warn),
        critical=file.read("critical", parse_threshold, default.critical),
        proxy=_proxy(file, known),
        roots=_once(given for _, given in file.texts("roots")),
        deployed=_ids(file, "deployed", text("a way by which anchors come to clients"), known.ways),
        accepted=tuple(_accepted(one, known) for one in file.tables("accept", AcceptWire)),
        store=file.text("store") or None,
        key_file=file.text("key_file") or None,
        renewed=read_renewed(file, servers),
        approvals=file.inner("apply", ApplyWire).number("approvals", 0, 20, 0),
    )


def _ids(table: Table, name: str, expected: Text, known: tuple[str, ...]) -> tuple[str, ...]:
    return _once(table.among(key, given, expected, known) for key, given in table.texts(name))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _proxy(file: Table, known: Known) -> str | None:
    given = file.text("proxy")
    file.parsed((*file.key, "proxy"), given, known.read_proxy, None)
    return given or None


def _domain(file: Table, key: Key, given: str) -> str:
    def parse(written: str) -> str:
        match parse_target(written):
            case Host(host=host, is_address=False):
                return host
            case _:
                raise UserProblem(
                    text("Expected a mail domain such as example.com, got “{given}”.", given=clean(written, 100))
                )

    return file.parsed(key, given, parse, "")


def _servers(file: Table, known: Known) -> tuple[Server, ...]:
    servers: dict[str, tuple[Server, int]] = {}
    for table in file.tables("server", ServerWire):
        name = table.text("name")
        product = table.among((*table.key, "product"), table.text("product"), text("a product"), known.products)
        written = list(table.texts("endpoints"))
        if not written and name and not table.has("endpoints"):
            written = [((*table.key, "name"), name)]
        places = (table.parsed(key, given, _place, None) for key, given in written)
        server = Server(
            name,
            tuple(place for place in places if place is not None),
            product or None,
            reach=table.read("reach", _reach, ""),
            sudo=table.flag("sudo"),
            configuration=table.text("configuration"),
            program=table.text("program"),
            take_up=tuple(word for _, word in table.texts("take_up")),
            password_file=table.text("password_file"),
            fingerprint=table.read("fingerprint", read_fingerprint, ""),
            client_certificate=table.text("client_certificate"),
        )
        if name in servers:
            table.refuse(
                "name",
                text(
                    "Expected another name for each server, got “{name}” again, which stands in line {line} already.",
                    name=clean(name, 60),
                    line=servers[name][1],
                ),
            )
        elif name:
            _refuse_two_ways(table, server, servers.values())
            servers[name] = server, table.line
    return tuple(server for server, _ in servers.values())


def _refuse_two_ways(table: Table, server: Server, others: Iterable[tuple[Server, int]]) -> None:
    """A machine is opened once for all its servers: they must agree how."""
    for other, line in others:
        if server.reach and server.reach == other.reach:
            for name in ("sudo", "password_file", "fingerprint", "client_certificate"):
                if getattr(server, name) != getattr(other, name):
                    table.refuse(
                        name,
                        text(
                            "Expected the same as in line {line}: “{other}” is reached there too, and a machine is "
                            "opened in one way.",
                            line=line,
                            other=clean(other.name, 60),
                        ),
                    )
            return


def _place(given: str) -> Place | None:
    match parse_target(given):
        case Address():
            raise UserProblem(
                text("Expected a host, host:port or URL, got the e-mail address “{given}”.", given=clean(given, 100))
            )
        case Host(host=host):
            return Place(given, host, None)
        case found:
            return Place(given, found.host, found.port)


def _reach(given: str) -> str:
    """`local`, a LoadMaster, or where SSH leads to."""
    if given.startswith(KEMP):
        read_place(given)
    elif given != LOCAL:
        read_destination(given)
    return given


def _accepted(table: Table, known: Known) -> Accepted:
    return Accepted(
        rule=table.among((*table.key, "rule"), table.text("rule"), text("the id of a rule"), known.rules()),
        endpoint=table.read("endpoint", parse_pattern, ""),
        reason=table.text("reason"),
        until=table.day("until"),
        line=table.line,
    )
